/** Functions of mathematics, of one operand or two. */
import type { Tensor } from '../../../graph/tensor.ts'
import { einsum } from '../../../ops/einsum.ts'
import { equal, maximum, mul, notEqual } from '../../../ops/elementwise.ts'
import { acosh, asinh, atanh, cosh, sinh } from '../../../ops/hyperbolic.ts'
import { ceil, floor, round } from '../../../ops/rounding.ts'
import { acos, asin, atan, cos, sin, tan } from '../../../ops/trigonometry.ts'
import type { OnnxCall } from '../call.ts'
import { integerRange, isInteger, roundToEven } from '../element-types.ts'
import { knownAs, zipKnown } from '../on-known.ts'
import { computed, unary } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'

const infinite: Compute = (call) => {
  const x = call.tensor(0)
  const [up, down] = [call.flag('detect_positive', true), call.flag('detect_negative', true)]
  const [above, below] = [equal(x, Number.POSITIVE_INFINITY), equal(x, Number.NEGATIVE_INFINITY)]
  if (up && down) return [computed('bool', maximum(above, below))]
  return [computed('bool', up ? above : down ? below : mul(above, 0))]
}

const shifted: Compute = (call) => {
  const left = call.choice('direction', ['LEFT', 'RIGHT'], 'LEFT') === 'LEFT'
  return call.onHost((x, places) => {
    const bits = Number(x!.type.replace(/\D/g, ''))
    const shift = (a: number, b: number): number => {
      if (b >= bits) return 0
      return left ? Number(BigInt.asUintN(bits, BigInt(a) << BigInt(b))) : Math.floor(a / 2 ** b)
    }
    return [zipKnown([x!, places!], shift, x!.type)]
  })
}

const bitwise =
  (of: (a: bigint, b: bigint) => bigint): Compute =>
  (call) =>
    call.onHost((a, b) => [zipKnown([a!, b!], (x, y) => Number(of(BigInt(x), BigInt(y))), a!.type)])

const inverted: Compute = (call) =>
  call.onHost((x) => {
    const max = x!.type.startsWith('u') ? integerRange(x!.type)[1] : -1
    return [
      knownAs(
        x!.type,
        x!.shape,
        Array.from(x!.data, (value) => max - value),
      ),
    ]
  })

/** The determinants of matrices, by elimination. */
const determinants: Compute = (call) =>
  call.onHost((x) => {
    const n = x!.shape.at(-1)!
    const count = x!.data.length / (n * n)
    const data = Array.from({ length: count }, (_, i) =>
      determinant(
        Array.from({ length: n }, (_row, r) => Array.from(x!.data.slice((i * n + r) * n, (i * n + r + 1) * n))),
      ),
    )
    return [knownAs(x!.type, x!.shape.slice(0, -2), data)]
  })

function determinant(rows: number[][]): number {
  let product = 1
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.reduce((best, row, i) => (i > k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k)
    if (rows[pivot][k] === 0) return 0
    if (pivot !== k) {
      ;[rows[k], rows[pivot]] = [rows[pivot], rows[k]]
      product = -product
    }
    product *= rows[k][k]
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k]
      for (let j = k; j < rows.length; j++) rows[i][j] -= factor * rows[k][j]
    }
  }
  return product
}

const sums: Compute = (call) => {
  const equation = call.text('equation', '').replaceAll(' ', '')
  if (isInteger(call.type(0))) call.fail(`has operands of ${call.type(0)}; expected floats`)
  const operands = call.values().map((value) => call.tensorOf(value))
  return [computed(call.type(0), einsum(withoutEllipsis(call, equation, operands), ...operands))]
}

/** An equation in which `...` is written as the axes that it stands for. */
function withoutEllipsis(call: OnnxCall, equation: string, operands: readonly Tensor[]): string {
  if (!equation.includes('...')) return equation
  const [left, right] = equation.split('->')
  const terms = left.split(',')
  const free = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter(
    (letter) => !equation.includes(letter),
  )
  const counts = terms.map((term, i) => (term.includes('...') ? operands[i].shape.length - (term.length - 3) : 0))
  const letters = free.slice(0, Math.max(...counts)).join('')
  const named = (term: string, count: number): string => term.replace('...', count === 0 ? '' : letters.slice(-count))
  const inputs = terms.map((term, i) => named(term, counts[i]))
  const once = [...new Set(left.replaceAll('...', '').replaceAll(',', ''))].filter(
    (letter) => left.split(letter).length === 2,
  )
  const result = right === undefined ? letters + once.sort().join('') : named(right, letters.length)
  if (counts.some((count) => count < 0)) call.fail(`has the equation '${equation}', which its operands do not fit`)
  return `${inputs.join()}->${result}`
}

const since7 = (of: Compute): Operator => operator(of, [7, ''], [22, ''])
const since9 = (of: Compute): Operator => operator(of, [9, ''], [22, ''])

export const functionOperators = {
  Acos: since7(unary(acos, Math.acos)),
  Acosh: since9(unary(acosh, Math.acosh)),
  Asin: since7(unary(asin, Math.asin)),
  Asinh: since9(unary(asinh, Math.asinh)),
  Atan: since7(unary(atan, Math.atan)),
  Atanh: since9(unary(atanh, Math.atanh)),
  BitShift: operator(shifted, [11, 'direction']),
  BitwiseAnd: operator(
    bitwise((a, b) => a & b),
    [18, ''],
  ),
  BitwiseNot: operator(inverted, [18, '']),
  BitwiseOr: operator(
    bitwise((a, b) => a | b),
    [18, ''],
  ),
  BitwiseXor: operator(
    bitwise((a, b) => a ^ b),
    [18, ''],
  ),
  Ceil: operator(unary(ceil, Math.ceil), [1, ''], [6, ''], [13, '']),
  Cos: since7(unary(cos, Math.cos)),
  Cosh: since9(unary(cosh, Math.cosh)),
  Det: operator(determinants, [11, ''], [22, '']),
  Einsum: operator(sums, [12, 'equation']),
  Floor: operator(unary(floor, Math.floor), [1, ''], [6, ''], [13, '']),
  IsInf: operator(infinite, [10, 'detect_negative detect_positive'], [20, 'detect_negative detect_positive']),
  IsNaN: operator(
    (call) => {
      const x = call.tensor(0)
      return [computed('bool', notEqual(x, x))]
    },
    [9, ''],
    [13, ''],
    [20, ''],
  ),
  Round: operator(unary(round, roundToEven), [11, ''], [22, '']),
  Sin: since7(unary(sin, Math.sin)),
  Sinh: since9(unary(sinh, Math.sinh)),
  Tan: since7(unary(tan, Math.tan)),
} satisfies Record<string, Operator>
