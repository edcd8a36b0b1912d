/** The nodes of a graph of TensorFlow as `model.json` tells them: NodeDef of tensorflow/core/framework/node_def.proto, as JSON. */
import { type Fail, isCount, quoted } from '../../failure.ts'
import { isRecord, type Json } from '../json.ts'

/** An attribute: numbers, texts, truths and lists of them; types and shapes by their names. */
export type Attribute = number | string | boolean | readonly Attribute[] | null

/** As plain data, which JSON can hold. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  /** Values that it takes: a node's name, and `:1` and so on for another output than its first. */
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A node whose attributes are as the file has them. */
interface RawNode extends Omit<GraphNode, 'attributes'> {
  readonly raw: Json
}

export function nodesFrom(list: unknown, fail: Fail): RawNode[] {
  if (!Array.isArray(list) || list.length === 0) return fail('its graph has no nodes')
  return list.map((node) => {
    if (!isRecord(node) || typeof node.name !== 'string' || typeof node.op !== 'string')
      return fail('one of its nodes has no name or no op')
    const { name, op } = node
    const inputs: unknown = node.input ?? []
    if (!Array.isArray(inputs) || !inputs.every((input) => typeof input === 'string'))
      return fail(`the inputs of node ${quoted(name)} are not a list of names`)
    return {
      name,
      op,
      // What comes first in time alone gives no values.
      inputs: inputs.filter((input) => !input.startsWith('^')).map((input) => input.replace(/:0$/, '')),
      raw: isRecord(node.attr) ? node.attr : {},
    }
  })
}

/** A node with its attributes; a constant's values are among the weights. */
function withAttributes({ raw, ...node }: RawNode, fail: Fail): GraphNode {
  if (node.op === 'Const') return { ...node, attributes: {} }
  const attributes = Object.entries(raw).map(([attribute, value]) => {
    const refuse = (): never =>
      fail(`node ${quoted(node.name)} has an attribute ${quoted(attribute)} of a kind that is not supported`)
    return [attribute, attributeFrom(value, refuse)] as const
  })
  return { ...node, attributes: Object.fromEntries(attributes) }
}

/** Whole numbers are texts in JSON, for 64 bits do not fit its numbers. */
const wholeNumber = (value: unknown): number => Number(value)

/** Bytes as the letters of their numbers, in base64 or a list. */
function textOf(value: unknown, refuse: () => never): string {
  if (Array.isArray(value)) return String.fromCharCode(...value)
  try {
    return atob(String(value))
  } catch {
    return refuse()
  }
}

/** The sizes of a shape; open ones are null. */
function sizesOf(shape: unknown): Attribute {
  if (!isRecord(shape) || shape.unknownRank === true) return null
  const dimensions = Array.isArray(shape.dim) ? shape.dim : []
  return dimensions.map((dimension) => {
    const size = isRecord(dimension) ? wholeNumber(dimension.size ?? 0) : -1
    return isCount(size) ? size : null
  })
}

function attributeFrom(value: unknown, refuse: () => never): Attribute {
  if (!isRecord(value)) return refuse()
  const { i, f, b, s, type, shape, list } = value
  if (i !== undefined) return wholeNumber(i)
  if (f !== undefined) return Number(f)
  if (b !== undefined) return b === true
  if (s !== undefined) return textOf(s, refuse)
  if (type !== undefined) return String(type)
  if (shape !== undefined) return sizesOf(shape)
  if (list !== undefined) return listFrom(list, refuse)
  return Object.keys(value).length === 0 ? null : refuse()
}

function listFrom(list: unknown, refuse: () => never): Attribute {
  if (!isRecord(list)) return refuse()
  const [kind, values] = Object.entries(list).find(([, each]) => Array.isArray(each) && each.length > 0) ?? []
  if (kind === undefined) return []
  return (values as unknown[]).map((each) => attributeFrom({ [kind]: each }, refuse))
}

/** The node that a value is of, and which of its outputs it is. */
export function outputOf(value: string): { node: string; output: number } {
  const [, node, output] = /^(.*?)(?::(\d+))?$/s.exec(value)!
  return { node, output: Number(output ?? 0) }
}

/** The nodes that these values need, operands before results. */
export function nodesBelow(nodes: readonly RawNode[], values: readonly string[], fail: Fail): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const state = new Map<string, 'open' | 'done'>()
  const order: GraphNode[] = []
  const waiting = values.map((value) => outputOf(value).node).reverse()
  while (waiting.length > 0) {
    const name = waiting[waiting.length - 1]
    const node = byName.get(name)
    if (node === undefined) return fail(`its graph has no node ${quoted(name)}, which is taken from`)
    if (state.get(name) !== undefined) {
      waiting.pop()
      if (state.get(name) === 'open') order.push(withAttributes(node, fail))
      state.set(name, 'done')
      continue
    }
    state.set(name, 'open')
    for (const input of node.inputs) {
      const below = outputOf(input).node
      if (state.get(below) === 'open') return fail(`its graph has a cycle at node ${quoted(below)}`)
      if (state.get(below) === undefined) waiting.push(below)
    }
  }
  return order
}

/** What a graph takes and gives, by the names that its users know. */
export interface GraphEnd {
  readonly name: string
  /** The value within the graph. */
  readonly value: string
}

/** The ends of a signature; undefined where there is none. */
export function endsFrom(signature: unknown): GraphEnd[] | undefined {
  if (!isRecord(signature)) return undefined
  const ends = Object.entries(signature).flatMap(([name, end]) =>
    isRecord(end) && typeof end.name === 'string' ? [{ name, value: end.name.replace(/:0$/, '') }] : [],
  )
  return ends.length === 0 ? undefined : ends
}

/** The file's signature: at its top, or, of older ones, with what the user adds. */
export function signatureOf(model: Json): Json {
  const { signature, userDefinedMetadata } = model
  const found = isRecord(signature)
    ? signature
    : isRecord(userDefinedMetadata)
      ? userDefinedMetadata.signature
      : undefined
  return isRecord(found) ? found : {}
}
