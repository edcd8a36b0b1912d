/** Programs in the cache folder, in Node: a process that compiles a graph that another one has compiled reads what that made of it. */

import { exactJson } from '../../core/exact-json.ts'
import { keep, keepNewest, markUsed, readKept } from '../../core/kept-file.ts'
import { type Graph, innerRoots, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { isCustom } from '../../graph/op.ts'
import { Constant, Tensor, Variable } from '../../graph/tensor.ts'
import type { ProgramImage } from './program-image.ts'

/** The folder within the cache folder. */
const folder = 'programs'

/** Programs that are kept: those that were used last. */
const mostPrograms = 64

/** What is compiled within so many milliseconds is not worth a file. */
const worthMilliseconds = 20

/** Constants of so many bytes are not written once more. */
const mostConstantBytes = 2 ** 24

const digestBytes = 32

export interface KeptProgram {
  /** What was made of the graph before. */
  readonly image: ProgramImage | undefined
  /** Keeps what was made of it now, and took so many milliseconds. */
  keep(image: ProgramImage, milliseconds: number): void
}

/** A program as it is written: variables by their place among the graph's. */
interface Written extends Omit<ProgramImage, 'variables' | 'constants'> {
  readonly variables: readonly number[]
  readonly constants: readonly Pick<Constant, 'shape' | 'dtype' | 'data'>[]
}

const crypto = () => process.getBuiltinModule('node:crypto')

/**
 * The place of a graph's program.
 * @param maker all that its code depends on beside the graph
 * @returns undefined for a graph of which it is not known whether it is the same in the next process
 */
export function keptProgram(graph: Graph, maker: string): KeptProgram | undefined {
  const hash = crypto().createHash('sha256').update(maker)
  const nodes = tell(graph, (part) => hash.update(part))
  if (nodes === undefined) return undefined
  const variables = nodes.filter((node) => node instanceof Variable)
  const name = `${folder}/${hash.digest('hex')}`
  return {
    image: read(name, variables),
    keep(image, milliseconds) {
      const places = image.variables.map((variable) => variables.indexOf(variable))
      const constantBytes = image.constants.reduce((total, { data }) => total + data.byteLength, 0)
      if (milliseconds < worthMilliseconds || constantBytes > mostConstantBytes || places.includes(-1)) return
      const constants = image.constants.map(({ shape, dtype, data }) => ({ shape, dtype, data }))
      const written: Written = { ...image, variables: places, constants }
      const content = process.getBuiltinModule('node:v8').serialize(written)
      keep(name, Buffer.concat([digestOf(content), content]))
      keepNewest(folder, mostPrograms)
    },
  }
}

const digestOf = (content: Uint8Array): Buffer => crypto().createHash('sha256').update(content).digest()

/** A file that was damaged is as one that is not there. */
function read(name: string, variables: readonly Variable[]): ProgramImage | undefined {
  const bytes = readKept(name)
  const content = bytes?.subarray(digestBytes)
  if (content === undefined || !digestOf(content).equals(bytes!.subarray(0, digestBytes))) return undefined
  markUsed(name)
  const written: Written = process.getBuiltinModule('node:v8').deserialize(content)
  return {
    ...written,
    variables: written.variables.map((place) => variables[place]),
    constants: written.constants.map(({ data, ...signature }) => new Constant(signature, data)),
  }
}

/**
 * Tells everything about a graph that its program depends on, which is all but the values of variables.
 * @returns its nodes in the order in which they were told; undefined where it has an op from outside of the library, whose name says nothing about its kernel
 */
function tell(graph: Graph, say: (part: string | Uint8Array) => void): Tensor[] | undefined {
  const numbers = new Map<Tensor, number>()
  const written = (value: unknown): string =>
    exactJson(value, (part) => (part instanceof Tensor ? { node: numbers.get(part) } : part))
  const tellNodes = (roots: readonly Tensor[]): boolean =>
    topologicalOrder(roots).every((node) => {
      if (numbers.has(node)) return true
      if (isCustom(node.op) || !tellNodes(innerRoots(node.attributes))) return false
      say(written([node.op.name, node.inputs, node.attributes, node.shape, node.dtype]))
      if (node instanceof Constant) say(new Uint8Array(node.data.buffer, node.data.byteOffset, node.data.byteLength))
      numbers.set(node, numbers.size)
      return true
    })
  const updates = graph.updates ?? []
  if (!tellNodes([...rootsOf(graph), ...updates.map(([variable]) => variable)])) return undefined
  say(written([graph.inputs, graph.outputs, updates]))
  return [...numbers.keys()]
}
