import fc from 'fast-check'
import type { Backend, Feed } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import type { NDArray } from '../../src/core/ndarray.ts'
import { sizeOf } from '../../src/core/shape.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { constant, type Tensor, type Variable } from '../../src/graph/tensor.ts'
import { add, broadcastTo, conv2d, matmul, mean, mul, scan, tanh, transpose } from '../../src/ops/index.ts'
import { randomCases } from '../random-cases.ts'
import { chained, mismatch } from './closeness.ts'
import { readAll } from './comparison.ts'
import { Scene } from './scene.ts'

/** A run of one of the programs, or values that the host writes into a variable. */
type Turn =
  | { readonly program: number; readonly feed: Feed }
  | { readonly variable: Variable; readonly values: number[] }

interface Case {
  readonly graphs: readonly Graph[]
  readonly variables: readonly Variable[]
  readonly turns: readonly Turn[]
}

/** Two or three small networks on the same weights, which they read, leave as they are, or set to what they compute or to what is always the same. */
function randomPrograms(scene: Scene): Case {
  const [batch, channels, width] = [scene.batch(), scene.pick([1, 3, 8]), 16]
  const x = scene.input([batch, channels, 4, 4])
  const filters = [scene.weight([width, channels, 3, 3], channels * 9)]
  const weights = [0, 1].map(() => scene.weight([width, width], width))
  const rows = [0, 1].map(() => scene.variable([width]))
  const features = mean(conv2d(x, filters[0], { padding: 1 }), [2, 3])
  const layer = (h: Tensor): Tensor =>
    tanh(add(matmul(h, scene.pick(weights), { transposeB: scene.flag() }), mul(scene.pick(rows), 0.5)))
  const recurrent = (): Tensor => {
    const w = scene.pick(weights)
    const step = (h: Tensor, x: Tensor) => ({ state: tanh(add(matmul(h, w), x)), output: {} })
    return scan(step, features, broadcastTo(layer(features), [3, batch, width])).state
  }
  /** What the variable of an index may become, all of about 1. */
  const nextOf = (same: readonly Variable[], i: number, y: Tensor): Tensor => {
    const [old, other] = [same[i], scene.pick(same)]
    return scene.pick([
      () => mul(old, 0.5),
      () => other,
      () => tanh(add(old, other)),
      () => (old.shape.length === 2 ? transpose(other) : tanh(other)),
      () => broadcastTo(constant(0.5), old.shape),
      () => add(mul(old, 0.5), mul(mean(y), 0.5)),
    ])()
  }
  const graphs = Array.from({ length: scene.between(2, 3) }, (): Graph => {
    const y = scene.pick([() => layer(features), () => layer(scene.pick(weights)), recurrent])()
    const updates = [filters, weights, rows].flatMap((same) =>
      same.flatMap((old, i): [Variable, Tensor][] => (scene.flag(0.4) ? [[old, nextOf(same, i, y)]] : [])),
    )
    return { inputs: scene.inputs, outputs: { y }, updates }
  })
  const turns = Array.from({ length: scene.between(3, 10) }, (): Turn => {
    if (scene.flag(0.8)) return { program: scene.between(0, graphs.length - 1), feed: scene.feed() }
    const variable = scene.pick(scene.variables)
    const values = Array.from({ length: sizeOf(variable.shape) }, (_, k) => Math.sin(k + scene.between(0, 9)) / 4)
    return { variable, values }
  })
  return { graphs, variables: scene.variables, turns }
}

/** The results of each turn, with all variables after it. */
async function play(backend: Backend, { graphs, variables, turns }: Case): Promise<Record<string, NDArray>[]> {
  const programs = []
  for (const graph of graphs) programs.push(await backend.compile(graph))
  const played: Record<string, NDArray>[] = []
  for (const turn of turns) {
    const results = 'feed' in turn ? await programs[turn.program].run(turn.feed) : {}
    if ('values' in turn) await backend.write(turn.variable, turn.values)
    played.push({ ...results, ...(await readAll(backend, variables)) })
  }
  for (const program of programs) program.dispose()
  backend.release(variables)
  return played
}

/** Compares a backend with the references over programs that run in random order on the same variables. */
export const compareProgramsRandomly = (backend: Backend, numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.gen(), async (generate) => {
      const drawn = randomPrograms(new Scene(generate))
      const float32 = await play(reference(), drawn)
      const float64 = await play(reference({ precision: 'float64' }), drawn)
      const actual = await play(backend, drawn)
      for (const [i, results] of actual.entries())
        for (const [name, result] of Object.entries(results)) {
          const wrong = mismatch(result, float32[i][name], float64[i][name], chained)
          if (wrong) throw new Error(`${name} after turn ${i} ${wrong}`)
        }
    }),
    { seed: 20260, numRuns: randomCases(numRuns) },
  )
