import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import { addToConfusion, segmentationMetrics } from '../../../src/vision/metrics/segmentation.ts'

describe('metrics of segmentation', () => {
  it('counts true classes in rows and predicted ones in columns, mask after mask', () => {
    const confusion = new Float64Array(9)
    addToConfusion(confusion, Uint8Array.of(0, 0, 1, 2), Uint8Array.of(0, 1, 1, 0), 3)
    addToConfusion(confusion, Uint8Array.of(2, 1), Uint8Array.of(2, 1), 3)
    expect([...confusion]).toEqual([1, 1, 0, 0, 2, 0, 1, 0, 1])
  })

  it('agrees with a case worked by hand', () => {
    const report = segmentationMetrics([1, 1, 0, 0, 2, 0, 1, 0, 1], 3)
    expect(report.pixelAccuracy).toBeCloseTo(4 / 6, 12)
    expect(report.perClass.map(({ iou }) => iou)).toEqual([1 / 3, 2 / 3, 1 / 2])
    expect(report.perClass.map(({ dice }) => dice)).toEqual([2 / 4, 4 / 5, 2 / 3])
    expect(report.meanIoU).toBeCloseTo(0.5, 12)
    expect(report.meanDice).toBeCloseTo((1 / 2 + 4 / 5 + 2 / 3) / 3, 12)
  })

  it('leaves ignored pixels out, whatever was predicted there', () => {
    const confusion = new Float64Array(4)
    addToConfusion(confusion, Uint8Array.of(255, 1, 255), Uint8Array.of(0, 1, 200), 2)
    expect([...confusion]).toEqual([0, 0, 0, 1])
  })

  it('leaves a class that is nowhere out of the means, but counts one that is only predicted', () => {
    const nowhere = segmentationMetrics([3, 0, 0, 0], 2)
    expect(nowhere).toEqual({ pixelAccuracy: 1, meanIoU: 1, meanDice: 1, perClass: [overlap(1, 1), overlap(-1, -1)] })
    const predicted = segmentationMetrics([1, 1, 0, 0], 2)
    expect(predicted.perClass).toEqual([overlap(0.5, 2 / 3), overlap(0, 0)])
    expect(predicted.meanIoU).toBe(0.25)
  })

  it('tells -1 where no pixel was counted', () => {
    expect(segmentationMetrics(new Float64Array(1), 1)).toEqual({
      pixelAccuracy: -1,
      meanIoU: -1,
      meanDice: -1,
      perClass: [overlap(-1, -1)],
    })
  })

  it('refuses masks of another size and classes that are not there', () => {
    const confusion = new Float64Array(4)
    const adding = (truth: number[], prediction: number[]) => () =>
      addToConfusion(confusion, Uint8Array.from(truth), Uint8Array.from(prediction), 2)
    expect(adding([0, 1], [0])).toThrow('Masks of 2 true and 1 predicted pixels')
    expect(adding([0, 2], [0, 0])).toThrow('Pixel 1 of the true mask is of class 2: expected 0 to 1, or 255')
    expect(adding([0, 1], [0, 255])).toThrow('Pixel 1 of the predicted mask is of class 255: expected 0 to 1.')
    expect(() => segmentationMetrics([1, 2, 3], 2)).toThrow(ArgumentError)
  })
})

const overlap = (iou: number, dice: number) => ({ iou, dice })
