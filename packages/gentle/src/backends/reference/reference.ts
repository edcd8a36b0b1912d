/**
 * The reference backend: runs a graph op by op with the ops' own plain loops. It is the definition, and the oracle for every
 * other backend; in float64 it is the oracle for the gradients too.
 */
import type { TypedArray } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { evaluate, type Precision, storageFor } from '../../graph/evaluate.ts'
import { checkGraph, type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { type Tensor, Variable } from '../../graph/tensor.ts'
import type { Backend, Feed, Program } from '../backend.ts'
import { checkFeed } from '../feed.ts'

export interface ReferenceOptions {
  /** The float type of all computation; float32 unless given. */
  readonly precision?: Precision
}

/** Opens a reference backend. */
export function reference({ precision = 'float32' }: ReferenceOptions = {}): Backend {
  const state = new Map<Variable, TypedArray>()

  const stored = (variable: Variable): TypedArray => {
    let values = state.get(variable)
    if (values === undefined) {
      values = storageFor(variable, precision)
      values.set(variable.initial)
      state.set(variable, values)
    }
    return values
  }

  const compile = async (graph: Graph): Promise<Program> => {
    checkGraph(graph)
    const order = topologicalOrder(rootsOf(graph))
    const names = new Map<Tensor, string>(Object.entries(graph.inputs).map(([name, node]) => [node, name]))

    const run = async (feed: Feed = {}): Promise<Record<string, NDArray>> => {
      checkFeed(graph.inputs, feed)
      const values = evaluate(order, precision, (leaf) => {
        if (leaf instanceof Variable) return stored(leaf)
        const value = feed[names.get(leaf)!]
        const data = storageFor(leaf, precision)
        data.set(typeof value === 'number' ? [value] : value)
        return data
      })
      const outputs = Object.entries(graph.outputs).map(([name, node]): [string, NDArray] => [
        name,
        { shape: node.shape, dtype: node.dtype, data: values.get(node)!.slice() },
      ])
      const next = (graph.updates ?? []).map(([target, node]) => [target, values.get(node)!.slice()] as const)
      for (const [target, data] of next) stored(target).set(data)
      return Object.fromEntries(outputs)
    }
    return { run, dispose() {} }
  }

  return {
    name: `reference ${precision}`,
    threads: 1,
    compile,
    read: async (variable) => Float32Array.from(stored(variable)),
    write: async (variable, values) => stored(variable).set(values),
    release(variables) {
      for (const variable of variables) state.delete(variable)
    },
    close: async () => {},
  }
}
