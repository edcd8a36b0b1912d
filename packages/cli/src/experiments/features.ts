/**
 * `gentle experiment features`: no more feature engineering. A linear classifier learns from pixels, from features made by hand (Sobel and Gabor
 * filters), and from the same number of filters that are learned with it, from few examples and from many; LeNet-5 is what comes after.
 */
import {
  AvgPool2d,
  adam,
  type Backend,
  Conv2d,
  cosineDecay,
  countParameters,
  createModel,
  evaluate,
  Flatten,
  fit,
  type Layer,
  Linear,
  Sequential,
  wasm,
  writeWeights,
} from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { lenet5 } from 'gentle-dl/models'
import { abs } from 'gentle-dl/ops'
import { openData } from '../data/datasets.ts'
import { note, percent, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { epochsFor, exampleCounts, pictureSize, someOf } from './examples.ts'
import type { FeaturesResult, FeaturesRun, Filters } from './features-results.ts'
import { filterBank, filterCount, filterSize } from './filter-bank.ts'
import { meanOf, saveAndPrint, spread, spreadTable } from './results.ts'

export interface FeaturesFlags {
  readonly data: string
  readonly examples: string
  readonly steps: number
  readonly seeds: number
  readonly threads?: number
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

const filterWeights = 'filters.weight'

/** |x|, so that dark-to-light and light-to-dark edges count alike. */
const magnitude: Layer = { description: { type: 'magnitude' }, apply: (x) => abs(x) }

const filtered = (classes: number): Layer =>
  Sequential({
    filters: Conv2d(filterCount, filterSize, { padding: (filterSize - 1) / 2, bias: false }),
    magnitude,
    pool: AvgPool2d(4),
    flatten: Flatten(),
    classify: Linear(classes),
  })

interface Arm {
  readonly features: string
  readonly network: (classes: number) => Layer
  /** Whether the filters are those made by hand, and stay. */
  readonly fixed?: boolean
}

const arms: readonly Arm[] = [
  { features: 'pixels', network: (classes) => Sequential(Flatten(), Linear(classes)) },
  { features: 'hand-made filters', network: filtered, fixed: true },
  { features: 'learned filters', network: filtered },
  { features: 'LeNet-5', network: (classes) => lenet5({ classes }) },
]

const batchSize = 64

/** Runs the command. Gives the exit code. */
export async function featuresExperiment(flags: FeaturesFlags): Promise<number> {
  for (const name of ['steps', 'seeds'] as const)
    if (!Number.isInteger(flags[name]) || flags[name] < 1)
      throw new UsageError(`--${name} is ${flags[name]}; expected a whole number of at least 1`)
  const { train, test } = await openData(flags.data, { seed: 0, size: pictureSize })
  if (train.inputShape.length !== 3)
    throw new UsageError(`--data ${flags.data} has no pictures; expected mnist or another image data set`)
  const counts = exampleCounts(flags.examples, train.length)
  const backend = await wasm({ threads: flags.threads })
  try {
    const results: FeaturesResult[] = []
    let learned: Filters = []
    for (const arm of arms) {
      const runs: FeaturesRun[] = []
      let parameters = 0
      for (const examples of counts)
        for (let seed = 0; seed < flags.seeds; seed++) {
          const few = someOf(train, examples, seed)
          const { run, count, filters } = await trainOnce(arm, few, test, seed, flags.steps, backend)
          runs.push(run)
          parameters = count
          if (arm.features === 'learned filters' && seed === 0) learned = filters
          if (!flags.quiet)
            note(
              `${arm.features}, ${examples} examples, seed ${seed}: test accuracy ${percent(run.test.accuracy)}, ${run.seconds.toFixed(1)} s`,
            )
        }
      results.push({ features: arm.features, parameters, runs })
    }
    const byHand = split(filterBank(train.inputShape[0]))
    const { data, steps, seeds } = flags
    const { featuresSvg } = await import('./features-svg.ts')
    saveAndPrint(
      {
        experiment: 'features',
        figures: { data, examples: counts, steps, batchSize, seeds, results, filters: { byHand, learned } },
        svg: featuresSvg(results, byHand, learned),
        text: textOf(results, counts),
      },
      flags,
    )
    return exitCodes.done
  } finally {
    await backend.close()
  }
}

const split = (weights: Float32Array): Filters => {
  const size = weights.length / filterCount
  return Array.from({ length: filterCount }, (_, i) => Array.from(weights.subarray(i * size, (i + 1) * size)))
}

async function trainOnce(
  { network, fixed = false }: Arm,
  examples: Dataset,
  test: Dataset,
  seed: number,
  steps: number,
  backend: Backend,
): Promise<{ run: FeaturesRun; count: number; filters: Filters }> {
  const { inputShape, classes, length } = examples
  const model = await createModel(network(classes?.length ?? 10), inputShape, { seed, classes, backend })
  if (fixed) await writeWeights(model, new Map([[filterWeights, filterBank(inputShape[0])]]))
  const began = performance.now()
  await fit(model, examples, {
    optimizer: adam({ learningRate: cosineDecay(0.006) }),
    batchSize,
    epochs: epochsFor(steps, length, batchSize),
    seed,
    freeze: (name) => fixed && name === filterWeights,
  })
  const seconds = (performance.now() - began) / 1000
  const filters = model.parameters.get(filterWeights)
  const weights = filters === undefined ? [] : split(await backend.read(filters))
  const count = countParameters(model) - (fixed ? filterCount * filterSize ** 2 * inputShape[0] : 0)
  const { loss, accuracy } = await evaluate(model, test)
  backend.release([...model.parameters.values(), ...model.state.values()])
  return { run: { examples: length, seed, test: { loss, accuracy: accuracy! }, seconds }, count, filters: weights }
}

function textOf(results: readonly FeaturesResult[], counts: readonly number[]): string {
  const at = ({ runs }: FeaturesResult, count: number): number[] =>
    runs.filter(({ examples }) => examples === count).map(({ test }) => test.accuracy)
  const rows = results.map((result) => [
    result.features,
    result.parameters,
    ...counts.map((count) => spread(at(result, count), tenths)),
  ])
  const byHand = results.find(({ features }) => features === 'hand-made filters')!
  const learned = results.find(({ features }) => features === 'learned filters')!
  const verdicts = [counts[0], counts.at(-1)!].map((count) => {
    const [fixed, free] = [byHand, learned].map((result) => meanOf(at(result, count)))
    return `With ${thousands(count)} examples, hand-made filters reach ${percent(fixed)} and learned ones ${percent(free)}.`
  })
  const heads = counts.map((count) => `${thousands(count)} examples`)
  return [
    'Test accuracy, in %: mean over seeds (minimum to maximum)',
    spreadTable([['features', 'learned parameters', ...heads], ...rows]),
    '',
    ...new Set(verdicts),
  ].join('\n')
}

const tenths = (share: number): string => (100 * share).toFixed(1)
