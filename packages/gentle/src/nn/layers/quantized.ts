import { ArgumentError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import { type Shape, sameShape } from '../../core/shape.ts'
import { topologicalOrder } from '../../graph/graph.ts'
import { withOperands } from '../../graph/rebuild.ts'
import { constant, type Tensor, Variable, within } from '../../graph/tensor.ts'
import { abs, div, maximum, stopGradient } from '../../ops/elementwise.ts'
import { fakeQuantize } from '../../ops/fake-quantize.ts'
import { largestWeight } from '../../ops/integers/filters.ts'
import { max } from '../../ops/reduce.ts'
import type { Layer, LayerTypes } from '../layer.ts'

/** What the numbers of one tensor of a network stand for in 7 bits: (q - zeroPoint) scale for whole numbers q from 0 to 127. */
export interface ActivationRange {
  readonly scale: number
  readonly zeroPoint: number
}

/** Numbers of activations. Seven bits are what one instruction multiplies with eight to the same result on every machine. */
export const activationNumbers = { low: 0, high: 127 } as const

/** Where a filter is 0, any scale does. */
const leastScale = 1e-20

export interface QuantizedOptions {
  /** Ranges of activations by the weights that meet them, `features.0.weight`; of what is not named stays float32. */
  readonly ranges: Readonly<Record<string, ActivationRange>>
}

/**
 * A network whose convolutions and dense layers compute in 8 bits, as far as there are ranges for what they read: weights are rounded to 8 bits for each filter, activations to
 * 7 (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018; Krishnamoorthi, "Quantizing deep
 * convolutional networks for efficient inference", 2018). Trained, it computes with floats that are rounded, and gradients pass through the rounding; predicting, it is
 * computed by integers. Parameters are the network's own, in float32. `quantize` finds the ranges.
 *
 * Batch norm keeps its running statistics in training, as it does with PyTorch's `freeze_bn_stats`, and its factor and offset learn (Krishnamoorthi, section 3.2.2): a channel's factor is folded into the scale of its filter, so that
 * rounding the filter before it and rounding the folded filter give the same whole numbers. A layer whose state changes otherwise is not trained further: it would be that of float32.
 * @throws ArgumentError for ranges that are none, or that no place of the network has; where state changes, or an auxiliary output learns.
 */
export function Quantized(layer: Layer, { ranges }: QuantizedOptions): Layer {
  for (const [name, range] of Object.entries(ranges))
    if (!isRange(range))
      throw new ArgumentError(
        `quantized: the range of ${name} is ${JSON.stringify(range)}; expected a scale above 0 and a zeroPoint, a whole number from 0 to 127`,
      )
  return {
    description: { type: 'quantized', layer: layer.description, ranges },
    apply(x, scope) {
      const y = scope.withOutputAlone(refuseBeside).apply('', layer, x)
      const places = quantizedPlaces(y, x)
      // In training, dropout can stand between a sum and what it adds, and the place of that is missing.
      if (!scope.training) checkNames(ranges, places)
      return rounded(y, x, places, new Map(Object.entries(ranges)))
    },
  }
}

function refuseBeside(what: string): never {
  throw new ArgumentError(
    `quantized: ${what} would come from the network in float32; expected a network that is trained and keeps no state between batches`,
  )
}

/** Refuses a range that is none of a place: what it is meant for would stay in float32. */
function checkNames(ranges: QuantizedOptions['ranges'], places: readonly QuantizedPlace[]): void {
  const names = new Set(places.map(({ name }) => name))
  const unknown = Object.keys(ranges).find((name) => !names.has(name))
  if (unknown !== undefined)
    throw new ArgumentError(
      `quantized: a range is for ${JSON.stringify(unknown)}, which no convolution or dense layer of the network has; choose from ${[...names].join(', ')}`,
    )
}

/** Also of what a file has. */
function isRange(range: unknown): range is ActivationRange {
  if (!isRecord(range)) return false
  const { scale, zeroPoint } = range
  if (typeof scale !== 'number' || typeof zeroPoint !== 'number') return false
  const isScale = scale > 0 && Number.isFinite(Math.fround(1 / Math.fround(scale)))
  return (
    isScale && Number.isInteger(zeroPoint) && zeroPoint >= activationNumbers.low && zeroPoint <= activationNumbers.high
  )
}

/** A place where activations are rounded: those that meet some weights, by whose name it goes. */
export interface QuantizedPlace {
  readonly name: string
  readonly activations: Tensor
  /** The product with the weights; of an addend, which meets none, the activations themselves. */
  readonly product: Tensor
}

/** The places of a traced network at which activations can be rounded, in the order of the trace. */
export function quantizedPlaces(y: Tensor, x: Tensor): QuantizedPlace[] {
  const order = topologicalOrder([y], (node) => node === x)
  const changing = new Set<Tensor>([x])
  for (const node of order) if (node.inputs.some((operand) => changing.has(operand))) changing.add(node)
  const places: QuantizedPlace[] = []
  const taken = new Set<Tensor>()
  const uses = new Map<string, number>()
  const add = (weights: string, activations: Tensor, product: Tensor): void => {
    if (taken.has(activations) || activations.dtype !== 'float32') return
    taken.add(activations)
    const use = (uses.get(weights) ?? 0) + 1
    uses.set(weights, use)
    places.push({ name: use === 1 ? weights : `${weights} (${use})`, activations, product })
  }
  for (const node of order) {
    const weights = weightsOf(node, changing)
    if (weights !== undefined) add(weights, sourceOf(node.inputs[0], changing), node)
    // Of two convolutions that are added, as in a block whose shortcut has one, the second is rounded; the first stays in the kernel that adds.
    const [a, b] = node.inputs
    if (node.op.name !== 'add' || !changing.has(a) || !changing.has(b) || !sameShape(a.shape, b.shape)) continue
    const [first, second] = [a, b].map((operand) => productBelow(operand, changing))
    if (first !== undefined && second !== undefined) add(`${weightsOf(second, changing)!} output`, b, b)
  }
  return places
}

/** The name of the weights of a convolution or dense layer; undefined of other nodes. */
function weightsOf({ op, inputs: [x, w] }: Tensor, changing: ReadonlySet<Tensor>): string | undefined {
  if ((op.name !== 'conv2d' && op.name !== 'matmul') || !changing.has(x) || changing.has(w)) return undefined
  return topologicalOrder([w]).find((node): node is Variable => node instanceof Variable)?.name
}

/** What is rounded for a tensor: pooling of the largest and other shapes keep rounded numbers. */
const sourceOf = (node: Tensor, changing: ReadonlySet<Tensor>): Tensor =>
  ['maxPool2d', 'reshape', 'stopGradient'].includes(node.op.name) && changing.has(node.inputs[0])
    ? sourceOf(node.inputs[0], changing)
    : node

/** The convolution or product of which a tensor is each channel's scaled and shifted one. */
function productBelow(node: Tensor, changing: ReadonlySet<Tensor>): Tensor | undefined {
  if (weightsOf(node, changing) !== undefined) return node
  // Where a network is only looked at, a layer that gives its input on is such a reshape.
  const isSame = node.op.name === 'reshape' && sameShape(node.shape, node.inputs[0].shape)
  if (!isSame && !['add', 'sub', 'mul', 'div', 'fakeQuantize'].includes(node.op.name)) return undefined
  const [x, ...others] = node.inputs.filter((operand) => changing.has(operand))
  return x === undefined || others.length > 0 ? undefined : productBelow(x, changing)
}

/** A traced network whose activations and weights are rounded where there is a range. */
function rounded(
  y: Tensor,
  x: Tensor,
  places: readonly QuantizedPlace[],
  ranges: ReadonlyMap<string, ActivationRange>,
): Tensor {
  const known = places.filter(({ name }) => ranges.has(name))
  const rangeOf = new Map(known.map(({ name, activations }) => [activations, ranges.get(name)!]))
  const changing = new Set<Tensor>([x])
  const made = new Map<Tensor, Tensor>()
  const finish = (node: Tensor, value: Tensor): void => {
    const range = rangeOf.get(node)
    made.set(
      node,
      range === undefined ? value : within(node.scope, () => fakeQuantize(value, { ...range, ...activationNumbers })),
    )
  }
  for (const node of topologicalOrder([y], (each) => each === x)) {
    if (node.inputs.some((operand) => changing.has(operand))) changing.add(node)
    if (!changing.has(node) || node === x) finish(node, node)
    else {
      const isProduct = weightsOf(node, changing) !== undefined && rangeOf.has(sourceOf(node.inputs[0], changing))
      const operands = node.inputs.map((operand) => made.get(operand)!)
      if (isProduct) operands[1] = within(node.scope, () => roundedWeights(node.inputs[1], node))
      finish(node, withOperands(node, operands))
    }
  }
  return made.get(y)!
}

/** Filters [O, ...], or of a product [K, O], rounded to 8 bits each. */
function roundedWeights(w: Tensor, product: Tensor): Tensor {
  const filters = product.op.name === 'matmul' && !(product.attributes as { transposeB: boolean }).transposeB ? 1 : 0
  const axes = w.shape.flatMap((_, axis) => (axis === filters ? [] : [axis]))
  const scale = div(max(abs(stopGradient(w)), axes, { keepDims: true }), largestWeight)
  const rounded = fakeQuantize(w, {
    scale: maximum(scale, constant(leastScale)),
    low: -largestWeight,
    high: largestWeight,
  })
  roundings.add(rounded)
  return rounded
}

/** Weights as they were rounded here, and not by layers of others. */
const roundings = new WeakSet<Tensor>()

/** The distance between the numbers of a filter whose largest weight is of this size: that which the network computes with, to the bit. */
export const scaleOfFilter = (largest: number): number =>
  Math.max(Math.fround(largest / largestWeight), Math.fround(leastScale))

/**
 * The parameters of which a traced network in 8 bits reads nothing but the rounded values, by name, with the shape of their scales: [O, 1, ...] for
 * filters, or [1, O].
 */
export function roundedParameters(y: Tensor): ReadonlyMap<string, Shape> {
  const order = topologicalOrder([y])
  const rounding = order.filter((node) => roundings.has(node) && node.inputs[0] instanceof Variable)
  const scales = new Map(rounding.map(({ inputs: [w, scale] }) => [(w as Variable).name, scale.shape]))
  const own = new Set([...rounding, ...topologicalOrder(rounding.map(({ inputs: [, scale] }) => scale))])
  const isAlike = (node: Tensor, { name }: Variable): boolean =>
    own.has(node) && (!roundings.has(node) || sameShape(node.inputs[1].shape, scales.get(name)!))
  for (const node of order)
    for (const x of node.inputs)
      if (x instanceof Variable && scales.has(x.name) && !isAlike(node, x)) scales.delete(x.name)
  return scales
}

/** What builds these layers from their descriptions. */
export const quantizedTypes: LayerTypes = {
  quantized: ({ layer, ranges }, layerFrom) => {
    if (!isRecord(ranges)) throw new ArgumentError('layer quantized: its description has no ranges')
    return Quantized(layerFrom(layer), { ranges: ranges as QuantizedOptions['ranges'] })
  },
}
