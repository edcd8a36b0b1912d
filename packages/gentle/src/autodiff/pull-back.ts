/** Reverse-mode differentiation. */
import { ArgumentError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import type { PullBack } from '../graph/op.ts'
import { constant, type Tensor, within } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import { isResult } from '../ops/loop.ts'
import { markedParts, type PlanRemat, Recomputation } from './recomputation.ts'
import { sumOfGradients } from './sum-of-gradients.ts'

/**
 * As `gradients`.
 * @param plan chooses which values are computed anew; undefined where only those are that `remat` has marked
 */
export function gradientsBy(of: Tensor, withRespectTo: readonly Tensor[], plan?: PlanRemat): Tensor[] {
  if (of.shape.length !== 0)
    throw new ArgumentError(
      `gradients: the result has shape ${formatShape(of.shape)}; only a scalar has a gradient, take its sum or mean`,
    )
  const slopes = pullBackThrough([[of, constant(1)]], withRespectTo, plan ?? (() => markedParts))
  return slopes.map((dx, i) => dx ?? constant(0, withRespectTo[i].shape))
}

/** Gradients from those of several results, of any shape; `undefined` where none flows. */
const pullBack: PullBack = (results, withRespectTo) => pullBackThrough(results, withRespectTo, () => markedParts)

function pullBackThrough(
  results: Parameters<PullBack>[0],
  withRespectTo: readonly Tensor[],
  partsOf: PlanRemat,
): (Tensor | undefined)[] {
  const order = topologicalOrder(results.map(([result]) => result))
  const recomputation = new Recomputation(order, partsOf(order))
  const needed = new Set<Tensor>(withRespectTo)
  for (const node of order) if (node.inputs.some((x) => needed.has(x))) needed.add(node)

  /** What the results of a tensor give to its gradient, or the one sum of it. */
  const given = new Map<Tensor, Tensor[]>()
  const accumulate = (x: Tensor, dx: Tensor | undefined): void => {
    if (dx === undefined || !needed.has(x)) return
    const terms = given.get(x)
    if (terms === undefined) given.set(x, [dx])
    else terms.push(dx)
  }
  const gradientOf = (x: Tensor): Tensor | undefined => {
    const terms = given.get(x)
    if (terms === undefined) return undefined
    const sum = sumOfGradients(terms)
    given.set(x, [sum])
    return sum
  }
  for (const [result, dy] of results) accumulate(result, dy)

  /** Of nodes with several results, the gradients of these. */
  const gradientsOf = new Map<Tensor, Map<number, Tensor>>()
  for (const y of order.reverse()) {
    if (!needed.has(y)) continue
    const { inputs, attributes, op } = y
    within(y.scope, () => {
      const dy = gradientOf(y)
      const several = gradientsOf.get(y)
      if (several !== undefined)
        op.gradientOfResults?.(recomputation.read(y, [...several.values()][0]), several, pullBack).forEach((dx, i) => {
          accumulate(inputs[i], dx)
        })
      else if (dy !== undefined && isResult(y)) {
        const siblings = gradientsOf.get(inputs[0]) ?? new Map<number, Tensor>()
        const known = siblings.get(y.attributes.index)
        gradientsOf.set(inputs[0], siblings.set(y.attributes.index, known === undefined ? dy : add(known, dy)))
      } else if (dy !== undefined)
        op.gradient?.(
          { inputs: inputs.map((x) => recomputation.read(x, dy)), attributes, y: recomputation.read(y, dy) },
          dy,
        ).forEach((dx, i) => {
          accumulate(inputs[i], dx)
        })
    })
  }
  return withRespectTo.map(gradientOf)
}
