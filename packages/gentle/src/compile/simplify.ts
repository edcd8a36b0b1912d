/**
 * The first pass: rewrites a graph into an equal one with fewer and cheaper nodes. Every rule is local: it looks at one node whose
 * operands are already simplified, and so are those of the nodes that it makes. So one way through the graph does nearly all, however deep it is.
 */
import { exactJson } from '../core/exact-json.ts'
import { sameShape, sizeOf } from '../core/shape.ts'
import { type Graph, rootsOf, topologicalOrder, verify } from '../graph/graph.ts'
import type { Op } from '../graph/op.ts'
import { withOperands } from '../graph/rebuild.ts'
import { apply, Constant, constant, Input, idFromNowOn, inPlaceOf, type Tensor, Variable } from '../graph/tensor.ts'
import { type Conv2dAttributes, conv2dInputGradientOp, conv2dOp, conv2dWeightGradientOp } from '../ops/conv2d.ts'
import { definitionFor, isElementwise, mul } from '../ops/elementwise.ts'
import { isScan } from '../ops/loop.ts'
import { matmul } from '../ops/matmul.ts'
import { afterOp } from '../ops/remat.ts'
import { broadcastTo, reshape } from '../ops/structure.ts'
import type * as loopPasses from './loops/index.ts'
import { type AreSame, SumsOfGraph, sumOfKnownSums, sumOfScaled } from './sums.ts'
import { type Loop, withBody } from './with-body.ts'

/** A rule gives a node's simpler equal, or undefined where it does not apply. */
type Rule = (node: Tensor) => Tensor | undefined

/** The value of a constant that is the same number everywhere. */
function numberOf(node: Tensor): number | undefined {
  if (!(node instanceof Constant)) return undefined
  return node.data.every((value) => value === node.data[0]) ? node.data[0] : undefined
}

/** x + -0, x - 0, x 1, x / 1 are x; x + 0 is, where x is not -0, which integers never are. */
const dropNeutral: Rule = (node) => {
  const [a, b] = node.inputs
  const keep = (x: Tensor): Tensor | undefined =>
    sameShape(x.shape, node.shape) && x.dtype === node.dtype ? x : undefined
  const isNeutral = (x: Tensor): boolean => {
    const value = numberOf(x)
    return value === 0 && (x.dtype === 'int32' || Object.is(value, -0))
  }
  switch (node.op.name) {
    case 'stopGradient':
      return a
    case 'toFloat32':
    case 'toInt32':
      return keep(a)
    case 'add':
      return isNeutral(b) ? keep(a) : isNeutral(a) ? keep(b) : undefined
    case 'sub':
      return Object.is(numberOf(b), 0) ? keep(a) : undefined
    case 'mul':
      return numberOf(b) === 1 ? keep(a) : numberOf(a) === 1 ? keep(b) : undefined
    case 'div':
      return numberOf(b) === 1 ? keep(a) : undefined
    default:
      return undefined
  }
}

/** An elementwise op on constants that are each one number is such a constant. */
const foldNumbers: Rule = (node) => {
  if (!isElementwise(node)) return undefined
  const numbers = node.inputs.map(numberOf)
  if (numbers.includes(undefined)) return undefined
  return fillOf(definitionFor(node.op, node)(...(numbers as number[])), node)
}

const fillOf = (value: number, { shape, dtype }: Tensor): Tensor =>
  sizeOf(shape) === 1 ? constant([value], shape, dtype) : broadcastTo(constant(value, [], dtype), shape)

/** Repeating, then reshaping, one number is repeating it to the last shape. */
const foldRepeatedNumber: Rule = (node) => {
  if (node.op.name !== 'reshape' && node.op.name !== 'broadcastTo') return undefined
  const [x] = node.inputs
  if (x.op.name === 'broadcastTo' && x.inputs[0].shape.length === 0) return broadcastTo(x.inputs[0], node.shape)
  if (node.op.name === 'broadcastTo' && x.shape.length > 0 && sizeOf(x.shape) === 1)
    return broadcastTo(reshape(x, []), node.shape)
  const value = sizeOf(x.shape) === 1 ? numberOf(x) : undefined
  return value === undefined || x.shape.length === 0 ? undefined : fillOf(value, node)
}

/** Elementwise ops broadcast by themselves: they need no operand repeated beforehand, as long as one operand has the full shape. */
const dropBroadcast: Rule = (node) => {
  if (!isElementwise(node)) return undefined
  const inputs = node.inputs.map((x) => (x.op.name === 'broadcastTo' ? x.inputs[0] : x))
  if (inputs.every((x, i) => x === node.inputs[i])) return undefined
  const { shape } = node.op.infer(inputs, node.attributes)
  if (sameShape(shape, node.shape)) return apply(node.op, inputs, node.attributes)
  return broadcastTo(apply(node.op, inputs, node.attributes), node.shape)
}

/** Two reshapes are one. */
const mergeReshapes: Rule = (node) =>
  node.op.name === 'reshape' && node.inputs[0].op.name === 'reshape'
    ? reshape(node.inputs[0].inputs[0], node.shape)
    : undefined

/** c (d x) is (c d) x for numbers c and d, of floats: a product of integers may not fit. Nor does one of floats that is too large or small. */
const mergeFactors: Rule = (node) => {
  if (node.op.name !== 'mul' || node.dtype === 'int32') return undefined
  const [factor, rest] = factorOf(node)
  if (factor === undefined || rest?.op.name !== 'mul') return undefined
  const [inner, x] = factorOf(rest)
  return inner === undefined || x === undefined || !isOrdinary(factor * inner) ? undefined : mul(x, factor * inner)
}

/** Whether a float32 holds a number with all of its digits. */
const isOrdinary = (value: number): boolean => Math.abs(value) >= 2 ** -126 && Number.isFinite(Math.fround(value))

function factorOf({ inputs: [a, b] }: Tensor): [number, Tensor] | [undefined, undefined] {
  const right = b.shape.length === 0 ? numberOf(b) : undefined
  if (right !== undefined) return [right, a]
  const left = a.shape.length === 0 ? numberOf(a) : undefined
  return left === undefined ? [undefined, undefined] : [left, b]
}

/** x + x is 2 x; the gradient of a square gives such sums. */
const doubling: Rule = (node) =>
  node.op.name === 'add' && node.inputs[0] === node.inputs[1] ? mul(node.inputs[0], 2) : undefined

/**
 * A convolution whose filter covers the whole image once is a dense layer, and so are its gradients: LeNet's third convolution.
 */
const coveringConvolution: Rule = (node) => {
  const attributes = node.attributes as Conv2dAttributes & {
    inputShape?: readonly number[]
    weightShape?: readonly number[]
  }
  const dense = (x: readonly number[], w: readonly number[]): boolean =>
    attributes.groups === 1 &&
    attributes.padding[0] === 0 &&
    attributes.padding[1] === 0 &&
    x[2] === w[2] &&
    x[3] === w[3] &&
    unit(attributes.dilation)
  const flat = (t: Tensor): Tensor => reshape(t, [t.shape[0], -1])
  const [a, b] = node.inputs
  if (node.op === (conv2dOp as Op) && dense(a.shape, b.shape))
    return reshape(matmul(flat(a), flat(b), { transposeB: true }), node.shape)
  if (node.op === (conv2dInputGradientOp as Op) && dense(attributes.inputShape!, a.shape))
    return reshape(matmul(flat(b), flat(a)), node.shape)
  if (node.op === (conv2dWeightGradientOp as Op) && dense(a.shape, attributes.weightShape!))
    return reshape(matmul(flat(b), flat(a), { transposeA: true }), node.shape)
  return undefined
}

const unit = ([a, b]: readonly [number, number]): boolean => a === 1 && b === 1

/** Whether a node's values depend on variables and constants alone, none of them updated in this graph. */
function isSteady(updated: ReadonlySet<Tensor>): (node: Tensor) => boolean {
  const known = new Map<Tensor, boolean>()
  const steady = (node: Tensor): boolean => {
    const seen = known.get(node)
    if (seen !== undefined) return seen
    const result =
      node instanceof Constant ||
      (node instanceof Variable && !updated.has(node)) ||
      (node.inputs.length > 0 && node.inputs.every(steady))
    known.set(node, result)
    return result
  }
  return steady
}

/** Scaling each output channel of a convolution by weights alone is a convolution with scaled filters: batch norm after training. */
const scaledConvolution =
  (steady: (node: Tensor) => boolean): Rule =>
  (node) => {
    if (node.op.name !== 'mul') return undefined
    const [convolution, scale] = node.inputs[0].op === (conv2dOp as Op) ? node.inputs : [...node.inputs].reverse()
    if (convolution.op !== (conv2dOp as Op) || !steady(scale)) return undefined
    const [x, w] = convolution.inputs
    const channels = convolution.shape[1]
    const perChannel =
      [...scale.shape].reverse().every((n, i) => n === (i === 2 ? channels : 1)) && sizeOf(scale.shape) === channels
    if (!perChannel || !steady(w) || steady(x)) return undefined
    return apply(conv2dOp, [x, mul(w, reshape(scale, [channels, 1, 1, 1]))], convolution.attributes as Conv2dAttributes)
  }

const rules: readonly Rule[] = [
  dropNeutral,
  foldNumbers,
  foldRepeatedNumber,
  dropBroadcast,
  mergeReshapes,
  mergeFactors,
  doubling,
  coveringConvolution,
]

/** Nodes that compute the same from the same operands become one. */
class Sharing {
  readonly #nodes = new Map<string, Tensor>()
  /** Ops by their numbers: a name alone may be that of two ops from outside of the library. */
  readonly #ops = new Map<Op, number>()
  readonly #attributes: AttributeNumbers

  constructor(attributes: AttributeNumbers) {
    this.#attributes = attributes
  }

  /** The first node that computes the same. @param inputs of the node, or what has their values */
  of(node: Tensor, inputs = node.inputs): Tensor {
    if (isScan(node) || node instanceof Variable || node instanceof Input) return node
    if (node instanceof Constant && node.data.length > 1) return node
    const values = node instanceof Constant ? `${node.dtype} ${Object.is(node.data[0], -0) ? '-0' : node.data[0]} ` : ''
    const operands = inputs.map((x) => x.id).join()
    const key = `${this.#numberOf(node.op)} ${values}${operands} ${this.#attributes.of(node.attributes)}`
    const known = this.#nodes.get(key)
    if (known === undefined) this.#nodes.set(key, node)
    return known ?? node
  }

  #numberOf(op: Op): number {
    const number = this.#ops.get(op) ?? this.#ops.size
    this.#ops.set(op, number)
    return number
  }
}

/** Attributes by the numbers of their texts, for one simplification. Nodes that are made anew keep theirs, and so each is written once. */
class AttributeNumbers {
  readonly #ofObjects = new Map<object, number>()
  readonly #ofTexts = new Map<string, number>()

  /** A number that tells any two attributes apart. */
  of(attributes: unknown): number {
    const isObject = typeof attributes === 'object' && attributes !== null
    const known = isObject ? this.#ofObjects.get(attributes) : undefined
    if (known !== undefined) return known
    const text = exactJson(attributes)
    const number = this.#ofTexts.get(text) ?? this.#ofTexts.size
    this.#ofTexts.set(text, number)
    if (isObject) this.#ofObjects.set(attributes, number)
    return number
  }
}

/** Which nodes have the same values, also where one of them is computed later than the other, for a gradient. */
function sameValues(order: readonly Tensor[], attributes: AttributeNumbers): AreSame {
  if (order.every(({ op }) => op !== (afterOp as Op))) return (a, b) => a === b
  const sharing = new Sharing(attributes)
  const first = new Map<Tensor, Tensor>()
  for (const node of order) {
    const operands = node.inputs.map((x) => first.get(x)!)
    first.set(node, node.op === (afterOp as Op) ? operands[0] : sharing.of(node, operands))
  }
  return (a, b) => a === b || (first.has(a) && first.get(a) === first.get(b))
}

function simplifyOnce(
  roots: readonly Tensor[],
  always: readonly Rule[],
  attributes: AttributeNumbers,
): { roots: Tensor[]; changed: boolean } {
  const order = topologicalOrder(roots)
  const sums = new SumsOfGraph(order, roots, sameValues(order, attributes))
  const rules: Rule[] = [...always, (node) => sumOfKnownSums(node, sums), (node) => sumOfScaled(node, sums)]
  const sharing = new Sharing(attributes)
  const simpler = new Map<Tensor, Tensor>()
  let changed = false
  /** A node's simplest equal, where its operands are simplified. */
  const simplest = (node: Tensor): Tensor => {
    const firstMade = idFromNowOn()
    for (const rule of rules) {
      const found = rule(node)
      if (found !== undefined) return simplestMade(found, firstMade)
    }
    return sharing.of(node)
  }
  /** The same of what a rule gave, of which nodes from an id on are new: their operands first. */
  const simplestMade = (node: Tensor, firstMade: number): Tensor => {
    if (node.id < firstMade) return node
    const known = simpler.get(node)
    if (known !== undefined) return known
    const inputs = node.inputs.map((x) => simplestMade(x, firstMade))
    const made = simplest(withOperands(node, inputs))
    simpler.set(node, made)
    return made
  }
  for (const node of order) {
    const inputs = node.inputs.map((x) => simpler.get(x)!)
    inPlaceOf(node, () => {
      const rebuilt = isScan(node) ? simplifyLoop(node, inputs, always, attributes) : withOperands(node, inputs)
      const made = simplest(rebuilt)
      if (made !== node) changed = true
      simpler.set(node, made)
      sums.replace(node, made)
    })
  }
  return { roots: roots.map((root) => simpler.get(root)!), changed }
}

/** A loop whose body is simplified once; the loop itself where nothing changes. */
function simplifyLoop(
  loop: Loop,
  inputs: readonly Tensor[],
  always: readonly Rule[],
  attributes: AttributeNumbers,
): Loop {
  let bodyChanged = false
  const simpler = withBody(loop, inputs, (bodyRoots) => {
    const { roots, changed } = simplifyOnce(bodyRoots, always, attributes)
    bodyChanged = changed
    return roots
  })
  return bodyChanged || inputs.some((x, i) => x !== loop.inputs[i]) ? simpler : loop
}

function simplifyFully(roots: readonly Tensor[], rules: readonly Rule[], attributes: AttributeNumbers): Tensor[] {
  const once = simplifyOnce(roots, rules, attributes)
  return once.changed ? simplifyFully(once.roots, rules, attributes) : once.roots
}

/** The passes on loops, `loops/index.ts`, which only graphs with loops need to load. */
export type LoopPasses = typeof loopPasses

/** Whether there are loops, or calls, in a graph. */
export const hasLoops = (graph: Graph): boolean => topologicalOrder(rootsOf(graph)).some(isScan)

/**
 * Simplifies until no rule applies. Inputs and variables stay the nodes that they are. With the passes on loops, which graphs with loops need,
 * calls become what they compute, and loops keep what they have to compute step by step.
 */
export function simplify(graph: Graph, loops?: LoopPasses): Graph {
  const names = Object.keys(graph.outputs)
  const targets = (graph.updates ?? []).map(([target]) => target)
  const all = [...rules, scaledConvolution(isSteady(new Set(targets)))]
  const attributes = new AttributeNumbers()
  let roots = simplifyFully(loops?.tidyLoops(rootsOf(graph)) ?? rootsOf(graph), all, attributes)
  if (loops !== undefined)
    for (const pass of [loops.unburdenLoops, loops.finishLoops]) roots = simplifyFully(pass(roots), all, attributes)
  verify(roots, 'simplify')
  return {
    inputs: graph.inputs,
    outputs: Object.fromEntries(names.map((name, i) => [name, roots[i]])),
    updates: targets.map((target, i) => [target, roots[names.length + i]]),
  }
}
