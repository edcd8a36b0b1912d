/** `gentle predict` of a data set by a model of numbers: what it predicts, beside the truth. */
import type { Model, OpenedModel } from 'gentle-dl'
import { asWritten, columnNames, writeCsv } from '../data/csv-text.ts'
import { bold, figure, note, print, thousands } from '../terminal/terminal.ts'
import { exitCodes } from '../terminal/usage.ts'
import { examplesOf, maxListed } from './predict-data.ts'
import type { PredictFlags } from './predict-flags.ts'
import { predictedNumbers } from './predicted-numbers.ts'

/** Runs the command for the examples of a data set. Gives the exit code. */
export async function predictNumbers(
  place: string,
  opened: OpenedModel,
  model: Model,
  flags: PredictFlags,
): Promise<number> {
  const data = await examplesOf(place, opened, model, flags)
  const { inputs, truth, predicted } = await predictedNumbers(model, data)
  const names = columnNames(opened.columns ?? { values: 'numbers' }, model.inputShape[0])
  const results = Array.from(predicted, (prediction, i) => ({
    example: data.nameOf?.(i) ?? `${flags.split ?? 'test'} ${i}`,
    truth: truth[i],
    prediction,
  }))
  if (flags.out !== undefined) {
    const features = names.inputs.length
    writeCsv(flags.out, [
      [...names.inputs, names.target, `predicted_${names.target}`],
      ...results.map(({ prediction }, i) => [
        ...Array.from(inputs.subarray(i * features, (i + 1) * features), asWritten),
        asWritten(truth[i]),
        asWritten(prediction),
      ]),
    ])
  }
  if (flags.json) console.log(JSON.stringify(results, null, 2))
  else if (flags.out === undefined) {
    for (const { example, truth, prediction } of results.slice(0, maxListed))
      print(`${bold(example)}  ${names.target} ${figure(prediction)}, true ${figure(truth)}`)
    if (results.length > maxListed)
      note(`${maxListed} of ${thousands(results.length)} examples; --out FILE.csv writes all, --json prints them`)
  }
  return exitCodes.done
}
