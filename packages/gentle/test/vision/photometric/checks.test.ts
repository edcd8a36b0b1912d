import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import * as photometric from '../../../src/vision/photometric/index.ts'

const cases: [string, (value: number) => void, good: number[], bad: number[]][] = [
  ['a factor', (value) => photometric.checkFactor('contrast', value), [0, 1, 7], [-0.1, Infinity, NaN]],
  ['a turn of the colours', photometric.checkHue, [-0.5, 0, 0.5], [-0.51, 0.51, NaN]],
  ['an exponent', (value) => photometric.checkGamma(value), [0, 2.2], [-1, Infinity, NaN]],
  ['a gain', (value) => photometric.checkGamma(1, value), [0, 2], [-1, Infinity, NaN]],
  ['a number of bits', photometric.checkPosterize, [1, 8], [0, 9, 2.5, NaN]],
  ['a threshold', photometric.checkSolarize, [0, 1], [-0.1, 1.1, NaN]],
  ['the size of a blur', (value) => photometric.checkGaussianBlur(value, 1), [1, 3, 31], [0, -1, 2, 2.5, NaN]],
  ['the deviation of a blur', (value) => photometric.checkGaussianBlur(3, value), [0.1, 9], [0, -1, Infinity, NaN]],
  ['the deviation of noise', photometric.checkGaussianNoise, [0, 0.3], [-0.1, Infinity, NaN]],
  ['the edge of a cutout', photometric.checkCutout, [1, 16], [0, -3, 2.5, NaN]],
  ['an erased area', (value) => photometric.checkRandomErasing([0.1, value], [1, 1]), [0.1, 1], [0.05, 1.1, NaN]],
  ['an erased aspect', (value) => photometric.checkRandomErasing([0, 1], [value, 3]), [0.1, 3], [0, -1, 4, NaN]],
  ['a distortion', photometric.checkPerspective, [0, 1], [-0.1, 1.1, NaN]],
  ['the strength of bending', (value) => photometric.checkElastic(value, 4), [0, 34], [-1, Infinity, NaN]],
  ['the smoothness of bending', (value) => photometric.checkElastic(34, value), [0.5, 4], [0, -1, Infinity, NaN]],
]

describe('what a strength may be is checked for', () => {
  it.each(cases)('%s', (_, check, good, bad) => {
    for (const value of good) expect(() => check(value)).not.toThrow()
    for (const value of bad) {
      expect(() => check(value)).toThrow(ArgumentError)
      expect(() => check(value)).toThrow(String(value))
    }
  })
})
