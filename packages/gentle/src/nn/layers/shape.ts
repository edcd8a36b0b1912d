import { sizeOf } from '../../core/shape.ts'
import { reshape } from '../../ops/structure.ts'
import type { Layer, LayerTypes } from '../layer.ts'

/** Each example's values in one row: [N, ...] becomes [N, F]. */
export const Flatten = (): Layer => ({
  description: { type: 'flatten' },
  endsFeatures: true,
  apply: (x) => reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
})

/** The input itself, where a network of a family does nothing that another does. */
export const Identity = (): Layer => ({ description: { type: 'identity' }, apply: (x) => x })

/** What builds these layers from their descriptions. */
export const shapeTypes: LayerTypes = {
  identity: () => Identity(),
  flatten: () => Flatten(),
}
