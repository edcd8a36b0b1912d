import { expect, it } from 'vitest'
import { DataError, DivergenceError, GentleError, ShapeError } from '../../src/core/errors.ts'

it('errors carry the name of their class and are all GentleErrors', () => {
  const error = new ShapeError('does not fit')
  expect(error).toBeInstanceOf(GentleError)
  expect(`${error}`).toBe('ShapeError: does not fit')
})

it('a divergence knows its step', () => {
  expect(new DivergenceError('loss is NaN', 12)).toMatchObject({ name: 'DivergenceError', step: 12 })
})

it('a message shows control characters, which a file may have brought, as their numbers', () => {
  expect(new DataError('class \u001b[2J\u009b\u2028\nof é').message).toBe('class \\u001b[2J\\u009b\\u2028\\u000aof é')
})
