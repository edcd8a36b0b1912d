import { describe, expect, it } from 'vitest'
import type { NDArray } from '../../src/core/ndarray.ts'
import { approximated, mismatch, summed, type Tolerance } from './closeness.ts'

const floats = (...values: number[]): NDArray => ({
  shape: [values.length],
  dtype: 'float32',
  data: Float32Array.from(values),
})
const doubles = (...values: number[]): NDArray => ({ ...floats(...values), data: Float64Array.from(values) })

const compare = (actual: number[], wanted: number[], tolerance: Tolerance) =>
  mismatch(floats(...actual), floats(...wanted), doubles(...wanted), tolerance)

describe('the comparison of backends', () => {
  it('accepts what is equal, with NaN, infinities and zeros of either sign', () => {
    const special = [1, Number.NaN, Number.POSITIVE_INFINITY, 0]
    for (const tolerance of ['exact', approximated, summed] as const)
      expect(compare([1, Number.NaN, Number.POSITIVE_INFINITY, -0], special, tolerance)).toBeUndefined()
  })

  it('refuses one unit in the last place where it is exact', () => {
    expect(compare([1 + 2 ** -23], [1], 'exact')).toMatch('element 0 is 1.0000001192092896; expected 1')
    expect(compare([1 + 2 ** -23], [1], approximated)).toBeUndefined()
  })

  it('refuses what is further off than the tolerance', () => {
    expect(compare([0, 1 + 2e-6], [0, 1], approximated)).toMatch('element 1')
    expect(compare([2e-7], [0], approximated)).toMatch('element 0')
    expect(compare([1e-4, 1], [0, 1], summed)).toMatch('element 0')
    expect(compare([1e-4, 100], [0, 100], summed)).toBeUndefined()
  })

  it('refuses NaN for a number, a number for NaN, and an infinity of the other sign', () => {
    for (const tolerance of ['exact', summed] as const) {
      expect(compare([Number.NaN], [1], tolerance)).toBeDefined()
      expect(compare([1], [Number.NaN], tolerance)).toBeDefined()
      expect(compare([Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY], tolerance)).toBeDefined()
      expect(compare([3e38], [Number.POSITIVE_INFINITY], tolerance)).toBeDefined()
    }
  })

  it('refuses another type, shape or length', () => {
    const wanted = floats(1, 2)
    const integers: NDArray = { shape: [2], dtype: 'int32', data: Int32Array.of(1, 2) }
    expect(mismatch(integers, wanted, wanted, 'exact')).toBe('is int32; expected float32')
    expect(mismatch({ ...wanted, shape: [1, 2] }, wanted, wanted, 'exact')).toBe('has shape [1, 2]; expected [2]')
    expect(mismatch({ ...wanted, data: Float32Array.of(1) }, wanted, wanted, 'exact')).toBe('has 1 values; expected 2')
  })
})
