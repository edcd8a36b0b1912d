/** What kernels compute beside their own node: elementwise nodes that follow it or lead to it. */
import type { FusionRules } from '../../../compile/fuse.ts'
import { broadcastStrides, sameShape, sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { Pool2dAttributes } from '../../../ops/pool2d.ts'
import type { ReduceAttributes } from '../../../ops/reduce.ts'
import type { StructuredName } from '../../../ops/table.ts'
import { constantVector } from '../kernels/expression.ts'
import { windowsTile } from '../kernels/pool.ts'
import type { EpilogueOperand } from '../kernels/tile.ts'
import { isDense } from '../layout/dense.ts'
import type { Layout } from '../layout/layout.ts'
import { firstOf, reductions } from './choices.ts'

/** How an operand goes with the values that a kernel goes on with; undefined where it does not. */
type Along = EpilogueOperand['along'] | undefined

/** Whether a kernel can go on with nodes that read such operands beside its own values. */
type Following = (producer: Tensor, layout: Layout, along: readonly Along[]) => boolean

const withAnyOperands: Following = (_producer, _layout, along) => !along.includes(undefined)

/** Kernels that go on with elementwise nodes; others store what they compute. */
const following: Readonly<Partial<Record<StructuredName, Following>>> = {
  conv2d: withAnyOperands,
  conv2dInputGradient: withAnyOperands,
  matmul: (producer, layout, along) => layout === 'lanes' && isDense(producer) && !along.includes(undefined),
  avgPool2dGradient: ({ shape, attributes }, _, along) =>
    windowsTile(shape, attributes as Pool2dAttributes) && along.every((a) => a === 'elements'),
}

const folded = new Set(['sum', 'max'])

export function fusionRules(layoutOf: (node: Tensor) => Layout): FusionRules {
  return {
    canFollow(producer, elementwise) {
      const leaves = epilogueLeaves(producer, elementwise)
      if (leaves.some((leaf) => leaf.dtype !== 'float32')) return false
      const along = leaves.map((leaf) => epilogueAlong(producer, leaf))
      return following[producer.op.name as StructuredName]?.(producer, layoutOf(producer), along) === true
    },
    canFold(node) {
      if (!folded.has(node.op.name)) return false
      const [x] = node.inputs
      const { axes } = node.attributes as ReduceAttributes
      const folding = { op: node.op.name, axes, layout: layoutOf(node), operand: layoutOf(x) }
      return firstOf(reductions, folding) !== 'rowMajor'
    },
    lieAlike: (a, b) => layoutOf(a) === layoutOf(b),
  }
}

/** What an epilogue reads besides the producer: tensors outside the group that are not plain numbers. */
export function epilogueLeaves(producer: Tensor, nodes: Iterable<Tensor>): Tensor[] {
  const inside = new Set<Tensor>([producer, ...nodes])
  return [...new Set([...inside].filter((node) => node !== producer).flatMap((node) => node.inputs))].filter(
    (x) => !inside.has(x) && constantVector(x) === undefined,
  )
}

/** How an operand goes with a tile's output, or undefined where it does not. */
export function epilogueAlong(producer: Tensor, leaf: Tensor): Along {
  if (sameShape(leaf.shape, producer.shape)) return 'elements'
  if (sizeOf(leaf.shape) === 1) return leaf.shape.length < producer.shape.length ? 'nothing' : undefined
  const strides = broadcastStrides(leaf.shape, producer.shape)
  const channelAxis = producer.op.name === 'matmul' ? strides.length - 1 : 1
  return strides.every((stride, axis) => stride === (axis === channelAxis ? 1 : 0)) ? 'channels' : undefined
}
