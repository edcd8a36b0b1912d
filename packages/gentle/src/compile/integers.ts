/**
 * Computes by integers what a graph rounds to 8 bits: convolutions and dense layers whose images and weights are both rounded (`fakeQuantize`), with the scale and
 * bias behind them, a rounded tensor that is added, limits such as ReLU's, and the rounding of the result; max pooling, concatenation and zero channels between them.
 * All else stays as it is and reads floats.
 */
import { sameShape, sizeOf } from '../core/shape.ts'
import { type Graph, rootsOf, topologicalOrder } from '../graph/graph.ts'
import type { Op } from '../graph/op.ts'
import { withOperands } from '../graph/rebuild.ts'
import { Constant, constant, type Tensor, Variable, within } from '../graph/tensor.ts'
import { type Conv2dAttributes, conv2dOp, isDepthwise } from '../ops/conv2d.ts'
import {
  add,
  addOp,
  cast,
  div,
  divOp,
  greaterEqualOp,
  greaterOp,
  lessEqualOp,
  lessOp,
  maximum,
  maximumOp,
  minimum,
  minimumOp,
  mul,
  mulOp,
  relu6Op,
  reluOp,
  sub,
  subOp,
  whereOp,
} from '../ops/elementwise.ts'
import { fakeQuantizeOp, quantized } from '../ops/fake-quantize.ts'
import { dequantize, type IntegerRange, quantize } from '../ops/integers/convert.ts'
import { type IntegerConv2dAttributes, integerConv2d, outputElements } from '../ops/integers/convolution.ts'
import { largestWeight, packFilters } from '../ops/integers/filters.ts'
import { frame } from '../ops/integers/frame.ts'
import { integerMaxPool } from '../ops/integers/max-pool.ts'
import { type MatmulAttributes, matmulOp } from '../ops/matmul.ts'
import { maxPool2dOp, type Pool2dAttributes } from '../ops/pool2d.ts'
import { sum } from '../ops/reduce.ts'
import { round } from '../ops/rounding.ts'
import {
  concat,
  concatOp,
  type PadAttributes,
  pad,
  padOp,
  reshape,
  reshapeOp,
  slice,
  transpose,
} from '../ops/structure.ts'

/** Images, [N, C, H, W] or [N, C], as packed integers. */
interface Packed {
  readonly tensor: Tensor
  readonly range: IntegerRange
  readonly channels: number
}

/** Weights in 8 bits: those that are rounded, the distance between their numbers, and what each filter is multiplied by afterwards. */
interface Weights {
  readonly values: Tensor
  readonly scale: Tensor
  readonly gain: Tensor | undefined
}

/** A convolution, or dense layer, of packed images, times a factor plus an offset for each channel, plus packed images. */
interface Linear {
  readonly images: Packed
  readonly weights: Weights
  readonly attributes: Omit<IntegerConv2dAttributes, 'size' | 'sevenBits'> & Pick<Conv2dAttributes, 'padding'>
  readonly factor: Tensor
  readonly offset: Tensor
  readonly addend?: Packed
}

/** Whether 32 bits hold a sum of so many products of a weight and a byte less its zero point, whatever they are; padding around images is 0 then. */
const fitSum = (products: number, { zeroPoint, low, high }: IntegerRange): boolean =>
  products * Math.max(high - zeroPoint, zeroPoint - low) * largestWeight < 2 ** 31

const is = <Attributes>(node: Tensor, op: Op<string, Attributes>): node is Tensor<Attributes> => node.op === (op as Op)

const numberOf = (node: Tensor): number | undefined =>
  node instanceof Constant && node.data.length === 1 ? node.data[0] : undefined

export function toIntegers(graph: Graph): Graph {
  const pass = new Pass(topologicalOrder(rootsOf(graph)))
  return {
    ...graph,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, pass.floats(node)])),
  }
}

class Pass {
  /** Nodes whose values depend on weights and constants alone. */
  readonly #steady = new Set<Tensor>()
  readonly #floats = new Map<Tensor, Tensor>()
  readonly #packed = new Map<Tensor, Packed | undefined>()

  constructor(order: readonly Tensor[]) {
    for (const node of order)
      if (
        node instanceof Variable ||
        node instanceof Constant ||
        (node.inputs.length > 0 && node.inputs.every((x) => this.#steady.has(x)))
      )
        this.#steady.add(node)
  }

  /** A node's values as floats. */
  floats(node: Tensor): Tensor {
    const known = this.#floats.get(node)
    if (known !== undefined) return known
    const made = within(node.scope, () => this.#makeFloats(node))
    this.#floats.set(node, made)
    return made
  }

  #makeFloats(node: Tensor): Tensor {
    if (this.#steady.has(node)) return node
    const packed = this.packed(node)
    if (packed !== undefined) return reshape(dequantize(packed.tensor, packed.channels, packed.range), node.shape)
    const linear = this.#linear(node)
    if (linear !== undefined) return this.#inFloats(linear, node)
    return withOperands(
      node,
      node.inputs.map((x) => this.floats(x)),
    )
  }

  /** A node's values as packed integers, where they are such. */
  packed(node: Tensor): Packed | undefined {
    if (!this.#packed.has(node))
      this.#packed.set(
        node,
        within(node.scope, () => this.#makePacked(node)),
      )
    return this.#packed.get(node)
  }

  #makePacked(node: Tensor): Packed | undefined {
    if (this.#steady.has(node)) return undefined
    if (is(node, fakeQuantizeOp)) {
      const range = rangeOf(node)
      const isImages = node.shape.length === 4 || node.shape.length === 2
      return range === undefined || !isImages ? undefined : this.#rounded(node.inputs[0], range)
    }
    if (is(node, maxPool2dOp)) return this.#pooled(node)
    if (is(node, padOp)) return this.#withChannels(node)
    return undefined
  }

  /** Values rounded to a range: by the kernel that computes them, where it can, or apart. */
  #rounded(x: Tensor, range: IntegerRange): Packed {
    const channels = x.shape[1]
    const present = this.packed(x)
    if (present !== undefined && isWithin(present.range, range)) return present
    if (is(x, concatOp) && x.attributes.axis === 1 && x.inputs.slice(0, -1).every(({ shape }) => shape[1] % 8 === 0)) {
      const parts = x.inputs.map((part) => this.#rounded(part, range))
      const low = Math.min(...parts.map((part) => part.range.low))
      const tensors = parts.map(({ tensor }) => tensor)
      return { tensor: concat(tensors, 1), range: { ...range, low }, channels }
    }
    const { node, limits } = this.#limited(x, range)
    const linear = this.#linear(node)
    const within = { ...range, ...limits }
    const tensor =
      linear !== undefined && node.shape.length === x.shape.length
        ? this.#convolve(linear, node, within)
        : quantize(this.floats(x), within)
    return { tensor, range: within, channels }
  }

  /** What limits such as ReLU's are applied to, and the numbers of the range within them. */
  #limited(x: Tensor, range: IntegerRange): { node: Tensor; limits: Omit<IntegerRange, 'scale'> } {
    const { zeroPoint } = range
    let [low, high] = [range.low, range.high]
    let node = x
    const placeOf = (value: number): number =>
      quantized(value, Math.fround(range.scale), zeroPoint, range.low, range.high)
    for (;;) {
      if (is(node, reluOp) || is(node, relu6Op)) {
        low = Math.max(low, zeroPoint)
        if (is(node, relu6Op)) high = Math.min(high, placeOf(6))
      } else if (is(node, maximumOp) && numberOf(node.inputs[1]) !== undefined)
        low = Math.max(low, placeOf(numberOf(node.inputs[1])!))
      else if (is(node, minimumOp) && numberOf(node.inputs[1]) !== undefined)
        high = Math.min(high, placeOf(numberOf(node.inputs[1])!))
      else if (is(node, whereOp) && limitOf(node) !== undefined) {
        const { below, value } = limitOf(node)!
        if (below) low = Math.max(low, placeOf(value))
        else high = Math.min(high, placeOf(value))
        node = node.inputs[2]
        continue
      } else break
      node = node.inputs[0]
    }
    return low <= high ? { node, limits: { zeroPoint, low, high } } : { node: x, limits: range }
  }

  #pooled(node: Tensor<Pool2dAttributes>): Packed | undefined {
    const images = this.packed(node.inputs[0])
    if (images === undefined) return undefined
    const { size, stride, padding, dilation = [1, 1] } = node.attributes
    const output = [node.shape[2], node.shape[3]] as const
    const framed = framedFor(images.tensor, { kernel: size, stride, padding, dilation }, output, images.range.low)
    return { ...images, tensor: integerMaxPool(framed, { size, stride, dilation, output }) }
  }

  /** Channels of zeros behind those of images whose zero is the byte 0. */
  #withChannels(node: Tensor<PadAttributes>): Packed | undefined {
    const [x] = node.inputs
    const { before, value } = node.attributes
    const isBehind =
      value === 0 &&
      node.shape.length === 4 &&
      before.every((n) => n === 0) &&
      x.shape.every((n, axis) => axis === 1 || n === node.shape[axis])
    const images = isBehind && x.shape[1] % 8 === 0 ? this.packed(x) : undefined
    if (images === undefined || images.range.zeroPoint !== 0) return undefined
    const blocks = outputElements(node.shape[1]) / 8 - x.shape[1] / 8
    const range = { ...images.range, low: Math.min(images.range.low, 0), high: Math.max(images.range.high, 0) }
    return { range, channels: node.shape[1], tensor: pad(images.tensor, [0, 0, 0, 0, 0], [0, blocks, 0, 0, 0]) }
  }

  /** What a node is as a convolution of packed images and what follows it, if it is one. */
  #linear(node: Tensor): Linear | undefined {
    if (is(node, conv2dOp)) return this.#convolution(node)
    if (is(node, matmulOp)) return this.#dense(node)
    const [a, b] = node.inputs
    if (is(node, addOp)) {
      if (this.#steady.has(b)) return this.#shifted(node, a, b, add)
      if (this.#steady.has(a)) return this.#shifted(node, b, a, add)
      return this.#added(node, a, b) ?? this.#added(node, b, a)
    }
    if (is(node, subOp) && this.#steady.has(b)) return this.#shifted(node, a, b, sub)
    if (is(node, mulOp)) {
      if (this.#steady.has(b)) return this.#scaled(node, a, b, mul)
      if (this.#steady.has(a)) return this.#scaled(node, b, a, mul)
    }
    if (is(node, divOp) && this.#steady.has(b)) return this.#scaled(node, a, b, div)
    return undefined
  }

  #shifted(node: Tensor, x: Tensor, by: Tensor, change: typeof add): Linear | undefined {
    const numbers = sameShape(x.shape, node.shape) ? perChannel(by, node) : undefined
    const linear = numbers && this.#linear(x)
    return linear && { ...linear, offset: change(linear.offset, numbers) }
  }

  #scaled(node: Tensor, x: Tensor, by: Tensor, change: typeof mul): Linear | undefined {
    const numbers = sameShape(x.shape, node.shape) ? perChannel(by, node) : undefined
    const linear = numbers && this.#linear(x)
    if (linear === undefined || linear.addend !== undefined) return undefined
    return { ...linear, factor: change(linear.factor, numbers!), offset: change(linear.offset, numbers!) }
  }

  #added(node: Tensor, x: Tensor, y: Tensor): Linear | undefined {
    if (!sameShape(x.shape, node.shape) || !sameShape(y.shape, node.shape)) return undefined
    const addend = this.packed(y)
    const linear = addend && this.#linear(x)
    return linear === undefined || linear.addend !== undefined ? undefined : { ...linear, addend }
  }

  #convolution({ inputs: [x, w], shape, attributes }: Tensor<Conv2dAttributes>): Linear | undefined {
    const { groups, stride, padding, dilation } = attributes
    const depthwise = isDepthwise(x.shape[1], shape[1], groups)
    if (groups > 1 && !depthwise) return undefined
    const images = this.packed(x)
    if (images === undefined || !fitSum(sizeOf(w.shape.slice(1)), images.range)) return undefined
    const weights = this.#weights(w)
    if (weights === undefined) return undefined
    const kernel = [w.shape[2], w.shape[3]] as const
    const channels = x.shape[1]
    return linearOf(images, weights, { channels, outputs: shape[1], depthwise, kernel, stride, padding, dilation })
  }

  /** A dense layer is a convolution of images of one pixel, or of images that its filters cover, which are flattened for it. */
  #dense({ inputs: [x, w], shape, attributes }: Tensor<MatmulAttributes>): Linear | undefined {
    if (x.shape.length !== 2 || w.shape.length !== 2 || attributes.transposeA || !attributes.transposeB)
      return undefined
    const [images, covered] = this.#flattened(x) ?? [this.packed(x), [1, 1] as const]
    if (images === undefined || !fitSum(w.shape[1], images.range)) return undefined
    const weights = this.#weights(w)
    if (weights === undefined || !sameShape(weights.values.shape, w.shape)) return undefined
    const { channels } = images
    const values = reshape(weights.values, [shape[1], channels, ...covered])
    return linearOf(
      images,
      { ...weights, values },
      {
        channels,
        outputs: shape[1],
        depthwise: false,
        kernel: covered,
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
      },
    )
  }

  #flattened(x: Tensor): [Packed, readonly [number, number]] | undefined {
    const [images] = x.inputs
    if (!is(x, reshapeOp) || images.shape.length !== 4 || images.shape[0] !== x.shape[0]) return undefined
    const packed = this.packed(images)
    return packed && [packed, [images.shape[2], images.shape[3]]]
  }

  /** Weights that are rounded to one range of all numbers of 8 bits but the smallest for each filter. */
  #weights(node: Tensor): Weights | undefined {
    if (!this.#steady.has(node)) return undefined
    if (is(node, mulOp)) {
      const [w, gain] = node.inputs
      const weights = perFilter(gain, node) && this.#weights(w)
      if (weights === undefined) return undefined
      const numbers = perFilter(gain, node)!
      return { ...weights, gain: weights.gain === undefined ? numbers : mul(weights.gain, numbers) }
    }
    if (!is(node, fakeQuantizeOp)) return undefined
    const [values, scale, ...numbers] = node.inputs
    const [zeroPoint, low, high] = numbers.map(numberOf)
    if (zeroPoint !== 0 || low === undefined || high === undefined) return undefined
    if (low < -largestWeight || high > largestWeight) return undefined
    const perOutput = perFilter(scale, node)
    if (perOutput === undefined) return undefined
    const limited =
      low === -largestWeight && high === largestWeight
        ? values
        : minimum(maximum(values, mul(scale, low)), mul(scale, high))
    const all =
      sizeOf(perOutput.shape) === 1
        ? add(perOutput, constant(new Float32Array(node.shape[0]), [node.shape[0]]))
        : perOutput
    return { values: limited, scale: all, gain: undefined }
  }

  /** Packed integers of this range. */
  #convolve(linear: Linear, node: Tensor, range: IntegerRange | undefined): Tensor {
    const { images, weights, attributes, addend } = linear
    const { padding, ...shared } = attributes
    const [, outputs, height = 1, width = 1] = node.shape
    const size = [height, width] as const
    // What stands around images is their zero point.
    const sevenBits = Math.min(images.range.low, images.range.zeroPoint) >= 0
    const framed = framedFor(images.tensor, attributes, size, images.range.zeroPoint)
    const filters = packFilters(weights.values, weights.scale, { depthwise: attributes.depthwise, sevenBits })
    const inUnits = (x: Tensor): Tensor => (range === undefined ? x : div(x, range.scale))
    const whole = (x: Tensor): Tensor =>
      outputElements(outputs) === outputs ? x : pad(x, [0], [outputElements(outputs) - outputs])
    const operands = [
      framed,
      filters,
      whole(startOf(images.range.zeroPoint, weights)),
      whole(inUnits(linear.factor)),
      whole(inUnits(linear.offset)),
      ...(addend === undefined ? [] : [addend.tensor]),
    ]
    return integerConv2d(operands, {
      ...shared,
      size,
      sevenBits,
      ...(addend && {
        addend: { factor: addend.range.scale / (range?.scale ?? 1), zeroPoint: addend.range.zeroPoint },
      }),
      ...(range && { rounded: { zeroPoint: range.zeroPoint, low: range.low, high: range.high } }),
    })
  }

  #inFloats(linear: Linear, node: Tensor): Tensor {
    const [n, outputs, height = 1, width = 1] = node.shape
    const blocks = this.#convolve(linear, node, undefined)
    const all = outputElements(outputs)
    const plain =
      height * width === 1
        ? reshape(blocks, [n, all])
        : reshape(transpose(blocks, [0, 1, 4, 2, 3]), [n, all, height, width])
    const sizes = plain.shape.map((size, axis) => (axis === 1 ? outputs : size))
    return reshape(
      all === outputs
        ? plain
        : slice(
            plain,
            plain.shape.map(() => 0),
            sizes,
          ),
      node.shape,
    )
  }
}

function linearOf(images: Packed, weights: Weights, attributes: Linear['attributes']): Linear {
  const factor = mul(weights.scale, images.range.scale)
  return {
    images,
    weights,
    attributes,
    factor: weights.gain === undefined ? factor : mul(factor, weights.gain),
    offset: constant(new Float32Array(attributes.outputs), [attributes.outputs]),
  }
}

/** What sums of bytes times weights start from, so that they are sums of bytes less their zero point. */
function startOf(zeroPoint: number, { values, scale }: Weights): Tensor {
  const outputs = values.shape[0]
  if (zeroPoint === 0) return constant(new Int32Array(outputs), [outputs], 'int32')
  const perFilter = reshape(scale, [outputs, ...values.shape.slice(1).map(() => 1)])
  const q = minimum(maximum(round(div(values, perFilter)), -largestWeight), largestWeight)
  const axes = values.shape.slice(1).map((_, axis) => axis + 1)
  // Of integers: a sum of floats is exact to 2^24 alone.
  return mul(sum(cast(q, 'int32'), axes), -zeroPoint)
}

/** Images with their padding around them, where they have any. */
function framedFor(
  images: Tensor,
  { kernel, stride, padding, dilation }: Pick<Linear['attributes'], 'kernel' | 'stride' | 'padding' | 'dilation'>,
  output: readonly [number, number],
  value: number,
): Tensor {
  const needed = (axis: 0 | 1): number => (output[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
  const size = [needed(0), needed(1)] as const
  const fits = padding.every((n) => n === 0) && size[0] <= images.shape[2] && size[1] <= images.shape[3]
  return fits ? images : frame(images, { before: [padding[0], padding[1]], size, value })
}

/** The whole numbers that `fakeQuantize` rounds to, where they are bytes and the same for all channels. */
function rangeOf(node: Tensor): IntegerRange | undefined {
  const [scale, zeroPoint, low, high] = node.inputs.slice(1).map(numberOf)
  if (scale === undefined || zeroPoint === undefined || low === undefined || high === undefined) return undefined
  return low < -128 || high > 127 ? undefined : { scale, zeroPoint, low, high }
}

/** Whether numbers of one range are such of another, which is no narrower. */
const isWithin = (a: IntegerRange, b: IntegerRange): boolean =>
  a.scale === b.scale && a.zeroPoint === b.zeroPoint && a.low >= b.low && a.high <= b.high

/** What `where` limits its last operand to, as `clip` does it: where it is below, or above, a number, it is that number. */
function limitOf({
  inputs: [condition, number, x],
}: Tensor): { readonly below: boolean; readonly value: number } | undefined {
  const value = numberOf(number)
  const [compared, bound] = condition.inputs
  if (value === undefined || compared !== x || numberOf(bound) !== value) return undefined
  if (is(condition, lessOp) || is(condition, lessEqualOp)) return { below: true, value }
  return is(condition, greaterOp) || is(condition, greaterEqualOp) ? { below: false, value } : undefined
}

/** A tensor's numbers for each channel of a node, [C] or one; undefined where it has others. */
const perChannel = (x: Tensor, { shape }: Tensor): Tensor | undefined => along(x, shape, 1)

/** The same for each filter of weights. */
const perFilter = (x: Tensor, { shape }: Tensor): Tensor | undefined => along(x, shape, 0)

function along(x: Tensor, shape: readonly number[], axis: number): Tensor | undefined {
  if (sizeOf(x.shape) === 1) return reshape(x, [1])
  const missing = shape.length - x.shape.length
  const fits = missing >= 0 && x.shape.every((n, i) => n === (i + missing === axis ? shape[axis] : 1))
  return fits ? reshape(x, [shape[axis]]) : undefined
}
