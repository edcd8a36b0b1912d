/** How each op treats a batch: a table typed over the ops' names, so that an op without an entry does not compile. */
import { isCustom } from '../../../graph/op.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { isElementwise } from '../../../ops/elementwise.ts'
import type { ReduceAttributes } from '../../../ops/reduce.ts'
import type { AddSlicesAttributes, SlicePlace } from '../../../ops/structure.ts'
import type { FunctionName, StructuredName } from '../../../ops/table.ts'
import { type Costs, convolutionCosts, denseCosts, free, lanesAlone } from './costs.ts'
import { isDense } from './dense.ts'
import { alongChannels, blockSize } from './layout.ts'

/** Tells tensors of a node, or nothing of them. */
type TensorsOf = (node: Tensor) => readonly Tensor[]

/** Whether an operand is in channels. */
type InChannels = (operand: Tensor) => boolean

export interface OpLayouts {
  /**
   * Those of a node and its operands that the node keeps image by image: all or none of them are in lanes. Without the node itself where it
   * mixes images, and so is row-major; the node alone where it writes either layout whatever it reads.
   */
  readonly tied: TensorsOf
  /** Only of ops that decide whether a batch is in blocks; undefined for nodes of them that do not. */
  readonly costs?: (node: Tensor) => Costs | undefined
  /** Whether a kernel gives the node, [N, C, ...] in float32, in channels; without this no kernel does. */
  readonly canBeInChannels?: (node: Tensor, inChannels: InChannels) => boolean
}

const none: TensorsOf = () => []
const itself: TensorsOf = (node) => [node]
const withFirst: TensorsOf = (node) => [node, node.inputs[0]]
const withSecond: TensorsOf = (node) => [node, node.inputs[1]]
const withAll: TensorsOf = (node) => [node, ...node.inputs]
const operands: TensorsOf = ({ inputs }) => inputs

const where =
  (keepsImages: (node: Tensor) => boolean, tensors: TensorsOf, otherwise = none): TensorsOf =>
  (node) =>
    (keepsImages(node) ? tensors : otherwise)(node)

const keepsBatch = ({ inputs: [x], shape }: Tensor): boolean => x.shape[0] === shape[0]
/** Whether a slice that takes all images leaves them in their order. */
const keepsOrder = ({ strides }: SlicePlace): boolean => strides === undefined || strides[0] === 1

const axisOf = ({ attributes }: Tensor): number => (attributes as { axis: number }).axis
const axesOf = ({ attributes }: Tensor): readonly number[] => (attributes as ReduceAttributes).axes

const elementwise: OpLayouts = {
  tied: (node) => [
    node,
    ...node.inputs.filter(({ shape }) => shape.length === node.shape.length && shape[0] === node.shape[0]),
  ],
  canBeInChannels: ({ inputs, shape }, inChannels) =>
    inputs.some(inChannels) && inputs.every((x) => x.dtype === 'float32' && alongChannels(x, shape) !== undefined),
}

const reduction: OpLayouts = {
  tied: where((node) => !axesOf(node).includes(0), withFirst),
  canBeInChannels: (node, inChannels) => inChannels(node.inputs[0]) && axesOf(node).every((axis) => axis >= 2),
}

/** Pooling and resizing: they decide for blocks, but not of which kind. */
const inEitherBlocks: OpLayouts = { tied: withFirst, costs: () => free, canBeInChannels: () => true }

const inLanesAlone = (tied: TensorsOf): OpLayouts => ({ tied, costs: () => lanesAlone })

const opLayouts: Readonly<Record<StructuredName | FunctionName, OpLayouts>> = {
  sum: reduction,
  max: reduction,
  argmax: { tied: where((node) => axisOf(node) !== 0, withFirst) },
  reshape: {
    tied: where((node) => node.shape.length > 0 && keepsBatch(node), withFirst),
    canBeInChannels: ({ inputs: [x], shape }, inChannels) =>
      inChannels(x) && x.shape[0] === shape[0] && x.shape[1] === shape[1],
  },
  transpose: {
    tied: where(({ attributes }) => (attributes as { order: readonly number[] }).order[0] === 0, withFirst),
  },
  broadcastTo: {
    tied: where((node) => node.inputs[0].shape.length === node.shape.length && keepsBatch(node), withFirst, itself),
  },
  concat: {
    tied: where((node) => axisOf(node) !== 0, withAll),
    canBeInChannels: (node, inChannels) =>
      axisOf(node) === 1 &&
      node.inputs.every(inChannels) &&
      node.inputs.slice(0, -1).every((part) => part.shape[1] % blockSize === 0),
  },
  slice: {
    tied: where((node) => keepsBatch(node) && keepsOrder(node.attributes as SlicePlace), withFirst),
  },
  addSlices: {
    tied: where(
      ({ inputs, shape, attributes }) =>
        inputs.every((part) => part.shape[0] === shape[0]) &&
        (attributes as AddSlicesAttributes).places.every(keepsOrder),
      withAll,
    ),
  },
  pad: { tied: where(keepsBatch, withFirst) },
  matmul: {
    tied: where(isDense, withFirst),
    costs: (node) => (isDense(node) ? denseCosts(node) : undefined),
  },
  conv2d: { tied: withFirst, costs: convolutionCosts, canBeInChannels: () => true },
  conv2dInputGradient: inLanesAlone(withSecond),
  conv2dWeightGradient: inLanesAlone(operands),
  maxPool2d: inEitherBlocks,
  maxPool2dScatter: inLanesAlone(withAll),
  maxPool2dGather: inLanesAlone(withAll),
  avgPool2d: inEitherBlocks,
  avgPool2dGradient: inLanesAlone(withFirst),
  resample2d: inEitherBlocks,
  resample2dGradient: inLanesAlone(withFirst),
  oneHot: { tied: where(({ inputs: [x] }) => x.shape.length > 0, withFirst) },
  gather: { tied: none },
  scatterAdd: { tied: none },
  takeAlongAxis: { tied: none },
  addAlongAxis: { tied: none },
  argsort: { tied: none },
  cumsum: { tied: none },
  ctcLoss: { tied: none },
  ctcLossGradient: { tied: none },
  uniform: { tied: itself },
  after: {
    tied: where(({ shape }) => shape.length > 0, withFirst),
    canBeInChannels: ({ inputs: [x] }, inChannels) => inChannels(x),
  },
  // A loop's body has layouts of its own; results stand as the body leaves them.
  scan: { tied: none },
  result: { tied: none },
}

/** Tensors whose values come from outside of the graph, and ops from outside of the library: both are row-major. */
const rowMajor: OpLayouts = { tied: none }

export const layoutsOf = (node: Tensor): OpLayouts =>
  isElementwise(node)
    ? elementwise
    : node.inputs.length === 0 || isCustom(node.op)
      ? rowMajor
      : opLayouts[node.op.name as StructuredName | FunctionName]
