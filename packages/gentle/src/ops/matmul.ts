/** Matrix product, with transposes and batch axes. */
import { ShapeError } from '../core/errors.ts'
import { broadcastShapes, broadcastStrides, formatShape, sizeOf, stridesOf } from '../core/shape.ts'
import { defineOp, type Reference, type Signature } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { mul, sumTo } from './elementwise.ts'
import { requireFloat32 } from './operands.ts'
import { sum } from './reduce.ts'
import { reshape, transpose } from './structure.ts'

export interface MatmulAttributes {
  /** Read a as its transpose: its last two axes are [K, M]. */
  readonly transposeA: boolean
  /** Read b as its transpose: its last two axes are [N, K]. */
  readonly transposeB: boolean
}

/** Rows M, inner size K, columns N and the batch shape of a product. */
export function matmulSizes([a, b]: readonly Signature[], { transposeA, transposeB }: MatmulAttributes) {
  if (a.shape.length < 2 || b.shape.length < 2)
    throw new ShapeError(
      `matmul: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}; both operands need at least two axes`,
    )
  const [aRows, aColumns] = a.shape.slice(-2)
  const [bRows, bColumns] = b.shape.slice(-2)
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns]
  if (k !== inner) {
    const mark = (transposed: boolean) => (transposed ? ' transposed' : '')
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)}${mark(transposeA)} and ${formatShape(b.shape)}${mark(transposeB)} have inner sizes ${k} and ${inner}; they must be equal`,
    )
  }
  return { m, k, n, batch: broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul') }
}

export const matmulOp = defineOp({
  name: 'matmul',
  infer(inputs, attributes: MatmulAttributes) {
    requireFloat32(inputs, 'matmul')
    const { m, n, batch } = matmulSizes(inputs, attributes)
    return { shape: [...batch, m, n], dtype: 'float32' }
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB } }, dy) {
    const da = transposeA
      ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
      : matmul(dy, b, { transposeB: !transposeB })
    const db = transposeB
      ? matmul(dy, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, dy, { transposeA: !transposeA })
    return [sumTo(da, a.shape), sumTo(db, b.shape)]
  },
  multiplyAdds(inputs, attributes) {
    const { m, k, n, batch } = matmulSizes(inputs, attributes)
    return sizeOf(batch) * m * k * n
  },
})

export const matmulReference: Reference<typeof matmulOp> = (inputs, attributes, y) => {
  const { m, k, n, batch } = matmulSizes(inputs, attributes)
  const [a, b] = inputs
  const batchStrides = stridesOf(batch)
  const offsetOf = (shape: readonly number[], index: number): number => {
    const matrix = shape[shape.length - 2] * shape[shape.length - 1]
    const strides = broadcastStrides(shape.slice(0, -2), batch)
    return strides.reduce((at, s, axis) => at + (Math.floor(index / batchStrides[axis]) % batch[axis]) * s * matrix, 0)
  }
  for (let p = 0; p < sizeOf(batch); p++) {
    const aAt = offsetOf(a.shape, p)
    const bAt = offsetOf(b.shape, p)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = 0
        for (let l = 0; l < k; l++)
          total +=
            a.data[aAt + (attributes.transposeA ? l * m + i : i * k + l)] *
            b.data[bAt + (attributes.transposeB ? j * k + l : l * n + j)]
        y.data[(p * m + i) * n + j] = total
      }
  }
}

/**
 * Product of the matrices in the last two axes: [..., M, K] times [..., K, N] is [..., M, N]. Leading axes broadcast. Of int32 it wraps around at 32
 * bits, and takes memory for all M K N products.
 * @throws ShapeError when inner sizes differ.
 */
export const matmul = (a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor =>
  a.dtype === 'int32' && b.dtype === 'int32'
    ? integerProduct(a, b, { transposeA, transposeB })
    : apply(matmulOp, [a, b], { transposeA, transposeB })

function integerProduct(a: Tensor, b: Tensor, attributes: MatmulAttributes): Tensor {
  matmulSizes([a, b], attributes)
  const rows = attributes.transposeA ? turned(a) : a
  const columns = attributes.transposeB ? b : turned(b)
  const spread = (x: Tensor, axis: number): Tensor => reshape(x, x.shape.toSpliced(axis, 0, 1))
  return sum(mul(spread(rows, -1), spread(columns, -2)), -1)
}

/** The transposes of matrices in the last two axes. */
const turned = (x: Tensor): Tensor => {
  const rank = x.shape.length
  return transpose(x, [...x.shape.keys()].with(-2, rank - 1).with(-1, rank - 2))
}
