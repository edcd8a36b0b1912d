import fc from 'fast-check'
import { expect, it } from 'vitest'
import { alignment, type Life, liveAt, liveBytes, planArena } from '../../src/compile/arena.ts'

const lives: fc.Arbitrary<Life[]> = fc.array(
  fc
    .record({ blocks: fc.integer({ min: 1, max: 20 }), from: fc.integer({ min: 0, max: 9 }), length: fc.nat(6) })
    .map(({ blocks, from, length }) => ({ bytes: blocks * alignment, from, to: from + length })),
  { minLength: 1, maxLength: 12 },
)

it('what lives at a moment lives from its first to its last one, both included', () => {
  const three: Life[] = [
    { bytes: 100, from: 0, to: 1 },
    { bytes: 10, from: 1, to: 2 },
    { bytes: 1, from: 2, to: 3 },
  ]
  expect([0, 1, 2, 3, 4].map((moment) => liveAt(three, moment))).toEqual([100, 110, 11, 1, 0])
  expect(liveBytes(three)).toBe(110)
  expect(liveBytes([])).toBe(0)
})

it('a plan takes no less than what lives at one moment, and no more than all together', () => {
  fc.assert(
    fc.property(lives, (list) => {
      const { bytes } = planArena(new Map(list.entries()))
      expect(bytes).toBeGreaterThanOrEqual(liveBytes(list))
      expect(bytes).toBeLessThanOrEqual(list.reduce((sum, life) => sum + life.bytes, 0))
    }),
  )
})

it('what lives at the same time lies apart', () => {
  fc.assert(
    fc.property(lives, (list) => {
      const { offsets } = planArena(new Map(list.entries()))
      list.forEach((a, i) => {
        list.slice(0, i).forEach((b, j) => {
          const together = a.from <= b.to && b.from <= a.to
          const apart = offsets.get(i)! + a.bytes <= offsets.get(j)! || offsets.get(j)! + b.bytes <= offsets.get(i)!
          expect(apart || !together).toBe(true)
        })
      })
    }),
  )
})
