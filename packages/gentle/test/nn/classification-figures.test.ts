/** Figures of predicted classes against scikit-learn; test/goldens/make-classification-metrics.py wrote what it gives. */
import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import {
  binaryPrecisionRecallCurve,
  binaryRocCurve,
  calibrationCurve,
  classificationReport,
  oneVsRest,
} from '../../src/nn/index.ts'
import { classificationGoldens, confusionOf, predictedOf } from './classification-goldens.ts'

const close = (values: ArrayLike<number>, expected: readonly (number | null)[]): void => {
  expect(Array.from(values)).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) {
    if (value === null) expect(values[i]).toBeNaN()
    else expect(values[i]).toBeCloseTo(value, 12)
  }
}

describe.each(classificationGoldens)('for $name', (golden) => {
  const { labels, probabilities, classes } = golden

  it('precision, recall, F1, kappa and Matthews are those of scikit-learn', () => {
    const report = classificationReport(confusionOf(golden))
    const [precision, recall, f1, support] = golden.perClass
    for (const [label, own] of report.perClass.entries()) {
      expect(own.support).toBe(support[label])
      const isThere = own.support + own.predicted > 0
      const expected = [precision, recall, f1].map((figures) => (isThere ? figures[label] : null))
      close([own.precision, own.recall, own.f1], expected)
    }
    for (const average of ['macro', 'weighted'] as const) {
      const { precision, recall, f1 } = report[average]
      close([precision, recall, f1], golden.average[average])
    }
    close([report.accuracy, report.accuracy, report.accuracy], golden.average.micro)
    close([report.accuracy, report.kappa, report.matthews], [golden.accuracy, golden.kappa, golden.matthews])
    expect(report.examples).toBe(labels.length)
  })

  it('ROC and precision-recall curves of each class are those of scikit-learn, with their areas', () => {
    for (const [label, curve] of golden.curves.entries()) {
      const { scores, positive } = oneVsRest(probabilities, labels, label)
      if (curve === null) {
        expect(binaryRocCurve(scores, positive).area).toBeNaN()
        continue
      }
      const roc = binaryRocCurve(scores, positive)
      close(roc.falsePositiveRate, curve.falsePositiveRate)
      close(roc.truePositiveRate, curve.truePositiveRate)
      close(roc.thresholds.subarray(1), curve.rocThresholds)
      expect(roc.thresholds[0]).toBe(Number.POSITIVE_INFINITY)
      expect(roc.area).toBeCloseTo(curve.area, 12)
      const found = binaryPrecisionRecallCurve(scores, positive)
      // Theirs goes up, and ends with a point of no threshold.
      close(found.thresholds.slice().reverse(), curve.thresholds)
      close([...found.precision.slice().reverse(), 1], curve.precision)
      close([...found.recall.slice().reverse(), 0], curve.recall)
      expect(found.averagePrecision).toBeCloseTo(curve.averagePrecision, 12)
    }
  })

  it.each([0, 1])('calibration is that of the bins of scikit-learn', (which) => {
    const expected = golden.calibration[which]
    const confidence = labels.map((_, i) => Math.max(...probabilities.slice(i * classes, (i + 1) * classes)))
    const right = predictedOf(golden).map((label, i) => label === labels[i])
    const { bins, error, maximumError } = calibrationCurve(confidence, right, { bins: expected.bins })
    const filled = bins.filter(({ count }) => count > 0)
    expect(bins).toHaveLength(expected.bins)
    expect(filled.map(({ count }) => count)).toEqual(expected.counts)
    close(
      filled.map((bin) => bin.accuracy),
      expected.accuracy,
    )
    close(
      filled.map((bin) => bin.confidence),
      expected.confidence,
    )
    close([error, maximumError], [expected.error, expected.maximumError])
  })
})

describe('figures of predicted classes', () => {
  it('of a class without positive examples are NaN, not 0', () => {
    const none = binaryPrecisionRecallCurve([0.2, 0.8], [0, 0])
    expect(none.averagePrecision).toBeNaN()
    expect([...none.recall]).toEqual([Number.NaN, Number.NaN])
    expect(binaryRocCurve([0.2, 0.8], [true, true]).area).toBeNaN()
  })

  it('have confidences at the edges of bins in the lower one', () => {
    for (const bins of [1, 3, 7, 10, 15, 100])
      for (let edge = 0; edge <= bins; edge++) {
        const { bins: listed } = calibrationCurve([edge / bins], [1], { bins })
        expect(listed.findIndex(({ count }) => count > 0)).toBe(Math.max(0, edge - 1))
      }
  })

  it('refuse what they cannot be of', () => {
    expect(() => classificationReport([1, 2, 3])).toThrow(ShapeError)
    const curves = [binaryRocCurve, binaryPrecisionRecallCurve]
    for (const curve of curves) {
      expect(() => curve([], [])).toThrow(ArgumentError)
      expect(() => curve([1, 2], [1])).toThrow(ArgumentError)
      expect(() => curve([1, Number.NaN], [1, 0])).toThrow(/example 1 is NaN/)
      expect(() => curve([1, 2], [1, 2])).toThrow(/example 1 is 2; expected 1 or true/)
    }
    expect(() => oneVsRest([0.5, 0.5, 1], [0, 1], 0)).toThrow(ArgumentError)
    expect(() => oneVsRest([0.5, 0.5], [0], 2)).toThrow(/0 to 1/)
    expect(() => calibrationCurve([1.5], [1])).toThrow(/example 0 is 1.5/)
    expect(() => calibrationCurve([Number.NaN], [1])).toThrow(ArgumentError)
    expect(() => calibrationCurve([], [])).toThrow(ArgumentError)
    expect(() => calibrationCurve([0.5], [1], { bins: 0 })).toThrow(ArgumentError)
  })
})
