/** What a safetensors file holds: weights, or a model that `saveModel` wrote; of neither the values are read. */
import { GentleError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import type { RandomAccess } from '../core/random-access.ts'
import { sameShape } from '../core/shape.ts'
import { printable } from '../formats/failure.ts'
import { readSafetensorsHeader } from '../formats/safetensors.ts'
import { inputsLayerFrom, layerFrom } from '../models/layer-from.ts'
import { parameterShapes } from '../nn/parameter-shapes.ts'
import { inputsPurposeFrom, type ModelPurpose, purposeFrom } from '../train/model-purpose.ts'
import { loadLayers } from '../train/open-model.ts'
import { descriptionIn } from '../train/weights.ts'
import { counted, type FileContent, type FileTensor, type FileUse } from './file-content.ts'
import { fittingNetworks } from './fitting-networks.ts'

const typeNames: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
}

export async function safetensorsContent(access: RandomAccess, place: string): Promise<FileContent> {
  const { entries, metadata } = readSafetensorsHeader(access, place)
  const tensors = entries.map(({ name, type, shape }) => ({ name, type: typeNames[type] ?? printable(type), shape }))
  const facts = Object.fromEntries(
    Object.entries(metadata).flatMap(([key, value]) =>
      key.startsWith('gentle.') ? [] : [[printable(key), printable(value)]],
    ),
  )
  const plain = { format: 'safetensors', bytes: access.length, tensors }
  const described = descriptionIn(metadata, place)
  if (described === undefined) return { ...plain, facts, use: { as: 'weights', networks: fittingNetworks(tensors) } }
  const { layer, inputShape, classes, inputs } = described
  const {
    task = 'unknown',
    preprocessing,
    card,
  }: ModelPurpose = inputShape === undefined ? inputsPurposeFrom(metadata, place) : purposeFrom(metadata, place)
  await loadLayers(metadata)
  return {
    ...plain,
    format: 'safetensors, with a Gentle model',
    facts,
    task,
    ...(card === undefined ? {} : { card }),
    inputs:
      inputShape === undefined
        ? Object.entries(inputs ?? {}).map(([name, field]) => ({
            name: printable(name),
            type: printable(String(field?.dtype)),
          }))
        : [{ name: 'x', type: 'float32', shape: ['N', ...inputShape] }],
    operators: counted(typesWithin(layer), () => true),
    ...(isQuantized(layer) ? { quantized: Object.keys(layer.ranges).length } : {}),
    classes,
    preprocessing,
    use: inputShape === undefined ? inputsUse(layer) : useOf(layer, inputShape, tensors),
  }
}

const isQuantized = (layer: unknown): layer is { readonly ranges: object } =>
  isRecord(layer) && layer.type === 'quantized' && isRecord(layer.ranges)

/** The types of layers in a description, those that hold others left out. */
function typesWithin(description: unknown): string[] {
  if (Array.isArray(description)) return description.flatMap(typesWithin)
  if (typeof description !== 'object' || description === null) return []
  const { type, ...rest } = description as Record<string, unknown>
  const within = Object.values(rest).flatMap(typesWithin)
  return typeof type === 'string' && within.length === 0 ? [printable(type)] : within
}

function inputsUse(layer: unknown): FileUse {
  try {
    inputsLayerFrom(layer)
    return { as: 'model' }
  } catch (error) {
    if (error instanceof GentleError) return { as: 'nothing', reason: printable(error.message) }
    throw error
  }
}

function useOf(layer: unknown, inputShape: readonly number[], tensors: readonly FileTensor[]): FileUse {
  try {
    const stored = new Map(tensors.map(({ name, shape }) => [name, shape]))
    for (const [name, shape] of parameterShapes(layerFrom(layer), inputShape)) {
      const own = stored.get(name)
      if (own === undefined || !sameShape(own, shape))
        return { as: 'nothing', reason: `its ${name} is not what its own description says` }
    }
    return { as: 'model' }
  } catch (error) {
    if (!(error instanceof GentleError)) throw error
    return { as: 'nothing', reason: error.message }
  }
}
