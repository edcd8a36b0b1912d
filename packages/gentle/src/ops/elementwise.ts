/**
 * Ops that act on each element alone. Operands broadcast by NumPy's rule; a number stands for a constant of the other operands' element type.
 * Arithmetic and comparison take float32 or int32, never both: `cast` says which is meant. That of int32 wraps around at 32 bits, as in C.
 */

import type { DType } from '../core/dtype.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { broadcastShapes, broadcastStrides, type Shape, sizeOf } from '../core/shape.ts'
import type { Op, Operand, Reference } from '../graph/op.ts'
import { apply, constant, Tensor } from '../graph/tensor.ts'
import { requireAlike, requireFloat32, requireInt32 } from './operands.ts'
import { sum } from './reduce.ts'
import { reshape } from './structure.ts'

/** A tensor, or a number that stands for a constant. */
export type Value = Tensor | number

/**
 * Operands as tensors: beside int32 a whole number is int32.
 * @throws ShapeError for another number beside int32.
 */
export function toTensors(values: readonly Value[], where: string): Tensor[] {
  const integers = values.some((value) => value instanceof Tensor && value.dtype === 'int32')
  return values.map((value) => {
    if (value instanceof Tensor) return value
    if (!integers) return constant(value)
    if (value !== (value | 0))
      throw new ShapeError(
        `${where}: ${value} cannot be combined with int32, which takes only whole numbers of 32 bits; use cast(x, 'float32')`,
      )
    return constant(value, [], 'int32')
  })
}

/** An op that acts on each element alone. */
export interface ElementwiseOp<Name extends string = string> extends Op<Name, object> {
  /** The definition: a function of one element of each operand. */
  readonly of: (...elements: number[]) => number
  /** The definition for int32, where it is another: what the other gives is cut to its lowest 32 bits. */
  readonly ofIntegers?: (...elements: number[]) => number
}

/** Whether a tensor is computed element by element. */
export const isElementwise = (node: Tensor): node is Tensor & { readonly op: ElementwiseOp } => 'of' in node.op

/** What an op takes: float32 alone (unless given), int32 alone, either but not mixed, or anything. */
type Accepted = 'float32' | 'int32' | 'alike' | 'any'

interface ElementwiseDefinition<Name extends string> extends Pick<ElementwiseOp<Name>, 'name' | 'of' | 'ofIntegers'> {
  readonly gradient?: (node: { inputs: readonly Tensor[]; y: Tensor }, dy: Tensor) => (Tensor | undefined)[]
  readonly accepts?: Accepted
  /** Of the result; that of the last operand unless given. */
  readonly dtype?: DType
}

/** Declares an elementwise op; its shape rule is the same for all. */
export function defineElementwise<const Name extends string>(
  definition: ElementwiseDefinition<Name>,
): ElementwiseOp<Name> {
  const { name, of, ofIntegers, gradient, accepts = 'float32', dtype } = definition
  return {
    name,
    of,
    ...(ofIntegers && { ofIntegers }),
    infer(inputs) {
      const shape = inputs.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, name))
      if (accepts === 'float32') requireFloat32(inputs, name)
      if (accepts === 'int32') requireInt32(inputs, name)
      // The condition of `where`, the one op of three operands, is of either type.
      if (accepts === 'alike') requireAlike(inputs.slice(-2), name)
      return { shape, dtype: dtype ?? inputs[inputs.length - 1].dtype }
    },
    gradient:
      gradient &&
      (({ inputs, y }, dy) =>
        gradient({ inputs, y }, dy).map(
          (dx, i) => dx && (inputs[i].dtype === 'float32' ? sumTo(dx, inputs[i].shape) : undefined),
        )),
  }
}

/** The function of one element of each operand that defines a node: by an op's elements of this type. */
export const definitionFor = ({ of, ofIntegers }: ElementwiseOp, { dtype }: { readonly dtype: DType }) =>
  dtype === 'int32' ? (ofIntegers ?? of) : of

/** The loop that all elementwise ops have in common. */
export const elementwiseReference =
  (op: ElementwiseOp): Reference<Op> =>
  (inputs, _, output) => {
    const of = definitionFor(op, output)
    forEachBroadcast(inputs, output, (offsets, i) => {
      output.data[i] = of(...inputs.map((x, k) => x.data[offsets[k]]))
    })
  }

/** Visits the output's elements in order with each operand's matching offset. */
function forEachBroadcast(
  inputs: readonly Operand[],
  output: Operand,
  visit: (offsets: number[], i: number) => void,
): void {
  const { shape } = output
  const strides = inputs.map((x) => broadcastStrides(x.shape, shape))
  const index = new Array<number>(shape.length).fill(0)
  const offsets = new Array<number>(inputs.length).fill(0)
  const size = sizeOf(shape)
  for (let i = 0; i < size; i++) {
    visit(offsets, i)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++
      for (let k = 0; k < offsets.length; k++) offsets[k] += strides[k][axis]
      if (index[axis] < shape[axis]) break
      for (let k = 0; k < offsets.length; k++) offsets[k] -= strides[k][axis] * shape[axis]
      index[axis] = 0
    }
  }
}

/** Sums a gradient over the axes along which its operand was repeated: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const extra = x.shape.length - shape.length
  const axes = x.shape.flatMap((n, axis) => (axis < extra || (shape[axis - extra] === 1 && n !== 1) ? [axis] : []))
  return axes.length === 0 ? x : reshape(sum(x, axes), shape)
}

export const negOp = defineElementwise({
  name: 'neg',
  accepts: 'alike',
  of: (x) => -x,
  gradient: (_, dy) => [neg(dy)],
})
export const expOp = defineElementwise({ name: 'exp', of: Math.exp, gradient: ({ y }, dy) => [mul(dy, y)] })
export const expm1Op = defineElementwise({
  name: 'expm1',
  of: Math.expm1,
  gradient: ({ y }, dy) => [mul(dy, add(y, 1))],
})
export const logOp = defineElementwise({ name: 'log', of: Math.log, gradient: ({ inputs: [x] }, dy) => [div(dy, x)] })
export const log1pOp = defineElementwise({
  name: 'log1p',
  of: Math.log1p,
  gradient: ({ inputs: [x] }, dy) => [div(dy, add(x, 1))],
})
export const sqrtOp = defineElementwise({
  name: 'sqrt',
  of: Math.sqrt,
  gradient: ({ y }, dy) => [div(mul(dy, 0.5), y)],
})
export const absOp = defineElementwise({
  name: 'abs',
  accepts: 'alike',
  of: Math.abs,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, sign(x))],
})
export const signOp = defineElementwise({ name: 'sign', accepts: 'alike', of: (x) => Number(x > 0) - Number(x < 0) })
export const tanhOp = defineElementwise({
  name: 'tanh',
  of: Math.tanh,
  gradient: ({ y }, dy) => [mul(dy, sub(1, mul(y, y)))],
})
export const sigmoidOp = defineElementwise({
  name: 'sigmoid',
  of: (x) => 1 / (1 + Math.exp(-x)),
  gradient: ({ y }, dy) => [mul(dy, mul(y, sub(1, y)))],
})
export const softplusOp = defineElementwise({
  name: 'softplus',
  of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: ({ inputs: [x] }, dy) => [mul(dy, apply(sigmoidOp, [x], {}))],
})
export const erfOp = defineElementwise({
  name: 'erf',
  of: errorFunction,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x)))))],
})
export const reluOp = defineElementwise({
  name: 'relu',
  of: (x) => Math.max(x, 0),
  gradient: ({ y }, dy) => [where(greater(y, 0), dy, 0)],
})
export const relu6Op = defineElementwise({
  name: 'relu6',
  of: (x) => Math.min(Math.max(x, 0), 6),
  gradient: ({ y }, dy) => [where(less(y, 6), where(greater(y, 0), dy, 0), 0)],
})
export const toFloat32Op = defineElementwise({ name: 'toFloat32', accepts: 'any', of: (x) => x, dtype: 'float32' })
export const toInt32Op = defineElementwise({
  name: 'toInt32',
  accepts: 'any',
  of: (x) => Math.max(-(2 ** 31), Math.min(Math.trunc(x), 2 ** 31 - 1)),
  dtype: 'int32',
})
export const stopGradientOp = defineElementwise({ name: 'stopGradient', of: (x) => x })

export const addOp = defineElementwise({
  name: 'add',
  accepts: 'alike',
  of: (a, b) => a + b,
  gradient: (_, dy) => [dy, dy],
})
export const subOp = defineElementwise({
  name: 'sub',
  accepts: 'alike',
  of: (a, b) => a - b,
  gradient: (_, dy) => [dy, neg(dy)],
})
export const mulOp = defineElementwise({
  name: 'mul',
  accepts: 'alike',
  of: (a, b) => a * b,
  ofIntegers: Math.imul,
  gradient: ({ inputs: [a, b] }, dy) => [mul(dy, b), mul(dy, a)],
})
export const divOp = defineElementwise({
  name: 'div',
  of: (a, b) => a / b,
  gradient: ({ inputs: [, b], y }, dy) => [div(dy, b), neg(div(mul(dy, y), b))],
})
export const floorDivOp = defineElementwise({
  name: 'floorDiv',
  accepts: 'int32',
  of: (a, b) => (b === 0 ? 0 : Math.min(Math.floor(a / b), 2 ** 31 - 1)),
})
export const modOp = defineElementwise({
  name: 'mod',
  accepts: 'int32',
  of: (a, b) => (b === 0 ? a : a - b * Math.floor(a / b)),
})
export const powOp = defineElementwise({
  name: 'pow',
  of: power,
  gradient({ inputs: [x, p], y }, dy) {
    // 0 stays 0 whatever the power is, though its logarithm is infinite.
    const staysZero = mul(equal(x, 0), greaterEqual(p, 0))
    return [
      where(equal(p, 0), 0, mul(dy, mul(p, pow(x, sub(p, 1))))),
      where(staysZero, 0, mul(dy, mul(y, log(where(staysZero, 1, x))))),
    ]
  },
})
export const maximumOp = defineElementwise({
  name: 'maximum',
  accepts: 'alike',
  of: Math.max,
  gradient: ({ inputs: [a, b] }, dy) => shareByOrder(greater(a, b), equal(a, b), dy),
})
export const minimumOp = defineElementwise({
  name: 'minimum',
  accepts: 'alike',
  of: Math.min,
  gradient: ({ inputs: [a, b] }, dy) => shareByOrder(less(a, b), equal(a, b), dy),
})

/** The gradient goes to the operand that won; where they tie, half to each, as in PyTorch. */
function shareByOrder(first: Tensor, tie: Tensor, dy: Tensor): Tensor[] {
  const toFirst = mul(dy, add(first, mul(tie, 0.5)))
  return [toFirst, sub(dy, toFirst)]
}

const comparison = <const Name extends string>(name: Name, holds: (a: number, b: number) => boolean) =>
  defineElementwise({ name, accepts: 'alike', of: (a, b) => (holds(a, b) ? 1 : 0), dtype: 'float32' })

export const equalOp = comparison('equal', (a, b) => a === b)
export const notEqualOp = comparison('notEqual', (a, b) => a !== b)
export const lessOp = comparison('less', (a, b) => a < b)
export const lessEqualOp = comparison('lessEqual', (a, b) => a <= b)
export const greaterOp = comparison('greater', (a, b) => a > b)
export const greaterEqualOp = comparison('greaterEqual', (a, b) => a >= b)

export const whereOp = defineElementwise({
  name: 'where',
  accepts: 'alike',
  of: (condition, a, b) => (condition !== 0 ? a : b),
  gradient: ({ inputs: [condition] }, dy) => [undefined, where(condition, dy, 0), where(condition, 0, dy)],
})

/** Math.pow, but 1 to any power and -1 to an infinite one are 1, as in C and in PyTorch. */
function power(x: number, p: number): number {
  return x === 1 || (x === -1 && Math.abs(p) === Number.POSITIVE_INFINITY) ? 1 : x ** p
}

/**
 * erf by its Maclaurin series for |x| < 3 and the continued fraction of erfc beyond (Abramowitz and Stegun, 7.1.5 and
 * 7.1.14): within 3e-14, most just below 3.
 */
function errorFunction(x: number): number {
  const a = Math.abs(x)
  if (Number.isNaN(x)) return x
  if (a > 6) return Math.sign(x)
  if (a < 3) {
    let term = a
    let total = a
    for (let n = 1; Math.abs(term) > 1e-17 * total; n++) {
      term *= (-a * a) / n
      total += term / (2 * n + 1)
      if (term === 0) break
    }
    return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI)
  }
  let fraction = a
  for (let n = 60; n >= 1; n--) fraction = a + n / 2 / fraction
  return Math.sign(x) * (1 - Math.exp(-a * a) / (fraction * Math.sqrt(Math.PI)))
}

/** The function of a tensor, or of a number, that users call. */
export const unary =
  (op: Op<string, object>) =>
  (x: Value): Tensor =>
    apply(op, toTensors([x], op.name), {})
const binary =
  (op: Op<string, object>) =>
  (a: Value, b: Value): Tensor =>
    apply(op, toTensors([a, b], op.name), {})

/** -x. */
export const neg = unary(negOp)
/** e to the power x. */
export const exp = unary(expOp)
/** exp(x) - 1, accurate near 0. */
export const expm1 = unary(expm1Op)
/** Natural logarithm; -Infinity at 0, NaN below. */
export const log = unary(logOp)
/** log(1 + x), accurate near 0; -Infinity at -1, NaN below. */
export const log1p = unary(log1pOp)
/** Square root; NaN below 0. */
export const sqrt = unary(sqrtOp)
/** |x|; its gradient at 0 is 0. */
export const abs = unary(absOp)
/** -1, 0 or 1; 0 for NaN, as in PyTorch. No gradient flows. */
export const sign = unary(signOp)
/** The error function. */
export const erf = unary(erfOp)
/**
 * x as another element type. As int32, numbers are cut off towards 0, NaN becomes 0, and what does not fit becomes the nearest that does. No
 * gradient flows from one type to the other.
 * @throws ArgumentError for a type that is neither 'float32' nor 'int32'.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (dtype !== 'float32' && dtype !== 'int32')
    throw new ArgumentError(`cast: the type is ${JSON.stringify(dtype)}; expected 'float32' or 'int32'`)
  return x.dtype === dtype ? x : apply(dtype === 'int32' ? toInt32Op : toFloat32Op, [x], {})
}
/** x itself, through which no gradient flows. */
export const stopGradient = unary(stopGradientOp)
/** a + b. */
export const add = binary(addOp)
/** a - b. */
export const sub = binary(subOp)
/** a b, element by element. */
export const mul = binary(mulOp)
/** a / b, of float32; for int32 there are `floorDiv` and `mod`. */
export const div = binary(divOp)
/**
 * a / b of int32, rounded down, as Python's `//`: -7 by 2 is -4. By 0 it is 0, and what does not fit, -2^31 by -1, is 2^31 - 1.
 */
export const floorDiv = binary(floorDivOp)
/** a less b floorDiv(a, b), of int32, as Python's `%`: it has the sign of b, -7 by 2 is 1. By 0 it is a. */
export const mod = binary(modOp)
/**
 * x to the power p: NaN where x < 0 and p is not whole, 1 where p is 0 or x is 1, whatever the other is. The gradient with respect to p is NaN
 * where x < 0.
 */
export const pow = binary(powOp)
/** The larger of a and b; where they tie, each receives half the gradient. */
export const maximum = binary(maximumOp)
/** The smaller of a and b; where they tie, each receives half the gradient. */
export const minimum = binary(minimumOp)
/** 1 where a = b, else 0; no gradient flows through comparisons. */
export const equal = binary(equalOp)
/** 1 where a differs from b, else 0. */
export const notEqual = binary(notEqualOp)
/** 1 where a < b, else 0. */
export const less = binary(lessOp)
/** 1 where a <= b, else 0. */
export const lessEqual = binary(lessEqualOp)
/** 1 where a > b, else 0. */
export const greater = binary(greaterOp)
/** 1 where a >= b, else 0. */
export const greaterEqual = binary(greaterEqualOp)
/** a where the condition is not 0, b elsewhere. */
export const where = (condition: Value, a: Value, b: Value): Tensor =>
  apply(whereOp, [...toTensors([condition], 'where'), ...toTensors([a, b], 'where')], {})
