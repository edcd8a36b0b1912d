/** Suppression of boxes; test/goldens/make-task-losses.py wrote what torchvision keeps. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { type Box, nonMaximumSuppression, type ScoredBox, type SuppressionOptions } from '../../src/vision/index.ts'

const golden: {
  readonly boxes: number[]
  readonly scores: number[]
  readonly labels: number[]
  readonly kept: Record<string, { readonly nms: number[]; readonly batched_nms: number[] }>
} = JSON.parse(readFileSync(new URL('../goldens/task-losses.json', import.meta.url), 'utf8')).suppression

const boxAt = (numbers: readonly number[], i: number): Box => {
  const [left, top, right, bottom] = numbers.slice(4 * i, 4 * i + 4)
  return { left, top, right, bottom }
}

/** A square of 10 that begins at x: two that are d apart have an IoU of (10 - d) / (10 + d). */
const square = (x: number, score: number, label = 0): ScoredBox => ({
  box: { left: x, top: 0, right: x + 10, bottom: 10 },
  label,
  score,
})

describe('hard suppression', () => {
  const candidates = golden.scores.map((score, i) => ({ box: boxAt(golden.boxes, i), label: golden.labels[i], score }))

  it.each(Object.entries(golden.kept))('keeps what torchvision keeps at an IoU of %s', (iou, wanted) => {
    const indices = (acrossClasses: boolean) =>
      nonMaximumSuppression(candidates, { iouThreshold: Number(iou), acrossClasses }).map((kept) =>
        candidates.indexOf(kept as (typeof candidates)[number]),
      )
    expect(indices(true)).toEqual(wanted.nms)
    expect(indices(false)).toEqual(wanted.batched_nms)
  })

  it('lets a box stay that overlaps only one that is gone', () => {
    const [first, second, third] = [square(0, 0.9), square(3, 0.8), square(6, 0.7)]
    expect(nonMaximumSuppression([third, second, first])).toEqual([first, third])
  })

  it('drops above the IoU, not at it', () => {
    const pair = [square(0, 0.9), { ...square(0, 0.8), box: { left: 0, top: 0, right: 10, bottom: 5 } }]
    expect(nonMaximumSuppression(pair, { iouThreshold: 0.5 })).toHaveLength(2)
    expect(nonMaximumSuppression(pair, { iouThreshold: 0.499 })).toHaveLength(1)
  })

  it('keeps boxes that touch and boxes without area, even at an IoU of 0', () => {
    const point = { box: { left: 5, top: 5, right: 5, bottom: 5 }, label: 0, score: 0.5 }
    const all = [square(0, 0.9), square(10, 0.8), point, point]
    expect(nonMaximumSuppression(all, { iouThreshold: 0 })).toEqual(all)
  })

  it('of equal scores keeps the first, and gives them in the order in which they came', () => {
    const [a, b, twin, c] = [square(0, 0.5), square(20, 0.5), square(0, 0.5), square(40, 0.7)]
    const kept = nonMaximumSuppression([a, b, twin, c])
    expect(kept).toEqual([c, a, b])
    expect(kept[1]).toBe(a)
  })

  it('gives at most as many as asked for, of at least the score asked for', () => {
    const all = [square(0, 0.9), square(20, 0.3), square(40, 0.6)]
    expect(nonMaximumSuppression(all, { maxDetections: 2 })).toEqual([all[0], all[2]])
    expect(nonMaximumSuppression(all, { maxDetections: 0 })).toEqual([])
    expect(nonMaximumSuppression(all, { scoreThreshold: 0.6 })).toEqual([all[0], all[2]])
  })

  it('leaves its candidates as they are', () => {
    const all = [square(0, 0.1), square(0, 0.9)]
    nonMaximumSuppression(all)
    nonMaximumSuppression(all, { method: 'soft' })
    expect(all).toEqual([square(0, 0.1), square(0, 0.9)])
  })
})

describe('soft suppression', () => {
  const soft = (candidates: readonly ScoredBox[], options: SuppressionOptions = {}) =>
    nonMaximumSuppression(candidates, { method: 'soft', ...options })

  it('lowers scores by exp(-IoU² / sigma) for each better box, as worked by hand', () => {
    // IoU is 1/2 from 0 to 10/3, 1/5 from 10/3 to 10, and 0 from 0 to 10.
    const [a, b, c] = [square(0, 0.9), square(10 / 3, 0.8), square(10, 0.4)]
    const kept = soft([b, c, a])
    expect(kept.map(({ box }) => box.left)).toEqual([0, 10 / 3, 10])
    expect(kept[0].score).toBe(0.9)
    expect(kept[1].score).toBeCloseTo(0.8 * Math.exp(-0.25 / 0.5), 12)
    expect(kept[2].score).toBeCloseTo(0.4 * Math.exp(-0.04 / 0.5), 12)
    expect(soft([a, b], { sigma: 0.25 })[1].score).toBeCloseTo(0.8 * Math.exp(-1), 12)
  })

  it('changes the order where a lowered box falls behind, which then lowers nothing before it', () => {
    const kept = soft([square(0, 0.9), square(0, 0.8), square(30, 0.5)])
    expect(kept.map(({ box }) => box.left)).toEqual([0, 30, 0])
    expect(kept.map(({ score }) => score)).toEqual([0.9, 0.5, expect.closeTo(0.8 * Math.exp(-2), 12)])
  })

  it('drops what falls below the least score', () => {
    expect(soft([square(0, 0.9), square(0, 0.8)], { scoreThreshold: 0.2 })).toEqual([square(0, 0.9)])
    expect(soft([square(0, 0.9), square(0, 0.8)], { scoreThreshold: 0.1 })).toHaveLength(2)
  })

  it('leaves other classes alone, unless they compete', () => {
    const pair = [square(0, 0.9, 0), square(0, 0.8, 1)]
    expect(soft(pair)).toEqual(pair)
    expect(soft(pair, { acrossClasses: true })[1].score).toBeCloseTo(0.8 * Math.exp(-2), 12)
  })

  it('is stable, and gives at most as many as asked for', () => {
    const all = [square(0, 0.5, 0), square(20, 0.5, 1), square(40, 0.5, 2)]
    expect(soft(all)).toEqual(all)
    expect(soft(all, { maxDetections: 1 })).toEqual([all[0]])
  })
})

describe('suppression', () => {
  it.each(['hard', 'soft'] as const)('of nothing is nothing, %s', (method) => {
    expect(nonMaximumSuppression([], { method })).toEqual([])
  })

  it.each(['hard', 'soft'] as const)('of 2,000 boxes gives scores that fall, %s', (method) => {
    const random = new Random(3, 'suppression')
    const all = Array.from({ length: 2000 }, () => square(random.uniform() * 100, random.uniform(), random.integer(10)))
    const kept = nonMaximumSuppression(all, { method })
    expect(kept.length).toBeGreaterThan(10)
    expect(kept.every(({ score }, i) => i === 0 || score <= kept[i - 1].score)).toBe(true)
  })

  it('refuses options out of range and scores that are not numbers', () => {
    const refused: SuppressionOptions[] = [
      { iouThreshold: -0.1 },
      { iouThreshold: 1.1 },
      { iouThreshold: Number.NaN },
      { sigma: 0 },
      { sigma: Number.NaN },
      { scoreThreshold: Number.NaN },
      { maxDetections: -1 },
      { maxDetections: 1.5 },
      { maxDetections: Number.NaN },
      { method: 'gentle' as 'soft' },
    ]
    for (const options of refused) expect(() => nonMaximumSuppression([], options)).toThrow(ArgumentError)
    expect(() => nonMaximumSuppression([square(0, 1), square(0, Number.NaN)])).toThrow(/candidate 1.*NaN/)
  })
})
