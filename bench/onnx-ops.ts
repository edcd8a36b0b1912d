/** Random graphs of every op, as the tests of backends have them, in onnxruntime. */
import { compareRandomly } from '../packages/gentle/test/backends/comparison.ts'
import { opCases } from '../packages/gentle/test/backends/op-cases.ts'
import { randomSteps } from '../packages/gentle/test/backends/random-graph.ts'
import { randomInference } from '../packages/gentle/test/backends/random-inference.ts'
import { randomLoops } from '../packages/gentle/test/backends/random-loop.ts'
import { onnxruntime } from './onnx-backend.ts'

type Build = Parameters<typeof compareRandomly>[2]

/** Of an op that is exact here, too: another program rounds in other places. */
const nearly = { relative: 1e-6, absolute: 1e-7, largest: 0 }

/** What has no form in ONNX: what gradients alone compute, and random numbers. */
const without = new Set([
  'addSlices',
  'conv2dWeightGradient',
  'maxPool2dScatter',
  'maxPool2dGather',
  'avgPool2dGradient',
  'resample2dGradient',
  'scatterAdd',
  'addAlongAxis',
  'uniform',
  // Where NaN comes in an order, ONNX does not say.
  'argsort',
])

/** Some of the results: no gradients and no updates. */
const only =
  (build: Build, names: readonly string[]): Build =>
  (scene) => {
    const { outputs, tolerance } = build(scene)
    return { outputs: Object.fromEntries(names.map((name) => [name, outputs[name]])), tolerance }
  }

const cases: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(
    Object.entries(opCases)
      .filter(([name]) => !without.has(name))
      .map(([name, { build, tolerance }]): [string, Build] => [
        name,
        (scene) => ({ outputs: { y: build(scene) }, tolerance: tolerance === 'exact' ? nearly : tolerance }),
      ]),
  ),
  networks: only(randomInference, ['logits', 'probabilities']),
  loops: only(randomLoops, ['last']),
  'loops of random steps': only(randomSteps, ['loss']),
}

/** What gives other numbers in onnxruntime than in Gentle, and how. */
export async function wrongOps(opset: number): Promise<string[]> {
  const backend = onnxruntime(opset)
  const wrong: string[] = []
  for (const [name, build] of Object.entries(cases))
    await compareRandomly(backend, 40, build).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message
      wrong.push(`${name}: ${cause}`)
    })
  return wrong
}
