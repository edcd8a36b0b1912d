/**
 * Elementwise arithmetic on one vector: a tree of elementwise nodes becomes one WebAssembly expression, so that chains of ops never
 * leave the registers.
 */
import { InternalError } from '../../../core/errors.ts'
import { Constant, type Tensor } from '../../../graph/tensor.ts'
import type { ElementwiseName } from '../../../ops/table.ts'
import { f32x4, i32x4, Local, type Statement, sequence, type Value, v128 } from '../assembler/index.ts'
import type { KernelContext } from '../kernel.ts'

type Vector = Value<'v128'>

interface Operand {
  readonly value: Vector
  readonly node: Tensor
}

type Emit = (operands: readonly Vector[], context: KernelContext) => Vector

const splat = (value: number): Vector => v128.constF32x4(value, value, value, value)
const one = splat(1)

/** Keeps a value that is used more than once in a local. */
function bind(value: Vector, use: (local: Vector) => Vector): Vector {
  const local = new Local('v128')
  return sequence([local.set(value)], use(local))
}

const indicator = (mask: Vector): Vector => v128.and(mask, one)

/** Comparisons as masks of all ones or all zeros, for floats and for integers. */
const comparisons = {
  equal: [f32x4.eq, i32x4.eq],
  notEqual: [f32x4.ne, i32x4.ne],
  less: [f32x4.lt, i32x4.ltS],
  lessEqual: [f32x4.le, i32x4.leS],
  greater: [f32x4.gt, i32x4.gtS],
  greaterEqual: [f32x4.ge, i32x4.geS],
} as const

type Comparison = keyof typeof comparisons

const isComparison = (name: string): name is Comparison => name in comparisons

/** The arithmetic of every elementwise op on floats; comparisons and `where` work on masks and stand apart. */
const arithmetic: Record<
  Exclude<ElementwiseName, Comparison | IntegerName | 'where' | 'toFloat32' | 'toInt32'>,
  Emit
> = {
  neg: ([x]) => f32x4.neg(x),
  exp: ([x], { math }) => math.exp(x),
  expm1: ([x], { math }) => math.expm1(x),
  log: ([x], { math }) => math.log(x),
  log1p: ([x], { math }) => math.log1p(x),
  sqrt: ([x]) => f32x4.sqrt(x),
  abs: ([x]) => f32x4.abs(x),
  sign: ([x]) => bind(x, (v) => f32x4.sub(v128.and(f32x4.gt(v, splat(0)), one), v128.and(f32x4.lt(v, splat(0)), one))),
  tanh: ([x], { math }) => math.tanh(x),
  sin: ([x], { math }) => math.sin(x),
  cos: ([x], { math }) => math.cos(x),
  tan: ([x], { math }) => math.tan(x),
  asin: ([x], { math }) => math.asin(x),
  acos: ([x], { math }) => math.acos(x),
  atan: ([x], { math }) => math.atan(x),
  sinh: ([x], { math }) => math.sinh(x),
  cosh: ([x], { math }) => math.cosh(x),
  asinh: ([x], { math }) => math.asinh(x),
  acosh: ([x], { math }) => math.acosh(x),
  atanh: ([x], { math }) => math.atanh(x),
  sigmoid: ([x], { math }) => math.sigmoid(x),
  softplus: ([x], { math }) => math.softplus(x),
  erf: ([x], { math }) => math.erf(x),
  relu: ([x]) => f32x4.pmax(x, splat(0)),
  relu6: ([x]) => f32x4.pmin(f32x4.pmax(x, splat(0)), splat(6)),
  floor: ([x]) => f32x4.floor(x),
  ceil: ([x]) => f32x4.ceil(x),
  round: ([x]) => f32x4.nearest(x),
  trunc: ([x]) => f32x4.trunc(x),
  stopGradient: ([x]) => x,
  add: ([a, b]) => f32x4.add(a, b),
  sub: ([a, b]) => f32x4.sub(a, b),
  mul: ([a, b]) => f32x4.mul(a, b),
  div: ([a, b]) => f32x4.div(a, b),
  pow: ([x, p], { math }) => math.pow(x, p),
  maximum: ([a, b]) => f32x4.max(a, b),
  minimum: ([a, b]) => f32x4.min(a, b),
  fakeQuantize: ([x, scale, zeroPoint, low, high]) =>
    bind(scale, (s) =>
      bind(zeroPoint, (zero) => {
        const q = f32x4.add(f32x4.nearest(f32x4.mul(x, f32x4.div(one, s))), zero)
        return f32x4.mul(f32x4.sub(f32x4.pmin(f32x4.pmax(low, q), high), zero), s)
      }),
    ),
}

/** Ops on int32 alone. */
type IntegerName = 'floorDiv' | 'mod'

/** The arithmetic of elementwise ops on int32. */
const integerArithmetic: Readonly<Partial<Record<ElementwiseName, Emit>>> & Record<IntegerName, Emit> = {
  neg: ([x]) => i32x4.neg(x),
  abs: ([x]) => i32x4.abs(x),
  sign: ([x]) => bind(x, (v) => i32x4.sub(i32x4.ltS(v, i32x4.splat(0)), i32x4.gtS(v, i32x4.splat(0)))),
  stopGradient: ([x]) => x,
  add: ([a, b]) => i32x4.add(a, b),
  sub: ([a, b]) => i32x4.sub(a, b),
  mul: ([a, b]) => i32x4.mul(a, b),
  floorDiv: ([a, b], { math }) => math.floorDiv(a, b),
  mod: ([a, b], { math }) => math.mod(a, b),
  maximum: ([a, b]) => i32x4.maxS(a, b),
  minimum: ([a, b]) => i32x4.minS(a, b),
}

const toFloat = ({ value, node }: Operand): Vector => (node.dtype === 'int32' ? f32x4.convertI32x4S(value) : value)

const toInteger = ({ value, node }: Operand): Vector => (node.dtype === 'int32' ? value : i32x4.truncSatF32x4S(value))

/** Both operands are of one type. */
function comparisonMask(name: Comparison, [a, b]: readonly Operand[]): Vector {
  const [ofFloats, ofIntegers] = comparisons[name]
  return (a.node.dtype === 'int32' ? ofIntegers : ofFloats)(a.value, b.value)
}

/** One number that every element of a constant has; undefined for other nodes. */
const numberOf = (node: Tensor): number | undefined =>
  node instanceof Constant && node.data.length === 1 ? node.data[0] : undefined

/** The same as a vector. */
export const constantVector = (node: Tensor): Vector | undefined => {
  const value = numberOf(node)
  if (value === undefined) return undefined
  return node.dtype === 'int32' ? v128.constI32x4(value, value, value, value) : splat(value)
}

/** A vector, after the statements that compute it. */
export interface Computed {
  readonly statements: readonly Statement[]
  readonly value: Vector
}

/** Computes neighbouring vectors, then stores them: all before any, so that an engine may take two for one vector of twice the size. */
export function storeTogether(target: Local<'i32'>, vectors: readonly Computed[], at: number): Statement[] {
  const results = vectors.map(() => new Local('v128'))
  return [
    ...vectors.flatMap(({ statements, value }, i) => [...statements, results[i].set(value)]),
    ...results.map((result, i) => v128.store(target, result, at + 16 * i)),
  ]
}

/**
 * Computes the last of `nodes` (elementwise, operands before results) on one vector. `load` gives the vectors of all other
 * operands; each is loaded once.
 */
export function emitExpression(
  nodes: readonly Tensor[],
  load: (leaf: Tensor) => Vector,
  context: KernelContext,
): Computed {
  const uses = new Map<Tensor, number>()
  for (const node of nodes) for (const x of node.inputs) uses.set(x, (uses.get(x) ?? 0) + 1)

  const statements: Statement[] = []
  const values = new Map<Tensor, Vector>()
  const keep = (node: Tensor, value: Vector): Vector => {
    const kept = (uses.get(node) ?? 0) > 1 ? new Local('v128') : undefined
    if (kept !== undefined) statements.push(kept.set(value))
    values.set(node, kept ?? value)
    return kept ?? value
  }
  const operand = (node: Tensor): Vector => values.get(node) ?? constantVector(node) ?? keep(node, load(node))

  const conditions = conditionsAmong(nodes, uses)
  for (const node of nodes) {
    const operands = (): Operand[] => node.inputs.map((x) => ({ node: x, value: operand(x) }))
    if (conditions.has(node)) keep(node, comparisonMask(node.op.name as Comparison, operands()))
    else if (node.op.name === 'where') keep(node, emitChoice(operands(), conditions.has(node.inputs[0])))
    else keep(node, emitNode(node, operands, context))
  }
  return { statements, value: values.get(nodes[nodes.length - 1])! }
}

/** What elementwise nodes compute, whatever tensors they are computed on: `nameOf` tells those apart that come from outside. */
export function expressionKey(nodes: readonly Tensor[], nameOf: (leaf: Tensor) => unknown): unknown {
  const operand = (x: Tensor): unknown => {
    const inside = nodes.indexOf(x)
    if (inside >= 0) return { inside }
    return numberOf(x) === undefined ? { leaf: nameOf(x), dtype: x.dtype } : { constant: numberOf(x), dtype: x.dtype }
  }
  return nodes.map((node) => [node.op.name, node.dtype, node.attributes, node.inputs.map(operand)])
}

/** Comparisons that only choose between values: they stay masks. */
function conditionsAmong(nodes: readonly Tensor[], uses: ReadonlyMap<Tensor, number>): Set<Tensor> {
  const chosenBy = new Map<Tensor, number>()
  for (const { op, inputs } of nodes)
    if (op.name === 'where' && !inputs.slice(1).includes(inputs[0]))
      chosenBy.set(inputs[0], (chosenBy.get(inputs[0]) ?? 0) + 1)
  return new Set(
    nodes.filter((node) => isComparison(node.op.name) && chosenBy.has(node) && chosenBy.get(node) === uses.get(node)),
  )
}

/** Whether two operands are one, or the same number. */
const isSame = (a: Tensor, b: Tensor): boolean =>
  a === b || (numberOf(a) !== undefined && Object.is(numberOf(a), numberOf(b)))

/** What `where(x < a, a, x)` and its like are in one instruction. */
const extremes: Readonly<Record<string, typeof f32x4.pmin | undefined>> = {
  less: f32x4.pmax,
  greater: f32x4.pmin,
  greaterEqual: f32x4.pmin,
}

/** One of two values by a condition, a number or a mask. The larger or the smaller of them is one instruction, to the sign of a zero. */
function emitChoice([condition, a, b]: readonly Operand[], isMask: boolean): Vector {
  const { op, inputs } = condition.node
  const ofThese = inputs[0] === b.node && isSame(inputs[1], a.node) && a.node.dtype === 'float32'
  const extreme = isMask && ofThese && extremes[op.name]
  if (extreme) return extreme(b.value, a.value)
  const mask = isMask ? condition.value : f32x4.ne(toFloat(condition), splat(0))
  return v128.bitselect(a.value, b.value, mask)
}

function emitNode(node: Tensor, operands: () => Operand[], context: KernelContext): Vector {
  const name = node.op.name as ElementwiseName
  if (isComparison(name)) return indicator(comparisonMask(name, operands()))
  if (name === 'toFloat32') return toFloat(operands()[0])
  if (name === 'toInt32') return toInteger(operands()[0])
  const values = operands().map((x) => x.value)
  if (node.dtype === 'float32') return arithmetic[name as keyof typeof arithmetic](values, context)
  const emit = integerArithmetic[name]
  if (emit === undefined) throw new InternalError(`wasm: ${name} has no arithmetic of int32`)
  return emit(values, context)
}
