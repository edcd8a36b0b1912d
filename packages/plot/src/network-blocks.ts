/** A network's graph with what a reader takes for one thing in one block: a convolution, its norm and its activation. */
import type { LayerDescription, Shape } from 'gentle-dl'
import type { NetworkGraph } from 'gentle-dl/inspect'

export type BlockKind = 'input' | 'convolution' | 'linear' | 'pooling' | 'join' | 'other'

export interface Block {
  readonly id: number
  readonly kind: BlockKind
  /** Path of its first layer. */
  readonly name: string
  /** `7 x 7 conv, 64, /2` */
  readonly title: string
  /** What follows within the block, such as `batchNorm, relu`. */
  readonly rest: readonly string[]
  /** Of one example. */
  readonly outputShape: Shape
  readonly parameters: number
  readonly macs: number
}

export interface Blocks {
  readonly blocks: readonly Block[]
  readonly edges: NetworkGraph['edges']
}

const kinds: Readonly<Record<string, BlockKind>> = {
  input: 'input',
  conv2d: 'convolution',
  depthwiseConv2d: 'convolution',
  convTranspose2d: 'convolution',
  linear: 'linear',
  add: 'join',
  concat: 'join',
}

const kindOf = (type: string): BlockKind => kinds[type] ?? (/pool/i.test(type) ? 'pooling' : 'other')

const convolutions: Readonly<Record<string, string>> = {
  conv2d: 'conv',
  depthwiseConv2d: 'depthwise conv',
  convTranspose2d: 'transposed conv',
}

const pair = (value: unknown): string => (Array.isArray(value) ? value.join(' x ') : `${value} x ${value}`)

/** How a layer is called in a picture, as papers write it: a convolution's kernel, channels and stride. */
function titleOf(type: string, description: LayerDescription | undefined): string {
  const options = (description?.options ?? {}) as Record<string, unknown>
  const stride = (Array.isArray(options.stride) ? options.stride[0] : options.stride) ?? 1
  const step = stride === 1 ? '' : `, /${stride}`
  const groups = options.groups === undefined || options.groups === 1 ? '' : `, ${options.groups} groups`
  if (kindOf(type) === 'convolution' && description !== undefined)
    return `${pair(description.kernel)} ${convolutions[type]}${description.channels === undefined ? '' : `, ${description.channels}`}${groups}${step}`
  if (type === 'linear' && description !== undefined) return `linear, ${description.units}`
  if (type.startsWith('adaptive') && description?.size !== undefined) return `${type} to ${pair(description.size)}`
  if (kindOf(type) === 'pooling' && description?.size !== undefined) {
    const kernel = Array.isArray(description.size) ? description.size[0] : description.size
    return `${pair(description.size)} ${type}, /${options.stride === undefined ? kernel : stride}`
  }
  return type === 'add' ? '+' : type
}

/** Puts each layer without multiply-adds that alone follows another into that one's block; pooling and joins stand alone. */
export function blocksOf({ nodes, edges }: NetworkGraph): Blocks {
  const [before, after] = [new Map<number, number[]>(), new Map<number, number[]>()]
  for (const [from, to] of edges) {
    before.set(to, [...(before.get(to) ?? []), from])
    after.set(from, [...(after.get(from) ?? []), to])
  }
  const blockOf = new Map<number, number>()
  const blocks = new Map<number, Block>()
  for (const node of nodes) {
    const kind = kindOf(node.type)
    const [only, ...others] = before.get(node.id) ?? []
    const host = blocks.get(blockOf.get(only) ?? -1)
    const joins =
      host !== undefined &&
      host.kind !== 'input' &&
      others.length === 0 &&
      after.get(only)?.length === 1 &&
      kind === 'other' &&
      node.macs === 0
    if (joins) {
      blockOf.set(node.id, host.id)
      blocks.set(host.id, {
        ...host,
        rest: [...host.rest, node.type],
        outputShape: node.outputShape,
        parameters: host.parameters + node.parameters,
      })
      continue
    }
    blockOf.set(node.id, node.id)
    const { id, name, outputShape, parameters, macs } = node
    blocks.set(id, {
      id,
      kind,
      name,
      title: titleOf(node.type, node.description),
      rest: [],
      outputShape,
      parameters,
      macs,
    })
  }
  return {
    blocks: [...blocks.values()],
    edges: edges
      .map(([from, to]) => [blockOf.get(from)!, blockOf.get(to)!] as const)
      .filter(([from, to]) => from !== to),
  }
}
