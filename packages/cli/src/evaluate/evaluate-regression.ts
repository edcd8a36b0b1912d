/** `gentle eval` of models that predict numbers. */
import { evaluate, type OpenedModel } from 'gentle-dl'
import { openData } from '../data/datasets.ts'
import { regressionMetrics, standardizedError, unitsOf } from '../tasks/regression.ts'
import type { EvaluationFlags } from '../tasks/task.ts'
import { datasetPart, partsOfRun } from '../tasks/used-examples.ts'
import { bold, figure, print, table } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { figureNames, figuresOf } from '../train/finish-regression.ts'
import { checkSame, type DataOfRun } from './data-of-run.ts'
import { tableOptions } from './predict-data.ts'
import { baselineOf, examplesIn } from './predicted-numbers.ts'

const flagsOfOthers = ['views', 'flip', 'augment', 'labels', 'normalize', 'resize'] as const

/** R² and errors of a model on part of a table. Gives the exit code. */
export async function evaluateRegression(
  opened: OpenedModel,
  part: 'train' | 'validation' | 'test',
  flags: EvaluationFlags & { readonly label?: string } & Partial<Record<(typeof flagsOfOthers)[number], unknown>>,
  own?: DataOfRun,
): Promise<number> {
  const { model } = opened
  const odd = flagsOfOthers.find((name) => flags[name] !== undefined)
  if (odd !== undefined) throw new UsageError(`--${odd} is not for a model that was trained to regress`)
  const all = await openData(flags.data, {
    seed: flags.seed ?? 0,
    validation: own?.settings.validation,
    ...tableOptions(flags.data, opened, { label: flags.label, isOwn: own !== undefined }),
  })
  const set = partsOfRun(all, own?.settings, datasetPart)[part]
  if (own !== undefined) await checkSame(own, part, set)
  const { truth } = await examplesIn(set)
  const units = unitsOf(model)
  const mean = units?.mean ?? truth.reduce((sum, value) => sum + value, 0) / truth.length
  const figures = await evaluate(model, set, {
    loss: standardizedError(units?.std ?? 1),
    metrics: regressionMetrics(mean),
  })
  const baseline = baselineOf(mean, truth)
  if (flags.json)
    console.log(JSON.stringify({ ...figures, baseline, data: flags.data, split: part, examples: set.length }, null, 2))
  else
    print(
      [
        bold(`R² ${figures.r2!.toFixed(4)} on ${set.length.toLocaleString('en-US')} ${part} examples of ${flags.data}`),
        '',
        table([
          ['', ...figureNames],
          ['model', ...figuresOf(figures)],
        ]),
        `predicting ${figure(baseline.prediction)} always${units === undefined ? '' : ', the mean of the training examples'}: MAE ${figure(baseline.meanAbsoluteError)}, RMSE ${figure(baseline.rootMeanSquaredError)}`,
      ].join('\n'),
    )
  return exitCodes.done
}
