/**
 * Ops that act on each element alone. Operands broadcast by NumPy's rule; a number stands for a constant.
 */
import type { DType } from '../core/dtype.ts'
import { broadcastShapes, broadcastStrides, type Shape, sizeOf } from '../core/shape.ts'
import type { Op, Operand, Reference } from '../graph/op.ts'
import { apply, constant, Tensor } from '../graph/tensor.ts'
import { requireFloat32 } from './operands.ts'
import { sum } from './reduce.ts'
import { reshape } from './structure.ts'

/** A tensor, or a number that stands for a constant. */
export type Value = Tensor | number

const toTensor = (value: Value): Tensor => (value instanceof Tensor ? value : constant(value))

/** An op that acts on each element alone. */
export interface ElementwiseOp<Name extends string = string> extends Op<Name, object> {
  /** The definition: a function of one element of each operand. */
  readonly of: (...elements: number[]) => number
}

/** Whether a tensor is computed element by element. */
export const isElementwise = (node: Tensor): node is Tensor & { readonly op: ElementwiseOp } => 'of' in node.op

interface ElementwiseDefinition<Name extends string> extends Pick<ElementwiseOp<Name>, 'name' | 'of'> {
  readonly gradient?: (node: { inputs: readonly Tensor[]; y: Tensor }, dy: Tensor) => (Tensor | undefined)[]
  /** Of the result; float32 unless given. */
  readonly dtype?: DType
}

/** Declares an elementwise op; its shape rule is the same for all. */
export function defineElementwise<const Name extends string>(
  definition: ElementwiseDefinition<Name>,
): ElementwiseOp<Name> {
  const { name, of, gradient, dtype = 'float32' } = definition
  return {
    name,
    of,
    infer(inputs) {
      const shape = inputs.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, name))
      if (!acceptsIntegers.has(name)) requireFloat32(inputs, name)
      return { shape, dtype }
    },
    gradient:
      gradient &&
      (({ inputs, y }, dy) =>
        gradient({ inputs, y }, dy).map(
          (dx, i) => dx && (inputs[i].dtype === 'float32' ? sumTo(dx, inputs[i].shape) : undefined),
        )),
  }
}

/** The loop that all elementwise ops have in common. */
export const elementwiseReference =
  ({ of }: ElementwiseOp): Reference<Op> =>
  (inputs, _, output) =>
    forEachBroadcast(inputs, output, (offsets, i) => {
      output.data[i] = of(...inputs.map((x, k) => x.data[offsets[k]]))
    })

const acceptsIntegers = new Set([
  'equal',
  'notEqual',
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
  'toFloat',
  'toInteger',
])

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

export const negOp = defineElementwise({ name: 'neg', of: (x) => -x, gradient: (_, dy) => [neg(dy)] })
export const expOp = defineElementwise({ name: 'exp', of: Math.exp, gradient: ({ y }, dy) => [mul(dy, y)] })
export const expm1Op = defineElementwise({
  name: 'expm1',
  of: Math.expm1,
  gradient: ({ y }, dy) => [mul(dy, add(y, 1))],
})
export const logOp = defineElementwise({ name: 'log', of: Math.log, gradient: ({ inputs: [x] }, dy) => [div(dy, x)] })
export const sqrtOp = defineElementwise({
  name: 'sqrt',
  of: Math.sqrt,
  gradient: ({ y }, dy) => [div(mul(dy, 0.5), y)],
})
export const absOp = defineElementwise({
  name: 'abs',
  of: Math.abs,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, sign(x))],
})
export const signOp = defineElementwise({ name: 'sign', of: Math.sign })
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
  gradient: ({ y }, dy) => [select(greater(y, 0), dy, 0)],
})
export const toFloatOp = defineElementwise({ name: 'toFloat', of: (x) => x })
export const toIntegerOp = defineElementwise({
  name: 'toInteger',
  of: (x) => Math.max(-(2 ** 31), Math.min(Math.trunc(x), 2 ** 31 - 1)),
  dtype: 'int32',
})
export const stopGradientOp = defineElementwise({ name: 'stopGradient', of: (x) => x })

export const addOp = defineElementwise({ name: 'add', of: (a, b) => a + b, gradient: (_, dy) => [dy, dy] })
export const subOp = defineElementwise({ name: 'sub', of: (a, b) => a - b, gradient: (_, dy) => [dy, neg(dy)] })
export const mulOp = defineElementwise({
  name: 'mul',
  of: (a, b) => a * b,
  gradient: ({ inputs: [a, b] }, dy) => [mul(dy, b), mul(dy, a)],
})
export const divOp = defineElementwise({
  name: 'div',
  of: (a, b) => a / b,
  gradient: ({ inputs: [, b], y }, dy) => [div(dy, b), neg(div(mul(dy, y), b))],
})
export const powOp = defineElementwise({
  name: 'pow',
  of: Math.pow,
  gradient: ({ inputs: [x, p], y }, dy) => [
    select(equal(p, 0), 0, mul(dy, mul(p, pow(x, sub(p, 1))))),
    select(greater(x, 0), mul(dy, mul(y, log(maximum(x, 1e-38)))), 0),
  ],
})
export const maximumOp = defineElementwise({
  name: 'maximum',
  of: Math.max,
  gradient: ({ inputs: [a, b] }, dy) => shareByOrder(greater(a, b), equal(a, b), dy),
})
export const minimumOp = defineElementwise({
  name: 'minimum',
  of: Math.min,
  gradient: ({ inputs: [a, b] }, dy) => shareByOrder(less(a, b), equal(a, b), dy),
})

/** The gradient goes to the operand that won; where they tie, half to each, as in PyTorch. */
function shareByOrder(first: Tensor, tie: Tensor, dy: Tensor): Tensor[] {
  const toFirst = mul(dy, add(first, mul(tie, 0.5)))
  return [toFirst, sub(dy, toFirst)]
}

const comparison = <const Name extends string>(name: Name, holds: (a: number, b: number) => boolean) =>
  defineElementwise({ name, of: (a, b) => (holds(a, b) ? 1 : 0) })

export const equalOp = comparison('equal', (a, b) => a === b)
export const notEqualOp = comparison('notEqual', (a, b) => a !== b)
export const lessOp = comparison('less', (a, b) => a < b)
export const lessEqualOp = comparison('lessEqual', (a, b) => a <= b)
export const greaterOp = comparison('greater', (a, b) => a > b)
export const greaterEqualOp = comparison('greaterEqual', (a, b) => a >= b)

export const selectOp = defineElementwise({
  name: 'select',
  of: (condition, a, b) => (condition !== 0 ? a : b),
  gradient: ({ inputs: [condition] }, dy) => [undefined, select(condition, dy, 0), select(condition, 0, dy)],
})

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

const unary =
  (op: Op<string, object>) =>
  (x: Value): Tensor =>
    apply(op, [toTensor(x)], {})
const binary =
  (op: Op<string, object>) =>
  (a: Value, b: Value): Tensor =>
    apply(op, [toTensor(a), toTensor(b)], {})

/** -x. */
export const neg = unary(negOp)
/** e to the power x. */
export const exp = unary(expOp)
/** exp(x) - 1, accurate near 0. */
export const expm1 = unary(expm1Op)
/** Natural logarithm; -Infinity at 0, NaN below. */
export const log = unary(logOp)
/** Square root; NaN below 0. */
export const sqrt = unary(sqrtOp)
/** |x|; its gradient at 0 is 0. */
export const abs = unary(absOp)
/** -1, 0 or 1; no gradient flows. */
export const sign = unary(signOp)
/** The error function. */
export const erf = unary(erfOp)
/** Integers as float32; no gradient flows. */
export const toFloat = unary(toFloatOp)
/** Whole numbers as int32, others cut off towards 0, NaN as 0; what does not fit becomes the nearest that does. No gradient flows. */
export const toInteger = unary(toIntegerOp)
/** x itself, through which no gradient flows. */
export const stopGradient = unary(stopGradientOp)
/** a + b. */
export const add = binary(addOp)
/** a - b. */
export const sub = binary(subOp)
/** a b, element by element. */
export const mul = binary(mulOp)
/** a / b. */
export const div = binary(divOp)
/** x to the power p, as Math.pow; the gradient with respect to p is 0 where x <= 0. */
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
export const select = (condition: Value, a: Value, b: Value): Tensor =>
  apply(selectOp, [toTensor(condition), toTensor(a), toTensor(b)], {})
