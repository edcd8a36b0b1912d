/** The end of a training of regression: the best weights on the test set, the figures, the pictures, the report. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Evaluation, evaluate, loadModel, type Metric, type ModelColumns } from 'gentle-dl'
import type { Splits } from 'gentle-dl/data'
import { columnNames, exampleTable } from '../data/csv-text.ts'
import { baselineOf, type PredictedNumbers, predictedNumbers } from '../evaluate/predicted-numbers.ts'
import { fitPicture, predictionsPicture } from '../pictures/regression-pictures.ts'
import type { Monitor } from '../tasks/monitor.ts'
import { standardizedError, unitsOf } from '../tasks/regression.ts'
import type { Ending } from '../tasks/task.ts'
import { commandLine } from '../terminal/invocation.ts'
import { bold, dim, figure, print, table, thousands } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { summaryBeginning, summaryEnd } from './run-summary.ts'
import { sampleOf } from './train-sample.ts'

/** Test rows with the largest errors that are told. */
const maxListed = 3

/** An evaluation as it is told: R², and errors in the units of the target. */
export const figuresOf = ({ loss, r2, meanAbsoluteError, rootMeanSquaredError }: Evaluation): string[] => [
  loss.toFixed(4),
  r2!.toFixed(4),
  figure(meanAbsoluteError!),
  figure(rootMeanSquaredError!),
]

export const figureNames = ['loss', 'R²', 'MAE', 'RMSE']

/** The rows whose predictions are the furthest from the truth. */
function worstOf({ truth, predicted }: PredictedNumbers, name: (index: number) => string): string[] {
  const apart = Array.from(truth, (value, i) => ({ i, error: Math.abs(predicted[i] - value) }))
  return apart
    .sort((a, b) => b.error - a.error)
    .slice(0, maxListed)
    .map(({ i }) => `${name(i)}: predicted ${figure(predicted[i])}, true ${figure(truth[i])}`)
}

export async function finishRegression(
  ending: Ending,
  splits: Splits,
  {
    columns,
    metrics,
    mean,
    monitor: { monitor, scoreName },
  }: {
    readonly columns: ModelColumns
    readonly metrics: readonly Metric[]
    readonly mean: number
    readonly monitor: Monitor
  },
): Promise<number> {
  const { run, backend, flags } = ending
  const file = run.file('weights/best.safetensors')
  const best = await loadModel(await readFile(file), { name: file, backend })
  const options = { loss: standardizedError(unitsOf(best)!.std), metrics }
  const train = await evaluate(best, sampleOf(splits.train), options)
  const validation = await evaluate(best, splits.validation, options)
  const test = await evaluate(best, splits.test, options)
  const examples = await predictedNumbers(best, splits.test)
  const baseline = baselineOf(mean, examples.truth)
  const { target } = columnNames(columns, best.inputShape[0])
  const summary = {
    ...summaryBeginning(ending, 'regress', best),
    monitor,
    target,
    train,
    validation,
    test,
    baseline,
    ...summaryEnd(ending),
  }
  run.writeJson('summary.json', summary)
  run.write(
    'predictions.svg',
    await predictionsPicture(examples, columns, { r2: test.r2!, meanAbsoluteError: test.meanAbsoluteError! }),
  )
  const fit = await fitPicture(best, examples, columns)
  if (fit !== undefined) run.write('fit.svg', fit)
  run.write('example.csv', await exampleTable(splits.test, columns))
  if (flags.json) console.log(JSON.stringify(summary, null, 2))
  else if (!flags.quiet)
    print(
      [
        '',
        bold(`Test R² ${test.r2!.toFixed(4)}, mean absolute error ${figure(test.meanAbsoluteError!)}`),
        `with the weights of epoch ${summary.bestEpoch}, the best on validation${monitor === 'r2' ? '' : ` by ${scoreName}`}`,
        `${thousands(summary.examplesPerSecond)} examples/s, ${summary.seconds.toFixed(1)} s in all`,
        '',
        table([
          ['', ...figureNames],
          ...Object.entries({ train, validation, test }).map(([part, each]) => [part, ...figuresOf(each)]),
        ]),
        `MAE and RMSE are in the units of ${target}; predicting its training mean, ${figure(mean)}: MAE ${figure(baseline.meanAbsoluteError)}, RMSE ${figure(baseline.rootMeanSquaredError)}`,
        '',
        'Largest errors',
        ...worstOf(examples, (i) => `example ${splits.test.nameOf?.(i) ?? i}`).map((line) => `  ${line}`),
        '',
        `Wrote ${bold(run.path)}`,
        dim(
          `  summary.json, metrics.csv, curves.svg, predictions.svg, ${fit === undefined ? '' : 'fit.svg, '}example.csv, weights/`,
        ),
        '',
        'Next steps',
        `  ${commandLine('predict', run.path, join(run.path, 'example.csv'))}`,
        `  ${commandLine('eval', run.path)}`,
      ].join('\n'),
    )
  return exitCodes.done
}
