/** What scikit-learn gave for predictions of classes. */
import { readFileSync } from 'node:fs'

interface GoldenCurve {
  readonly area: number
  readonly falsePositiveRate: number[]
  readonly truePositiveRate: number[]
  readonly rocThresholds: number[]
  readonly averagePrecision: number
  readonly precision: number[]
  readonly recall: number[]
  readonly thresholds: number[]
}

export interface ClassificationGolden {
  readonly name: string
  readonly labels: number[]
  readonly classes: number
  /** Row-major [examples, classes]. */
  readonly probabilities: number[]
  readonly accuracy: number
  /** Precision, recall, F1 and support of each class. */
  readonly perClass: readonly (readonly number[])[]
  readonly average: Readonly<Record<'macro' | 'micro' | 'weighted', readonly number[]>>
  /** Null where it is NaN. */
  readonly kappa: number | null
  readonly matthews: number
  readonly top2: number | null
  /** Null where examples are alike. */
  readonly curves: readonly (GoldenCurve | null)[]
  readonly auc: number | null
  readonly calibration: readonly {
    readonly bins: number
    readonly counts: number[]
    readonly accuracy: number[]
    readonly confidence: number[]
    readonly error: number
    readonly maximumError: number
  }[]
}

export const classificationGoldens: readonly ClassificationGolden[] = JSON.parse(
  readFileSync(new URL('../goldens/classification-metrics.json', import.meta.url), 'utf8'),
)

/** The likeliest class of each example. */
export const predictedOf = ({ labels, classes, probabilities }: ClassificationGolden): number[] =>
  labels.map((_, i) => {
    const own = probabilities.slice(i * classes, (i + 1) * classes)
    return own.indexOf(Math.max(...own))
  })

/** Row-major [classes, classes]. */
export function confusionOf(golden: ClassificationGolden): Int32Array {
  const counts = new Int32Array(golden.classes ** 2)
  for (const [i, label] of predictedOf(golden).entries()) counts[golden.labels[i] * golden.classes + label]++
  return counts
}
