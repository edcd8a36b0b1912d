import { ArgumentError } from '../../core/errors.ts'
import type { Layer, LayerDescription, LayerTypes } from '../layer.ts'

/** Layers by their names. */
export type NamedLayers = Readonly<Record<string, Layer>>

/**
 * Layers one after another. Their parameters are named by position, `0.weight`, `0.bias`, ..., or by the names given, `conv1.weight`, ...
 * @throws ArgumentError for names that are numbers, for these JavaScript would reorder, and names with dots.
 */
export function Sequential(layers: NamedLayers): Layer
export function Sequential(...layers: Layer[]): Layer
export function Sequential(...given: Layer[] | [NamedLayers]): Layer {
  const [first] = given
  const named = first !== undefined && !isLayer(first)
  const layers = named
    ? namedLayers(first, 'sequential')
    : (given as Layer[]).map((layer, i) => [String(i), layer] as const)
  return {
    description: {
      type: 'sequential',
      layers: named ? describeNamed(layers) : layers.map(([, { description }]) => description),
    },
    layers,
    apply: (x, scope) => layers.reduce((y, [name, layer]) => scope.apply(name, layer, y), x),
  }
}

const isLayer = (value: Layer | NamedLayers): value is Layer => typeof value.apply === 'function'

/** @throws ArgumentError for names that no path can have. */
export function namedLayers(layers: NamedLayers, where: string): (readonly [string, Layer])[] {
  return Object.entries(layers).map(([name, layer]) => {
    if (/^\d+$/.test(name) || name.includes('.') || name === '')
      throw new ArgumentError(
        `${where}: '${name}' is not a name for a layer; expected a word without dots, or layers without names`,
      )
    return [name, layer]
  })
}

/** As a description stores it: a list of names and layers, for the order of a JSON object's members is not its meaning. */
export const describeNamed = (layers: readonly (readonly [string, Layer])[]): [string, LayerDescription][] =>
  layers.map(([name, { description }]) => [name, description])

/** @throws ArgumentError when the description has no list of layers. */
export function layersFrom(
  stored: unknown,
  where: string,
  layerFrom: (description: unknown) => Layer,
): Layer[] | NamedLayers {
  if (!Array.isArray(stored)) throw new ArgumentError(`layer ${where}: its description has no list of layers`)
  if (stored.length > 0 && stored.every(Array.isArray))
    return Object.fromEntries(stored.map(([name, layer]) => [String(name), layerFrom(layer)]))
  return stored.map((layer) => layerFrom(layer))
}

/** What builds these layers from their descriptions. */
export const sequentialTypes: LayerTypes = {
  sequential: ({ layers }, layerFrom) => {
    const made = layersFrom(layers, 'sequential', layerFrom)
    return Array.isArray(made) ? Sequential(...made) : Sequential(made)
  },
}
