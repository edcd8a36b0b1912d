import { binaryPrecisionRecallCurve, binaryRocCurve, type Confusion, oneVsRest, Random } from 'gentle-dl'
import { describe, expect, it } from 'vitest'
import { classCurves, maxCurves, type Place } from '../src/pictures/class-curves.ts'

/** Scores of so many classes that are right more often than not; the later the class, the less so. */
function scored(examples: number, classes: number): Confusion {
  const random = new Random(3)
  const labels = Int32Array.from({ length: examples }, (_, i) => i % classes)
  const probabilities = new Float32Array(examples * classes)
  for (let i = 0; i < examples; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes)
    for (let label = 0; label < classes; label++)
      row[label] = Math.exp(random.normal() + (label === labels[i] ? 3 - label / classes : 0))
    const sum = row.reduce((a, b) => a + b, 0)
    for (let label = 0; label < classes; label++) row[label] /= sum
  }
  return { labels, probabilities } as Confusion
}

/** The area below a curve of straight lines. */
const areaBelow = (places: readonly Place[]): number =>
  places.slice(1).reduce((sum, [x, y], i) => sum + ((x - places[i][0]) * (y + places[i][1])) / 2, 0)

describe('curves of a classifier', () => {
  it('have the areas of all thresholds, and places that lose less than a pixel of them', () => {
    const matrix = scored(6000, 3)
    const curves = classCurves(matrix, 3)
    expect(curves.map(({ label }) => label)).toEqual([0, 1, 2])
    for (const { label, auc, averagePrecision, roc, precisionRecall } of curves) {
      const { scores, positive } = oneVsRest(matrix.probabilities, matrix.labels, label)
      const whole = binaryRocCurve(scores, positive)
      expect(auc).toBe(whole.area)
      expect(averagePrecision).toBe(binaryPrecisionRecallCurve(scores, positive).averagePrecision)
      expect(whole.truePositiveRate.length).toBeGreaterThan(5000)
      expect(roc.length).toBeLessThan(600)
      expect(Math.abs(areaBelow(roc) - auc)).toBeLessThan(1 / 500)
      expect([roc[0], roc.at(-1)]).toEqual([
        [0, 0],
        [1, 1],
      ])
      expect(precisionRecall.at(-1)![0]).toBe(1)
      // Every place of the whole is near one that is kept, or between two.
      for (const rate of [0.01, 0.1, 0.5]) {
        const at = whole.falsePositiveRate.findIndex((value) => value >= rate)
        const after = roc.findIndex(([x]) => x >= rate)
        expect(Math.abs(roc[after][1] - whole.truePositiveRate[at])).toBeLessThan(0.02)
      }
    }
  })

  it('are of the classes with the smallest areas, where there are many, and of none without examples', () => {
    const matrix = scored(3000, 15)
    const curves = classCurves(matrix, 15)
    expect(curves).toHaveLength(maxCurves)
    const areas = Array.from({ length: 15 }, (_, label) => {
      const { scores, positive } = oneVsRest(matrix.probabilities, matrix.labels, label)
      return binaryRocCurve(scores, positive).area
    })
    const worst = areas.toSorted((a, b) => a - b)[maxCurves - 1]
    expect(Math.max(...curves.map(({ auc }) => auc))).toBe(worst)
    const one = { ...scored(10, 3), labels: new Int32Array(10) }
    expect(classCurves(one, 3)).toEqual([])
  })
})
