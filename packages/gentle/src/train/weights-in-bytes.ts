/**
 * Weights of networks in 8 bits as files hold them: `NAME` has a byte for each, and `NAME.scale`, of as many axes, what the bytes of each filter are multiplied by.
 */
import { WeightsError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import { failing, quoted } from '../formats/failure.ts'
import type { ByteTensor, StoredTensor } from '../formats/safetensors.ts'
import { input } from '../graph/tensor.ts'
import { roundedParameters, scaleOfFilter } from '../nn/layers/quantized.ts'
import { type AnyModel, traceInference } from '../nn/model.ts'
import { largestWeight, roundedWeight } from '../ops/integers/filters.ts'

const scaleOf = (name: string): string => `${name}.scale`

const isQuantized = (layer: unknown): boolean => isRecord(layer) && layer.type === 'quantized'

/**
 * A model's weights as its file holds them. Where it computes in 8 bits, those of which it reads nothing else are bytes, behind all others; those that are not finite stay
 * floats.
 */
export function toBytes(
  model: AnyModel,
  weights: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor | ByteTensor> {
  if ('inputs' in model || !isQuantized(model.layer.description)) return weights
  const stored = new Map<string, StoredTensor | ByteTensor>(weights)
  const scales = roundedParameters(traceInference(model, input([1, ...model.inputShape])))
  const all: [string, ByteTensor][] = []
  for (const [name, shape] of scales) {
    const { data } = weights.get(name)!
    if (weights.has(scaleOf(name)) || !data.every(Number.isFinite)) continue
    const { scale, bytes } = bytesOf(data as Float32Array, weights.get(name)!.shape, shape)
    stored.delete(name)
    stored.set(scaleOf(name), { shape, dtype: 'float32', data: scale })
    all.push([name, { shape: weights.get(name)!.shape, dtype: 'int8', data: bytes }])
  }
  for (const [name, tensor] of all) stored.set(name, tensor)
  return stored
}

function bytesOf(data: Float32Array, shape: Shape, scaleShape: Shape): { scale: Float32Array; bytes: Int8Array } {
  const filterOf = filtersOf(shape, scaleShape)
  const largest = new Float32Array(sizeOf(scaleShape))
  for (let i = 0; i < data.length; i++) largest[filterOf(i)] = Math.max(largest[filterOf(i)], Math.abs(data[i]))
  const scale = largest.map(scaleOfFilter)
  const bytes = new Int8Array(data.length)
  for (let i = 0; i < data.length; i++) bytes[i] = roundedWeight(data[i], scale[filterOf(i)])
  return { scale, bytes }
}

/** Which filter the element of this index belongs to. */
function filtersOf(shape: Shape, scaleShape: Shape): (index: number) => number {
  const axis = Math.max(
    scaleShape.findIndex((n) => n !== 1),
    0,
  )
  const count = scaleShape[axis]
  const inner = sizeOf(shape.slice(axis + 1))
  return count === 1 ? () => 0 : (index) => Math.floor(index / inner) % count
}

/**
 * What a file of a network in 8 bits holds, as the weights of that network: those that it rounds to the same bytes and scales.
 * @param layer the description of the network that the file tells
 * @throws WeightsError where bytes have no scales; FormatError for scales that are none and bytes beyond -127 to 127.
 */
export function ofBytes(
  tensors: ReadonlyMap<string, StoredTensor>,
  layer: unknown,
  file: string,
): ReadonlyMap<string, StoredTensor> {
  if (!isQuantized(layer)) return tensors
  const weights = new Map(tensors)
  for (const [name, bytes] of tensors)
    if (bytes.dtype === 'int32') {
      weights.set(name, weightsOf(name, bytes, tensors.get(scaleOf(name)), file))
      weights.delete(scaleOf(name))
    }
  return weights
}

function weightsOf(name: string, bytes: StoredTensor, scale: StoredTensor | undefined, file: string): StoredTensor {
  const { shape, data } = bytes
  if (scale === undefined)
    throw new WeightsError(
      `${file} does not fit its own description; ${name} is in bytes, and ${scaleOf(name)} is missing`,
    )
  const fail = (tensor: string, problem: string): never => failing(file)(`tensor ${quoted(tensor)} ${problem}`)
  const isOfFilters =
    scale.dtype === 'float32' &&
    scale.shape.length === shape.length &&
    scale.shape.every((n, axis) => n === 1 || (n === shape[axis] && n === sizeOf(scale.shape)))
  if (!isOfFilters)
    fail(
      scaleOf(name),
      `is ${scale.dtype} ${formatShape(scale.shape)}; expected a number for each filter of ${formatShape(shape)}`,
    )
  const wrong = scale.data.find((each) => !isScale(each))
  if (wrong !== undefined) fail(scaleOf(name), `holds ${wrong}, which is the ${largestWeight}th part of no weight`)
  const largest = Float32Array.from(scale.data, largestWith)
  const filterOf = filtersOf(shape, scale.shape)
  const ends = new Int32Array(largest.length)
  for (let i = 0; i < data.length; i++) ends[filterOf(i)] = Math.max(ends[filterOf(i)], Math.abs(data[i]))
  // Of other bytes the network would compute other scales.
  const other = ends.findIndex(
    (end, filter) => end !== largestWeight && (end > largestWeight || largest[filter] > least),
  )
  if (other >= 0)
    fail(name, `has a filter whose largest byte is ${ends[other]}; expected ${largestWeight}, which its scale is for`)
  const weights = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const [q, filter] = [data[i], filterOf(i)]
    weights[i] = Math.abs(q) === largestWeight ? Math.sign(q) * largest[filter] : q * scale.data[filter]
  }
  return { shape, dtype: 'float32', data: weights }
}

/** Whether filters of some weights have this scale. */
const isScale = (scale: number): boolean =>
  scale >= scaleOfFilter(0) && scale <= scaleOfFilter(largestFloat) && scaleOfFilter(largestWith(scale)) === scale

const largestFloat = (2 - 2 ** -23) * 2 ** 127

/** The largest weight of the filters of this scale. */
function largestWith(scale: number): number {
  const largest = Float32Array.of(Math.fround(scale * largestWeight))
  const bits = new Int32Array(largest.buffer)
  bits[0]++
  while (!(Math.fround(largest[0] / largestWeight) <= scale)) bits[0]--
  return largest[0]
}

/** The largest weight of a filter of the smallest scale, whose bytes may all be smaller. */
const least = largestWith(scaleOfFilter(0))
