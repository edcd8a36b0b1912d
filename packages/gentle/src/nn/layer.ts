/** A layer: plain data, and a function of a tensor. A network is a layer too. */
import { ArgumentError, GentleError, ShapeError } from '../core/errors.ts'
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
  /**
   * Traces the layer on a batch, whose first axis counts the examples.
   * @throws ShapeError naming the layer when the input does not fit.
   */
  apply(x: Tensor, scope: Scope): Tensor
}

type Build = (description: LayerDescription) => Layer

const builders = new Map<string, Build>()

/** Lets weights files name a type of layer; `build` gets what the layer's description holds. */
export function registerLayer(type: string, build: Build): void {
  builders.set(type, build)
}

/**
 * The layer that a description tells. It may come from a stranger's file: whatever it holds, there is a layer or an ArgumentError.
 * @throws ArgumentError for a type that is unknown and arguments that are missing, of a wrong kind or out of range.
 */
export function layerFrom(description: unknown): Layer {
  const type = (description as LayerDescription | null)?.type
  const build = typeof type === 'string' ? builders.get(type) : undefined
  if (build === undefined)
    throw new ArgumentError(
      `layer type ${JSON.stringify(type)} is unknown; expected one of ${[...builders.keys()].sort().join(', ')}`,
    )
  try {
    return build(description as LayerDescription)
  } catch (error) {
    if (error instanceof GentleError) throw error
    throw new ArgumentError(`layer ${type}: its description lacks arguments, or they are of a wrong kind`, {
      cause: error,
    })
  }
}

/**
 * Runs part of a layer's trace; a shape that does not fit is told with the layer's place and type.
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
 * @throws ArgumentError for options that are no object, or that a layer does not have.
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
 * @throws ArgumentError for anything but a whole number from 1.
 */
export function checkCount(value: number, where: string): number {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected a whole number from 1`)
  return value
}

/**
 * @throws ArgumentError for anything but a finite number.
 */
export function checkFinite(value: number, where: string): number {
  if (!Number.isFinite(value)) throw new ArgumentError(`${where} is ${JSON.stringify(value)}; expected a number`)
  return value
}
