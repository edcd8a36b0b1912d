/** What a classifier of two numbers decides over the plane, with test examples. */
import { type Model, predict } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import type { DecisionBoundary } from 'gentle-dl-plot'
import { cellsASide, cellsOver, maxDrawn, planeAround } from './plane.ts'

/**
 * The picture as SVG, for a model that takes two numbers.
 * @param names of the inputs
 */
export async function decisionBoundaryPicture(
  model: Model,
  test: Dataset,
  classes: readonly string[],
  names: readonly string[] = ['first input', 'second input'],
): Promise<string> {
  const { plotDecisionBoundary } = await import('gentle-dl-plot')
  const input = new Float32Array(2)
  const label = new Int32Array(1)
  const points: DecisionBoundary['points'][number][] = []
  for (let i = 0; i < Math.min(test.length, maxDrawn); i++) {
    await test.read([i], input, label)
    points.push({ x: input[0], y: input[1], label: label[0] })
  }
  const range = planeAround(points)
  const { data } = await predict(model, cellsOver(range), { probabilities: true, batchSize: 480 })
  const cells = Array.from({ length: cellsASide ** 2 }, (_, cell) => {
    const shares = data.subarray(cell * classes.length, (cell + 1) * classes.length)
    return shares.indexOf(Math.max(...shares))
  })
  return plotDecisionBoundary({
    title: `What the model decides, and ${points.length} test examples`,
    subtitle: 'An example within the colour of another class is a mistake.',
    inputs: [names[0], names[1]],
    classes,
    range,
    cells,
    columns: cellsASide,
    points,
  })
}
