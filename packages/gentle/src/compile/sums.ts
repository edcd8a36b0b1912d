/**
 * Rules on sums over axes, which save passes over large tensors. Batch norm's backward pass has a third sum, that of the gradient of
 * the centred values, and these rules make it of the two that are there.
 */
import { sameShape } from '../core/shape.ts'
import { withOperands } from '../graph/rebuild.ts'
import { Constant, constant, type Tensor } from '../graph/tensor.ts'
import { add, mul, neg, sub } from '../ops/elementwise.ts'
import { type ReduceAttributes, sum } from '../ops/reduce.ts'
import { broadcastTo, reshape } from '../ops/structure.ts'

type Axes = readonly number[]

const axesOf = (node: Tensor): Axes => (node.attributes as ReduceAttributes).axes

/** A tensor's shape with leading axes of 1, up to a rank. */
const aligned = ({ shape }: Tensor, rank: number): number[] => [...Array<number>(rank - shape.length).fill(1), ...shape]

/** Whether an operand of an elementwise node of this rank is the same along axes. */
const isSteadyAlong = (operand: Tensor, axes: Axes, rank: number): boolean => {
  const shape = aligned(operand, rank)
  return axes.every((axis) => shape[axis] === 1)
}

/** An operand that is the same along axes as it goes with a sum over them. */
const withoutAxes = (operand: Tensor, axes: Axes, rank: number): Tensor =>
  operand.shape.length === 0
    ? operand
    : reshape(
        operand,
        aligned(operand, rank).filter((_, axis) => !axes.includes(axis)),
      )

/** The full operand of a product and its factor that is the same along axes. */
function factorAlong(product: Tensor, axes: Axes): { full: Tensor; factor: Tensor } | undefined {
  const { shape, inputs } = product
  const [a, b] = inputs
  for (const [full, factor] of [
    [a, b],
    [b, a],
  ])
    if (sameShape(full.shape, shape) && isSteadyAlong(factor, axes, shape.length)) return { full, factor }
  return undefined
}

/** Whether two nodes have the same values. */
export type AreSame = (a: Tensor, b: Tensor) => boolean

const areOne: AreSame = (a, b) => a === b

/** Whether a node is x - mean(x), the mean taken over axes, as `sub(x, mean(x))` makes it: its sum over them is 0. */
function isCentred(node: Tensor, axes: Axes, areSame = areOne): boolean {
  if (node.op.name !== 'sub') return false
  const [x, mean] = node.inputs
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1)
  if (!sameShape(x.shape, node.shape)) return false
  const shape = aligned(mean, x.shape.length)
  if (!x.shape.every((n, axis) => shape[axis] === (axes.includes(axis) ? 1 : n))) return false
  return isMean(mean, x, axes, 1 / count, areSame)
}

/** The x of which a node is (x - mean(x))², the mean taken over axes; undefined for other nodes. */
export function centredBefore({ op, inputs: [centred, other] }: Tensor, axes: Axes): Tensor | undefined {
  return op.name === 'mul' && centred === other && isCentred(centred, axes) ? centred.inputs[0] : undefined
}

/** Whether a node is, under any shape, share times the sum of x over axes. */
function isMean(node: Tensor, x: Tensor, axes: Axes, share: number, areSame: AreSame): boolean {
  if (node.op.name === 'reshape' || node.op.name === 'after') return isMean(node.inputs[0], x, axes, share, areSame)
  if (node.op.name === 'sum') return share === 1 && areSame(node.inputs[0], x) && sameShape(axesOf(node), axes)
  if (node.op.name !== 'mul' || share === 1) return false
  const [total, factor] = node.inputs[1] instanceof Constant ? node.inputs : [...node.inputs].reverse()
  const scales = factor instanceof Constant && factor.data.length === 1 && factor.data[0] === Math.fround(share)
  return scales && isMean(total, x, axes, 1, areSame)
}

/** What a graph has that rules on its sums ask for, while its nodes are simplified one by one, operands before results. */
export class SumsOfGraph {
  /** The sums that read a node of the graph. */
  readonly #sumsOver = new Map<Tensor, Tensor[]>()
  /** How many nodes read a node of the graph. */
  readonly #readers = new Map<Tensor, number>()
  /** The same of what took the nodes' places. */
  readonly #readersOfSimpler = new Map<Tensor, number>()
  readonly #known = new Map<string, Tensor>()

  readonly areSame: AreSame

  constructor(order: readonly Tensor[], roots: readonly Tensor[], areSame: AreSame) {
    this.areSame = areSame
    for (const node of order) {
      const [x] = node.inputs
      if (node.op.name === 'sum') this.#sumsOver.set(x, [...(this.#sumsOver.get(x) ?? []), node])
      for (const x of new Set(node.inputs)) this.#readers.set(x, (this.#readers.get(x) ?? 0) + 1)
    }
    for (const root of roots) this.#readers.set(root, Number.POSITIVE_INFINITY)
  }

  /** Says what took a node's place: what read the node will read that, and its sums be sums of that. */
  replace(node: Tensor, simpler: Tensor): void {
    const readers = (this.#readersOfSimpler.get(simpler) ?? 0) + (this.#readers.get(node) ?? 0)
    this.#readersOfSimpler.set(simpler, readers)
    for (const total of this.#sumsOver.get(node) ?? []) this.#known.set(keyOf(simpler, axesOf(total)), total)
  }

  /** The sum of a tensor over axes that the graph computes anyway. */
  known(x: Tensor, axes: Axes): Tensor | undefined {
    const total = this.#known.get(keyOf(x, axes))
    return total && withOperands(total, [x])
  }

  /** Whether one node alone reads a tensor. */
  isReadOnce(x: Tensor): boolean {
    return this.#readersOfSimpler.get(x) === 1
  }
}

const keyOf = (x: Tensor, axes: Axes): string => `${x.id} ${axes.join()}`

/**
 * A sum over axes of a x + b y, where a and b are the same along these axes, is a sum(x) + b sum(y). The rule applies where that takes no
 * pass over a large tensor: all the sums on the right are 0, as that of x - mean(x) is, or the graph has them anyway.
 */
export function sumOfKnownSums(node: Tensor, graph: SumsOfGraph): Tensor | undefined {
  if (node.op.name !== 'sum') return undefined
  const axes = axesOf(node)
  const seen = new Map<Tensor, Tensor | 'zero' | undefined>()

  const sumOf = (x: Tensor): Tensor | 'zero' | undefined => {
    if (!seen.has(x)) seen.set(x, isCentred(x, axes, graph.areSame) ? 'zero' : (graph.known(x, axes) ?? combined(x)))
    return seen.get(x)
  }
  const combined = (x: Tensor): Tensor | 'zero' | undefined => {
    if (x.op.name === 'neg') return negative(sumOf(x.inputs[0]))
    if (x.op.name === 'mul') {
      const product = factorAlong(x, axes)
      const total = product && sumOf(product.full)
      return total === undefined || total === 'zero'
        ? total
        : mul(total, withoutAxes(product!.factor, axes, x.shape.length))
    }
    if ((x.op.name !== 'add' && x.op.name !== 'sub') || !x.inputs.every((y) => sameShape(y.shape, x.shape)))
      return undefined
    const [a, b] = x.inputs.map(sumOf)
    if (a === undefined || b === undefined) return undefined
    if (b === 'zero') return a
    if (a === 'zero') return x.op.name === 'add' ? b : negative(b)
    return (x.op.name === 'add' ? add : sub)(a, b)
  }

  const [x] = node.inputs
  const total = isCentred(x, axes, graph.areSame) ? 'zero' : combined(x)
  return total === 'zero' ? broadcastTo(constant(0, [], node.dtype), node.shape) : total
}

const negative = (total: Tensor | 'zero' | undefined): Tensor | 'zero' | undefined =>
  total === undefined || total === 'zero' ? total : neg(total)

/** A sum over axes of -x, or of x times a factor that is the same along them, is that of x, negated or scaled, if nothing else reads the product. */
export function sumOfScaled(node: Tensor, graph: SumsOfGraph): Tensor | undefined {
  if (node.op.name !== 'sum') return undefined
  const [x] = node.inputs
  if (!graph.isReadOnce(x)) return undefined
  const axes = axesOf(node)
  if (x.op.name === 'neg') return neg(sum(x.inputs[0], axes))
  const product = x.op.name === 'mul' ? factorAlong(x, axes) : undefined
  return product && mul(sum(product.full, axes), withoutAxes(product.factor, axes, x.shape.length))
}
