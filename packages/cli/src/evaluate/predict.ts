/** `gentle predict`: what a trained model makes of pictures, or of a tensor as it is. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Model, type OpenedModel, predict as predictWith, type Shape, sizeOf } from 'gentle-dl'
import { imageFileInfo } from 'gentle-dl/data'
import { normalizePixels, predictViews, withoutNormalization } from 'gentle-dl/vision'
import { bytesOf } from '../data/file-bytes.ts'
import { readImage } from '../data/images.ts'
import { viewsOf } from '../data/policy.ts'
import { preprocessingOf } from '../models/normalize.ts'
import { checkKey, openModel, openNamed } from '../models/open-model.ts'
import { commandLine } from '../terminal/invocation.ts'
import { columnsOf, note, percent, print } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { type AnswerLine, answersText } from './answers-text.ts'
import { classesOf, namesOf, withLabels } from './class-names.ts'
import { isInverted, noteInverted } from './inverted-pictures.ts'
import { noteOutputs } from './output-notes.ts'
import { pictureFiles } from './picture-files.ts'
import type { PredictFlags } from './predict-flags.ts'
import { isTableFile } from './table-file.ts'

/** What the model says of one example. */
type Answer =
  | { readonly logits: readonly number[] }
  | { readonly predictions: readonly { readonly label: string; readonly probability: number }[] }

/** Runs the command. Gives the exit code. */
export async function predict(place: string, images: readonly string[], flags: PredictFlags): Promise<number> {
  const sources = [images.length > 0, flags.input !== undefined, flags.data !== undefined]
  if (sources.filter(Boolean).length > 1)
    throw new UsageError('predict takes pictures, a tensor with --input FILE.npy, or --data NAME: give one of these')
  if (images.length === 0 && (await arePicturesIn(place)))
    throw new UsageError(`the model comes first: ${commandLine('predict', 'RUN', place)}`)
  if (flags.input !== undefined && flags.normalize !== undefined)
    throw new UsageError('--normalize is for pictures; a tensor given by --input is not preprocessed')
  if (flags.views !== undefined && (flags.logits || flags.input !== undefined))
    throw new UsageError('--views averages probabilities of pictures; leave out --logits and --input')
  if (flags.input !== undefined) return predictTensor(place, flags.input, flags)
  return images.length === 0 ? predictExamples(place, flags) : predictImages(place, pictureFiles(images), flags)
}

async function open(
  place: string,
  { weights, weightsKey, size, normalize }: PredictFlags,
  inputShape?: Shape,
): Promise<OpenedModel> {
  checkKey(weightsKey, '--weights', weights)
  if (size !== undefined && weights !== undefined) throw new UsageError('--size is for an ONNX file, without --weights')
  return weights === undefined
    ? openModel(place, size)
    : openNamed(place, weights, { inputShape, key: weightsKey, isPrepared: normalize !== undefined })
}

/** A tensor [N, ...] as it is: an answer a row. */
async function predictTensor(place: string, file: string, flags: PredictFlags): Promise<number> {
  const { readNpy } = await import('gentle-dl/formats')
  const { shape, dtype, data } = readNpy(await bytesOf(file, '--input'), file)
  if (dtype !== 'float32' || shape.length < 2)
    throw new UsageError(
      `${file} is ${dtype} [${shape.join(', ')}]; expected float32 [N, C, H, W], such as [1, 3, 224, 224]`,
    )
  const model = asNamed(place, await open(place, flags, shape.slice(1)), flags)
  if (shape.slice(1).join() !== model.inputShape.join())
    throw new UsageError(`${file} is [${shape.join(', ')}], but ${place} takes [N, ${model.inputShape.join(', ')}]`)
  const answers = await answersOf(model, place, data as Float32Array, flags)
  if (flags.json) console.log(JSON.stringify(answers, null, 2))
  else printAnswers(answers.map((answer, row) => ({ name: `row ${row}`, answers: wordsOf(answer) })))
  return exitCodes.done
}

/** Whether a place is pictures where a model is expected. */
const arePicturesIn = async (place: string): Promise<boolean> =>
  /\.(jpe?g|png|webp)$/i.test(place) ||
  (!existsSync(join(place, 'run.json')) && (await import('../data/datasets.ts')).imagesOf(place) !== undefined)

/** Examples of a data set, the run's own unless another is named. */
async function predictExamples(place: string, flags: PredictFlags): Promise<number> {
  const opened = await open(place, flags)
  if (opened.task === 'regress') {
    checkForNumbers(place, flags)
    return (await import('./predict-numbers.ts')).predictNumbers(place, opened, opened.model, flags)
  }
  if (opened.task !== 'classify')
    throw new UsageError(
      `${place} is for --task ${opened.task}; name pictures: ${commandLine('predict', place, 'FOLDER')}`,
    )
  if (flags.logits || flags.views !== undefined || flags.out !== undefined || flags.invert)
    throw new UsageError('--logits, --views, --out and --invert are for files of pictures; name some')
  return (await import('./predict-data.ts')).predictData(place, opened, asNamed(place, opened, flags), flags)
}

/** Pictures one by one. One that cannot be read is named, the others are still told. */
async function predictImages(place: string, images: readonly string[], flags: PredictFlags): Promise<number> {
  const opening = open(place, flags)
  // What decodes pictures is loaded while the weights are read; what is wrong with a picture is told when its turn comes.
  if (!isTableFile(images[0])) imageFileInfo(images[0]).catch(() => {})
  const opened = await opening
  if (opened.task === 'regress') checkForNumbers(place, flags)
  if (opened.model.inputShape.length === 1)
    return (await import('./predict-rows.ts')).predictRows(
      place,
      opened,
      opened.task === 'regress' ? opened.model : asNamed(place, opened, flags),
      images,
      flags,
    )
  const table = images.find(isTableFile)
  if (table !== undefined) throw new UsageError(`${place} takes pictures, but ${table} is a table`)
  if (opened.task !== 'classify')
    return (await import('./predict-annotated.ts')).predictAnnotated(place, opened, images, flags)
  if (flags.out !== undefined || flags.scoreThreshold !== undefined || flags.flip)
    throw new UsageError(`--out, --score-threshold and --flip are for boxes and masks; ${place} is a classifier`)
  const preprocessing = preprocessingOf(place, opened, flags.normalize)
  const model = asNamed(place, opened, flags)
  const views = viewsOf(flags)
  const results: ({ readonly image: string } & Answer)[] = []
  const inverted: string[] = []
  let failed = 0
  for (const image of images) {
    let values: Float32Array
    try {
      // Views are changed while black is 0 and white is 1.
      values = await readImage(
        image,
        views === undefined ? preprocessing : withoutNormalization(preprocessing),
        flags.invert === true,
      )
      if (await isInverted(opened, image, flags.invert === true)) inverted.push(image)
    } catch (error) {
      note(`gentle: ${(error as Error).message}`)
      failed++
      continue
    }
    if (views === undefined) {
      const [answer] = await answersOf(model, place, values, flags)
      results.push({ image, ...answer })
    } else {
      const probabilities = await predictViews(model, values, views, (pixels) => normalizePixels(pixels, preprocessing))
      results.push({ image, predictions: bestOf(Array.from(probabilities), namesOf(model, place), flags.top) })
    }
  }
  noteInverted(place, inverted, { of: images.length, invert: flags.invert === true })
  if (flags.json) console.log(JSON.stringify(results, null, 2))
  else if (results.length > 0)
    printAnswers(results.map(({ image, ...answer }) => ({ name: image, answers: wordsOf(answer) })))
  return failed > 0 ? exitCodes.usage : exitCodes.done
}

/** @throws UsageError for flags that are for classes. */
function checkForNumbers(place: string, flags: PredictFlags): void {
  const odd = (['logits', 'labels', 'views', 'augment', 'normalize', 'invert', 'flip'] as const).find(
    (name) => flags[name] !== undefined,
  )
  if (odd !== undefined) throw new UsageError(`--${odd} is not for ${place}, which was trained to regress`)
}

/**
 * The model with the names that it is asked for with. What its probabilities are is told, where they are asked for.
 * @throws UsageError for names that do not go with it, and for a model that tells no classes where probabilities are asked for.
 */
function asNamed(place: string, opened: OpenedModel, { labels, logits, weights }: PredictFlags): Model {
  if (!logits) {
    classesOf(opened.model, place, '; --logits prints its outputs')
    noteOutputs(opened, weights ?? place)
  }
  return withLabels(opened.model, place, labels)
}

async function answersOf(
  model: Model,
  place: string,
  inputs: Float32Array,
  { logits = false, top }: PredictFlags,
): Promise<Answer[]> {
  const { data, shape } = await predictWith(model, inputs, { probabilities: !logits, batchSize: 8 })
  const size = sizeOf(shape.slice(1))
  return Array.from({ length: shape[0] }, (_, row): Answer => {
    const values = Array.from(data.subarray(row * size, (row + 1) * size))
    if (logits) return { logits: values }
    return { predictions: bestOf(values, namesOf(model, place), top) }
  })
}

/** The likeliest classes first. */
const bestOf = (probabilities: readonly number[], names: readonly string[], top: number) =>
  probabilities
    .map((probability, i) => ({ label: names[i], probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top)

const wordsOf = (answer: Answer): string[] =>
  'logits' in answer
    ? [answer.logits.map((value) => value.toPrecision(6)).join(' ')]
    : answer.predictions.map(({ label, probability }) => `${label} ${percent(probability)}`)

const printAnswers = (lines: readonly AnswerLine[]): void => print(answersText(lines, columnsOf(process.stdout)))
