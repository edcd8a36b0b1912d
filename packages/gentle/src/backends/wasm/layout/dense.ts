import { Captured, type Tensor, Variable } from '../../../graph/tensor.ts'
import type { MatmulAttributes } from '../../../ops/matmul.ts'

/** A matrix product of activations with a matrix of weights: what a dense layer does, forward and to its input. */
export const isDense = ({ op, inputs, attributes }: Tensor): boolean =>
  op.name === 'matmul' &&
  inputs[0].shape.length >= 2 &&
  !(attributes as MatmulAttributes).transposeA &&
  isWeights(inputs[1])

const isWeights = (node: Tensor): boolean =>
  node.shape.length === 2 && (isKept(node) || (node.op.name === 'reshape' && isKept(node.inputs[0])))

/** Whether a tensor is there before the program, or the loop, begins. */
const isKept = (node: Tensor): boolean => node instanceof Variable || node instanceof Captured

/** Whether the weights of a dense layer come from outside of the loop whose step it is in. */
export const isInLoop = (weights: Tensor): boolean =>
  weights instanceof Captured || (weights.op.name === 'reshape' && weights.inputs[0] instanceof Captured)
