import { expect, test } from 'vitest'
import { figuresOfClasses, figuresText } from '../src/evaluate/class-figures.ts'

/** Labels 0, 0, 1, 1; the third class neither occurs nor is told. */
const probabilities = [0.8, 0.1, 0.1, 0.4, 0.5, 0.1, 0.25, 0.6, 0.15, 0.1, 0.8, 0.1]
const matrix = {
  counts: Int32Array.of(1, 1, 0, 0, 2, 0, 0, 0, 0),
  labels: Int32Array.of(0, 0, 1, 1),
  predicted: Int32Array.of(0, 1, 1, 1),
  confidence: Float32Array.of(0.8, 0.5, 0.6, 0.8),
  probabilities: Float32Array.from(probabilities),
}

test('figures of each class and of all are those of scikit-learn, and a class that is not there has none', () => {
  const figures = figuresOfClasses(matrix, ['cat', 'dog', 'cow'])
  const { perClass, macro, weighted, kappa, matthews, calibrationError } = figures
  expect(perClass['cat']).toMatchObject({ precision: 1, recall: 0.5, auc: 1, averagePrecision: 1, support: 2 })
  expect(perClass['dog'].precision).toBeCloseTo(2 / 3, 12)
  expect(Object.values(perClass['cow'])).toEqual([NaN, NaN, NaN, 0, 0, NaN, NaN])
  expect(macro).toMatchObject({ precision: expect.closeTo(5 / 6, 12), recall: 0.75, auc: 1 })
  expect(weighted.f1).toBeCloseTo((2 / 3 + 4 / 5) / 2, 12)
  expect([kappa, matthews]).toEqual([expect.closeTo(0.5, 12), expect.closeTo(1 / Math.sqrt(3), 12)])
  // Bins of 0.8 (right twice), 0.5 (wrong) and 0.6 (right).
  expect(calibrationError).toBeCloseTo((0.2 + 0.5 + 0.4 + 0.2) / 4, 6)
  const lines = figuresText(figures).split('\n')
  expect(lines[1]).toMatch(/^cat +100\.00 % +50\.00 % +66\.67 % +100\.00 % +100\.00 % +2$/)
  expect(lines[3]).toMatch(/^cow +- +- +- +- +- +0$/)
  expect(lines.at(-1)).toBe("Cohen's kappa 0.5000, Matthews 0.5774, calibration error 32.50 %")
})

test('as JSON, what there was nothing to measure of is null', () => {
  const { perClass } = JSON.parse(JSON.stringify(figuresOfClasses(matrix, ['cat', 'dog', 'cow'])))
  expect(perClass.cow).toEqual({
    precision: null,
    recall: null,
    f1: null,
    support: 0,
    predicted: 0,
    auc: null,
    averagePrecision: null,
  })
})
