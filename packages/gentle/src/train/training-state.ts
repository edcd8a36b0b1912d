/** All that a training is at a moment, as a value: to look at, to save, to send, and to go on from, with the same bits as if it had never stopped. */
import { FormatError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { fromJson, toJson } from '../core/json-numbers.ts'
import { failing, quoted } from '../formats/failure.ts'
import { readSafetensors, readSafetensorsHeader, type StoredTensor, safetensorsPieces } from '../formats/safetensors.ts'
import { sealed, withSeal } from '../formats/seal.ts'
import type { WeightValues } from '../nn/model.ts'
import type { Evaluation, RunningSums } from './evaluation.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { EpochReport } from './reports.ts'

/**
 * Where each stream of random numbers stands. All are functions of the seed and of what stands here: nothing was drawn that is not the same
 * when it is drawn again.
 */
export interface StreamPositions {
  /** The epoch whose order of examples is gone through. */
  readonly order: number
  /** How often the examples were seen before: what augmentation draws depends on it, and on each example's index. */
  readonly augmentation: number
  /** Batches whose gradients were computed: each draws its own dropout. */
  readonly dropout: number
}

/** What has been added up of the epoch under way. */
export interface RunningMetrics extends RunningSums {
  readonly seconds: number
  /** Of the last step. */
  readonly learningRate: number
}

/** The best epoch so far. */
export interface BestEpoch {
  /** From 1. */
  readonly epoch: number
  readonly validation: Evaluation
  readonly weights: WeightValues
}

export interface TrainingState {
  /** Steps done, and of the whole training. */
  readonly step: number
  readonly steps: number
  /** The epoch under way, from 1, and how many there shall be. */
  readonly epoch: number
  readonly epochs: number
  /** Examples of the epoch's order that were taken. */
  readonly position: number
  readonly streams: StreamPositions
  /** The network's parameters and its state, by path name. */
  readonly weights: WeightValues
  /** The optimizer's state, by the variables' names. */
  readonly optimizer: WeightValues
  /** What stateful layers hand on to the next batch, by path name, where there are any. */
  readonly carried?: WeightValues
  /** The moving average of the weights, by path name, where one is kept. */
  readonly average?: WeightValues
  readonly running: RunningMetrics
  /** The epochs that ended. */
  readonly history: readonly EpochReport[]
  readonly best?: BestEpoch
  readonly fingerprint: Fingerprint
}

const metadataKey = 'gentle.training'

/** A training's state as bytes of a safetensors file, with a checksum by which `loadTrainingState` sees what has changed since. */
export function saveTrainingState(state: TrainingState): Uint8Array<ArrayBuffer> {
  return sealed(trainingStatePieces(state))
}

/** The same bytes in pieces that follow each other, with a place for the checksum (`sealPieces`); values are not copied. */
export function trainingStatePieces(state: TrainingState): Uint8Array[] {
  const { weights, optimizer, carried, average, best, ...rest } = state
  const tensors = new Map<string, StoredTensor>()
  const put = (folder: string, values: WeightValues): void => {
    for (const [name, data] of values)
      tensors.set(`${folder}/${name}`, { shape: [data.length], dtype: 'float32', data })
  }
  put('weights', weights)
  put('optimizer', optimizer)
  if (carried !== undefined) put('carried', carried)
  if (average !== undefined) put('average', average)
  if (best !== undefined) put('best', best.weights)
  const description = { ...rest, best: best && { epoch: best.epoch, validation: best.validation } }
  return safetensorsPieces(tensors, withSeal({ [metadataKey]: toJson(description) }))
}

/**
 * Reads what `saveTrainingState` wrote; `name` stands in messages.
 * @throws FormatError for a broken file, one whose bytes are not those of its checksum, or one that is not a training run's state.
 */
export function loadTrainingState(bytes: Uint8Array, name = 'training state'): TrainingState {
  const { tensors, metadata } = readSafetensors(bytes, name)
  const fail = failing(name)
  for (const key of Object.keys(metadata))
    if (key !== metadataKey)
      fail(`its metadata has ${quoted(key)}, which no training state has; it was damaged or changed`)
  const description = parse(metadata[metadataKey], name)
  // Numbers of other types would be read as float32, and be others than those that were written.
  for (const { name: key, type } of readSafetensorsHeader(bytes, name).entries)
    if (type !== 'F32')
      throw new FormatError(`${name}: ${key} is of type ${type}; expected F32, as saveTrainingState writes it`)
  const part = (folder: string): WeightValues => {
    const values = new Map<string, Float32Array>()
    for (const [key, { data }] of tensors)
      if (key.startsWith(`${folder}/`)) values.set(key.slice(folder.length + 1), data as Float32Array)
    return values
  }
  const { best, ...rest } = description
  const carried = part('carried')
  const average = part('average')
  return {
    ...rest,
    weights: part('weights'),
    optimizer: part('optimizer'),
    ...(carried.size === 0 ? {} : { carried }),
    ...(average.size === 0 ? {} : { average }),
    ...(best === undefined ? {} : { best: { ...best, weights: part('best') } }),
  }
}

type Description = Omit<TrainingState, 'weights' | 'optimizer' | 'carried' | 'average' | 'best'> & {
  best?: Omit<BestEpoch, 'weights'>
}

/** @throws FormatError for anything but what `saveTrainingState` writes. */
function parse(text: string | undefined, name: string): Description {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}; expected a file that saveTrainingState wrote`)
  }
  if (text === undefined) return fail(`its metadata has no '${metadataKey}'`)
  let value: unknown
  try {
    value = fromJson(text)
  } catch {
    return fail(`its '${metadataKey}' is not JSON`)
  }
  const areCounts = (part: unknown, keys: readonly string[]): boolean =>
    isRecord(part) && keys.every((key) => Number.isInteger(part[key]) && (part[key] as number) >= 0)
  if (!areCounts(value, ['step', 'steps', 'epoch', 'epochs', 'position']))
    return fail('it has no step, epoch and position')
  const { streams, running, history, best, fingerprint } = value as Record<string, unknown>
  if (!areCounts(streams, ['order', 'augmentation', 'dropout'])) return fail('it has no random streams')
  if (!areCounts(running, ['examples']) || !isRecord((running as Record<string, unknown>)['metrics']))
    return fail('it has no running metrics')
  if (!Array.isArray(history)) return fail('it has no history')
  const broken = history.findIndex((report, i) => !isReport(report, i + 1))
  if (broken >= 0) return fail(`entry ${broken + 1} of its history does not tell of epoch ${broken + 1}`)
  if (!isRecord(fingerprint)) return fail('it says nothing about its training')
  if (
    best !== undefined &&
    (!areCounts(best, ['epoch']) || !isEvaluation((best as Record<string, unknown>)['validation']))
  )
    return fail('its best epoch is invalid')
  return value as Description
}

const isEvaluation = (part: unknown): boolean =>
  isRecord(part) && typeof part['loss'] === 'number' && Object.values(part).every((value) => typeof value === 'number')

const isReport = (report: unknown, epoch: number): boolean =>
  isRecord(report) &&
  report['epoch'] === epoch &&
  isEvaluation(report['train']) &&
  ['validation', 'plainValidation'].every((part) => report[part] === undefined || isEvaluation(report[part])) &&
  ['learningRate', 'seconds', 'examplesPerSecond'].every((key) => typeof report[key] === 'number') &&
  typeof report['best'] === 'boolean'
