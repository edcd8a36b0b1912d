/** What a classifier said of each test example, as the run keeps it: predictions.json. */
import { existsSync } from 'node:fs'
import { type Confusion, DataError, type RunFolder } from 'gentle-dl'
import { z } from 'zod'
import { type ClassCurve, classCurves } from '../pictures/class-curves.ts'

const file = 'predictions.json'

/** Of each example in turn: its class, what it was taken for, and two probabilities, 0 to 1. */
export interface Predictions {
  readonly part: 'test' | 'validation'
  readonly classes: readonly string[]
  /** Places of the examples in their part. */
  readonly examples: readonly number[]
  readonly labels: readonly number[]
  readonly predicted: readonly number[]
  /** The probability of the predicted class. */
  readonly confidence: readonly number[]
  /** The probability of the true class. */
  readonly ofTruth: readonly number[]
  /** Of each class against the rest, of many classes some; a version before these kept none. */
  readonly curves?: readonly ClassCurve[]
}

const share = z.number().min(0).max(1)

const label = z.int().min(0)

const places = z.array(z.tuple([share, share])).min(1)

const curve = z.object({ label, auc: share, averagePrecision: share, roc: places, precisionRecall: places })

const schema = z.object({
  part: z.enum(['test', 'validation']),
  classes: z.array(z.string()),
  labels: z.array(label),
  predicted: z.array(label),
  confidence: z.array(share),
  probabilityOfTrue: z.array(share),
  curves: z.array(curve).optional(),
})

/** A probability with as many digits as tell it from others. */
const rounded = (value: number): number => Number(value.toPrecision(5))

/** Predictions as the library gives them. @param examples their places in the part; all of it unless given */
export function predictionsOf(
  matrix: Confusion,
  classes: readonly string[],
  part: Predictions['part'],
  examples: readonly number[] = Array.from(matrix.labels.keys()),
): Predictions {
  const { labels, predicted, confidence, probabilities } = matrix
  return {
    part,
    classes,
    examples,
    labels: Array.from(labels),
    predicted: Array.from(predicted),
    confidence: Array.from(confidence, rounded),
    ofTruth: Array.from(labels, (own, i) => rounded(probabilities[i * classes.length + own])),
    curves: classCurves(matrix, classes.length),
  }
}

/** Keeps those of a whole part. */
export function savePredictions(run: RunFolder, { ofTruth, examples: _, ...rest }: Predictions): void {
  run.write(file, `${JSON.stringify({ ...rest, probabilityOfTrue: ofTruth })}\n`)
}

/** Those that were kept; undefined where there are none. @throws DataError for a file that is not what it should be. */
export function loadPredictions(run: RunFolder): Predictions | undefined {
  if (!existsSync(run.file(file))) return undefined
  const { success, data } = schema.safeParse(run.readJson(file))
  const lists = success ? [data.predicted, data.confidence, data.probabilityOfTrue] : []
  const isWhole =
    success &&
    lists.every((list) => list.length === data.labels.length) &&
    [data.labels, data.predicted, (data.curves ?? []).map((each) => each.label)].every((list) =>
      list.every((each) => each < data.classes.length),
    )
  if (!isWhole)
    throw new DataError(
      `${run.file(file)} is not a list of predictions any more; gentle eval says what the model is worth, and a new training writes it anew`,
    )
  const { probabilityOfTrue, ...rest } = data
  return { ...rest, examples: Array.from(rest.labels.keys()), ofTruth: probabilityOfTrue }
}

/** How often each class was taken for each, row by row: the true classes, [classes, classes]. */
export function countsOf({ classes, labels, predicted }: Predictions): Int32Array {
  const counts = new Int32Array(classes.length ** 2)
  for (const [i, own] of labels.entries()) counts[own * classes.length + predicted[i]]++
  return counts
}
