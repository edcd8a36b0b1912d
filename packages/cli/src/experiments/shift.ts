/**
 * `gentle experiment shift`: the lecture's "shift to the left". Networks learn from digits in the middle of the picture; then the test digits move. An
 * MLP has learned places, a convolution slides; what its dense head makes of that is seen beside a head that averages over all places, and
 * beside training on moved digits.
 */
import {
  type Backend,
  Conv2d,
  countParameters,
  createModel,
  evaluate,
  fit,
  GlobalAvgPool2d,
  type Layer,
  Linear,
  linearDecay,
  MaxPool2d,
  ReLU,
  Sequential,
  sgd,
  sizeOf,
  wasm,
} from 'gentle-dl'
import { augmented, type Dataset } from 'gentle-dl/data'
import { lenet5, mlp } from 'gentle-dl/models'
import { openData } from '../data/datasets.ts'
import { note, percent } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { exampleCounts, pictureSize, someOf } from './examples.ts'
import { moved } from './moved.ts'
import { meanOf, saveAndPrint, spread, spreadTable } from './results.ts'
import { distances, type ShiftResult, type ShiftRun } from './shift-results.ts'
import type { Picture } from './shift-svg.ts'

export interface ShiftFlags {
  readonly data: string
  readonly examples: number
  readonly epochs: number
  readonly seeds: number
  readonly threads?: number
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Black around the pictures, so that moved digits stay nearly whole: by 8 pixels, MNIST's lose 0.1 % of their ink to the left and 2.4 % downwards. */
const margin = 4

/** More test digits are not looked at: every network looks at each 33 times. */
const maxTested = 4000

const directions = [
  { name: 'left', right: -1, down: 0 },
  { name: 'right', right: 1, down: 0 },
  { name: 'up', right: 0, down: -1 },
  { name: 'down', right: 0, down: 1 },
] as const

interface Arm {
  readonly network: string
  readonly build: (classes: number) => Layer
  readonly learningRate: number
  /** Whether it learns from digits moved by up to 8 pixels. */
  readonly moves?: boolean
}

/** Three convolutions whose last maps are averaged over all places: where something is cannot matter, but for the edges. */
const pooled = (classes: number): Layer =>
  Sequential(
    Conv2d(16, 3, { padding: 1 }),
    ReLU(),
    MaxPool2d(2),
    Conv2d(32, 3, { padding: 1 }),
    ReLU(),
    MaxPool2d(2),
    Conv2d(64, 3, { padding: 1 }),
    ReLU(),
    GlobalAvgPool2d(),
    Linear(classes),
  )

const arms: readonly Arm[] = [
  { network: 'MLP', build: (classes) => mlp({ hidden: [128], classes }), learningRate: 0.1 },
  { network: 'LeNet-5', build: (classes) => lenet5({ classes }), learningRate: 0.1 },
  { network: 'CNN with global average pooling', build: pooled, learningRate: 0.1 },
  { network: 'LeNet-5, shifted digits', build: (classes) => lenet5({ classes }), learningRate: 0.1, moves: true },
]

/** Runs the command. Gives the exit code. */
export async function shiftExperiment(flags: ShiftFlags): Promise<number> {
  for (const name of ['examples', 'epochs', 'seeds'] as const)
    if (!Number.isInteger(flags[name]) || flags[name] < 1)
      throw new UsageError(`--${name} is ${flags[name]}; expected a whole number of at least 1`)
  const { train, test } = await openData(flags.data, { seed: 0, size: pictureSize })
  if (train.inputShape.length !== 3)
    throw new UsageError(`--data ${flags.data} has no pictures; expected mnist or another image data set`)
  const [examples] = exampleCounts(String(flags.examples), train.length)
  const unseen = someOf(test, Math.min(maxTested, flags.examples, test.length), 0)
  const backend = await wasm({ threads: flags.threads })
  try {
    const results: ShiftResult[] = []
    for (const arm of arms) {
      const runs: ShiftRun[] = []
      let parameters = 0
      for (let seed = 0; seed < flags.seeds; seed++) {
        const outcome = await trainOnce(arm, someOf(train, examples, seed), unseen, seed, flags.epochs, backend)
        parameters = outcome.parameters
        runs.push(outcome.run)
        if (!flags.quiet)
          note(
            `${arm.network}, seed ${seed}: test accuracy ${percent(outcome.run.left[0])} in the middle, ${percent(outcome.run.left.at(-1)!)} 8 pixels to the left, ${outcome.run.seconds.toFixed(0)} s`,
          )
      }
      results.push({ network: arm.network, parameters, runs })
    }
    const { data, epochs, seeds } = flags
    const { shiftSvg } = await import('./shift-svg.ts')
    saveAndPrint(
      {
        experiment: 'shift',
        figures: { data, examples, tested: unseen.length, epochs, seeds, distances, results },
        svg: shiftSvg(results, await firstOf(moved(unseen, margin, 0, 0))),
        text: textOf(results),
      },
      flags,
    )
    return exitCodes.done
  } finally {
    await backend.close()
  }
}

async function firstOf(dataset: Dataset): Promise<Picture> {
  const [, height, width] = dataset.inputShape
  const inputs = new Float32Array(sizeOf(dataset.inputShape))
  await dataset.read([0], inputs, new Int32Array(1))
  return { height, width, pixels: inputs.subarray(0, height * width) }
}

async function trainOnce(
  { build, learningRate, moves }: Arm,
  train: Dataset,
  test: Dataset,
  seed: number,
  epochs: number,
  backend: Backend,
): Promise<{ run: ShiftRun; parameters: number }> {
  const began = performance.now()
  const inMiddle = moved(train, margin, 0, 0)
  const share = distances.at(-1)! / inMiddle.inputShape[1]
  const learned = moves ? augmented(inMiddle, [{ type: 'shift', across: share, down: share }], { seed }) : inMiddle
  const made = await createModel(build(train.classes?.length ?? 10), inMiddle.inputShape, {
    seed,
    classes: train.classes,
    backend,
  })
  const { model } = await fit(made, learned, {
    optimizer: sgd({ learningRate: linearDecay(learningRate), momentum: 0.9 }),
    batchSize: 64,
    epochs,
    seed,
  })
  const accuracies = new Map<string, number[]>()
  for (const { name, right, down } of directions) {
    const own: number[] = []
    for (const distance of distances) {
      // Not moved is not moved, wherever to.
      const known = distance === 0 ? accuracies.get('left')?.[0] : undefined
      own.push(known ?? (await evaluate(model, moved(test, margin, right * distance, down * distance))).accuracy!)
    }
    accuracies.set(name, own)
  }
  const parameters = countParameters(model)
  backend.release([...model.parameters.values(), ...model.state.values()])
  const everywhere = distances.map((_, i) => meanOf([...accuracies.values()].map((own) => own[i])))
  const seconds = (performance.now() - began) / 1000
  return { run: { seed, left: accuracies.get('left')!, everywhere, seconds }, parameters }
}

function textOf(results: readonly ShiftResult[]): string {
  const shown = distances.filter((distance) => distance % 2 === 0)
  const heads = shown.map((distance) => (distance === 0 ? 'in the middle' : `by ${distance}`))
  const accuracies = ({ runs }: ShiftResult, of: (run: ShiftRun) => readonly number[]): string[] =>
    shown.map((distance) =>
      spread(
        runs.map((run) => of(run)[distance]),
        (share) => (100 * share).toFixed(1),
      ),
    )
  return [
    'Test accuracy in % for digits shifted to the left, by pixels: mean over seeds (minimum to maximum)',
    spreadTable([
      ['network', 'parameters', ...heads],
      ...results.map((result) => [result.network, result.parameters, ...accuracies(result, ({ left }) => left)]),
    ]),
    '',
    'The mean over left, right, up and down',
    spreadTable([
      ['network', ...heads],
      ...results.map((result) => [result.network, ...accuracies(result, ({ everywhere }) => everywhere)]),
    ]),
  ].join('\n')
}
