/** `gentle predict` of a data set: what a model takes its examples for, beside what they are. */
import { alignClasses, type Model, type OpenedModel, predict, sizeOf } from 'gentle-dl'
import { type Dataset, type PartName, partNames, preprocessed } from 'gentle-dl/data'
import { plainPreprocessing } from 'gentle-dl/vision'
import { type DataOptions, isTable, openData } from '../data/datasets.ts'
import { arePictures } from '../data/pictures.ts'
import { resized } from '../data/resize.ts'
import { preprocessingOf } from '../models/normalize.ts'
import { datasetPart, partsOfRun } from '../tasks/used-examples.ts'
import { columnsOf, green, note, percent, print, red, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import { answersText } from './answers-text.ts'
import { namesOf } from './class-names.ts'
import { checkSame, type DataOfRun, dataOfRun, noteData } from './data-of-run.ts'
import { noteInvertedSet } from './inverted-pictures.ts'
import type { PredictFlags } from './predict-flags.ts'

/** Examples that are told one by one; the rest is counted, and in JSON. */
export const maxListed = 20

/** The examples that are asked for: of the data that is named, else of what the run was trained on. */
export async function examplesOf(
  place: string,
  opened: OpenedModel,
  model: Model,
  flags: PredictFlags,
): Promise<Dataset> {
  const { split = 'test' } = flags
  const part = partNames.find((name) => name === split)
  if (part === undefined) throw unknownChoice('split', split, partNames)
  return (await partsFor(place, opened, model, flags, 'predict'))(part)
}

/**
 * The data that is named, else what the run was trained on: a part of it as it is asked for, of examples that the model takes.
 * @param command that asks for it, for messages
 */
export async function partsFor(
  place: string,
  opened: OpenedModel,
  model: Model,
  flags: Pick<PredictFlags, 'data' | 'normalize'>,
  command: 'predict' | 'quantize',
): Promise<(part: PartName) => Promise<Dataset>> {
  const own: DataOfRun | undefined = flags.data === undefined ? dataOfRun(place, command) : undefined
  const { seed = 0, validation, label, resize } = own?.settings ?? {}
  const { inputShape } = model
  const [channels, height, width] = inputShape
  const areImages = inputShape.length === 3 && (channels === 1 || channels === 3)
  const name = own?.settings.data ?? flags.data!
  const all = await openData(name, {
    seed,
    validation,
    ...tableOptions(name, opened, { label, isOwn: own !== undefined }),
    ...(areImages ? { size: [height, width] as const, channels } : {}),
  })
  const parts = partsOfRun(all, own?.settings, datasetPart)
  return async (part) => {
    if (own !== undefined) noteData(own, place, part)
    const chosen = resize === undefined ? parts[part] : resized(parts[part], resize)
    if (own !== undefined) await checkSame(own, part, chosen)
    const { data } = alignClasses(model, chosen, place)
    if (data.inputShape.join() !== inputShape.join())
      throw new UsageError(
        `${data.name} has examples [${data.inputShape.join(', ')}], but ${place} takes [${inputShape.join(', ')}]`,
      )
    if (!arePictures(data) || plainPreprocessing(inputShape) === undefined) return data
    if (own === undefined) await noteInvertedSet(place, opened, data)
    return preprocessed(data, preprocessingOf(place, opened, flags.normalize))
  }
}

/**
 * How data is read for a model of tables: its inputs are the columns of their names, in whatever order, and its label that which it was trained on unless another
 * is given.
 * @param isOwn whether it is what the model was trained on, which is read as it was then
 */
export function tableOptions(
  data: string,
  { columns, task }: OpenedModel,
  { label, isOwn }: { readonly label: string | undefined; readonly isOwn: boolean },
): Pick<DataOptions, 'label' | 'inputs' | 'targets'> {
  if (!isTable(data)) return { label }
  return {
    label: label ?? (isOwn ? undefined : columns?.target),
    inputs: columns?.inputs,
    targets: task === 'regress' ? 'numbers' : 'classes',
  }
}

/** Runs the command for the examples of a data set. Gives the exit code. */
export async function predictData(
  place: string,
  opened: OpenedModel,
  model: Model,
  flags: PredictFlags,
): Promise<number> {
  const data = await examplesOf(place, opened, model, flags)
  const names = namesOf(model, place)
  const listed = flags.json ? data.length : Math.min(data.length, maxListed)
  const input = new Float32Array(sizeOf(data.inputShape))
  const label = new Int32Array(1)
  const results = []
  for (let index = 0; index < listed; index++) {
    await data.read([index], input, label)
    const { data: shares } = await predict(model, input, { probabilities: true })
    const predictions = Array.from(shares, (probability, i) => ({ label: names[i], probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, flags.top)
    const truth = names[label[0]] ?? String(label[0])
    const name = data.nameOf?.(index) ?? `${flags.split ?? 'test'} ${index}`
    results.push({ example: name, truth, right: predictions[0].label === truth, predictions })
  }
  if (flags.json) console.log(JSON.stringify(results, null, 2))
  else {
    const lines = results.map(({ example, truth, right, predictions }) => ({
      name: example,
      answers: predictions.map((each) => `${each.label} ${percent(each.probability)}`),
      verdict: right ? green('✓') : red(`✗ is ${truth}`),
    }))
    print(answersText(lines, columnsOf(process.stdout)))
    if (listed < data.length)
      note(`${listed} of ${thousands(data.length)} examples; --json gives all, and gentle eval counts them`)
  }
  return exitCodes.done
}
