/** What a model's file says of where the model comes from: the metadata of a model card (Mitchell et al. 2019), under the names of Hugging Face's cards. */
import { FormatError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { printable } from '../formats/failure.ts'

const cardKey = 'gentle.card'

/** A part of the data that a model was trained with. */
export interface CardSplit {
  readonly examples: number
  /** By which it is seen whether data is the same, as a run's run.json has it. */
  readonly digest?: string
}

/** Figures by the part of the data, such as `validation`, and the metric, such as `accuracy`. */
export type CardMetrics = Readonly<Record<string, Readonly<Record<string, number>>>>

/**
 * Where a model comes from, and how good it is. Nothing in it depends on when, where or on how many threads it was trained, so that files of
 * equal trainings are equal.
 */
export interface ModelCard {
  /** The network, such as `lenet5`. */
  readonly modelName?: string
  /** What whoever has the file may do with it: an identifier of SPDX, such as `Apache-2.0`. */
  readonly license?: string
  /** What the training began with: `imagenet`, or the name of a file or of a run. */
  readonly baseModel?: string
  /** What it was trained, validated and tested with. */
  readonly dataset?: { readonly name: string; readonly splits?: Readonly<Record<string, CardSplit>> }
  /** Whole epochs that it has been trained for. */
  readonly epoch?: number
  /** What was measured with these very weights. */
  readonly metrics?: CardMetrics
  /** Versions of the programs that trained it, such as `{ gentle: '0.1.0' }`. */
  readonly versions?: Readonly<Record<string, string>>
}

/** A card as metadata of a file, its fields in one order. */
export function cardMetadata(card: ModelCard | undefined): Record<string, string> {
  if (card === undefined) return {}
  const { modelName, license, baseModel, dataset, epoch, metrics, versions } = card
  return { [cardKey]: JSON.stringify({ modelName, license, baseModel, dataset, epoch, metrics, versions }) }
}

/** Figures of an evaluation, without those that there are not. */
export const cardFigures = (evaluation: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(evaluation).filter((entry): entry is [string, number] => Number.isFinite(entry[1] as number)),
  )

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'

const isCount: Check = (value) => Number.isInteger(value) && (value as number) >= 0

const recordOf =
  (isOne: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(isOne)

const isSplit: Check = (value) =>
  isRecord(value) && isCount(value.examples) && (value.digest === undefined || isText(value.digest))

const checks: Readonly<Record<keyof ModelCard, Check>> = {
  modelName: isText,
  license: isText,
  baseModel: isText,
  dataset: (value) =>
    isRecord(value) && isText(value.name) && (value.splits === undefined || recordOf(isSplit)(value.splits)),
  epoch: isCount,
  metrics: recordOf(recordOf(Number.isFinite)),
  versions: recordOf(isText),
}

/**
 * The card that a file's metadata has; undefined where it has none. Fields that a later version adds are passed over.
 * @param name of the file, for messages
 * @throws FormatError for one that is broken, naming the field.
 */
export function cardFrom(metadata: Readonly<Record<string, string>>, name: string): ModelCard | undefined {
  const text = metadata[cardKey]
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError(`${name}: its model card is not JSON: ${printable(text.slice(0, 80))}`, { cause })
  }
  if (!isRecord(value)) throw new FormatError(`${name}: its model card is not an object; expected fields by name`)
  const card: Record<string, unknown> = {}
  for (const [field, isValid] of Object.entries(checks)) {
    if (value[field] === undefined) continue
    if (!isValid(value[field])) throw new FormatError(`${name}: ${field} of its model card is broken`)
    card[field] = value[field]
  }
  return card
}
