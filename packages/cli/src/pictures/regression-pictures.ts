/** What a model of numbers predicts: against the truth, and over one or two inputs. */
import { type Model, type ModelColumns, predict } from 'gentle-dl'
import { columnNames } from '../data/csv-text.ts'
import type { PredictedNumbers } from '../evaluate/predicted-numbers.ts'
import { figure } from '../terminal/terminal.ts'
import { cellsASide, cellsOver, maxDrawn, planeAround } from './plane.ts'

/** Places of a curve at which the model is asked. */
const steps = 240

/** Examples that are drawn: all of few, evenly chosen ones of many. */
function drawnOf({ truth }: PredictedNumbers): number[] {
  const count = Math.min(truth.length, maxDrawn)
  return Array.from({ length: count }, (_, i) => Math.floor((i * truth.length) / count))
}

/** Predictions over the truth. */
export async function predictionsPicture(
  examples: PredictedNumbers,
  columns: ModelColumns,
  { r2, meanAbsoluteError }: { readonly r2: number; readonly meanAbsoluteError: number },
): Promise<string> {
  const { plotPredictedNumbers } = await import('gentle-dl-plot')
  const { truth, predicted } = examples
  const drawn = drawnOf(examples)
  return plotPredictedNumbers({
    title: `Predictions of ${drawn.length} test examples`,
    subtitle: 'On the dashed line a prediction is right.',
    target: columnNames(columns, 1).target,
    points: drawn.map((i) => ({ truth: truth[i], predicted: predicted[i] })),
    notes: [`R² ${r2.toFixed(4)}, mean absolute error ${figure(meanAbsoluteError)}`],
  })
}

/** What is predicted over one or two inputs; undefined for more. */
export async function fitPicture(
  model: Model,
  examples: PredictedNumbers,
  columns: ModelColumns,
): Promise<string | undefined> {
  const [features] = model.inputShape
  const { inputs, target } = columnNames(columns, features)
  const drawn = drawnOf(examples)
  const title = `What the model predicts, and ${drawn.length} test examples`
  if (features === 1) {
    const { plotFittedCurve } = await import('gentle-dl-plot')
    const [from, to] = [Math.min, Math.max].map((of) => examples.inputs.reduce((a, b) => of(a, b)))
    const places = Float32Array.from({ length: steps + 1 }, (_, i) => from + (i / steps) * (to - from))
    const { data } = await predict(model, places)
    return plotFittedCurve({
      title,
      input: inputs[0],
      target,
      curve: Array.from(places, (place, i) => [place, data[i]] as const),
      points: drawn.map((i) => ({ x: examples.inputs[i], truth: examples.truth[i] })),
    })
  }
  if (features !== 2) return undefined
  const { plotFittedSurface } = await import('gentle-dl-plot')
  const points = drawn.map((i) => ({
    x: examples.inputs[2 * i],
    y: examples.inputs[2 * i + 1],
    truth: examples.truth[i],
  }))
  const range = planeAround(points)
  const { data } = await predict(model, cellsOver(range))
  return plotFittedSurface({
    title,
    subtitle: 'An example that stands out from its surroundings is predicted wrongly.',
    inputs: [inputs[0], inputs[1]],
    target,
    range,
    cells: data,
    columns: cellsASide,
    points,
  })
}
