/**
 * Weights of recurrent layers as Keras and ONNX lay them out, to and from ours, which are PyTorch's: docs/recurrent-weights.md tells how they differ. All
 * are row-major.
 */
import { ShapeError } from '../core/errors.ts'
import { joined } from '../core/joined.ts'

/** Of one layer in one direction. */
export interface RecurrentSizes {
  readonly kind: 'rnn' | 'lstm' | 'gru'
  /** Numbers of an input. */
  readonly inputs: number
  readonly units: number
}

/** Of one layer in one direction, by the names of the layers' parameters without `_l0`; biases both or none. */
export interface RecurrentWeights {
  /** [gates * units, inputs] */
  readonly weight_ih: Float32Array
  /** [gates * units, units] */
  readonly weight_hh: Float32Array
  /** [gates * units] */
  readonly bias_ih?: Float32Array
  /** [gates * units] */
  readonly bias_hh?: Float32Array
}

/** Of one layer in one direction, as Keras names them. */
export interface KerasRecurrentWeights {
  /** [inputs, gates * units] */
  readonly kernel: Float32Array
  /** [units, gates * units] */
  readonly recurrentKernel: Float32Array
  /** [gates * units]; of a GRU that resets after the product [2, gates * units] */
  readonly bias?: Float32Array
}

/** Of all directions of one layer, as ONNX names them. */
export interface OnnxRecurrentWeights {
  /** [directions, gates * units, inputs] */
  readonly W: Float32Array
  /** [directions, gates * units, units] */
  readonly R: Float32Array
  /** [directions, 2 * gates * units] */
  readonly B?: Float32Array
}

/** Which of our gates each of theirs is; ours are i, f, g, o and r, z, n. */
const gateOrders = {
  rnn: { keras: [0], onnx: [0] },
  lstm: { keras: [0, 1, 2, 3], onnx: [0, 3, 1, 2] },
  gru: { keras: [1, 0, 2], onnx: [1, 0, 2] },
} as const

type Order = readonly number[]

/** Which of their gates each of ours is. */
const inverse = (order: Order): Order => order.map((_, gate) => order.indexOf(gate))

/** Gates, each a stretch of the same length, in another order: the i-th is the order[i]-th of before. */
function reordered(values: Float32Array, order: Order): Float32Array {
  const length = values.length / order.length
  const moved = new Float32Array(values.length)
  for (const [to, from] of order.entries()) moved.set(values.subarray(from * length, (from + 1) * length), to * length)
  return moved
}

function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]
  return turned
}

/** @throws ShapeError naming the array that has another number of values. */
function checkSizes(
  where: string,
  arrays: Record<string, readonly [values: Float32Array | undefined, ...sizes: number[]]>,
) {
  for (const [name, [values, ...sizes]] of Object.entries(arrays))
    if (values !== undefined && !sizes.includes(values.length))
      throw new ShapeError(`${where}: ${name} has ${values.length} numbers; expected ${sizes.join(' or ')}`)
}

const checkOurs = (where: string, { kind, inputs, units }: RecurrentSizes, weights: RecurrentWeights): void => {
  const { weight_ih, weight_hh, bias_ih, bias_hh } = weights
  const rows = gateOrders[kind].keras.length * units
  checkSizes(where, {
    weight_ih: [weight_ih, rows * inputs],
    weight_hh: [weight_hh, rows * units],
    bias_ih: [bias_ih, rows],
    bias_hh: [bias_hh, rows],
  })
  if ((bias_ih === undefined) !== (bias_hh === undefined))
    throw new ShapeError(`${where}: there is one of bias_ih and bias_hh; expected both or none`)
}

/**
 * Keras' weights as ours. Its one bias becomes `bias_ih`, and `bias_hh` is 0; a GRU's bias of two rows has both. One of one row is of a layer with
 * `reset_after=False`: `GRU(units, { resetAfter: false })`.
 * @throws ShapeError naming the array whose size does not fit.
 */
export function recurrentWeightsFromKeras(sizes: RecurrentSizes, weights: KerasRecurrentWeights): RecurrentWeights {
  const { kind, inputs, units } = sizes
  const { kernel, recurrentKernel, bias } = weights
  const order = inverse(gateOrders[kind].keras)
  const rows = order.length * units
  checkSizes('recurrentWeightsFromKeras', {
    kernel: [kernel, inputs * rows],
    recurrentKernel: [recurrentKernel, units * rows],
    bias: [bias, ...(kind === 'gru' ? [rows, 2 * rows] : [rows])],
  })
  return {
    weight_ih: reordered(transposed(kernel, inputs), order),
    weight_hh: reordered(transposed(recurrentKernel, units), order),
    ...(bias && {
      bias_ih: reordered(bias.subarray(0, rows), order),
      bias_hh: bias.length === rows ? new Float32Array(rows) : reordered(bias.subarray(rows), order),
    }),
  }
}

/**
 * Our weights as Keras'. Its one bias is the sum of the two; a GRU that resets after the product has two there, too.
 * @param resetAfter of a GRU: as its layer has it
 * @throws ShapeError naming the array whose size does not fit.
 */
export function recurrentWeightsToKeras(
  sizes: RecurrentSizes,
  weights: RecurrentWeights,
  resetAfter = true,
): KerasRecurrentWeights {
  checkOurs('recurrentWeightsToKeras', sizes, weights)
  const order = gateOrders[sizes.kind].keras
  const rows = order.length * sizes.units
  const { weight_ih, weight_hh, bias_ih, bias_hh } = weights
  const biases = bias_ih && bias_hh && [reordered(bias_ih, order), reordered(bias_hh, order)]
  return {
    kernel: transposed(reordered(weight_ih, order), rows),
    recurrentKernel: transposed(reordered(weight_hh, order), rows),
    ...(biases && {
      bias:
        sizes.kind === 'gru' && resetAfter
          ? joined(Float32Array, biases)
          : biases[0].map((value, i) => value + biases[1][i]),
    }),
  }
}

/**
 * ONNX's weights as ours, one for each direction. A GRU with `linear_before_reset` 1 is one that resets after the product; with 0, which is what it has unless
 * it says so, it is `GRU(units, { resetAfter: false })`.
 * @throws ShapeError naming the array whose size does not fit.
 */
export function recurrentWeightsFromOnnx(sizes: RecurrentSizes, weights: OnnxRecurrentWeights): RecurrentWeights[] {
  const { kind, inputs, units } = sizes
  const { W, R, B } = weights
  const order = inverse(gateOrders[kind].onnx)
  const rows = order.length * units
  const directions = W.length === 2 * rows * inputs ? 2 : 1
  checkSizes('recurrentWeightsFromOnnx', {
    W: [W, rows * inputs, 2 * rows * inputs],
    R: [R, directions * rows * units],
    B: [B, directions * 2 * rows],
  })
  return Array.from({ length: directions }, (_, direction) => {
    const part = (all: Float32Array, length: number, i = direction): Float32Array =>
      reordered(all.subarray(i * length, (i + 1) * length), order)
    return {
      weight_ih: part(W, rows * inputs),
      weight_hh: part(R, rows * units),
      ...(B && { bias_ih: part(B, rows, 2 * direction), bias_hh: part(B, rows, 2 * direction + 1) }),
    }
  })
}

/**
 * Our weights of one direction, or of both, forwards first, as ONNX's.
 * @throws ShapeError naming the array whose size does not fit.
 */
export function recurrentWeightsToOnnx(
  sizes: RecurrentSizes,
  directions: readonly RecurrentWeights[],
): OnnxRecurrentWeights {
  for (const weights of directions) checkOurs('recurrentWeightsToOnnx', sizes, weights)
  const order = gateOrders[sizes.kind].onnx
  const biases = directions.flatMap(({ bias_ih, bias_hh }) => (bias_ih && bias_hh ? [bias_ih, bias_hh] : []))
  if (biases.length !== 0 && biases.length !== 2 * directions.length)
    throw new ShapeError('recurrentWeightsToOnnx: one direction has biases and the other none; expected both or none')
  const all = (parts: readonly Float32Array[]): Float32Array =>
    joined(
      Float32Array,
      parts.map((part) => reordered(part, order)),
    )
  return {
    W: all(directions.map(({ weight_ih }) => weight_ih)),
    R: all(directions.map(({ weight_hh }) => weight_hh)),
    ...(biases.length > 0 && { B: all(biases) }),
  }
}
