/**
 * The reference backend: runs a graph op by op with the ops' own plain loops. It is the definition, and the oracle for every
 * other backend; in float64 it is the oracle for the gradients too.
 */
import type { TypedArray } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { sizeOf } from '../../core/shape.ts'
import { checkGraph, type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { Constant, Input, type Tensor, Variable } from '../../graph/tensor.ts'
import type { Backend, Feed, Program } from '../backend.ts'
import { checkFeed } from '../feed.ts'

export interface ReferenceOptions {
  /** The float type of all computation; float32 unless given. */
  readonly precision?: 'float32' | 'float64'
}

/** Opens a reference backend. */
export function reference({ precision = 'float32' }: ReferenceOptions = {}): Backend {
  const state = new Map<Variable, TypedArray>()
  const floats = (length: number): TypedArray =>
    precision === 'float64' ? new Float64Array(length) : new Float32Array(length)
  const storage = ({ dtype, shape }: Tensor): TypedArray =>
    dtype === 'int32' ? new Int32Array(sizeOf(shape)) : floats(sizeOf(shape))

  const stored = (variable: Variable): TypedArray => {
    let values = state.get(variable)
    if (values === undefined) {
      values = storage(variable)
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
      const values = new Map<Tensor, TypedArray>()
      const evaluate = (node: Tensor): TypedArray => {
        if (node instanceof Variable) return stored(node)
        const data = storage(node)
        if (node instanceof Constant) data.set(node.data)
        else if (node instanceof Input) {
          const value = feed[names.get(node)!]
          data.set(typeof value === 'number' ? [value] : value)
        } else {
          const operands = node.inputs.map((x) => ({ shape: x.shape, dtype: x.dtype, data: values.get(x)! }))
          node.op.reference(operands, node.attributes, { shape: node.shape, dtype: node.dtype, data })
        }
        return data
      }
      for (const node of order) values.set(node, evaluate(node))
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
