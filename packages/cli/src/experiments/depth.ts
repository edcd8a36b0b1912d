/**
 * `gentle experiment depth`: why shortcuts matter. Plain and residual networks of 20 and 56 layers are trained alike; plain ones learn worse
 * when they are deeper, on the training set itself (He, Zhang, Ren, Sun, "Deep Residual Learning", 2015, figures 1 and 6).
 */
import { type Backend, cosineDecay, countParameters, evaluate, fit, sgd, wasm } from 'gentle-dl'
import { type Dataset, subset } from 'gentle-dl/data'
import { openData } from '../data/datasets.ts'
import { resized } from '../data/resize.ts'
import { networkNamed } from '../models/networks.ts'
import { note, percent } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import type { DepthResult, DepthRun } from './depth-results.ts'
import { meanOf, saveAndPrint, spread, spreadTable } from './results.ts'

export interface DepthFlags {
  readonly data: string
  readonly examples: number
  readonly size: number
  readonly epochs: number
  readonly seeds: number
  readonly threads?: number
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

const networks = [
  { network: 'plain20', layers: 20, residual: false },
  { network: 'plain56', layers: 56, residual: false },
  { network: 'resnet20', layers: 20, residual: true },
  { network: 'resnet56', layers: 56, residual: true },
] as const

const batchSize = 64

/** Runs the command. Gives the exit code. */
export async function depthExperiment(flags: DepthFlags): Promise<number> {
  for (const name of ['examples', 'size', 'epochs', 'seeds'] as const)
    if (!Number.isInteger(flags[name]) || flags[name] < 1)
      throw new UsageError(`--${name} is ${flags[name]}; expected a whole number of at least 1`)
  const { train, test } = await openData(flags.data, { seed: 0 })
  if (train.inputShape.length !== 3)
    throw new UsageError(`--data ${flags.data} has no pictures; expected mnist or a folder of IDX files`)
  const few = (set: Dataset, count: number): Dataset =>
    resized(
      subset(
        set,
        Uint32Array.from({ length: Math.min(count, set.length) }, (_, i) => i),
      ),
      flags.size,
    )
  const [learned, unseen] = [few(train, flags.examples), few(test, flags.examples)]
  const backend = await wasm({ threads: flags.threads })
  try {
    const results: DepthResult[] = []
    for (const { network, layers, residual } of networks) {
      const runs: DepthRun[] = []
      let parameters = 0
      for (let seed = 0; seed < flags.seeds; seed++) {
        const { run, count } = await trainOnce(network, seed, learned, unseen, flags.epochs, backend)
        parameters = count
        runs.push(run)
        if (!flags.quiet)
          note(
            `${network}, seed ${seed}: training loss ${run.trainLoss.at(-1)!.toFixed(4)}, test accuracy ${percent(run.test.accuracy)}, ${run.seconds.toFixed(0)} s`,
          )
      }
      results.push({ network, layers, residual, parameters, runs })
    }
    const { data, examples, size, epochs, seeds } = flags
    const { depthSvg } = await import('./depth-svg.ts')
    saveAndPrint(
      {
        experiment: 'depth',
        figures: { data, examples, size, epochs, seeds, results },
        svg: depthSvg(results),
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
  network: string,
  seed: number,
  train: Dataset,
  test: Dataset,
  epochs: number,
  backend: Backend,
): Promise<{ run: DepthRun; count: number }> {
  const layer = networkNamed(network).build({ classes: train.classes?.length ?? 10, points: false })
  const began = performance.now()
  const { model, history } = await fit(layer, train, {
    // The rate rises through the first epoch: at once at its highest it throws the deepest networks off (section 4.2).
    optimizer: sgd({
      learningRate: cosineDecay(0.1, { warmup: Math.ceil(train.length / batchSize) }),
      momentum: 0.9,
      weightDecay: 1e-4,
    }),
    batchSize,
    epochs,
    seed,
    backend,
  })
  const seconds = (performance.now() - began) / 1000
  const { loss, accuracy } = await evaluate(model, test)
  backend.release([...model.parameters.values(), ...model.state.values()])
  return {
    run: { seed, trainLoss: history.map((epoch) => epoch.train.loss), test: { loss, accuracy: accuracy! }, seconds },
    count: countParameters(model),
  }
}

function textOf(results: readonly DepthResult[]): string {
  const rows = results.map(({ network, parameters, runs }) => [
    network,
    parameters,
    spread(
      runs.map(({ trainLoss }) => trainLoss.at(-1)!),
      (loss) => loss.toFixed(4),
    ),
    spread(
      runs.map(({ test }) => test.accuracy),
      percent,
    ),
    `${meanOf(runs.map(({ seconds }) => seconds)).toFixed(0)} s`,
  ])
  return [
    spreadTable([['network', 'parameters', 'training loss', 'test accuracy', 'time'], ...rows]),
    '',
    verdict(results, false),
    verdict(results, true),
  ].join('\n')
}

/** What depth did to the training loss, in a sentence. */
function verdict(results: readonly DepthResult[], residual: boolean): string {
  const [shallow, deep] = results
    .filter((result) => result.residual === residual)
    .map(({ runs }) => meanOf(runs.map(({ trainLoss }) => trainLoss.at(-1)!)))
  const kind = residual ? 'With shortcuts' : 'Without shortcuts'
  const effect =
    deep > shallow ? `${Number((deep / shallow).toPrecision(2))} times the training loss` : 'no higher training loss'
  return `${kind}, 56 layers end with ${effect} of 20 (${deep.toFixed(4)} against ${shallow.toFixed(4)}).`
}
