/** A layer: plain data, and a function of a tensor. A network is a layer too. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Scope } from './scope.ts'

/** What a weights file stores of a layer: its type and its arguments, as JSON. */
export interface LayerDescription {
  readonly type: string
  readonly [argument: string]: unknown
}

export interface Layer {
  readonly description: LayerDescription
  /** Of a sequence, its layers by their names. */
  readonly layers?: readonly (readonly [name: string, layer: Layer])[]
  /** Set where it gives up the places of images: it flattens them, or pools them to a fixed size. The features of a classifier end before it. */
  readonly endsFeatures?: true
  /** Set where it takes part in training alone. */
  readonly trainingOnly?: true
  /**
   * Traces the layer on a batch, whose first axis counts the examples.
   * @throws ShapeError naming the layer when the input does not fit.
   */
  apply(x: Tensor, scope: Scope): Tensor
}

/** Builds a layer from its description; those within it by `layerFrom`. */
export type BuildLayer = (description: LayerDescription, layerFrom: (description: unknown) => Layer) => Layer

/** Types of layers, by their names. */
export type LayerTypes = Readonly<Record<string, BuildLayer>>

const registered = new Map<string, BuildLayer>()

/**
 * Lets weights files name a type of layer of your own; `build` gets what the layer's description holds. Call it before a model with such
 * layers is loaded.
 */
export function registerLayer(type: string, build: BuildLayer): void {
  registered.set(type, build)
}

/** The types that were registered. */
export const registeredLayers: ReadonlyMap<string, BuildLayer> = registered

/**
 * Runs part of a layer's trace; a shape that does not fit is reported with the layer's place and type.
 */
export function inLayer<T>(scope: Scope, description: LayerDescription, x: Tensor, trace: () => T): T {
  try {
    return trace()
  } catch (error) {
    if (error instanceof ShapeError && !error.message.startsWith('layer '))
      error.message = `layer ${scope.path || '0'} (${description.type}) on input ${formatShape(x.shape)}: ${error.message}`
    throw error
  }
}

/**
 * @throws ArgumentError for options that are not an object, or that a layer does not have.
 */
export function checkOptions(options: object, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new ArgumentError(`${where}: options are ${JSON.stringify(options)}; expected an object`)
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new ArgumentError(`${where}: option '${name}' is unknown; expected one of ${known.join(', ')}`)
}

/**
 * @throws ArgumentError for anything but true and false.
 */
export function checkFlag(value: boolean, where: string): boolean {
  if (typeof value !== 'boolean')
    throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected true or false`)
  return value
}

/**
 * @throws ArgumentError for anything but a whole number of at least 1.
 */
export function checkCount(value: number, where: string): number {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected a whole number of at least 1`)
  return value
}

/**
 * @throws ArgumentError for anything but a finite number.
 */
export function checkFinite(value: number, where: string): number {
  if (!Number.isFinite(value)) throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected a number`)
  return value
}
