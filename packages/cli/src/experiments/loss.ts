/**
 * `gentle experiment loss`: on a distribution that is known, how the empirical loss of ever more examples closes in on the expected loss: that of the
 * best classifier there is, whatever it is measured on, and that of classifiers which learned from the examples.
 */
import { adam, type Backend, cosineDecay, evaluate, fit, Linear, readWeights, wasm } from 'gentle-dl'
import { note, table, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'

import { epochsFor, exampleCounts } from './examples.ts'
import { bestLoss, draw, empiricalLossOfBest, expectedLoss, lossStd } from './gaussians.ts'
import { errorsOf, type LossResult, type LossRun } from './loss-results.ts'
import { saveAndPrint, spread, spreadTable } from './results.ts'

export interface LossFlags {
  readonly examples: string
  readonly seeds: number
  readonly threads?: number
  readonly out: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** More examples than this are not drawn. */
const maxExamples = 1_000_000

const steps = 600

/** Most sets are learned as a whole: with small batches the last steps' chance would be larger than what is to be seen. */
const largestBatch = 10_000

/** Runs the command. Gives the exit code. */
export async function lossExperiment(flags: LossFlags): Promise<number> {
  if (!Number.isInteger(flags.seeds) || flags.seeds < 1)
    throw new UsageError(`--seeds is ${flags.seeds}; expected a whole number of at least 1`)
  const counts = exampleCounts(flags.examples, maxExamples)
  const backend = await wasm({ threads: flags.threads })
  try {
    const results: LossResult[] = []
    for (const examples of counts) {
      const runs: LossRun[] = []
      for (let seed = 0; seed < flags.seeds; seed++) runs.push(await trainOnce(examples, seed, backend))
      results.push({ examples, runs })
      if (!flags.quiet)
        note(
          `${thousands(examples)} examples: training loss ${spread(
            runs.map(({ train }) => train),
            (loss) => loss.toFixed(4),
          )}`,
        )
    }
    const { lossSvg } = await import('./loss-svg.ts')
    saveAndPrint(
      {
        experiment: 'loss',
        figures: { examples: counts, seeds: flags.seeds, steps, bestLoss, lossStd, results },
        svg: lossSvg(results, bestLoss),
        text: textOf(results),
      },
      flags,
    )
    return exitCodes.done
  } finally {
    await backend.close()
  }
}

/** Learns a line from this many examples by a fixed number of steps. */
async function trainOnce(examples: number, seed: number, backend: Backend): Promise<LossRun> {
  const train = draw(examples, seed, `training ${examples}`)
  const validation = draw(examples, seed, `validation ${examples}`)
  const batchSize = Math.min(largestBatch, examples)
  const { model } = await fit(Linear(2), train, {
    optimizer: adam({ learningRate: cosineDecay(0.05) }),
    batchSize,
    epochs: epochsFor(steps, examples, batchSize),
    seed,
    backend,
  })
  const weights = await readWeights(model)
  const [[leftX, leftY, rightX, rightY], [leftBias, rightBias]] = [weights.get('weight')!, weights.get('bias')!]
  const run = {
    seed,
    best: empiricalLossOfBest(train),
    train: (await evaluate(model, train)).loss,
    validation: (await evaluate(model, validation)).loss,
    expected: expectedLoss(rightX - leftX, rightY - leftY, rightBias - leftBias),
  }
  backend.release([...model.parameters.values()])
  return run
}

function textOf(results: readonly LossResult[]): string {
  const cell = (runs: readonly LossRun[], of: (run: LossRun) => number): string =>
    spread(runs.map(of), (loss) => loss.toFixed(4))
  const rows = results.map(({ examples, runs }) => [
    examples,
    cell(runs, ({ best }) => best),
    cell(runs, ({ train }) => train),
    cell(runs, ({ validation }) => validation),
    cell(runs, ({ expected }) => expected),
  ])
  const errors = results.map((result) => {
    const { sampling, samplingInTheory, gained, lost, optimismInTheory } = errorsOf(result)
    return [result.examples, ...[sampling, samplingInTheory, gained, lost, optimismInTheory].map(twoDigits)]
  })
  return [
    `The best classifier's expected loss is ${bestLoss.toFixed(4)}. Mean over seeds (minimum to maximum):`,
    spreadTable([['examples', 'best, on these', 'trained, on these', 'on as many new examples', 'expected'], ...rows]),
    '',
    `The loss of one example has standard deviation σ = ${lossStd.toFixed(4)}. Root-mean-square error of the best classifier's loss on n examples, and what training gains on them and loses in expectation (mean):`,
    table([['examples', 'RMS error', 'σ/√n', 'gained', 'lost', '3/2n'], ...errors]),
  ].join('\n')
}

const twoDigits = (value: number): string => String(Number(value.toPrecision(2)))
