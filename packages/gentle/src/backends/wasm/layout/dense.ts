import { type Tensor, Variable } from '../../../graph/tensor.ts'
import type { MatmulAttributes } from '../../../ops/matmul.ts'

/** A matrix product of activations with a matrix of weights: what a dense layer does, forward and to its input. */
export const isDense = ({ op, inputs, attributes }: Tensor): boolean =>
  op.name === 'matmul' &&
  inputs[0].shape.length >= 2 &&
  !(attributes as MatmulAttributes).transposeA &&
  isWeights(inputs[1])

const isWeights = (node: Tensor): boolean =>
  node.shape.length === 2 &&
  (node instanceof Variable || (node.op.name === 'reshape' && node.inputs[0] instanceof Variable))
