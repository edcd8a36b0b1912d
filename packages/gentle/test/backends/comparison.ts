import fc from 'fast-check'
import type { Backend, Feed } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import type { NDArray } from '../../src/core/ndarray.ts'
import { type Graph, printGraph, rootsOf } from '../../src/graph/graph.ts'
import type { Tensor, Variable } from '../../src/graph/tensor.ts'
import { mismatch, type Tolerance } from './closeness.ts'
import { Scene } from './scene.ts'

type Results = Record<string, NDArray>

/** Outputs of each run, then the variables' last values under `variable <name>`. */
async function runAll(backend: Backend, graph: Graph, feeds: readonly Feed[], variables: readonly Variable[]) {
  const program = await backend.compile(graph)
  const runs: Results[] = []
  for (const feed of feeds) runs.push(await program.run(feed))
  const last: Results = {}
  for (const variable of variables)
    last[`variable ${variable.name}`] = { ...variable, shape: variable.shape, data: await backend.read(variable) }
  program.dispose()
  backend.release(variables)
  return [...runs, last]
}

/** Runs a graph once with each feed on a backend and on both references, and throws where they differ. */
export async function expectSame(
  backend: Backend,
  graph: Graph,
  feeds: readonly Feed[],
  variables: readonly Variable[],
  tolerance: Tolerance,
): Promise<void> {
  const float32 = await runAll(reference(), graph, feeds, variables)
  const float64 = await runAll(reference({ precision: 'float64' }), graph, feeds, variables)
  const actual = await runAll(backend, graph, feeds, variables)
  for (const [step, results] of actual.entries())
    for (const name of Object.keys(float32[step])) {
      const wrong = mismatch(results[name], float32[step][name], float64[step][name], tolerance)
      if (wrong)
        throw new Error(`${name} of run ${step} ${wrong}\n${printGraph(rootsOf(graph))}\noutputs ${outputIds(graph)}`)
    }
}

const outputIds = (graph: Graph): string =>
  Object.entries(graph.outputs)
    .map(([name, { op }]) => `${name} (${op.name})`)
    .join(', ')

/** What a random case gives: the graph's outputs, its updates, and how near they must be. */
export interface RandomCase {
  readonly outputs: Record<string, Tensor>
  readonly updates?: [Variable, Tensor][]
  readonly tolerance: Tolerance
  readonly steps?: number
}

/** Compares a backend with the references over random cases; the seed is fixed, so that each run of the tests is the same. */
export async function compareRandomly(
  backend: Backend,
  numRuns: number,
  build: (scene: Scene) => RandomCase,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (generate) => {
      const scene = new Scene(generate)
      const { outputs, updates, tolerance, steps = 1 } = build(scene)
      const feeds = Array.from({ length: steps }, () => scene.feed())
      await expectSame(backend, { inputs: scene.inputs, outputs, updates }, feeds, scene.variables, tolerance)
    }),
    { seed: 20260, numRuns },
  )
}
