/** Products of matrices. */
import type { Tensor } from '../../../graph/tensor.ts'
import { add, mul } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { reshape } from '../../../ops/structure.ts'
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

/** As NumPy's: a vector is a row on the left and a column on the right, and its axis is not there afterwards. */
const product: Compute = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)]
  const row = a.shape.length === 1
  const column = b.shape.length === 1
  if (!row && !column) return [like(call, 0, matmul(a, b))]
  const y = matmul(row ? reshape(a, [1, ...a.shape]) : a, column ? reshape(b, [...b.shape, 1]) : b)
  const lead = y.shape.slice(0, -2)
  const [rows, columns] = y.shape.slice(-2)
  return [like(call, 0, reshape(y, [...lead, ...(row ? [] : [rows]), ...(column ? [] : [columns])]))]
}

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
  MatMul: operator(product, [1, ''], [9, ''], [13, '']),
} satisfies Record<string, Operator>
