/**
 * Elementwise arithmetic on one vector: a tree of elementwise nodes becomes one WebAssembly expression, so that chains of ops never
 * leave the registers.
 */
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

/** The arithmetic of every elementwise op; comparisons and `select` work on masks and stand apart. */
const arithmetic: Record<Exclude<ElementwiseName, Comparison | 'select' | 'toFloat' | 'toInteger'>, Emit> = {
  neg: ([x]) => f32x4.neg(x),
  exp: ([x], { math }) => math.exp(x),
  expm1: ([x], { math }) => math.expm1(x),
  log: ([x], { math }) => math.log(x),
  sqrt: ([x]) => f32x4.sqrt(x),
  abs: ([x]) => f32x4.abs(x),
  sign: ([x]) => bind(x, (v) => f32x4.sub(v128.and(f32x4.gt(v, splat(0)), one), v128.and(f32x4.lt(v, splat(0)), one))),
  tanh: ([x], { math }) => math.tanh(x),
  sigmoid: ([x], { math }) => math.sigmoid(x),
  softplus: ([x], { math }) => math.softplus(x),
  erf: ([x], { math }) => math.erf(x),
  relu: ([x]) => f32x4.max(x, splat(0)),
  stopGradient: ([x]) => x,
  add: ([a, b]) => f32x4.add(a, b),
  sub: ([a, b]) => f32x4.sub(a, b),
  mul: ([a, b]) => f32x4.mul(a, b),
  div: ([a, b]) => f32x4.div(a, b),
  pow: ([x, p], { math }) => math.pow(x, p),
  maximum: ([a, b]) => f32x4.max(a, b),
  minimum: ([a, b]) => f32x4.min(a, b),
}

const toFloat = ({ value, node }: Operand): Vector => (node.dtype === 'int32' ? f32x4.convertI32x4S(value) : value)

const toInteger = ({ value, node }: Operand): Vector => (node.dtype === 'int32' ? value : i32x4.truncSatF32x4S(value))

function comparisonMask(name: Comparison, operands: readonly Operand[]): Vector {
  const [ofFloats, ofIntegers] = comparisons[name]
  const integers = operands.every(({ node }) => node.dtype === 'int32')
  const [a, b] = operands.map((operand) => (integers ? operand.value : toFloat(operand)))
  return (integers ? ofIntegers : ofFloats)(a, b)
}

/** One number that every element of a constant has, as a vector; undefined for other nodes. */
export const constantVector = (node: Tensor): Vector | undefined => {
  if (!(node instanceof Constant) || node.data.length !== 1) return undefined
  const value = node.data[0]
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

  for (const node of nodes) {
    const operands = (): Operand[] => node.inputs.map((x) => ({ node: x, value: operand(x) }))
    keep(node, emitNode(node, operands, context))
  }
  return { statements, value: values.get(nodes[nodes.length - 1])! }
}

function emitNode(node: Tensor, operands: () => Operand[], context: KernelContext): Vector {
  const name = node.op.name as ElementwiseName
  if (isComparison(name)) return indicator(comparisonMask(name, operands()))
  if (name === 'toFloat') return toFloat(operands()[0])
  if (name === 'toInteger') return toInteger(operands()[0])
  if (name === 'select') {
    const [condition, a, b] = operands()
    return v128.bitselect(a.value, b.value, f32x4.ne(toFloat(condition), splat(0)))
  }
  return arithmetic[name](
    operands().map((x) => x.value),
    context,
  )
}
