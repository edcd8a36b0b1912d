import { describe, expect, it } from 'vitest'
import { hashName, Random, threefry2x32, toUniform } from '../../src/core/random.ts'

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw)
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const momentOf = (values: readonly number[], power: number): number => meanOf(values.map((x) => x ** power))

describe('Threefry-2x32-20', () => {
  it.each([
    ['zeros', [0, 0], [0, 0], ['6b200159', '99ba4efe']],
    ['ones', [0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], ['1cb996fc', 'bb002be7']],
    ['digits of pi', [0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], ['c4923a9c', '483df7a0']],
  ] as const)('gives the known answer of Random123 for %s', (_, key, counter, answer) => {
    const words = threefry2x32(key[0], key[1], counter[0], counter[1])
    expect(words.map((word) => (word >>> 0).toString(16).padStart(8, '0'))).toEqual(answer)
  })

  it('becomes a number in [0, 1) that float32 holds exactly', () => {
    expect([toUniform(0), toUniform(-1), toUniform(0x80000000 | 0)]).toEqual([0, 1 - 2 ** -24, 0.5])
    expect(Math.fround(toUniform(-1))).toBe(toUniform(-1))
  })
})

describe('names of streams', () => {
  it('are hashed by FNV-1a, whose published values hold', () => {
    const hex = (name: string) => (hashName(name) >>> 0).toString(16)
    expect([hex(''), hex('a'), hex('foobar')]).toEqual(['811c9dc5', 'e40c292c', 'bf9cf968'])
  })
})

describe('Random', () => {
  it('repeats itself for one seed and stream, and differs for another', () => {
    const first = (seed: number, stream?: string) => {
      const random = new Random(seed, stream)
      return draws(4, () => random.uniform())
    }
    expect(first(1, 'a')).toEqual(first(1, 'a'))
    expect(first(1, 'a')).not.toEqual(first(1, 'b'))
    expect(first(1, 'a')).not.toEqual(first(2, 'a'))
  })

  it('draws uniform numbers with the moments and the flat histogram of the uniform distribution', () => {
    const random = new Random(0, 'uniform')
    const values = draws(50_000, () => random.uniform())
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true)
    expect(meanOf(values)).toBeCloseTo(1 / 2, 2)
    expect(momentOf(values, 2)).toBeCloseTo(1 / 3, 2)
    const bins = new Array(20).fill(0)
    for (const x of values) bins[Math.floor(20 * x)]++
    const chiSquare = bins.reduce((total, count) => total + (count - 2500) ** 2 / 2500, 0)
    // 19 degrees of freedom: 43.8 is exceeded once in a thousand.
    expect(chiSquare).toBeLessThan(43.8)
  })

  it('draws consecutive numbers that do not depend on each other', () => {
    const random = new Random(0, 'serial')
    const values = draws(50_000, () => random.uniform() - 0.5)
    const correlation = meanOf(values.slice(1).map((x, i) => x * values[i])) * 12
    expect(Math.abs(correlation)).toBeLessThan(0.015)
  })

  it('draws normal numbers with the moments of the standard normal distribution', () => {
    const random = new Random(0, 'normal')
    const values = draws(50_000, () => random.normal())
    expect(meanOf(values)).toBeCloseTo(0, 1)
    expect(Math.abs(momentOf(values, 2) - 1)).toBeLessThan(0.02)
    expect(Math.abs(momentOf(values, 3))).toBeLessThan(0.05)
    expect(Math.abs(momentOf(values, 4) - 3)).toBeLessThan(0.12)
    expect(Math.abs(meanOf(values.map((x) => (Math.abs(x) < 1 ? 1 : 0))) - 0.6827)).toBeLessThan(0.01)
    expect(values.every(Number.isFinite)).toBe(true)
  })

  it('draws whole numbers below the limit, all about equally often', () => {
    const random = new Random(0, 'integer')
    const counts = new Array(7).fill(0)
    for (const i of draws(14_000, () => random.integer(7))) counts[i]++
    expect(counts).toHaveLength(7)
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200)
    const large = draws(1000, () => random.integer(2 ** 32))
    expect(Math.max(...large)).toBeGreaterThan(2 ** 31)
    expect(large.every((i) => Number.isInteger(i) && i < 2 ** 32)).toBe(true)
  })

  it('permutes: every number once, every order about equally often', () => {
    const random = new Random(0, 'permutation')
    expect([...random.permutation(1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    const orders = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = random.permutation(3).join()
      orders.set(order, (orders.get(order) ?? 0) + 1)
    }
    expect(orders.size).toBe(6)
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
    expect(random.permutation(0)).toHaveLength(0)
  })
})
