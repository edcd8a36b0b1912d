/** Order along an axis. NaN counts as larger than any number, as in PyTorch; of equal elements the first comes first, whichever way it is sorted. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes } from '../core/shape.ts'
import { defineOp, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { takeAlongAxis } from './indexing.ts'
import { slice, transpose } from './structure.ts'

export interface ArgsortAttributes {
  /** From the largest to the smallest. */
  readonly descending: boolean
}

/** The order of each row of the last axis: first the index of what comes first. */
export const argsortOp = defineOp({
  name: 'argsort',
  infer([x], _: ArgsortAttributes) {
    if (x.shape.length === 0) throw new ShapeError('argsort: a scalar [] has no order')
    return { shape: x.shape, dtype: 'int32' }
  },
})

export const argsortReference: Reference<typeof argsortOp> = ([x], { descending }, y) => {
  const length = x.shape[x.shape.length - 1]
  const sign = descending ? -1 : 1
  /** -1, 0 or 1: how a stands to b. */
  const compare = (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : Math.sign(a - b)
  for (let row = 0; row < x.data.length; row += length) {
    const order = Array.from({ length }, (_, i) => i)
    order.sort((i, j) => sign * compare(x.data[row + i], x.data[row + j]))
    y.data.set(order, row)
  }
}

interface SortOptions {
  /** From the largest to the smallest; false unless given. */
  readonly descending?: boolean
}

/** What sorting gives: the elements in their order, and the place where each was, int32. */
export interface Sorted {
  readonly values: Tensor
  readonly indices: Tensor
}

/** What `of` makes of x with an axis last, which comes back to its place. */
function withAxisLast(x: Tensor, axis: number, name: string, of: (x: Tensor) => Tensor): Tensor {
  if (x.shape.length === 0) throw new ShapeError(`${name}: a scalar [] has no axis`)
  const [along] = normalizeAxes(axis, x.shape.length, name)
  // To change two axes is its own inverse.
  const order = [...x.shape.keys()].with(along, x.shape.length - 1).with(-1, along)
  return transpose(of(transpose(x, order)), order)
}

/**
 * Where the elements of x in order stand along an axis, int32. No gradient flows.
 * @throws ShapeError for a scalar or an axis outside the rank.
 */
export const argsort = (x: Tensor, axis = -1, { descending = false }: SortOptions = {}): Tensor =>
  withAxisLast(x, axis, 'argsort', (rows) => apply(argsortOp, [rows], { descending }))

/**
 * The elements of x in order along an axis, from the smallest unless `descending`, and where each was.
 * @throws ShapeError for a scalar or an axis outside the rank.
 */
export function sort(x: Tensor, axis = -1, { descending = false }: SortOptions = {}): Sorted {
  const indices = withAxisLast(x, axis, 'sort', (rows) => apply(argsortOp, [rows], { descending }))
  return { values: takeAlongAxis(x, indices, axis), indices }
}

/**
 * The k largest elements of each row of the last axis, from the largest, and where each is.
 * @throws ShapeError for a scalar; ArgumentError unless k is a whole number from 1 to the length of a row.
 */
export function topK(x: Tensor, k: number): Sorted {
  const length = x.shape.at(-1)
  if (length === undefined) throw new ShapeError('topK: a scalar [] has no rows')
  if (!Number.isInteger(k) || k < 1 || k > length)
    throw new ArgumentError(
      `topK: k is ${k} for a tensor of shape ${formatShape(x.shape)}; expected a whole number from 1 to ${length}`,
    )
  const order = apply(argsortOp, [x], { descending: true })
  const indices = slice(
    order,
    x.shape.map(() => 0),
    x.shape.with(-1, k),
  )
  return { values: takeAlongAxis(x, indices, -1), indices }
}
