/** What a model's file says of its use, as metadata: of a safetensors file, or of an ONNX file. */
import { FormatError } from '../core/errors.ts'
import { printable } from '../formats/failure.ts'
import type { Background } from '../vision/background.ts'
import { type Preprocessing, preprocessingFrom, preprocessingMetadata } from '../vision/preprocessing.ts'
import { type ModelTask, modelTaskNames } from '../vision/tasks/task-names.ts'
import { cardFrom, cardMetadata, type ModelCard } from './model-card.ts'

const taskKey = 'gentle.task'
const encodingKey = 'gentle.encoding'
const columnsKey = 'gentle.columns'
const backgroundKey = 'gentle.background'

/** The columns of the table that a model was trained on. */
export interface ModelColumns {
  /** Names of the inputs, in their order, where the table had a header. */
  readonly inputs?: readonly string[]
  /** Name of what is predicted. */
  readonly target?: string
  /** Whether inputs are bytes, which the model takes as themselves / 255, or numbers as they are. */
  readonly values: 'bytes' | 'numbers'
}

/** What a file of a model can tell beside: `openModel` and `openInputsModel` give it again. */
export interface ModelPurpose {
  /** What is done to a picture before the model sees it. */
  readonly preprocessing?: Preprocessing
  /** What it was trained for: one of the tasks on pictures, or, of a model that takes inputs by their names, any other. */
  readonly task?: string
  /**
   * Of a model that takes inputs by their names: how what it is asked becomes numbers, and its numbers become an answer, as plain JSON. A table of
   * symbols, a vocabulary, or the settings of a spectrum.
   */
  readonly encoding?: unknown
  /** Of a model of rows of a table: what its columns are called. */
  readonly columns?: ModelColumns
  /** How bright the training pictures are at their edges, by which negatives of them are noticed. */
  readonly background?: Background
  /** Where it comes from, and how good it is. */
  readonly card?: ModelCard
}

/**
 * A purpose as metadata, by which `openModel` knows it again: `saveModel` writes it into its files, `exportOnnx` into an ONNX file's `metadata_props`.
 * @example
 * await exportOnnx(model, { metadata: purposeMetadata({ task: 'classify', preprocessing }) })
 */
export const purposeMetadata = ({
  preprocessing,
  task,
  encoding,
  columns,
  background,
  card,
}: ModelPurpose): Record<string, string> => ({
  ...preprocessingMetadata(preprocessing),
  ...(task === undefined ? {} : { [taskKey]: task }),
  ...(encoding === undefined ? {} : { [encodingKey]: JSON.stringify(encoding) }),
  ...(columns === undefined ? {} : { [columnsKey]: JSON.stringify(columns) }),
  ...(background === undefined ? {} : { [backgroundKey]: JSON.stringify(background) }),
  ...cardMetadata(card),
})

/** Whether a file's metadata tells what its model is for, as Gentle writes it. */
export const tellsTask = (metadata: Readonly<Record<string, string>>): boolean => metadata[taskKey] !== undefined

/**
 * What a file's metadata tells of its model's purpose; models classify unless it tells.
 * @throws FormatError for what is broken, and a task that there is not.
 */
export function purposeFrom(
  metadata: Readonly<Record<string, string>>,
  name: string,
): ModelPurpose & { readonly task: ModelTask } {
  const stored = metadata[taskKey] ?? 'classify'
  const task = modelTaskNames.find((known) => known === stored)
  if (task === undefined)
    throw new FormatError(`${name}: its task '${stored}' is unknown; expected one of ${modelTaskNames.join(', ')}`)
  const columns = columnsFrom(metadata, name)
  const background = backgroundFrom(metadata, name)
  const card = cardFrom(metadata, name)
  return {
    task,
    preprocessing: preprocessingFrom(metadata, name),
    ...(columns === undefined ? {} : { columns }),
    ...(background === undefined ? {} : { background }),
    ...(card === undefined ? {} : { card }),
  }
}

/** As `purposeFrom`, of a model that takes inputs by their names. @throws FormatError for an encoding that is not JSON, and a broken card. */
export function inputsPurposeFrom(
  metadata: Readonly<Record<string, string>>,
  name: string,
): Pick<ModelPurpose, 'task' | 'encoding' | 'card'> {
  const { [taskKey]: task, [encodingKey]: text } = metadata
  const card = cardFrom(metadata, name)
  try {
    return {
      ...(task === undefined ? {} : { task }),
      ...(text === undefined ? {} : { encoding: JSON.parse(text) }),
      ...(card === undefined ? {} : { card }),
    }
  } catch (cause) {
    throw new FormatError(`${name}: its encoding is not JSON`, { cause })
  }
}

/** The background that a file's metadata tells. @throws FormatError for what is none. */
function backgroundFrom(metadata: Readonly<Record<string, string>>, name: string): Background | undefined {
  const text = metadata[backgroundKey]
  if (text === undefined) return undefined
  try {
    const { mean, std } = JSON.parse(text)
    if (Number.isFinite(mean) && Number.isFinite(std)) return { mean, std }
  } catch {
    // Told below.
  }
  throw new FormatError(`${name}: its background is ${printable(text.slice(0, 80))}; expected a mean and a std`)
}

/** The columns that a file's metadata tells. @throws FormatError for what is none. */
function columnsFrom(metadata: Readonly<Record<string, string>>, name: string): ModelColumns | undefined {
  const text = metadata[columnsKey]
  if (text === undefined) return undefined
  try {
    const { inputs, target, values } = JSON.parse(text)
    const areNames = (each: unknown): each is string[] =>
      Array.isArray(each) && each.every((one) => typeof one === 'string')
    if (
      (inputs === undefined || areNames(inputs)) &&
      (target === undefined || typeof target === 'string') &&
      (values === 'bytes' || values === 'numbers')
    )
      return { ...(inputs && { inputs }), ...(target !== undefined && { target }), values }
  } catch {
    // Told below.
  }
  throw new FormatError(`${name}: its columns are ${printable(text.slice(0, 80))}; expected names of inputs and target`)
}
