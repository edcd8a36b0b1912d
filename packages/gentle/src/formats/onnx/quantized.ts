/** Numbers that are rounded to 8 bits, as pairs of QuantizeLinear and DequantizeLinear: by these, other programs see what integers may compute. */
import type { Op } from '../../graph/op.ts'
import { Constant, type Tensor } from '../../graph/tensor.ts'
import { fakeQuantizeOp } from '../../ops/fake-quantize.ts'
import type { Exporter } from './exporter.ts'

const isFakeQuantize = ({ op }: Tensor): boolean => op === (fakeQuantizeOp as Op)

/** What a signed byte holds. */
const bytes = { low: -128, high: 127 }

/**
 * Activations as signed bytes. A byte goes down to -128, and ours at times only to 0: where what is rounded can be below what the range stands for, it is limited first.
 */
export function lowerFakeQuantize(exporter: Exporter, node: Tensor): void {
  const [x, ...range] = node.inputs
  const [scale, zeroPoint, low, high] = range.map((number) =>
    number instanceof Constant && number.data.length === 1 ? number.data[0] : undefined,
  )
  if (zeroPoint === undefined || low === undefined || high === undefined)
    exporter.fail(node, 'rounds to a range that is not known; expected a zero point and limits that are constants')
  if (scale === undefined) {
    lowerWithScales(exporter, node, low - zeroPoint, high - zeroPoint)
    return
  }
  if (low < bytes.low || high > bytes.high)
    exporter.fail(node, `rounds to ${low} to ${high}; expected signed bytes, -128 to 127`)
  const staysAbove = low === bytes.low || (zeroPoint === low && isAbove0(x))
  const staysBelow = high === bytes.high
  const limits = [staysAbove ? '' : limit(low), staysBelow ? '' : limit(high)]
  function limit(number: number): string {
    return exporter.number((number - zeroPoint!) * scale!, node)
  }
  const limited = staysAbove && staysBelow ? exporter.name(x) : exporter.step('Clip', [exporter.name(x), ...limits])
  const numbers = [exporter.number(scale, node), exporter.bytes('zero_point', [], Int8Array.of(zeroPoint))]
  const rounded = exporter.step('QuantizeLinear', [limited, ...numbers])
  exporter.give(node, 'DequantizeLinear', [rounded, ...numbers])
}

/** With scales that are computed, or several, which QuantizeLinear has along one axis alone: by arithmetic, step by step as `fakeQuantize` computes. */
function lowerWithScales(exporter: Exporter, node: Tensor, low: number, high: number): void {
  const [x, scale] = node.inputs.slice(0, 2).map((input) => exporter.name(input))
  const inverse = exporter.step('Reciprocal', [scale])
  const nearest = exporter.step('Round', [exporter.step('Mul', [x, inverse])])
  const limited = exporter.step('Clip', [nearest, exporter.number(low, node), exporter.number(high, node)])
  exporter.give(node, 'Mul', [limited, scale])
}

/** Whether a tensor has no numbers below 0, as far as its op tells. */
function isAbove0({ op, inputs }: Tensor): boolean {
  if (op.name === 'relu' || op.name === 'relu6' || op.name === 'sigmoid') return true
  if (op.name === 'where') return inputs.slice(1).every((x) => isAbove0(x) || (x instanceof Constant && x.data[0] >= 0))
  return (op.name === 'maxPool2d' || op.name === 'reshape' || op.name === 'concat') && inputs.every(isAbove0)
}

/** The largest magnitude of a weight. */
const largest = 127

/**
 * Weights that depend on `fakeQuantize`, given by their numbers, as bytes with a scale for each of the first axis, the filters; undefined where they are none.
 * A filter's largest number is then the largest that its bytes stand for.
 */
export function quantizedWeights(exporter: Exporter, node: Tensor, values: ArrayLike<number>): string | undefined {
  if (!isRounded(node) || node.shape.length < 2) return undefined
  const [filters] = node.shape
  const length = values.length / filters
  const scales = new Float32Array(filters)
  const rounded = new Int8Array(values.length)
  for (let filter = 0; filter < filters; filter++) {
    let most = 0
    for (let i = 0; i < length; i++) most = Math.max(most, Math.abs(values[filter * length + i]))
    const scale = Math.fround(most / largest) || 1
    scales[filter] = scale
    for (let i = 0; i < length; i++) {
      const value = values[filter * length + i] / scale
      rounded[filter * length + i] = Math.round(value)
      if (!(Math.abs(value - Math.round(value)) < 1e-3)) return undefined
    }
  }
  const name = exporter.nameOfWeight(node)
  const zeros = exporter.bytes(`${name}_zero_point`, [filters], new Int8Array(filters))
  const scale = exporter.store(`${name}_scale`, [filters], scales)
  return exporter.step('DequantizeLinear', [exporter.bytes(`${name}_quantized`, node.shape, rounded), scale, zeros], {
    axis: 0,
  })
}

/** Rounded weights, or a factor times such. */
const isRounded = (node: Tensor): boolean =>
  isFakeQuantize(node) || (['mul', 'reshape'].includes(node.op.name) && isRounded(node.inputs[0]))
