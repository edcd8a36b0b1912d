/**
 * `gentle experiment memory`: over how many steps a recurrent network remembers. Plain ones, LSTMs and GRUs learn two problems in which the distance is known
 * (Hochreiter, Schmidhuber, "Long Short-Term Memory", 1997, section 5.4; Arjovsky, Shah, Bengio, "Unitary Evolution Recurrent Neural Networks", 2016, section 5).
 */
import {
  adam,
  type Backend,
  createModel,
  crossEntropy,
  evaluate,
  fit,
  GRU,
  gradients,
  input,
  type Layer,
  Linear,
  type Loss,
  LSTM,
  type Metric,
  meanSquaredError,
  Random,
  RNN,
  Sequential,
  wasm,
} from 'gentle-dl'
import { addingProblem, copyingProblem, type Dataset } from 'gentle-dl/data'
import { traceInference } from 'gentle-dl/inspect'
import { argmax, equal, mean, reshape, slice, sum } from 'gentle-dl/ops'
import { note, percent } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import {
  type Cell,
  cells,
  type MemoryResult,
  type MemoryRun,
  type Problem,
  problems,
  type Reach,
} from './memory-results.ts'
import { meanOf, saveAndPrint, spread, spreadTable } from './results.ts'

export interface MemoryFlags {
  readonly distances: string
  readonly units: number
  readonly symbols: number
  readonly steps: number
  readonly seeds: number
  readonly threads?: number
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

const batchSize = 50
const tested = 1000
/** Steps that are looked back on before anything is learned. */
const windowSize = 100

/** A rate at which each kind learns as well as it can; a plain network's states jump at the gates' one. */
const learningRates: Readonly<Record<Cell, number>> = { RNN: 1e-3, LSTM: 1e-2, GRU: 1e-2 }

/** An LSTM begins with open forget gates. */
const layerOf = (cell: Cell, units: number, outputs: 'all' | 'last'): Layer =>
  cell === 'RNN'
    ? RNN(units, { outputs })
    : cell === 'LSTM'
      ? LSTM(units, { outputs, forgetBias: 1 })
      : GRU(units, { outputs })

/** What has to be learned over a distance. */
interface Setting {
  data(examples: number, seed: number): Dataset
  network(cell: Cell): Layer
  readonly loss: Loss
  readonly metrics: readonly Metric[]
  /** How much is solved, from a mean loss and the metric `recalled`. */
  solved(measured: { readonly loss: number; readonly recalled?: number }): number
}

const settings: Readonly<Record<Problem, (distance: number, flags: MemoryFlags) => Setting>> = {
  adding: (distance, { units }) => ({
    data: (examples, seed) => addingProblem(distance, { examples, seed }),
    network: (cell) => Sequential(layerOf(cell, units, 'last'), Linear(1)),
    loss: meanSquaredError,
    metrics: [],
    // The sum of two numbers from 0 to 1 has a variance of 1/6.
    solved: ({ loss }) => 1 - 6 * loss,
  }),
  copying: (distance, { units, symbols }) => ({
    data: (examples, seed) => copyingProblem(distance, { examples, seed, symbols }),
    network: (cell) => Sequential(layerOf(cell, units, 'all'), Linear(9)),
    loss: (prediction, target) => crossEntropy(reshape(prediction, [-1, 9]), reshape(target, [-1])),
    metrics: [
      {
        name: 'recalled',
        count(prediction, target) {
          const [examples, length] = prediction.shape
          const asked = slice(prediction, [0, length - symbols, 0], [examples, symbols, 9])
          return mean(equal(argmax(asked), slice(target, [0, length - symbols], [examples, symbols])), 1)
        },
      },
    ],
    solved: ({ recalled }) => recalled!,
  }),
}

function distancesOf(list: string): number[] {
  const distances = list.split(',').map(Number)
  if (distances.some((distance) => !Number.isInteger(distance) || distance < 2))
    throw new UsageError(`--distances is '${list}'; expected whole numbers of at least 2, such as 10,20,50`)
  return [...new Set(distances)].sort((a, b) => a - b)
}

/** Runs the command. Gives the exit code. */
export async function memoryExperiment(flags: MemoryFlags): Promise<number> {
  for (const name of ['units', 'symbols', 'steps', 'seeds'] as const)
    if (!Number.isInteger(flags[name]) || flags[name] < 1)
      throw new UsageError(`--${name} is ${flags[name]}; expected a whole number of at least 1`)
  const distances = distancesOf(flags.distances)
  const backend = await wasm({ threads: flags.threads })
  try {
    const reach = await Promise.all(cells.map((cell) => reachOf(cell, flags, backend)))
    const results: MemoryResult[] = []
    for (const problem of problems)
      for (const distance of distances)
        for (const cell of cells) {
          const runs: MemoryRun[] = []
          for (let seed = 0; seed < flags.seeds; seed++) {
            const run = await trainOnce(settings[problem](distance, flags), cell, seed, flags.steps, backend)
            runs.push(run)
            if (!flags.quiet)
              note(
                `${problem} over ${distance} steps, ${cell}, seed ${seed}: ${percent(Math.max(0, run.solved))} solved, ${run.seconds.toFixed(0)} s`,
              )
          }
          results.push({ problem, cell, distance, runs })
        }
    const { units, symbols, steps, seeds } = flags
    const { memorySvg } = await import('./memory-svg.ts')
    saveAndPrint(
      {
        experiment: 'memory',
        figures: { distances, units, symbols, steps, seeds, results, reach },
        svg: memorySvg(results, reach),
        text: textOf(results),
      },
      flags,
    )
    return exitCodes.done
  } finally {
    await backend.close()
  }
}

async function trainOnce(
  { data, network, loss, metrics, solved }: Setting,
  cell: Cell,
  seed: number,
  steps: number,
  backend: Backend,
): Promise<MemoryRun> {
  const began = performance.now()
  const { model } = await fit(network(cell), data(batchSize * steps, seed), {
    loss,
    metrics: [],
    optimizer: adam({ learningRate: learningRates[cell], clipNorm: 1 }),
    batchSize,
    epochs: 1,
    seed,
    backend,
    keep: 'last',
  })
  const seconds = (performance.now() - began) / 1000
  const measured = (await evaluate(model, data(tested, seed + 1000), { loss, metrics })) as {
    loss: number
    recalled?: number
  }
  backend.release([...model.parameters.values(), ...model.state.values()])
  return { seed, loss: measured.loss, solved: solved(measured), seconds }
}

/** Gradients of the last output by each input, of networks as they begin. */
async function reachOf(cell: Cell, { units, seeds }: MemoryFlags, backend: Backend): Promise<Reach> {
  const sizes: number[][] = []
  for (let seed = 0; seed < seeds; seed++) {
    const model = await createModel(layerOf(cell, units, 'last'), [windowSize, units], { seed, backend })
    const x = input([1, windowSize, units])
    const [slopes] = gradients(sum(traceInference(model, x)), [x])
    const program = await backend.compile({ inputs: { x }, outputs: { slopes }, updates: [] })
    const random = new Random(seed, 'inputs')
    const { data } = (
      await program.run({ x: Float32Array.from({ length: windowSize * units }, () => random.normal()) })
    ).slopes
    const sizeAt = (t: number): number => Math.hypot(...data.subarray(t * units, (t + 1) * units))
    sizes.push(Array.from({ length: windowSize }, (_, back) => sizeAt(windowSize - 1 - back)))
    program.dispose()
    backend.release([...model.parameters.values()])
  }
  return { cell, gradients: sizes }
}

function textOf(results: readonly MemoryResult[]): string {
  const shown = (share: number): string => percent(Math.max(0, share))
  const tableOf = (problem: Problem): string => {
    const own = results.filter((result) => result.problem === problem)
    const distances = [...new Set(own.map(({ distance }) => distance))]
    return spreadTable([
      [`${problem}, solved over`, ...cells, 'time'],
      ...distances.map((distance) => {
        const row = own.filter((result) => result.distance === distance)
        return [
          `${distance} steps`,
          ...row.map(({ runs }) =>
            spread(
              runs.map(({ solved }) => solved),
              shown,
            ),
          ),
          `${row.reduce((sum, { runs }) => sum + meanOf(runs.map(({ seconds }) => seconds)), 0).toFixed(0)} s`,
        ]
      }),
    ])
  }
  return [
    ...problems.flatMap((problem) => [tableOf(problem), '']),
    'Adding: fraction of variance explained, 0 % for always predicting 1. Copying: symbols recalled, 12.5 % by chance.',
  ].join('\n')
}
