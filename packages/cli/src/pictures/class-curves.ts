/** ROC and precision at each recall of a classifier, each class against the rest, thin enough to be kept and drawn. */
import { binaryPrecisionRecallCurve, binaryRocCurve, type Confusion, oneVsRest } from 'gentle-dl'

/** A place on a curve: recall and precision, or rates of false alarms and of what is found, 0 to 1. */
export type Place = readonly [x: number, y: number]

/** The curves of one class; their areas are of all thresholds. */
export interface ClassCurve {
  /** Its place among the classes. */
  readonly label: number
  /** Area under the ROC curve. */
  readonly auc: number
  readonly averagePrecision: number
  readonly roc: readonly Place[]
  readonly precisionRecall: readonly Place[]
}

/** More lines could not be told apart. */
export const maxCurves = 10

/** So fine is what is kept of a curve: less than a pixel. */
const grid = 500

/** The corners of a curve on a grid: places that repeat, or lie on the line between their neighbours, add nothing. */
function thinned(xs: ArrayLike<number>, ys: ArrayLike<number>): Place[] {
  const kept: Place[] = []
  const add = (place: Place): void => {
    const [before, last] = [kept.at(-2), kept.at(-1)]
    if (last?.[0] === place[0] && last[1] === place[1]) return
    const isBetween =
      before !== undefined &&
      ((before[0] === place[0] && last![0] === place[0] && (last![1] - before[1]) * (place[1] - last![1]) > 0) ||
        (before[1] === place[1] && last![1] === place[1]))
    if (isBetween) kept[kept.length - 1] = place
    else kept.push(place)
  }
  for (let i = 0; i < xs.length; i++) add([Math.round(xs[i] * grid) / grid, Math.round(ys[i] * grid) / grid])
  return kept
}

/**
 * The curves of the classes of which there is something to tell: examples of it, and of others. Of many classes those with the smallest areas.
 * @param classes how many there are
 */
export function classCurves({ probabilities, labels }: Confusion, classes: number): ClassCurve[] {
  const measured = Array.from({ length: classes }, (_, label) => {
    const { scores, positive } = oneVsRest(probabilities, labels, label)
    return {
      label,
      roc: binaryRocCurve(scores, positive),
      precisionRecall: binaryPrecisionRecallCurve(scores, positive),
    }
  }).filter(({ roc }) => !Number.isNaN(roc.area))
  const shown = measured.toSorted((a, b) => a.roc.area - b.roc.area).slice(0, maxCurves)
  return shown
    .sort((a, b) => a.label - b.label)
    .map(({ label, roc, precisionRecall: { recall, precision, averagePrecision } }) => ({
      label,
      auc: roc.area,
      averagePrecision,
      roc: thinned(roc.falsePositiveRate, roc.truePositiveRate),
      precisionRecall: thinned(recall, precision),
    }))
}

const column = (places: readonly Place[], at: 0 | 1): number[] => places.map((place) => place[at])

const linesOf = (curves: readonly ClassCurve[], classes: readonly string[]) => ({
  roc: curves.map(({ label, auc, roc }) => ({
    name: classes[label] ?? String(label),
    falsePositiveRate: column(roc, 0),
    truePositiveRate: column(roc, 1),
    area: auc,
  })),
  precisionRecall: curves.map(({ label, averagePrecision, precisionRecall }) => ({
    name: classes[label] ?? String(label),
    recall: column(precisionRecall, 0),
    precision: column(precisionRecall, 1),
    averagePrecision,
  })),
})

/** Both charts as SVG, each by itself. */
export async function curvePictures(
  curves: readonly ClassCurve[],
  classes: readonly string[],
): Promise<readonly [roc: string, precisionRecall: string]> {
  const { plotPrecisionRecall, plotRoc } = await import('gentle-dl-plot')
  const { roc, precisionRecall } = linesOf(curves, classes)
  return [plotRoc(roc), plotPrecisionRecall(precisionRecall)]
}

/** Both in one picture. */
export async function curvesPicture(curves: readonly ClassCurve[], classes: readonly string[]): Promise<string> {
  const { plotClassifierCurves } = await import('gentle-dl-plot')
  return plotClassifierCurves(linesOf(curves, classes))
}
