/** What a classifier of two numbers decides over the plane, with test examples. */
import { type Model, predict } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import type { DecisionBoundary, PlaneRange } from 'gentle-dl-plot'

/** Cells a side at which the model is asked. */
const cellsASide = 120
/** Examples that are drawn at most. */
const maxDrawn = 1000

/** Around all points, with some room. */
function rangeOf(points: readonly { readonly x: number; readonly y: number }[]): PlaneRange {
  const around = (values: readonly number[]): [number, number] => {
    const [min, max] = [Math.min(...values), Math.max(...values)]
    const room = 0.1 * (max - min || 1)
    return [min - room, max + room]
  }
  const [left, right] = around(points.map(({ x }) => x))
  const [bottom, top] = around(points.map(({ y }) => y))
  return { left, right, bottom, top }
}

/** The picture as SVG, for a model that takes two numbers. */
export async function decisionBoundaryPicture(
  model: Model,
  test: Dataset,
  classes: readonly string[],
): Promise<string> {
  const { plotDecisionBoundary } = await import('gentle-dl-plot')
  const input = new Float32Array(2)
  const label = new Int32Array(1)
  const points: DecisionBoundary['points'][number][] = []
  for (let i = 0; i < Math.min(test.length, maxDrawn); i++) {
    await test.read([i], input, label)
    points.push({ x: input[0], y: input[1], label: label[0] })
  }
  const range = rangeOf(points)
  const inputs = new Float32Array(2 * cellsASide ** 2)
  for (let row = 0; row < cellsASide; row++)
    for (let column = 0; column < cellsASide; column++) {
      const at = 2 * (row * cellsASide + column)
      inputs[at] = range.left + ((column + 0.5) / cellsASide) * (range.right - range.left)
      inputs[at + 1] = range.bottom + ((row + 0.5) / cellsASide) * (range.top - range.bottom)
    }
  const { data } = await predict(model, inputs, { probabilities: true, batchSize: 480 })
  const cells = Array.from({ length: cellsASide ** 2 }, (_, cell) => {
    const shares = data.subarray(cell * classes.length, (cell + 1) * classes.length)
    return shares.indexOf(Math.max(...shares))
  })
  return plotDecisionBoundary({
    title: `What the model decides, and ${points.length} test examples`,
    subtitle: 'An example within the colour of another class is a mistake.',
    inputs: ['first input', 'second input'],
    classes,
    range,
    cells,
    columns: cellsASide,
    points,
  })
}
