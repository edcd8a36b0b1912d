import { ArgumentError, InternalError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { Constant, Input, Parameter, Tensor, Variable } from './tensor.ts'

/**
 * A computation: what goes in, what comes out, and what becomes of its state at the end of each run. The names of its inputs and outputs are
 * part of its type; plain `Graph` is a graph whose names are only known at run time.
 */
export interface Graph<Inputs extends string = string, Outputs extends string = string> {
  readonly inputs: Readonly<Record<Inputs, Input>>
  readonly outputs: Readonly<Record<Outputs, Tensor>>
  /** Variables and their next values, all computed from the values that the variables had before the run. */
  readonly updates?: readonly (readonly [Variable, Tensor])[]
}

/** The results of a graph: its outputs and the next values of its variables. */
export const rootsOf = (graph: Graph): Tensor[] => [
  ...Object.values(graph.outputs),
  ...(graph.updates ?? []).map(([, next]) => next),
]

/**
 * Every node that the roots need, operands before results, in an order fixed by the tracing. What nodes at which it stops need is left out,
 * unless others need it.
 */
export function topologicalOrder(roots: readonly Tensor[], stopsAt: (node: Tensor) => boolean = () => false): Tensor[] {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  const stack: { node: Tensor; next: number }[] = []
  const visit = (node: Tensor) => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, next: stopsAt(node) ? node.inputs.length : 0 })
  }
  for (const root of roots) {
    visit(root)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      if (top.next < top.node.inputs.length) visit(top.node.inputs[top.next++])
      else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}

/**
 * Checks what the user hands in: inputs that are reachable are named, updates fit their variables.
 * @throws ArgumentError, ShapeError
 */
export function checkGraph(graph: Graph): void {
  const named = new Set<Tensor>(Object.values(graph.inputs))
  const updates = graph.updates ?? []
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (!(node instanceof Input) || named.has(node)) continue
    if (node instanceof Parameter)
      throw new ArgumentError(
        `compile: a tensor of the function traced at ${node.site} is used outside of it; return it from the function, and use the result of its call or scan`,
      )
    throw new ArgumentError(
      `compile: the input of shape ${formatShape(node.shape)} made at ${node.site} is used but not listed; add it to inputs`,
    )
  }
  const updated = new Set<Variable>()
  for (const [target, next] of updates) {
    if (!(target instanceof Variable))
      throw new ArgumentError(
        'compile: updates are pairs [variable, next value]; the first of one is not a variable, so it keeps no value from run to run',
      )
    if (updated.has(target))
      throw new ArgumentError(`compile: variable ${target.name} is updated twice; give one next value`)
    updated.add(target)
    if (!sameShape(target.shape, next.shape))
      throw new ShapeError(
        `compile: variable ${target.name} has shape ${formatShape(target.shape)}, its next value ${formatShape(next.shape)}; they must be equal`,
      )
    if (target.dtype !== next.dtype)
      throw new ShapeError(
        `compile: variable ${target.name} is ${target.dtype}, its next value ${next.dtype}; use cast`,
      )
  }
}

/**
 * The verifier, run after every pass: each node's signature is what its op infers from its operands.
 * @throws InternalError naming the pass.
 */
export function verify(roots: readonly Tensor[], pass: string): void {
  for (const node of topologicalOrder(roots)) {
    if (node.inputs.length === 0) continue
    verify(innerRoots(node.attributes), pass)
    const expected = node.op.infer(node.inputs, node.attributes)
    if (!sameShape(expected.shape, node.shape) || expected.dtype !== node.dtype)
      throw new InternalError(
        `${pass}: ${node.op.name} has ${node.dtype} ${formatShape(node.shape)}, but its operands give ${expected.dtype} ${formatShape(expected.shape)}`,
      )
  }
}

/** The graph as text, a line a node: `%4 = add(%2, %3) float32 [8, 10]`. Graphs within a node's attributes follow it, set in. */
export const printGraph = (roots: readonly Tensor[]): string => linesOf(roots, new Map(), '').join('\n')

function linesOf(roots: readonly Tensor[], names: Map<Tensor, string>, indent: string): string[] {
  return topologicalOrder(roots).flatMap((node) => {
    const name = names.get(node) ?? `%${names.size}`
    names.set(node, name)
    const operands = node.inputs.map((operand) => names.get(operand)).join(', ')
    const inner = isLeaf(node) ? [] : linesOf(innerRoots(node.attributes), names, `${indent}  `)
    const attributes = node instanceof Variable ? node.name : isLeaf(node) ? '' : attributesText(node.attributes, names)
    const line = `${indent}${name} = ${node.op.name}(${operands})${attributes && ` ${attributes}`} ${node.dtype} ${formatShape(node.shape)}`
    return [line, ...inner]
  })
}

const isLeaf = (node: Tensor): boolean => node instanceof Constant || node instanceof Input

/** The tensors among a node's attributes, in the order in which they stand. */
export function innerRoots(attributes: unknown): Tensor[] {
  if (attributes instanceof Tensor) return [attributes]
  if (typeof attributes !== 'object' || attributes === null) return []
  return Object.values(attributes).flatMap(innerRoots)
}

const attributesText = (attributes: unknown, names: ReadonlyMap<Tensor, string>): string => {
  const text = JSON.stringify(attributes, (_, value) => (value instanceof Tensor ? names.get(value) : value))
  return text === undefined || text === '{}' ? '' : text
}
