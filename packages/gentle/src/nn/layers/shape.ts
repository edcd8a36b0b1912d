import { sizeOf } from '../../core/shape.ts'
import { reshape } from '../../ops/structure.ts'
import { type Layer, registerLayer } from '../layer.ts'

/** Each example's values in one row: [N, ...] becomes [N, F]. */
export const flatten = (): Layer => ({
  description: { type: 'flatten' },
  apply: (x) => reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
})

/** The input itself, where a network of a family does nothing that another does. */
export const identity = (): Layer => ({ description: { type: 'identity' }, apply: (x) => x })

registerLayer('identity', identity)
registerLayer('flatten', flatten)
