/**
 * `gentle experiment overfitting`: one network on few and on many pictures, bare and with each of three remedies: dropout, weight decay,
 * augmentation. Every training takes the same number of steps of the same size; its loss is watched on the pictures that it learns from, as
 * they are, and on those of the validation set.
 */
import {
  AvgPool2d,
  adamW,
  type Backend,
  Conv2d,
  cosineDecay,
  Dropout,
  evaluate,
  Flatten,
  fit,
  type Layer,
  Linear,
  Sequential,
  Tanh,
  wasm,
} from 'gentle-dl'
import { augmented, type Dataset, policies } from 'gentle-dl/data'
import { openData } from '../data/datasets.ts'
import { note, percent, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { epochsFor, exampleCounts, pictureSize, someOf } from './examples.ts'
import type { Moment, OverfittingResult, OverfittingRun } from './overfitting-results.ts'
import { meanOf, saveAndPrint, spread, spreadTable } from './results.ts'

export interface OverfittingFlags {
  readonly data: string
  readonly examples: string
  readonly steps: number
  readonly seeds: number
  readonly threads?: number
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

interface Remedy {
  readonly remedy: string
  readonly dropout?: number
  readonly weightDecay?: number
  readonly augmented?: boolean
}

const remedies: readonly Remedy[] = [
  { remedy: 'none' },
  { remedy: 'dropout', dropout: 0.5 },
  { remedy: 'weight decay', weightDecay: 1 },
  { remedy: 'augmentation', augmented: true },
]

const batchSize = 50

/** LeNet-5, with dropout before its last two layers: a rate of 0 leaves it as it is. */
const network = (classes: number, rate: number): Layer =>
  Sequential(
    Conv2d(6, 5, { padding: 2 }),
    Tanh(),
    AvgPool2d(2),
    Conv2d(16, 5),
    Tanh(),
    AvgPool2d(2),
    Conv2d(120, 5),
    Tanh(),
    Flatten(),
    Dropout(rate),
    Linear(84),
    Tanh(),
    Dropout(rate),
    Linear(classes),
  )

/** Runs the command. Gives the exit code. */
export async function overfittingExperiment(flags: OverfittingFlags): Promise<number> {
  for (const name of ['steps', 'seeds'] as const)
    if (!Number.isInteger(flags[name]) || flags[name] < 1)
      throw new UsageError(`--${name} is ${flags[name]}; expected a whole number of at least 1`)
  const { train, validation } = await openData(flags.data, { seed: 0, size: pictureSize })
  if (train.inputShape.length !== 3)
    throw new UsageError(`--data ${flags.data} has no pictures; expected mnist or another image data set`)
  const counts = exampleCounts(flags.examples, train.length)
  const backend = await wasm({ threads: flags.threads })
  try {
    const results: OverfittingResult[] = []
    for (const examples of counts)
      for (const remedy of remedies) {
        const runs: OverfittingRun[] = []
        for (let seed = 0; seed < flags.seeds; seed++) {
          const run = await trainOnce(remedy, someOf(train, examples, seed), validation, seed, flags.steps, backend)
          runs.push(run)
          const { train: learned, validation: unseen } = run.moments.at(-1)!
          if (!flags.quiet)
            note(
              `${examples} examples, ${remedy.remedy}, seed ${seed}: loss ${learned.loss.toFixed(4)} training, ${unseen.loss.toFixed(4)} validation; validation accuracy ${percent(unseen.accuracy!)}, ${run.seconds.toFixed(1)} s`,
            )
        }
        results.push({ remedy: remedy.remedy, examples, runs })
      }
    const { data, steps, seeds } = flags
    const { overfittingSvg } = await import('./overfitting-svg.ts')
    saveAndPrint(
      {
        experiment: 'overfitting',
        figures: { data, examples: counts, steps, batchSize, seeds, results },
        svg: overfittingSvg(results),
        text: textOf(results, counts),
      },
      flags,
    )
    return exitCodes.done
  } finally {
    await backend.close()
  }
}

/** The epochs after which a training is looked at: ever more steps lie between them, and the last is among them. */
function epochsToLookAt(epochs: number, stepsPerEpoch: number): Set<number> {
  const chosen = new Set([epochs])
  for (let step = 10; step < epochs * stepsPerEpoch; step *= 1.6)
    chosen.add(Math.min(epochs, Math.ceil(step / stepsPerEpoch)))
  return chosen
}

async function trainOnce(
  remedy: Remedy,
  examples: Dataset,
  validation: Dataset,
  seed: number,
  steps: number,
  backend: Backend,
): Promise<OverfittingRun> {
  const stepsPerEpoch = Math.ceil(examples.length / batchSize)
  const epochs = epochsFor(steps, examples.length, batchSize)
  const looks = epochsToLookAt(epochs, stepsPerEpoch)
  const moments: Moment[] = []
  const began = performance.now()
  const { model } = await fit(
    network(examples.classes?.length ?? 10, remedy.dropout ?? 0),
    remedy.augmented ? augmented(examples, policies.digits, { seed }) : examples,
    {
      optimizer: adamW({
        learningRate: cosineDecay(0.002),
        weightDecay: remedy.weightDecay ?? 0,
        decayParameters: 'weights',
      }),
      batchSize,
      epochs,
      seed,
      backend,
      onEpoch: async ({ epoch }, { model: current }) => {
        if (looks.has(epoch))
          moments.push({
            step: epoch * stepsPerEpoch,
            train: await evaluate(current, examples),
            validation: await evaluate(current, validation),
          })
      },
    },
  )
  backend.release([...model.parameters.values(), ...model.state.values()])
  return { seed, moments, seconds: (performance.now() - began) / 1000 }
}

function textOf(results: readonly OverfittingResult[], counts: readonly number[]): string {
  const last = ({ runs }: OverfittingResult, of: (moment: Moment) => number): number[] =>
    runs.map(({ moments }) => of(moments.at(-1)!))
  const accuracies = (result: OverfittingResult): number[] => last(result, ({ validation }) => validation.accuracy!)
  const rows = results.map((result) => [
    result.examples,
    result.remedy,
    spread(
      last(result, ({ train }) => train.loss),
      (loss) => loss.toFixed(4),
    ),
    spread(
      last(result, ({ validation }) => validation.loss),
      (loss) => loss.toFixed(3),
    ),
    spread(accuracies(result), (share) => (100 * share).toFixed(1)),
  ])
  const verdicts = counts.map((count) => {
    const [bare, helped] = ['none', 'augmentation'].map((name) =>
      accuracies(results.find(({ remedy, examples }) => remedy === name && examples === count)!),
    )
    const gain = 100 * (meanOf(helped) - meanOf(bare))
    const apart = Math.min(...helped) > Math.max(...bare) ? ', more than the difference between seeds' : ''
    return `With ${thousands(count)} examples, augmentation changes validation accuracy by ${gain.toFixed(1)} points${bare.length > 1 ? apart : ''}.`
  })
  return [
    'After the last step: mean over seeds (minimum to maximum)',
    spreadTable([['examples', 'remedy', 'training loss', 'validation loss', 'validation accuracy, %'], ...rows]),
    '',
    ...verdicts,
  ].join('\n')
}
