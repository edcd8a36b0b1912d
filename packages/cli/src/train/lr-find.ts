/** `gentle lr-find`: finds a learning rate by a range test, and draws it. */
import { findLearningRate, type Layer, type RateRange, wasm } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { commandLine } from '../terminal/invocation.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { lossText, note, print } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import type { TrainFlags } from './choose-settings.ts'
import { planTraining } from './plan-training.ts'
import { flagOf, optimizerWith, type Settings } from './settings.ts'

export interface RateFlags extends TrainFlags {
  /** Rates between which is looked, and how many are tried. */
  readonly lowest: number
  readonly highest: number
  readonly steps: number
  /** Where the curve is drawn. */
  readonly out: string
}

/** Two digits are as much as a range test knows. */
const rounded = (rate: number): number => Number(rate.toPrecision(2))

/** The words by which the same settings are given to `gentle train`. */
const wordsOf = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((each) =>
      each === true ? [flagOf(key)] : [flagOf(key), String(each)],
    ),
  )

/** What the curve does not tell, because it ends too early on one side. */
function doubtOf({ rates, losses }: RateRange, { highest, lowest, steps }: RateFlags): string | undefined {
  const at = losses.indexOf(Math.min(...losses))
  if (at >= 0.9 * steps)
    return `the loss is lowest near ${highest}, where the rates end: a higher one may be better; raise --highest`
  if (at < losses.length / 10)
    return rates.length < steps
      ? `the loss rises almost from ${lowest} on; lower --lowest`
      : 'the loss falls at none of these rates; raise --highest'
  return undefined
}

function checkRange({ lowest, highest, steps, out }: RateFlags): void {
  if (!(lowest > 0 && lowest < highest))
    throw new UsageError(`--lowest is ${lowest} and --highest ${highest}; expected numbers above 0, the lower first`)
  if (!Number.isInteger(steps) || steps < 10)
    throw new UsageError(`--steps is ${steps}; expected a whole number of at least 10`)
  if (!out.endsWith('.svg')) throw new UsageError(`--out is ${out}; expected a file that ends with .svg`)
}

/** Runs the command. Gives the exit code. */
export async function lrFind(named: string | undefined, flags: RateFlags): Promise<number> {
  checkRange(flags)
  const { lowest, highest, steps, out, json, quiet, strict, ...settings } = flags
  // A rate is what is looked for: with one, none is chosen by trials before.
  const {
    plan,
    prepared,
    learned,
    flags: settled,
  } = await planTraining(named, { ...settings, learningRate: highest, quiet, strict })
  const { threads, wideVectors, strictNumerics } = plan
  const backend = await wasm({ threads, wideVectors, strictNumerics })
  try {
    if (!quiet)
      note(`${plan.model} on ${plan.data}: up to ${steps} steps of ${plan.batchSize} examples, ${plan.optimizer}`)
    const range = await findLearningRate(prepared.network as Layer, learned as Dataset, {
      optimizer: (schedule) => optimizerWith(plan, schedule),
      lowest,
      highest,
      steps,
      batchSize: plan.batchSize,
      loss: prepared.loss,
      seed: plan.seed,
      backend,
    })
    const { plotLearningRates } = await import('gentle-dl-plot')
    writeOutput('--out', out, plotLearningRates(range, `${plan.model} on ${plan.data}, by ${plan.optimizer}`))
    const rate = rounded(range.rate)
    const command = commandLine(
      'train',
      plan.model,
      ...wordsOf({ ...settings, ...(settled.resize === undefined ? {} : { resize: settled.resize }) }),
      ...(strict ? ['--strict'] : []),
      ...['--learning-rate', String(rate)],
    )
    const doubt = doubtOf(range, flags)
    if (json)
      console.log(
        JSON.stringify(
          { rate, ...(doubt && { doubt }), command, chart: out, rates: range.rates, losses: range.losses },
          null,
          2,
        ),
      )
    else {
      const lowestLoss = Math.min(...range.losses)
      const at = rounded(range.rates[range.losses.indexOf(lowestLoss)])
      print(
        `learning rate ${rate}: a quarter of ${at}, where the loss was lowest, ${lossText(lowestLoss)}, of ${range.rates.length} rates`,
      )
      if (doubt !== undefined) print(`but ${doubt}`)
      print(`the curve is in ${out}; to train with the rate:\n  ${command}`)
    }
    return exitCodes.done
  } finally {
    await backend.close()
  }
}
