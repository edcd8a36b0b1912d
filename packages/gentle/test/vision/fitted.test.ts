import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits, fittedBox, fittedMask, unfittedBox, unfittedMask } from '../../src/vision/index.ts'

const side = fc.integer({ min: 1, max: 60 })
const sizes = fc.record({ height: side, width: side })

describe('boxes and masks of resized pictures', () => {
  it('come back to where they were, whatever the sizes', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.constantFrom(...fits), (old, size, fit) => {
        const options = { ...size, fit }
        const whole = { left: 0, top: 0, right: size.width, bottom: size.height }
        const seen = unfittedBox(whole, old, options)
        const again = fittedBox(seen, old, options)!
        const back = unfittedBox(again, old, options)
        for (const edge of ['left', 'top', 'right', 'bottom'] as const) expect(back[edge]).toBeCloseTo(seen[edge], 9)
        if (fit !== 'cover') expect(seen).toEqual({ left: 0, top: 0, right: old.width, bottom: old.height })
      }),
    )
  })

  it('lie where the picture does, which begins at a whole pixel of the padding', () => {
    // 100 x 41 in 10 x 10 are 4 rows after 3 of padding.
    const [old, options] = [{ height: 41, width: 100 }, { height: 10, width: 10, fit: 'contain' } as const]
    const box = unfittedBox({ left: 0, top: 3, right: 10, bottom: 7 }, old, options)
    expect(box).toEqual({ left: 0, top: 0, right: 100, bottom: 41 })
    const mask = new Uint8Array(100).fill(1, 30, 70)
    expect(unfittedMask(mask, old, options).every((value) => value === 1)).toBe(true)
  })

  it('keep every pixel of a mask that is enlarged and made small again', () => {
    const [small, large] = [{ height: 4, width: 6 }, { height: 20, width: 40, fit: 'contain' } as const]
    const mask = Uint8Array.from({ length: 24 }, (_, i) => i % 5)
    expect(unfittedMask(fittedMask(mask, small, large), small, large)).toEqual(mask)
  })
})
