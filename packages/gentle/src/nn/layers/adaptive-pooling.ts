import type { Tensor } from '../../graph/tensor.ts'
import {
  adaptiveAvgPool2d as adaptiveAvgPool2dOp,
  adaptiveMaxPool2d as adaptiveMaxPool2dOp,
} from '../../ops/adaptive-pool2d.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { inLayer, type Layer, type LayerTypes } from '../layer.ts'

function adaptivePool2d(type: string, size: Pair, op: (x: Tensor, size: Pair) => Tensor): Layer {
  toPair(size, 1, `${type}: size`)
  const description = { type, size }
  return { description, endsFeatures: true, apply: (x, scope) => inLayer(scope, description, x, () => op(x, size)) }
}

/**
 * The mean of each of `size` parts, one number or [rows, columns], that images are cut into: [N, C, H, W] becomes [N, C, ...size]. Part i
 * of n along an axis of length L is floor(i L / n) to ceil((i + 1) L / n), as in PyTorch: parts overlap where n does not divide L.
 * @throws ArgumentError for sizes out of range.
 */
export const AdaptiveAvgPool2d = (size: Pair): Layer => adaptivePool2d('adaptiveAvgPool2d', size, adaptiveAvgPool2dOp)

/**
 * The largest pixel of each of the parts that `adaptiveAvgPool2d` averages.
 * @throws ArgumentError for sizes out of range.
 */
export const AdaptiveMaxPool2d = (size: Pair): Layer => adaptivePool2d('adaptiveMaxPool2d', size, adaptiveMaxPool2dOp)

/** What builds these layers from their descriptions. */
export const adaptivePoolingTypes: LayerTypes = {
  adaptiveAvgPool2d: ({ size }) => AdaptiveAvgPool2d(size as Pair),
  adaptiveMaxPool2d: ({ size }) => AdaptiveMaxPool2d(size as Pair),
}
