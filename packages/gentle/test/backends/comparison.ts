import fc from 'fast-check'
import type { Backend, Feed } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import type { NDArray } from '../../src/core/ndarray.ts'
import { type Graph, printGraph, rootsOf } from '../../src/graph/graph.ts'
import type { Tensor, Variable } from '../../src/graph/tensor.ts'
import { randomCases } from '../random-cases.ts'
import { mismatch, type Tolerance } from './closeness.ts'
import { Scene } from './scene.ts'

type Results = Record<string, NDArray>

/** The values of variables, under `variable <name>`. */
export async function readAll(backend: Backend, variables: readonly Variable[]): Promise<Results> {
  const values: Results = {}
  for (const variable of variables)
    values[`variable ${variable.name}`] = { ...variable, shape: variable.shape, data: await backend.read(variable) }
  return values
}

/** Outputs of each run, then the variables' last values. */
async function runAll(backend: Backend, graph: Graph, feeds: readonly Feed[], variables: readonly Variable[]) {
  const program = await backend.compile(graph)
  const runs = await inTurn(feeds, (feed) => program.run(feed))
  const last = await readAll(backend, variables)
  program.dispose()
  backend.release(variables)
  return [...runs, last]
}

/** Runs a graph once with each feed on a backend and on both references, and throws where they differ. */
async function expectSame(
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

/** Runs a graph on several backends, and throws where one differs in a single bit from the first. */
async function expectSameBits(
  backends: readonly Backend[],
  graph: Graph,
  feeds: readonly Feed[],
  variables: readonly Variable[],
): Promise<void> {
  const [first, ...others] = await inTurn(backends, (backend) => runAll(backend, graph, feeds, variables))
  for (const [i, other] of others.entries())
    for (const [step, results] of other.entries())
      for (const name of Object.keys(results)) {
        const at = differingBits(first[step][name], results[name])
        if (at >= 0)
          throw new Error(
            `${name} of run ${step}, element ${at}: ${first[step][name].data[at]} with ${backends[0].threads} threads, ${results[name].data[at]} with ${backends[i + 1].threads}\n${printGraph(rootsOf(graph))}`,
          )
      }
}

async function inTurn<T, U>(items: readonly T[], task: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = []
  for (const item of items) results.push(await task(item))
  return results
}

/** The first element that differs; NaN is like NaN, 0 is not like -0. */
const differingBits = (a: NDArray, b: NDArray): number => a.data.findIndex((x, i) => !Object.is(x, b.data[i]))

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

type Build = (scene: Scene) => RandomCase

interface SceneOptions {
  /** The share of the cases in which some of the numbers are NaN, infinite, zeros of either sign, or subnormal; 0 unless given. */
  readonly special?: number
}

/** Compares a backend with the references over random cases. */
export const compareRandomly = (
  backend: Backend,
  numRuns: number,
  build: Build,
  options: SceneOptions = {},
): Promise<void> =>
  overRandomCases(
    numRuns,
    build,
    (graph, feeds, variables, tolerance) => expectSame(backend, graph, feeds, variables, tolerance),
    options,
  )

/** Compares backends with each other over random cases, to the bit. */
export const compareBitsRandomly = (backends: readonly Backend[], numRuns: number, build: Build): Promise<void> =>
  overRandomCases(numRuns, build, (graph, feeds, variables) => expectSameBits(backends, graph, feeds, variables))

/** The seed is fixed, so that each run of the tests is the same. */
const overRandomCases = (
  numRuns: number,
  build: Build,
  compare: (
    graph: Graph,
    feeds: readonly Feed[],
    variables: readonly Variable[],
    tolerance: Tolerance,
  ) => Promise<void>,
  { special = 0 }: SceneOptions = {},
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.gen(), async (generate) => {
      const scene = new Scene(generate, special)
      const { outputs, updates, tolerance, steps = 1 } = build(scene)
      const feeds = Array.from({ length: steps }, () => scene.feed())
      await compare({ inputs: scene.inputs, outputs, updates }, feeds, scene.variables, tolerance)
    }),
    { seed: 20260, numRuns: randomCases(numRuns) },
  )
