import { remat } from '../../ops/remat.ts'
import type { Layer } from '../layer.ts'
import type { SequenceLayer } from '../sequence-layer.ts'

/**
 * The same layer, whose values training does not keep for its gradients: it keeps the layer's input and output, and computes what lies between anew on
 * the way back, for less memory and the time of one more forward pass of the layer (see `remat`). It is the layer itself for all else: its parameters
 * have the same names, and its description, which is what a file stores, does not tell of it. As Flax's `nn.remat`; the `remat` of a training's options
 * does it for whole networks.
 *
 * @example
 * ```ts
 * const network = Sequential(stem, Remat(stage(64)), Remat(stage(128)), stage(256), head)
 * ```
 */
export function Remat<Wrapped extends Layer | SequenceLayer>(layer: Wrapped): Wrapped {
  const apply: Layer['apply'] = (x, scope) => remat(() => layer.apply(x, scope))()
  if (!('applySequence' in layer)) return { ...layer, apply }
  const applySequence: SequenceLayer['applySequence'] = (x, scope, options) =>
    remat(() => layer.applySequence(x, scope, options))()
  return { ...layer, apply, applySequence }
}
