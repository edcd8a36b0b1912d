import { expect, it } from 'vitest'
import { DivergenceError, GentleError, ShapeError } from '../../src/core/errors.ts'

it('errors carry the name of their class and are all GentleErrors', () => {
  const error = new ShapeError('does not fit')
  expect(error).toBeInstanceOf(GentleError)
  expect(`${error}`).toBe('ShapeError: does not fit')
})

it('a divergence knows its step', () => {
  expect(new DivergenceError('loss is NaN', 12)).toMatchObject({ name: 'DivergenceError', step: 12 })
})
