import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { image, toGrey } from '../../src/vision/image.ts'

test('a picture has as many values as its sizes say', () => {
  expect(image(3, 2, 4).data.length).toBe(24)
  expect(() => image(1, 2, 2, new Float32Array(3))).toThrow(ArgumentError)
  expect(() => image(1, 0, 2)).toThrow('height is 0')
})

test('grey weighs red, green and blue as Octave does', () => {
  const grey = toGrey(image(3, 1, 3, Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)))
  expect(grey.channels).toBe(1)
  expect([...grey.data].map((value) => value.toFixed(6))).toEqual(['0.298936', '0.587043', '0.114021'])
  expect(() => toGrey(image(2, 1, 1))).toThrow('2 channels')
})
