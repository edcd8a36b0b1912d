/** `gentle quantize`: a trained classifier in 8 bits, and what that costs. */
import { type Calibration, type Confusion, calibrations, confusion, quantize, saveModel } from 'gentle-dl'
import { openAnyModel, takesInputs } from '../models/open-model.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { bold, note, percent, print, table } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { classesOf } from './class-names.ts'
import { defaultRate, fineTune } from './fine-tune.ts'
import { partsFor } from './predict-data.ts'

export interface QuantizeFlags {
  readonly out: string
  readonly data?: string
  readonly calibration?: Calibration
  readonly examples?: number
  readonly fineTune?: number
  readonly learningRate?: number
  readonly json?: boolean
}

/** Runs the command. Gives the exit code. */
export async function quantizeRun(place: string, flags: QuantizeFlags): Promise<number> {
  const { out, calibration = 'mse', examples = 512, fineTune: epochs, learningRate = defaultRate } = flags
  if (!out.endsWith('.safetensors'))
    throw new UsageError(`--out is ${out}; expected a file that ends with .safetensors`)
  if (!calibrations.includes(calibration))
    throw new UsageError(`--calibration is '${calibration}'; choose from ${calibrations.join(', ')}`)
  if (!Number.isInteger(examples) || examples < 1)
    throw new UsageError(`--examples is ${examples}; expected a whole number of at least 1`)
  if (epochs !== undefined && (!Number.isInteger(epochs) || epochs < 1))
    throw new UsageError(`--fine-tune is ${epochs}; expected a whole number of epochs from 1`)
  if (flags.learningRate !== undefined && epochs === undefined)
    throw new UsageError('--learning-rate is that of --fine-tune EPOCHS, which is missing')
  if (!(learningRate > 0)) throw new UsageError(`--learning-rate is ${learningRate}; expected a number above 0`)
  const opened = await openAnyModel(place)
  if (takesInputs(opened) || opened.task !== 'classify')
    throw new UsageError(`${place} is not a classifier; quantize takes classifiers alone`)
  const { model, card, ...purpose } = opened
  if (model.layer.description.type === 'quantized') throw new UsageError(`${place} is in 8 bits already`)
  classesOf(model, place)
  const parts = await partsFor(place, opened, model, flags, 'quantize')
  const [train, test] = [await parts('train'), await parts('test')]
  const { model: small, layers } = await quantize(model, train, { calibration, examples })
  const [before, after] = [await confusion(model, test), await confusion(small, test)]
  const share = (holds: (i: number) => boolean): number => before.labels.filter((_, i) => holds(i)).length / test.length
  const accuracyOf = ({ predicted }: Confusion): number => share((i) => predicted[i] === before.labels[i])
  const agreementOf = ({ predicted }: Confusion): number => share((i) => predicted[i] === before.predicted[i])
  let written = after
  if (epochs !== undefined) {
    await fineTune(small, { train, validation: await parts('validation') }, { epochs, learningRate })
    written = await confusion(small, test)
  }
  const result = {
    accuracyBefore: accuracyOf(before),
    accuracyAfter: accuracyOf(after),
    agreement: agreementOf(after),
    ...(epochs !== undefined && {
      fineTuned: { epochs, learningRate, accuracy: accuracyOf(written), agreement: agreementOf(written) },
    }),
    data: test.name,
    examples: test.length,
    calibration,
    layers,
  }
  // What was measured of the model before is not of this one.
  const metrics = flags.data === undefined ? { test: { accuracy: accuracyOf(written) } } : undefined
  const bytes = await saveModel(small, { ...purpose, ...(card && { card: { ...card, metrics } }) })
  writeOutput('--out', out, bytes)
  if (flags.json) console.log(JSON.stringify({ ...result, out }, null, 2))
  else
    print(
      [
        bold(
          `${percent(result.accuracyAfter)} of ${test.length.toLocaleString('en-US')} test examples of ${test.name} correct in 8 bits, ${percent(result.accuracyBefore)} in float32`,
        ),
        `the same answer for ${percent(result.agreement)}`,
        ...(result.fineTuned === undefined
          ? []
          : [
              bold(`${percent(result.fineTuned.accuracy)} correct in 8 bits, fine-tuned`),
              `the same answer as in float32 for ${percent(result.fineTuned.agreement)}`,
            ]),
        '',
        table([
          ['layer', 'error', 'alone'],
          ...layers.map(({ name, error, alone }) => [name, percent(error), percent(alone)]),
        ]),
        '',
        `error: of its results, all in 8 bits${epochs === undefined ? '' : ', not yet fine-tuned'}; alone: of the outputs, where only it is in 8 bits`,
        `hurts most: ${layers.reduce((worst, layer) => (layer.alone > worst.alone ? layer : worst)).name}`,
      ].join('\n'),
    )
  note(`${out}: ${bytes.length.toLocaleString('en-US')} bytes, computed in 8 bits`)
  return exitCodes.done
}
