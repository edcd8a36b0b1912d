/** The convolutions that a network consists of, and their kernels as training runs them. */

import { type Graph, input, type Model, type Tensor } from '../packages/gentle/src/entries/index.ts'
import { traceInference } from '../packages/gentle/src/entries/inspect.ts'
import { topologicalOrder } from '../packages/gentle/src/graph/graph.ts'
import { apply } from '../packages/gentle/src/graph/tensor.ts'
import {
  type Conv2dAttributes,
  type Conv2dSizes,
  conv2dInputGradientOp,
  conv2dMultiplyAdds,
  conv2dOp,
  conv2dSizes,
  conv2dWeightGradientOp,
} from '../packages/gentle/src/ops/conv2d.ts'
import type { Part } from './protocol.ts'

export interface Convolution {
  readonly layer: string
  readonly attributes: Conv2dAttributes
  readonly inputShape: readonly number[]
  readonly weightShape: readonly number[]
  readonly outputShape: readonly number[]
  /** Operations of the direct method in any direction, a product and a sum each one, padding counted as if it were image. */
  readonly flops: number
  /** Those that training needs: nobody asks for a gradient of the images that come in. */
  readonly directions: readonly Part['direction'][]
}

/** Those of a model on a batch of images, in the order in which they come, equal ones once. */
export function convolutionsOf(model: Model, batch: number): Convolution[] {
  const images = input([batch, ...model.inputShape])
  const found = new Map<string, Convolution>()
  for (const node of topologicalOrder([traceInference(model, images)])) {
    if (node.op !== conv2dOp) continue
    const [x, w] = node.inputs
    const attributes = node.attributes as Conv2dAttributes
    const sizes = conv2dSizes(x.shape, w.shape, attributes)
    const layer = nameOf(sizes, attributes)
    if (found.has(layer)) continue
    found.set(layer, {
      layer,
      attributes,
      inputShape: x.shape,
      weightShape: w.shape,
      outputShape: node.shape,
      flops: 2 * conv2dMultiplyAdds(sizes, attributes),
      directions: x === images ? ['forward', 'weight gradient'] : ['forward', 'input gradient', 'weight gradient'],
    })
  }
  return [...found.values()]
}

function nameOf({ inChannels, outChannels, height, width, kernel }: Conv2dSizes, attributes: Conv2dAttributes): string {
  const { stride, padding, groups } = attributes
  const details = [
    stride[0] > 1 ? `, stride ${stride[0]}` : '',
    padding[0] > 0 ? `, padding ${padding[0]}` : '',
    groups > 1 ? `, ${groups} groups` : '',
  ]
  return `${kernel.join(' x ')}, ${inChannels} to ${outChannels}, ${height} x ${width}${details.join('')}`
}

/** All three directions of a convolution, as outputs by these names: together they lie in memory as they do in training. */
export function traceConvolution({ attributes, inputShape, weightShape, outputShape }: Convolution): Graph {
  const x = input(inputShape)
  const w = input(weightShape)
  const dy = input(outputShape)
  const outputs: Record<Part['direction'], Tensor> = {
    forward: apply(conv2dOp, [x, w], attributes),
    'input gradient': apply(conv2dInputGradientOp, [w, dy], { ...attributes, inputShape }),
    'weight gradient': apply(conv2dWeightGradientOp, [x, dy], { ...attributes, weightShape }),
  }
  return { inputs: { x, w, dy }, outputs }
}
