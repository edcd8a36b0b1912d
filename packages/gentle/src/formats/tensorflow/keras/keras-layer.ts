/** What the layers of Keras have in common here. */
import type { Shape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { constants, zeros } from '../../../nn/initializers.ts'
import type { Scope } from '../../../nn/scope.ts'
import { Placed } from '../placed.ts'
import type { LayerConfig } from './layer-config.ts'

/** A tensor that a layer stores. */
export interface KerasWeight {
  readonly name: string
  /** Another name that it has in other versions of Keras. */
  readonly alias?: string
  /** Whether it is kept and not learned, such as a moving mean. */
  readonly state?: true
  /** Whether files have it though nothing is computed with it. */
  readonly unused?: true
  /** What files call it, where a layer has several of that name; their order tells them apart. */
  readonly stored?: string
  /** Its folder within that of the layer, in Keras 3. */
  readonly folder?: string
}

/** What a layer's settings make of it. */
export interface KerasLayer {
  /** In the order in which files store them. */
  readonly weights?: readonly KerasWeight[]
  /** Set where it takes several tensors. */
  readonly merges?: true
  /** Set where tensors behind the first are states to begin with. */
  readonly takesStates?: true
  /** Set where it reads the masks of sequences, and says itself which mask what it gives has. */
  readonly readsMasks?: true
  readonly run: (inputs: readonly Placed[], scope: Scope) => Placed | readonly Placed[]
}

/** Reads a layer's settings. */
export type BuildKerasLayer = (config: LayerConfig) => KerasLayer

/** A layer of one tensor, without weights. */
export const ofOne = (run: (x: Placed, scope: Scope) => Placed): KerasLayer => ({ run: ([x], scope) => run(x, scope) })

export const learned = (scope: Scope, name: string, shape: Shape): Tensor => scope.parameter(name, shape, zeros)

/** `kernel`, and `bias` where there is one. */
export const kernelAndBias = (bias: boolean): KerasWeight[] =>
  bias ? [{ name: 'kernel' }, { name: 'bias' }] : [{ name: 'kernel' }]

/** Keras 3 names folders by classes. */
export const inSnakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()

/** A moving mean or variance. */
export const moving = (scope: Scope, name: string, shape: Shape, first: number) =>
  scope.state(name, shape, constants(first))

/** How a layer's images lie: Keras' own order, or PyTorch's. */
export interface ImageOrder {
  /** The tensor [N, C, ...]. */
  readonly read: (x: Placed) => Tensor
  /** What was computed of it. */
  readonly give: (y: Tensor) => Placed
}

export function imageOrder(config: LayerConfig): ImageOrder {
  return config.choice('data_format', ['channels_last', 'channels_first'], 'channels_last') === 'channels_last'
    ? { read: (x) => x.channelsFirst, give: Placed.channelsFirst }
    : { read: (x) => x.written, give: Placed.written }
}

/** @throws FormatError unless the tensor has so many axes, the batch's among them. */
export function expectAxes(config: LayerConfig, x: Placed, axes: number): void {
  if (x.shape.length !== axes) config.fail(`takes tensors of ${axes} axes, and gets one of ${x.shape.length}`)
}
