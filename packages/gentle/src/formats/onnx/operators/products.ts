/** Products of matrices. */
import type { Tensor } from '../../../graph/tensor.ts'
import { add, mul } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'

const gemm: Compute = (call) => {
  const options = { transposeA: call.flag('transA'), transposeB: call.flag('transB') }
  const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor))
  const product = scaled(matmul(call.tensor(0), call.tensor(1), options), call.number('alpha', 1))
  const bias = call.optionalTensor(2)
  return [like(call, 0, bias ? add(product, scaled(bias, call.number('beta', 1))) : product)]
}

const gemmAttributes = 'alpha beta transA transB'

export const productOperators = {
  Gemm: operator(
    gemm,
    [1, `${gemmAttributes} broadcast`],
    [6, `${gemmAttributes} broadcast`],
    [7, gemmAttributes],
    [9, gemmAttributes],
    [11, gemmAttributes],
    [13, gemmAttributes],
  ),
  MatMul: operator((call) => [like(call, 0, matmul(call.tensor(0), call.tensor(1)))], [1, ''], [9, ''], [13, '']),
} satisfies Record<string, Operator>
