/**
 * Computes for all steps of a loop at once what treats each row alone: the T n rows of all steps are then a batch, and T products are one.
 */
import { apply, type Tensor } from '../../graph/tensor.ts'
import { isElementwise } from '../../ops/elementwise.ts'
import { stackedShape } from '../../ops/loop.ts'
import type { MatmulAttributes } from '../../ops/matmul.ts'
import { broadcastTo, reshape } from '../../ops/structure.ts'
import type { StructuredName } from '../../ops/table.ts'

/** An operand outside of the loop: the rows of all steps, or what is the same in all of them. */
export interface Outside {
  readonly tensor: Tensor
  readonly steady: boolean
}

/** A node for all steps from its operands, some of which have rows; undefined where it does not treat each row alone. */
type OverAllSteps = (node: Tensor, operands: readonly Outside[], steps: number) => Tensor | undefined

const asItIs = (node: Tensor, operands: readonly Outside[]): Tensor =>
  apply(
    node.op,
    operands.map(({ tensor }) => tensor),
    node.attributes,
  )

/** Ops on a tensor that may mix what is within a row, along other axes than the first. */
const alongOtherAxes =
  (axesOf: (node: Tensor) => readonly number[]): OverAllSteps =>
  (node, operands) =>
    axesOf(node).includes(0) ? undefined : asItIs(node, operands)

const firstHasRows: OverAllSteps = (node, operands) =>
  !operands[0].steady && operands.slice(1).every(({ steady }) => steady) ? asItIs(node, operands) : undefined

const structured: Partial<Record<StructuredName, OverAllSteps>> = {
  matmul(node, [a, b]) {
    const { transposeA } = node.attributes as MatmulAttributes
    const [first, second] = node.inputs.map((x) => x.shape)
    const [firstIsBatch, secondIsBatch] = [first.length > 2, second.length > 2]
    const isRowWise = a.steady
      ? secondIsBatch && !firstIsBatch
      : b.steady
        ? !secondIsBatch && (firstIsBatch || !transposeA)
        : firstIsBatch && first.length === second.length && first[0] === second[0]
    return isRowWise ? asItIs(node, [a, b]) : undefined
  },
  conv2d: firstHasRows,
  maxPool2d: firstHasRows,
  avgPool2d: firstHasRows,
  oneHot: firstHasRows,
  reshape: ({ shape }, [x], steps) => (shape.length === 0 ? undefined : reshape(x.tensor, stackedShape(shape, steps))),
  broadcastTo: ({ inputs: [x], shape }, [operand], steps) =>
    x.shape.length === shape.length && x.shape[0] === shape[0]
      ? broadcastTo(operand.tensor, stackedShape(shape, steps))
      : undefined,
  transpose: alongOtherAxes(({ attributes }) =>
    (attributes as { order: readonly number[] }).order[0] === 0 ? [] : [0],
  ),
  sum: alongOtherAxes(({ attributes }) => (attributes as { axes: readonly number[] }).axes),
  max: alongOtherAxes(({ attributes }) => (attributes as { axes: readonly number[] }).axes),
  concat(node, operands) {
    const { axis } = node.attributes as { axis: number }
    return axis > 0 && operands.every(({ steady }) => !steady) ? asItIs(node, operands) : undefined
  },
  gather(node, [x, indices]) {
    const { axis } = node.attributes as { axis: number }
    return axis === 0 && x.steady && !indices.steady ? asItIs(node, [x, indices]) : undefined
  },
}

/** An elementwise op treats rows alike where what all steps see has no rows of its own. */
const elementwise: OverAllSteps = (node, operands) => {
  const { shape, inputs } = node
  const fits = ({ steady }: Outside, i: number): boolean => {
    const own = inputs[i].shape
    if (!steady) return own.length === shape.length && own[0] === shape[0]
    return own.length < shape.length || own[0] === 1
  }
  return operands.every(fits) ? asItIs(node, operands) : undefined
}

/**
 * What stands outside of a loop for its node at all steps, its rows joined along the first axis: what `known` gives, or what is computed from
 * that; undefined where that cannot be.
 */
export function overAllSteps(
  node: Tensor,
  known: (node: Tensor) => Outside | undefined,
  steps: number,
): Outside | undefined {
  const seen = new Map<Tensor, Outside | undefined>()
  const visit = (x: Tensor): Outside | undefined => {
    if (!seen.has(x)) seen.set(x, known(x) ?? computed(x))
    return seen.get(x)
  }
  const computed = (x: Tensor): Outside | undefined => {
    const over = isElementwise(x) ? elementwise : structured[x.op.name as StructuredName]
    if (over === undefined || x.shape.length === 0) return undefined
    const operands = x.inputs.map(visit)
    if (operands.includes(undefined)) return undefined
    const tensor = over(x, operands as Outside[], steps)
    return tensor && { tensor, steady: false }
  }
  return visit(node)
}

/** Whether a node is worth being computed for all steps at once. */
export const isHeavy = ({ op }: Tensor): boolean => op.multiplyAdds !== undefined || op.name === 'gather'
