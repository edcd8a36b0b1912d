import { describe, expect, it } from 'vitest'
import type { DetectedObject, TruthObject } from '../../../src/vision/metrics/objects.ts'
import { precisionRecallCurve } from '../../../src/vision/metrics/precision-recall-curve.ts'

const square = (left: number) => ({ left, top: 0, right: left + 10, bottom: 10 })
const truths: TruthObject[] = [
  { image: 1, category: 1, box: square(0) },
  { image: 2, category: 1, box: square(0) },
  { image: 1, category: 2, box: square(40) },
  { image: 2, category: 1, box: square(80), crowd: true },
]
const detections: DetectedObject[] = [
  { image: 2, category: 1, box: square(80), score: 0.95 },
  { image: 1, category: 1, box: square(0), score: 0.9 },
  { image: 1, category: 1, box: square(40), score: 0.8 },
  { image: 2, category: 1, box: square(3), score: 0.7 },
  { image: 1, category: 2, box: square(40), score: 0.85 },
]

describe('curve of precision and recall', () => {
  it('has a point each detection of a category, but for those in a crowd', () => {
    expect(precisionRecallCurve(truths, detections, { category: 1 })).toEqual({
      recall: [1 / 2, 1 / 2, 1],
      precision: [1, 1 / 2, 2 / 3],
      scores: [0.9, 0.8, 0.7],
    })
  })

  it('takes all categories together unless one is given; each matches its own', () => {
    expect(precisionRecallCurve(truths, detections)).toEqual({
      recall: [1 / 3, 2 / 3, 2 / 3, 1],
      precision: [1, 1, 2 / 3, 3 / 4],
      scores: [0.9, 0.85, 0.8, 0.7],
    })
  })

  it('asks for the overlap it is told', () => {
    expect(precisionRecallCurve(truths, detections, { category: 1, iou: 0.6 }).recall).toEqual([1 / 2, 1 / 2, 1 / 2])
    expect(() => precisionRecallCurve(truths, detections, { iou: 1.5 })).toThrow('iou is 1.5; expected 0 to 1')
  })

  it('is empty without objects to find and without detections', () => {
    const empty = { recall: [], precision: [], scores: [] }
    expect(precisionRecallCurve([], detections)).toEqual(empty)
    expect(precisionRecallCurve(truths, [])).toEqual(empty)
    expect(precisionRecallCurve(truths, detections, { category: 3 })).toEqual(empty)
  })
})
