import { InternalError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { type Tensor, type Variable, variable } from '../graph/tensor.ts'
import type { Initializer } from './initializers.ts'
import type { Layer, LayerDescription } from './layer.ts'

/** The parameters of a model by their path names, in the order in which its layers made them. */
export type Parameters = Map<string, Variable>

/** First values of the parameter of this path and shape, for which the layer has this initialiser. */
export type FirstValues = (path: string, shape: Shape, initializer: Initializer) => Float32Array

/** A layer's place in a trace. */
export interface LayerReport {
  readonly path: string
  readonly description: LayerDescription
  readonly input: Tensor
  readonly output: Tensor
}

export interface ScopeOptions {
  /** Parameters that exist; those that layers ask for beyond them are made. */
  readonly parameters: Parameters
  /** From which every parameter's first values and every dropout mask derive. */
  readonly seed: number
  /** Where first values come from instead, such as from a file. */
  readonly firstValues?: FirstValues
  /** Whether layers behave as in training, where dropout drops. */
  readonly training: boolean
  /** Told of every layer that is traced, innermost layers first. */
  readonly onLayer?: (report: LayerReport) => void
  /** The int32 number of the training step, which gives each step its own random numbers. */
  readonly step?: Tensor
}

/** What a layer sees of the model that it is part of: its own place in it. */
export class Scope {
  readonly training: boolean
  readonly seed: number
  /** Path of the layer within its model, such as `3` or `features.3`; '' for the model itself. */
  readonly path: string
  readonly #options: ScopeOptions

  constructor(options: ScopeOptions, path = '') {
    this.#options = options
    this.training = options.training
    this.seed = options.seed
    this.path = path
  }

  /** Traces a part of this layer, at a place of its own. */
  apply(name: string, layer: Layer, input: Tensor): Tensor {
    const path = this.#join(name)
    const output = layer.apply(input, new Scope(this.#options, path))
    this.#options.onLayer?.({ path, description: layer.description, input, output })
    return output
  }

  /**
   * The parameter of this name: made by the initialiser at the first trace, the same one ever after.
   * @throws InternalError when a later trace asks for another shape.
   */
  parameter(name: string, shape: Shape, initializer: Initializer): Tensor {
    const path = this.#join(name)
    const { parameters, firstValues } = this.#options
    const known = parameters.get(path)
    if (known !== undefined) {
      if (!sameShape(known.shape, shape))
        throw new InternalError(
          `parameter ${path} has shape ${formatShape(known.shape)}, but now ${formatShape(shape)} is asked for`,
        )
      return known
    }
    const values = firstValues?.(path, shape, initializer) ?? initializer(shape, new Random(this.seed, path))
    const made = variable(shape, values, path)
    parameters.set(path, made)
    return made
  }

  /** The training step, for random numbers; undefined outside training. */
  get step(): Tensor | undefined {
    return this.#options.step
  }

  #join(name: string): string {
    return this.path === '' || name === '' ? this.path + name : `${this.path}.${name}`
  }
}
