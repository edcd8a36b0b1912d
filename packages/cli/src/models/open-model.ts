/** A trained model as it is named on the command line: a run folder, a weights file that describes its model, or a network's name and its weights. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  nearestName,
  type OpenedInputsModel,
  type OpenedModel,
  openAnyModel as openFrom,
  type Shape,
  WeightsError,
} from 'gentle-dl'
import { loadPretrained, type WeightsSource } from 'gentle-dl/models'
import { sequenceTaskNames } from '../tasks/task-names.ts'
import { commandLine } from '../terminal/invocation.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { networkNamed, networkNames } from './networks.ts'
import { publishedPreprocessing, weightsNamed } from './published.ts'

/**
 * Opens the model of a run folder, its best weights, or of a file that describes its model.
 * @param sizes of axes that an ONNX file leaves open, each as `height=48`
 * @throws UsageError where there is none, and for sizes that are none.
 */
export async function openModel(place: string, sizes?: readonly string[]): Promise<OpenedModel> {
  const opened = await openAnyModel(place, sizes)
  if (!takesInputs(opened)) return opened
  const { task } = opened
  throw new UsageError(
    `${place} is a sequence model${task === undefined ? '' : ` for --task ${task}`}${task === undefined || !sequenceTaskNames.some((name) => name === task) ? '' : `; use gentle ${task}`}`,
  )
}

/** Whether a model takes inputs by their names. */
export const takesInputs = (opened: OpenedModel | OpenedInputsModel): opened is OpenedInputsModel =>
  'inputs' in opened.model

/** Whether a run has kept weights of an epoch. */
const hasWeights = (run: string): boolean =>
  ['best', 'last'].some((which) => existsSync(join(run, 'weights', `${which}.safetensors`)))

/** As `openModel`, of pictures, points or sequences. */
export async function openAnyModel(place: string, sizes?: readonly string[]): Promise<OpenedModel | OpenedInputsModel> {
  if (!existsSync(place)) {
    if (networkNames.includes(place))
      throw new UsageError(`${place} is a network without weights; give its weights with --weights FILE`)
    const nearest = place.includes('/') ? '' : `; did you mean ${nearestName(place, networkNames)}?`
    throw new UsageError(
      `${place} is neither a run folder with weights nor a file of a model, such as .safetensors, .onnx, model.json, .keras or .h5${nearest}`,
    )
  }
  if (existsSync(join(place, 'run.json')) && !hasWeights(place))
    throw new UsageError(
      `${place} has no weights yet: it was stopped before its first epoch was saved; start it again: ${commandLine('train', '--resume', place)}`,
    )
  return openFrom(place, { freeDimensions: sizes && sizesIn(sizes) }).catch(async (error) => {
    const fitting = await networkOf(place)
    if (fitting === undefined) throw error
    throw new UsageError(
      `${place} has weights of ${fitting} but no network; name the network, as in: gentle predict ${fitting} --weights ${place}`,
    )
  })
}

/** The network by name that a file's weights are of; undefined for another file. */
async function networkOf(file: string, key?: string): Promise<string | undefined> {
  const { inspectFile } = await import('gentle-dl/inspect')
  try {
    const { use } = await inspectFile(file, { key })
    return use.as === 'weights' ? use.networks[0]?.name : undefined
  } catch {
    // What is wrong with the file has been told by whoever opened it.
    return undefined
  }
}

/** `height=48`: the name of an axis, and its size. */
function sizesIn(texts: readonly string[]): Record<string, number> {
  const sizes: Record<string, number> = Object.create(null)
  for (const text of texts) {
    const at = text.lastIndexOf('=')
    const size = Number(text.slice(at + 1))
    if (at < 1 || !Number.isInteger(size) || size < 1)
      throw new UsageError(
        `--size is '${text}'; expected the name of a dynamic dimension and its size, such as height=48`,
      )
    sizes[text.slice(0, at)] = size
  }
  return sizes
}

interface NamedOptions {
  readonly inputShape?: Shape
  /** Of the weights, where a checkpoint has several. */
  readonly key?: string
  /** Whether it is known how pictures are prepared: then the file need not be one that is known by its content. */
  readonly isPrepared?: boolean
}

/**
 * The model of a network's name and a file of its weights, or `imagenet` for those that are published; the file tells the number of classes. An ONNX file is a whole model, and run as
 * it is. Which weights of the file were taken, and what the network does not have, is told.
 * @throws UsageError for a network that there is not; WeightsError when the file does not fit it.
 */
export async function openNamed(
  name: string,
  given: string,
  { inputShape, key, isPrepared = false }: NamedOptions = {},
): Promise<OpenedModel> {
  networkNamed(name)
  const file = await weightsNamed(given, name)
  const { unexpected, source, ...opened } = await loadPretrained(name, file, { inputShape, key }).catch(
    async (error) => {
      if (!(error instanceof WeightsError)) throw error
      const fitting = await networkOf(file, key)
      const advice = fitting === undefined ? `gentle show ${file} lists what is in it` : `it fits ${fitting}`
      throw new WeightsError(`${error.message}; ${advice}`, error.mismatch)
    },
  )
  for (const line of sourceText(file, source)) note(line)
  if (unexpected.length > 0)
    note(
      `${file}: not in ${name}, and ignored: ${unexpected.slice(0, 4).join(', ')}${unexpected.length > 4 ? ` and ${unexpected.length - 4} more` : ''}`,
    )
  const preprocessing =
    opened.preprocessing ?? (isPrepared ? undefined : await publishedPreprocessing(file, opened.model.inputShape))
  return { ...opened, ...(preprocessing === undefined ? {} : { preprocessing }) }
}

/** @throws UsageError for a key of weights where no file of weights is named. */
export function checkKey(key: string | undefined, flag: string, file: string | undefined): void {
  if (key !== undefined && file === undefined) throw new UsageError(`--weights-key needs ${flag}`)
}

/** Which weights of a file were taken, where it has several or names of its own. */
export function sourceText(file: string, { key, others, changes }: WeightsSource): string[] {
  const average = /ema/.test(key) ? ', an exponential moving average (EMA)' : ''
  return [
    ...(others.length > 0 || average !== ''
      ? [
          `${file}: using ${key}${average}${others.length > 0 ? `; --weights-key chooses ${others.join(' or ')} instead` : ''}`,
        ]
      : []),
    ...(changes.length > 0 ? [`${file}: names were read ${changes.join(', ')}`] : []),
  ]
}
