/**
 * Computes behind a loop, for all steps at once, what no step needs: products that only lead to outputs, and sums over the steps of products, as
 * gradients of weights are.
 */
import { sameShape } from '../../core/shape.ts'
import { topologicalOrder } from '../../graph/graph.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import { mul, neg } from '../../ops/elementwise.ts'
import { operandsOf, type ScanResult, stackedShape, steadyIn } from '../../ops/loop.ts'
import { type MatmulAttributes, matmul } from '../../ops/matmul.ts'
import { type ReduceAttributes, sum } from '../../ops/reduce.ts'
import { makeScan, resultOf } from '../../ops/scan-op.ts'
import { reshape, transpose } from '../../ops/structure.ts'
import { isHeavy, overAllSteps } from './all-steps.ts'
import { outsideOf } from './hoist.ts'
import type { RewriteLoop } from './rewrite.ts'

export const sinkFromLoop: RewriteLoop = (loop, read) => {
  const { body, steps, reverse, recompute, results } = loop.attributes
  const rest = makeScan(body, operandsOf(loop), { steps, reverse, recompute })
  const outside = outsideOf(loop)
  const isSteady = steadyIn(body)

  /** A tensor at all steps; a reshape of one is reshaped there. */
  const stacked = (x: Tensor): Tensor => {
    if (x.op.name === 'reshape' && x.shape.length > 0 && x.inputs[0].shape.length > 0)
      return reshape(stacked(x.inputs[0]), stackedShape(x.shape, steps))
    const known = outside(x)
    return known === undefined || known.steady ? resultOf(rest, { kind: 'stack', of: x }) : known.tensor
  }
  /** A tensor at all steps with an axis of its own for the steps where it has no rows to join. */
  const stackedBy = (x: Tensor, rows: Tensor): Tensor =>
    rows.shape.length === 0 ? reshape(stacked(x), [steps, ...x.shape]) : stacked(x)

  /** The sum over steps of a tensor by one op on all of them, where there is such an op. */
  const contracted = (node: Tensor): Tensor | undefined => {
    const [a, b] = node.inputs
    const changing = node.inputs.every((x) => !isSteady(x))
    switch (node.op.name) {
      case 'matmul': {
        const { transposeA, transposeB } = node.attributes as MatmulAttributes
        return transposeA && !transposeB && changing && a.shape.length === 2 && b.shape.length === 2
          ? matmul(stacked(a), stacked(b), { transposeA: true })
          : undefined
      }
      case 'conv2dWeightGradient':
        return changing ? apply(node.op, [stacked(a), stacked(b)], node.attributes) : undefined
      case 'scatterAdd':
        return changing && (node.attributes as { axis: number }).axis === 0
          ? apply(node.op, [stackedBy(a, b), stacked(b)], node.attributes)
          : undefined
      case 'sum': {
        const { axes } = node.attributes as ReduceAttributes
        return axes.includes(0) ? sum(stacked(a), axes) : undefined
      }
      case 'reshape':
        return isSteady(a) ? undefined : andThen(contracted(a), (total) => reshape(total, node.shape))
      case 'transpose':
        return andThen(contracted(a), (total) => transpose(total, (node.attributes as { order: number[] }).order))
      case 'neg':
        return andThen(contracted(a), neg)
      case 'mul': {
        const factor = outside(b)
        return b.shape.length === 0 && factor?.steady
          ? andThen(contracted(a), (total) => mul(total, factor.tensor))
          : undefined
      }
      case 'add':
      case 'sub': {
        if (node.inputs.some((x) => !sameShape(x.shape, node.shape))) return undefined
        const totals = node.inputs.map(contracted).filter((total) => total !== undefined)
        return totals.length === 2 ? apply(node.op, totals, node.attributes) : undefined
      }
      default:
        return undefined
    }
  }

  const needed = new Set(topologicalOrder(body.next))
  const sunk = (of: Tensor): Tensor | undefined => {
    const between = topologicalOrder([of], (node) => needed.has(node) || isSteady(node))
    if (needed.has(of) || !between.some((node) => isHeavy(node) && !needed.has(node) && !isSteady(node)))
      return undefined
    const isLeaf = (node: Tensor): boolean => needed.has(node) || body.carries.includes(node as never)
    return overAllSteps(
      of,
      (node) =>
        outside(node) ??
        (isLeaf(node) && node.shape.length > 0
          ? { tensor: resultOf(rest, { kind: 'stack', of: node }), steady: false }
          : undefined),
      steps,
    )?.tensor
  }
  const replaced = (result: ScanResult): Tensor | undefined => {
    if (recompute || result.kind === 'final') return undefined
    if (result.kind === 'sum') return contracted(result.of)
    const known = outside(result.of)
    return known?.steady === false ? known.tensor : sunk(result.of)
  }
  return new Map(read.map((index) => [index, replaced(results[index]) ?? resultOf(rest, results[index])]))
}

const andThen = <A, B>(value: A | undefined, next: (value: A) => B): B | undefined =>
  value === undefined ? undefined : next(value)
