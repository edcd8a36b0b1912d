/** Models as files: parameters in safetensors, with the model's description in the metadata, so that a file alone can be used. */
import type { Backend } from '../backends/backend.ts'
import { ArgumentError, FormatError, ShapeError, WeightsError } from '../core/errors.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from '../formats/safetensors.ts'
import { layerFrom } from '../nn/layer.ts'
import { createModel, type Model, type ModelOptions, readWeights, weightsOf, writeWeights } from '../nn/model.ts'
import type { FirstValues } from '../nn/scope.ts'

const metadataKey = 'gentle.model'

/** A model as bytes of a safetensors file. */
export async function saveModel(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const values = await readWeights(model)
  const tensors = new Map<string, StoredTensor>()
  for (const [name, { shape }] of weightsOf(model))
    tensors.set(name, { shape, dtype: 'float32', data: values.get(name)! })
  const description = { layer: model.layer.description, inputShape: model.inputShape, classes: model.classes }
  return writeSafetensors(tensors, { [metadataKey]: JSON.stringify(description) })
}

/**
 * Opens a model from a file that `saveModel` wrote.
 * @throws FormatError for a broken file or one without a model's description; WeightsError when the two do not fit together.
 */
export async function loadModel(
  bytes: Uint8Array,
  { name = 'weights', backend }: { name?: string; backend?: Backend } = {},
): Promise<Model> {
  const { tensors, metadata } = readSafetensors(bytes, name)
  const text = metadata[metadataKey]
  if (text === undefined)
    throw new FormatError(
      `${name}: its metadata has no '${metadataKey}'; build the network and use loadWeights instead`,
    )
  const { layer, inputShape, classes } = parseDescription(text, name)
  const model = await fromFile(layer, inputShape, { classes, backend }, tensors, name)
  const unknown = [...tensors.keys()].filter((key) => !weightsOf(model).has(key))
  if (unknown.length > 0)
    throw new WeightsError(`${name} does not fit its own description; not in the model: ${unknown.join(', ')}`)
  return model
}

/** The model described, its parameters from the file. A parameter is checked before it gets memory: files come from anywhere. */
async function fromFile(
  layer: unknown,
  inputShape: Shape,
  options: ModelOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
): Promise<Model> {
  const firstValues: FirstValues = (path, shape) => {
    const stored = tensors.get(path)
    if (stored?.dtype !== 'float32' || !sameShape(stored.shape, shape))
      throw new WeightsError(
        `${name} does not fit its own description; ${path} is ${stored === undefined ? 'missing' : formatShape(stored.shape)}, the model has ${formatShape(shape)}`,
      )
    return stored.data as Float32Array
  }
  try {
    return await createModel(layerFrom(layer), inputShape, { ...options, firstValues })
  } catch (error) {
    if (!(error instanceof ArgumentError || error instanceof ShapeError)) throw error
    throw new FormatError(`${name}: its description makes no model: ${error.message}`, { cause: error })
  }
}

/**
 * Sets a model's parameters from a file: all of them, each of the same name and shape.
 * @throws FormatError for a broken file; WeightsError listing what differs, and then nothing is changed.
 */
export async function loadWeights(model: Model, bytes: Uint8Array, name = 'weights'): Promise<void> {
  await assign(model, readSafetensors(bytes, name).tensors, name)
}

async function assign(model: Model, tensors: ReadonlyMap<string, StoredTensor>, name: string): Promise<void> {
  const weights = weightsOf(model)
  const missing = [...weights.keys()].filter((key) => !tensors.has(key))
  const unknown = [...tensors.keys()].filter((key) => !weights.has(key))
  const differing = [...weights].flatMap(([key, { shape }]) => {
    const stored = tensors.get(key)
    return stored === undefined || (sameShape(stored.shape, shape) && stored.dtype === 'float32')
      ? []
      : [`${key} is ${formatShape(stored.shape)}, the model has ${formatShape(shape)}`]
  })
  const problems = [
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`not in the model: ${unknown.join(', ')}`] : []),
    ...(differing.length > 0 ? [`other shapes: ${differing.join('; ')}`] : []),
  ]
  if (problems.length > 0) throw new WeightsError(`${name} does not fit the model; ${problems.join('; ')}`)
  await writeWeights(model, new Map([...tensors].map(([key, { data }]) => [key, data as Float32Array])))
}

function parseDescription(text: string, name: string): { layer: unknown; inputShape: Shape; classes?: string[] } {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: the model's description ${problem}`)
  }
  let description: unknown
  try {
    description = JSON.parse(text)
  } catch {
    return fail('is no JSON')
  }
  const { layer, inputShape, classes } = (description ?? {}) as Record<string, unknown>
  if (!Array.isArray(inputShape) || !inputShape.every((n) => Number.isInteger(n) && n >= 1))
    return fail(`has the input shape ${JSON.stringify(inputShape)}; expected whole numbers from 1`)
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((label) => typeof label === 'string')))
    return fail('has class names that are no list of texts')
  return { layer, inputShape, classes: classes as string[] | undefined }
}
