/**
 * A file's names of weights as those of a network. Training puts names before them: `module.` (DataParallel), `_orig_mod.` (torch.compile), `model.`,
 * `net.` or any other attribute of whatever holds the network; and a network may itself stand within another, as a backbone does.
 */
import { WeightsError } from '../core/errors.ts'
import { type Shape, sameShape, sizeOf } from '../core/shape.ts'
import { quoted } from '../formats/failure.ts'
import type { StoredTensor } from '../formats/safetensors.ts'
import type { Layer } from '../nn/layer.ts'
import { parameterShapes } from '../nn/parameter-shapes.ts'

type Shapes = ReadonlyMap<string, { readonly shape: Shape }>

/** Parts of names that wrappers of PyTorch add, anywhere within. */
const wrapperParts = new Set(['module', '_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module'])

/** A file's tensors, those that are a network's under its names. */
export interface Renamed<T> {
  readonly tensors: ReadonlyMap<string, T>
  /** How names were changed, such as `without "module."`; empty where they were not. */
  readonly changes: readonly string[]
}

export type NamedWeights = Renamed<StoredTensor>

/**
 * Tensors under the names of a network. Names that fit as they are stay; else what stands before them in all is taken away, or what
 * stands before those of the network is added, if that fits half of the weights in name and shape.
 * @param place the file's name, for messages
 * @throws WeightsError where several parts of the file fit alike.
 */
export function renamedAs<T extends { readonly shape: Shape }>(
  network: Shapes,
  stored: ReadonlyMap<string, T>,
  place: string,
): Renamed<T> {
  const { tensors, changes } = withoutWrappers(network, stored, place)
  const [before, ...others] = prefixesOf(tensors, network, Math.max(1, network.size / 2))
  if (others.length > 0)
    throw new WeightsError(
      `${place} has ${others.length + 1} sets of weights that fit, named ${[before, ...others].map((each) => quoted(`${each}*`)).join(', ')}; name one as the key of the weights, such as ${quoted(before.slice(0, -1) || others[0].slice(0, -1))}`,
    )
  if (before === '') return { tensors, changes }
  if (before !== undefined)
    return {
      tensors: renamed(tensors, (name) => (name.startsWith(before) ? name.slice(before.length) : undefined)),
      changes: [...changes, `without ${quoted(before)}`],
    }
  const [within, ...more] = prefixesOf(network, tensors, Math.max(1, tensors.size / 2))
  if (within === undefined || within === '' || more.length > 0) return { tensors, changes }
  return {
    tensors: renamed(tensors, (name) => within + name),
    changes: [...changes, `as the network's ${quoted(within)}`],
  }
}

/** As `renamedAs`, with the weights that a file has as length and direction put together. @throws WeightsError as that. */
export function namedAs(network: Shapes, stored: ReadonlyMap<string, StoredTensor>, place: string): NamedWeights {
  const whole = withoutWeightNorm(network, stored)
  const { tensors, changes } = renamedAs(network, whole, place)
  return { tensors, changes: whole === stored ? changes : [...changes, 'put together from those of weight_norm'] }
}

/** As `namedAs`, for a network that is not a model yet. */
export const namedAsNetwork = (
  network: Layer,
  inputShape: Shape,
  tensors: ReadonlyMap<string, StoredTensor>,
  place: string,
): NamedWeights =>
  namedAs(new Map([...parameterShapes(network, inputShape)].map(([name, shape]) => [name, { shape }])), tensors, place)

/** With other names; those that have none keep theirs, if it is still free. */
function renamed<T>(tensors: ReadonlyMap<string, T>, nameFor: (name: string) => string | undefined): Map<string, T> {
  const result = new Map<string, T>()
  for (const [name, tensor] of tensors) {
    const other = nameFor(name)
    if (other !== undefined) result.set(other, tensor)
  }
  for (const [name, tensor] of tensors)
    if (nameFor(name) === undefined) result.set(result.has(name) ? `(outside) ${name}` : name, tensor)
  return result
}

function withoutWrappers<T>(network: Shapes, stored: ReadonlyMap<string, T>, place: string): Renamed<T> {
  const own = new Set([...network.keys()].flatMap((name) => name.split('.')))
  const taken = new Set<string>()
  const tensors = new Map<string, T>()
  for (const [name, tensor] of stored) {
    const parts = name.split('.')
    const kept = parts.filter((part) => !wrapperParts.has(part) || own.has(part))
    for (const part of parts) if (!kept.includes(part)) taken.add(part)
    const short = kept.join('.')
    if (tensors.has(short))
      throw new WeightsError(`${place} has ${quoted(short)} twice, once within ${[...taken].join(' or ')}`)
    tensors.set(short, tensor)
  }
  return taken.size === 0
    ? { tensors: stored, changes: [] }
    : { tensors, changes: [...taken].map((part) => `without ${quoted(`${part}.`)}`) }
}

/**
 * What stands before the most of the shorter names in the longer ones, where tensors have the same shape: several where as many fit, '' alone
 * where names that fit as they are are among them, none where fewer than `needed` fit.
 */
function prefixesOf(longer: Shapes, shorter: Shapes, needed: number): string[] {
  const counts = new Map<string, number>()
  for (const [name, { shape }] of longer)
    for (let at = 0; at >= 0; at = name.indexOf('.', at) + 1 || -1) {
      const same = shorter.get(name.slice(at))
      if (same !== undefined && sameShape(same.shape, shape))
        counts.set(name.slice(0, at), (counts.get(name.slice(0, at)) ?? 0) + 1)
    }
  const max = Math.max(0, ...counts.values())
  if (max < needed) return []
  return counts.get('') === max ? [''] : [...counts].filter(([, count]) => count === max).map(([prefix]) => prefix)
}

/** The names of a direction and a length in PyTorch's weight_norm, before 2.0 and since. */
const normed: readonly (readonly [direction: string, length: string])[] = [
  ['weight_v', 'weight_g'],
  ['parametrizations.weight.original1', 'parametrizations.weight.original0'],
]

/** With the weights that a file has as length and direction: w = g v / |v| (Salimans and Kingma, "Weight Normalization", 2016, equation 2). */
function withoutWeightNorm(
  network: Shapes,
  stored: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor> {
  if (network.has('weight_v')) return stored
  let tensors: Map<string, StoredTensor> | undefined
  for (const name of stored.keys())
    for (const [direction, length] of normed) {
      const layer = name.endsWith(direction) ? name.slice(0, -direction.length) : undefined
      if (layer === undefined || !/(^|\.)$/.test(layer) || stored.has(`${layer}weight`)) continue
      const [v, g] = [stored.get(name)!, stored.get(layer + length)]
      if (g === undefined || v.dtype !== 'float32' || !isLengthOf(g, v)) continue
      tensors ??= new Map(stored)
      tensors.delete(name)
      tensors.delete(layer + length)
      tensors.set(`${layer}weight`, { ...v, data: scaled(v, g) })
    }
  return tensors ?? stored
}

/** Whether a tensor has a number for each place on one axis of another, or one number for all. */
const isLengthOf = (g: StoredTensor, v: StoredTensor): boolean =>
  g.dtype === 'float32' &&
  (g.data.length === 1 || (g.shape.length === v.shape.length && g.shape.filter((n) => n !== 1).length === 1)) &&
  g.shape.every((n, axis) => n === 1 || n === v.shape[axis])

/** Each part of v along the axis of g, of the length that g says. */
function scaled(v: StoredTensor, g: StoredTensor): Float32Array {
  const axis = g.shape.findIndex((n) => n !== 1)
  const count = axis < 0 ? 1 : g.shape[axis]
  const inner = axis < 0 ? v.data.length : sizeOf(v.shape.slice(axis + 1))
  const partOfElement = (i: number): number => Math.floor(i / inner) % count
  const squares = new Float64Array(count)
  for (let i = 0; i < v.data.length; i++) squares[partOfElement(i)] += v.data[i] ** 2
  return Float32Array.from(
    v.data,
    (value, i) => (value * g.data[partOfElement(i)]) / Math.sqrt(squares[partOfElement(i)]),
  )
}
