/**
 * The reference backend: runs a graph op by op with the ops' own plain loops. It is the definition, and the oracle for every
 * other backend; in float64 it is the oracle for the gradients too.
 */
import { bytesPerElement, type TypedArray } from '../../core/dtype.ts'
import { MemoryError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import { checkGraph, type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { type Tensor, Variable } from '../../graph/tensor.ts'
import { evaluate, type Precision, storageFor } from '../../ops/evaluate.ts'
import type { Backend, Feed, Program } from '../backend.ts'
import { checkFeed, checkInto } from '../feed.ts'
import { fastest, type KernelDescription, type Mark, profileOf } from '../profile.ts'

export interface ReferenceOptions {
  /** The float type of all computation; float32 unless given. */
  readonly precision?: Precision
}

/** Bytes of a tensor's values. */
const bytesIn = ({ dtype, shape }: Tensor, precision: Precision): number =>
  sizeOf(shape) * (dtype === 'float32' && precision === 'float64' ? 2 : 1) * bytesPerElement

/** Bytes of the largest array, as of WebAssembly's memory. */
const largestArray = 2 ** 32

/** @throws MemoryError for a tensor that no array holds. */
function checkSize(node: Tensor, precision: Precision): void {
  const bytes = bytesIn(node, precision)
  if (!(bytes <= largestArray))
    throw new MemoryError(
      `${[node.scope, node.op.name].filter(Boolean).join(': ')} gives ${formatShape(node.shape)}, ${bytes} bytes, and an array has at most ${largestArray}; use a smaller batch, input or model`,
    )
}

/** Each op is a kernel. */
function describe(node: Tensor, precision: Precision): KernelDescription {
  const { op, inputs, attributes, scope } = node
  return {
    ops: op.name,
    scope,
    phase: 0,
    multiplyAdds: op.multiplyAdds?.(inputs, attributes, node) ?? 0,
    bytesRead: [...new Set(inputs)].reduce((total, x) => total + bytesIn(x, precision), 0),
    bytesWritten: bytesIn(node, precision),
    shares: [1],
  }
}

/** Opens a reference backend. */
export function reference({ precision = 'float32' }: ReferenceOptions = {}): Backend {
  const name = `reference ${precision}`
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
    for (const node of order) checkSize(node, precision)
    const names = new Map<Tensor, string>(Object.entries(graph.inputs).map(([name, node]) => [node, name]))

    const compute = (feed: Feed, before?: (node: Tensor) => void): Map<Tensor, TypedArray> =>
      evaluate(
        order,
        precision,
        (leaf) => {
          if (leaf instanceof Variable) return stored(leaf)
          const value = feed[names.get(leaf)!]
          const data = storageFor(leaf, precision)
          data.set(typeof value === 'number' ? [value] : value)
          return data
        },
        before,
      )
    /** Updates the variables; gives the outputs. */
    const finish = (values: ReadonlyMap<Tensor, TypedArray>): Record<string, NDArray> => {
      const outputs = Object.entries(graph.outputs).map(([name, node]): [string, NDArray] => [
        name,
        { shape: node.shape, dtype: node.dtype, data: values.get(node)!.slice() },
      ])
      const next = (graph.updates ?? []).map(([target, node]) => [target, values.get(node)!.slice()] as const)
      for (const [target, data] of next) stored(target).set(data)
      return Object.fromEntries(outputs)
    }

    return {
      bytes: order.reduce((total, node) => total + (node instanceof Variable ? 0 : bytesIn(node, precision)), 0),
      run: async (feed = {}) => {
        checkFeed(graph.inputs, feed)
        return finish(compute(feed))
      },
      runInto: async (feed, into) => {
        checkFeed(graph.inputs, feed)
        checkInto(graph.outputs, into)
        for (const [name, { data }] of Object.entries(finish(compute(feed)))) into[name].set(data)
      },
      profile: async (feed = {}, options = {}) => {
        checkFeed(graph.inputs, feed)
        const computed = order.filter(({ inputs }) => inputs.length > 0)
        const positions = new Map(computed.map((node, position) => [node, position]))
        let values: ReadonlyMap<Tensor, TypedArray> = new Map()
        const recording = fastest(() => {
          const marks: Mark[] = []
          const start = performance.now()
          values = compute(feed, (node) => {
            marks.push({ kernel: positions.get(node)!, time: performance.now() - start })
          })
          return { milliseconds: performance.now() - start, marks: [marks] }
        }, options)
        const descriptions = computed.map((node) => describe(node, precision))
        return { outputs: finish(values), profile: profileOf(name, descriptions, recording) }
      },
      dispose() {},
    }
  }

  return {
    name,
    arithmetic: `loops in ${precision}`,
    threads: 1,
    compile,
    read: async (variable, into = new Float32Array(stored(variable).length)) => {
      into.set(stored(variable))
      return into
    },
    write: async (variable, values) => stored(variable).set(values),
    release(variables) {
      for (const variable of variables) state.delete(variable)
    },
    close: async () => {},
  }
}
