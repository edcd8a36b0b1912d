/**
 * A pass for predictions of a few images: a transposed convolution as a convolution. The pixels of its result fall into stride x stride grids, and each grid is
 * a convolution of the image with every stride-th tap of the filter; all of them are one convolution with stride x stride times the channels, whose results
 * are then put between each other (Shi et al., "Is the deconvolution layer the same as a convolutional layer?", 2016).
 */
import { type Graph, rootsOf, topologicalOrder, verify } from '../graph/graph.ts'
import { withOperands } from '../graph/rebuild.ts'
import { type Tensor, within } from '../graph/tensor.ts'
import { type Conv2dInputGradientAttributes, conv2d } from '../ops/conv2d.ts'
import { flip, pad, reshape, slice, transpose } from '../ops/structure.ts'

/** Larger batches fill the blocks of images in which transposed convolutions are computed otherwise. */
const maxImages = 16

function isReplaced(node: Tensor): node is Tensor<Conv2dInputGradientAttributes> {
  if (node.op.name !== 'conv2dInputGradient') return false
  const { dilation } = node.attributes as Conv2dInputGradientAttributes
  return node.shape[0] <= maxImages && dilation.every((n) => n === 1)
}

/** Whether a graph has what this pass is for, and learns nothing: gradients of filters are computed in blocks of images anyway. */
export const hasSubPixels = (graph: Graph): boolean => {
  const order = topologicalOrder(rootsOf(graph))
  return order.some(isReplaced) && order.every(({ op }) => op.name !== 'conv2dWeightGradient')
}

/** The graph with its transposed convolutions as convolutions. */
export function convolveTransposed(graph: Graph): Graph {
  const made = new Map<Tensor, Tensor>()
  for (const node of topologicalOrder(rootsOf(graph))) {
    const inputs = node.inputs.map((x) => made.get(x)!)
    made.set(
      node,
      isReplaced(node)
        ? within(node.scope, () => subPixelConvolution(inputs[0], inputs[1], node))
        : withOperands(node, inputs),
    )
  }
  const roots = rootsOf(graph).map((root) => made.get(root)!)
  verify(roots, 'convolveTransposed')
  const names = Object.keys(graph.outputs)
  return {
    inputs: graph.inputs,
    outputs: Object.fromEntries(names.map((name, i) => [name, roots[i]])),
    updates: graph.updates?.map(([target], i) => [target, roots[names.length + i]]),
  }
}

/** Filters [C, O / groups, KH, KW] and images [N, C, H, W] give [N, O, H', W']. */
function subPixelConvolution(w: Tensor, x: Tensor, node: Tensor<Conv2dInputGradientAttributes>): Tensor {
  const { stride, padding, groups } = node.attributes
  const [c, perGroup, ...kernel] = w.shape
  const taps = kernel.map((size, axis) => Math.ceil(size / stride[axis]))
  const [sy, sx] = stride
  const [ty, tx] = taps
  const filled = pad(w, [0, 0, 0, 0], [0, 0, ty * sy - kernel[0], tx * sx - kernel[1]])
  // The tap r + s t of grid r meets the pixel t before: turned round, as convolutions here do not turn their filters.
  const grids = flip(reshape(filled, [groups, c / groups, perGroup, ty, sy, tx, sx]), [3, 5])
  const filters = reshape(transpose(grids, [0, 2, 4, 6, 1, 3, 5]), [groups * perGroup * sy * sx, c / groups, ty, tx])
  const y = conv2d(x, filters, { padding: [ty - 1, tx - 1], groups })
  const [n, , rows, columns] = y.shape
  const channels = groups * perGroup
  const between = transpose(reshape(y, [n, channels, sy, sx, rows, columns]), [0, 1, 4, 2, 5, 3])
  return cropped(reshape(between, [n, channels, rows * sy, columns * sx]), padding, node.shape)
}

/** The part that begins behind the padding; pixels that no tap reaches are 0. */
function cropped(y: Tensor, start: readonly [number, number], shape: readonly number[]): Tensor {
  const beyond = start.map((from, axis) => Math.max(0, from + shape[2 + axis] - y.shape[2 + axis]))
  const whole = beyond.some((n) => n > 0) ? pad(y, [0, 0, 0, 0], [0, 0, ...beyond]) : y
  return whole.shape.every((size, axis) => size === shape[axis]) ? whole : slice(whole, [0, 0, ...start], shape)
}
