/**
 * Connectionist temporal classification (Graves, Fernández, Gomez and Schmidhuber, 2006): the likelihood of a labelling under scores of each moment,
 * summed over all alignments. An alignment gives each moment a symbol or the blank; what it spells is found by merging equal neighbours and then
 * dropping blanks. Equations are those of that paper.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { defineOp, type Operand, type Reference, type Signature } from '../graph/op.ts'
import { apply } from '../graph/tensor.ts'
import { mul } from './elementwise.ts'
import { reshape } from './structure.ts'

export interface CtcAttributes {
  /** The symbol that stands for none. */
  readonly blank: number
  /** Whether targets that no alignment spells count 0, where they cost infinity. */
  readonly zeroInfinity: boolean
}

function checkOperands(
  [logits, targets, lengths, targetLengths]: readonly Signature[],
  { blank }: CtcAttributes,
): void {
  const [examples, , symbols] = logits.shape
  const perExample = [lengths, targetLengths]
  if (
    logits.shape.length !== 3 ||
    targets.shape.length !== 2 ||
    targets.shape[0] !== examples ||
    perExample.some(({ shape }) => !sameShape(shape, [examples]))
  )
    throw new ShapeError(
      `ctcLoss: logits ${formatShape(logits.shape)}, targets ${formatShape(targets.shape)}, lengths ${formatShape(lengths.shape)} and target lengths ${formatShape(targetLengths.shape)}; expected [N, T, symbols], [N, U], [N] and [N]`,
    )
  if (logits.dtype !== 'float32' || [targets, ...perExample].some(({ dtype }) => dtype !== 'int32'))
    throw new ShapeError(
      `ctcLoss: ${logits.dtype} logits, ${targets.dtype} targets, ${lengths.dtype} lengths and ${targetLengths.dtype} target lengths; expected float32, and int32 for the others`,
    )
  if (!Number.isInteger(blank) || blank < 0 || blank >= symbols)
    throw new ArgumentError(`ctcLoss: blank is ${blank}; expected a symbol from 0 to ${symbols - 1}`)
}

/** From logits [N, T, symbols], targets [N, U] and how long each example of both is: -log p(target | logits), [N]. */
export const ctcLossOp = defineOp({
  name: 'ctcLoss',
  infer(operands, attributes: CtcAttributes) {
    checkOperands(operands, attributes)
    return { shape: [operands[0].shape[0]], dtype: 'float32' }
  },
  gradient: ({ inputs, attributes }, dy) => [
    mul(apply(ctcLossGradientOp, inputs, attributes), reshape(dy, [dy.shape[0], 1, 1])),
    undefined,
    undefined,
    undefined,
  ],
})

/** Of the same operands, the gradient of each loss to its own logits, [N, T, symbols]. */
export const ctcLossGradientOp = defineOp({
  name: 'ctcLossGradient',
  infer(operands, attributes: CtcAttributes) {
    checkOperands(operands, attributes)
    return { shape: operands[0].shape, dtype: 'float32' }
  },
  gradient() {
    throw new ArgumentError(
      'ctcLoss: it has no second derivatives here; expected gradients of it that are not differentiated again',
    )
  },
})

/** log(exp(a) + exp(b)). */
function logAdd(a: number, b: number): number {
  const max = Math.max(a, b)
  return max === Number.NEGATIVE_INFINITY ? max : max + Math.log(Math.exp(a - max) + Math.exp(b - max))
}

/** One example of a batch. */
interface Example {
  readonly steps: number
  /** log y: the log softmax of each step's logits. */
  readonly logs: readonly Float64Array[]
  /** l': the labels with blanks between, before and behind. */
  readonly extended: readonly number[]
}

/** The examples of a batch; undefined for one whose lengths are none of this batch, or whose labels are not symbols but the blank. */
function examplesOf([logits, targets, lengths, targetLengths]: readonly Operand[], blank: number) {
  const [count, max, symbols] = logits.shape
  const width = targets.shape[1]
  return Array.from({ length: count }, (_, n): Example | undefined => {
    const [steps, size] = [lengths.data[n], targetLengths.data[n]]
    if (!(steps >= 0 && steps <= max && size >= 0 && size <= width)) return undefined
    const labels = [...targets.data.subarray(n * width, n * width + size)]
    if (labels.some((label) => !(label >= 0 && label < symbols && label !== blank))) return undefined
    const logs = Array.from({ length: steps }, (_, t) => {
      const row = Float64Array.from(logits.data.subarray((n * max + t) * symbols, (n * max + t + 1) * symbols))
      const largest = row.reduce((a, b) => Math.max(a, b))
      const total = Math.log(row.reduce((sum, z) => sum + Math.exp(z - largest), 0))
      return row.map((z) => z - largest - total)
    })
    return { steps, logs, extended: [blank, ...labels.flatMap((label) => [label, blank])] }
  })
}

/** Whether an alignment may come to place s from two places before: past a blank, to another label (equation 6). */
const skips = (extended: readonly number[], s: number): boolean => s >= 2 && extended[s] !== extended[s - 2]

/**
 * log α_t(s): that steps up to t are aligned with what is before place s, and step t with it (equations 5 to 7). The first row is that before the first
 * step, where nothing is aligned: from there the first blank and the first label are reached.
 */
function forwards({ steps, logs, extended }: Example): Float64Array[] {
  const places = extended.length
  const rows = [new Float64Array(places).fill(Number.NEGATIVE_INFINITY)]
  rows[0][0] = 0
  for (let t = 0; t < steps; t++) {
    const before = rows[t]
    const row = new Float64Array(places)
    for (let s = 0; s < places; s++) {
      let sum = before[s]
      if (s >= 1) sum = logAdd(sum, before[s - 1])
      if (skips(extended, s)) sum = logAdd(sum, before[s - 2])
      row[s] = sum + logs[t][extended[s]]
    }
    rows.push(row)
  }
  return rows
}

/** log p(l | x): it ends in the last label or in the blank behind it (equation 8). */
const likelihood = (rows: readonly Float64Array[]): number => {
  const last = rows[rows.length - 1]
  return last.length === 1 ? last[0] : logAdd(last[last.length - 1], last[last.length - 2])
}

export const ctcLossReference: Reference<typeof ctcLossOp> = (operands, { blank, zeroInfinity }, y) => {
  examplesOf(operands, blank).forEach((example, n) => {
    const loss = example === undefined ? Number.NaN : 0 - likelihood(forwards(example))
    y.data[n] = zeroInfinity && loss === Number.POSITIVE_INFINITY ? 0 : loss
  })
}

/**
 * Equation 16 with the softmax's derivative: y_k less the share of all alignments, by likelihood, that have symbol k at this step. β does not count step t
 * here, so no product of α and β is divided by y.
 */
export const ctcLossGradientReference: Reference<typeof ctcLossGradientOp> = (operands, { blank, zeroInfinity }, y) => {
  const [, max, symbols] = operands[0].shape
  y.data.fill(0)
  examplesOf(operands, blank).forEach((example, n) => {
    const own = y.data.subarray(n * max * symbols, (n + 1) * max * symbols)
    if (example === undefined) {
      own.fill(Number.NaN)
      return
    }
    const { steps, logs, extended } = example
    const alphas = forwards(example)
    const total = likelihood(alphas)
    const isImpossible = total === Number.NEGATIVE_INFINITY
    if (isImpossible) own.fill(zeroInfinity ? 0 : Number.NaN, 0, steps * symbols)
    if (isImpossible) return
    // log β_t(s): that the steps behind t are aligned with what is behind place s (equations 9 to 11).
    const places = extended.length
    let betas = new Float64Array(places).fill(Number.NEGATIVE_INFINITY)
    betas.fill(0, -2)
    for (let t = steps - 1; t >= 0; t--) {
      const row = own.subarray(t * symbols, (t + 1) * symbols)
      for (let k = 0; k < symbols; k++) row[k] = Math.exp(logs[t][k])
      for (let s = 0; s < places; s++) row[extended[s]] -= Math.exp(alphas[t + 1][s] + betas[s] - total)
      const reached = betas.map((beta, s) => beta + logs[t][extended[s]])
      betas = new Float64Array(places).map((_, s) => {
        let sum = reached[s]
        if (s + 1 < places) sum = logAdd(sum, reached[s + 1])
        if (s + 2 < places && skips(extended, s + 2)) sum = logAdd(sum, reached[s + 2])
        return sum
      })
    }
  })
}
