/** Turns a simplified graph into kernels and the buffers between them. */

import { fuse, type Group } from '../../../compile/fuse.ts'
import type { Loop } from '../../../compile/with-body.ts'
import { InternalError, MemoryError } from '../../../core/errors.ts'
import { formatShape, sizeOf } from '../../../core/shape.ts'
import { type Graph, rootsOf } from '../../../graph/graph.ts'
import { isCustom, type Op } from '../../../graph/op.ts'
import { Constant, Input, type Tensor, Variable } from '../../../graph/tensor.ts'
import { isResult, isScan } from '../../../ops/loop.ts'
import { afterOp } from '../../../ops/remat.ts'
import { addressableBytes, type Buffer, bytesOf, createBuffer, lastBlockImages, storageOf } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { maskImagesKernel, toBlocksKernel, toPlainKernel } from '../kernels/convert.ts'
import {
  copyKernel,
  type Expression,
  elementwiseKernel,
  expressionOf,
  operandLayout,
  storedValues,
} from '../kernels/map.ts'
import type { EpilogueOperand } from '../kernels/tile.ts'
import { assignLayouts } from '../layout/assign.ts'
import { blockSize, type Layout, leadingAxes } from '../layout/layout.ts'
import type { Channels } from './channels.ts'
import type { Lowering, LoweringContext } from './context.ts'
import type { DensePanels } from './dense-panels.ts'
import type { DenseStreamed } from './dense-streamed.ts'
import { epilogueAlong, epilogueLeaves, fusionRules } from './fusion-rules.ts'
import { lowerings } from './lowerings.ts'
import { loweringOrder } from './order.ts'
import type { Packed } from './packed.ts'
import type { Parts } from './parts.ts'
import type { PlainProducts } from './plain-products.ts'
import type { Squares } from './squares.ts'
import type { Winograd } from './winograd.ts'

/** Kernels in an order in which each follows those that it reads from. */
export interface LoweredGraph {
  readonly kernels: readonly Kernel[]
  /** Row-major buffers that the host fills before a run. */
  readonly inputs: ReadonlyMap<Input, Buffer>
  /** Row-major buffers that the host reads after a run, by the output's name. */
  readonly outputs: Readonly<Record<string, Buffer>>
  /** Constants with the buffers that hold them. */
  readonly constants: ReadonlyMap<Constant, Buffer>
  readonly variables: ReadonlyMap<Variable, Buffer>
  /** Buffers in which the next values of variables stand when all kernels have run. */
  readonly updates: readonly { readonly variable: Variable; readonly next: Buffer }[]
}

/** Where a lowerer gets the buffers of tensors that it does not compute, in a layout; undefined where they do not stand in that one. */
export type Sources = (node: Tensor, layout: Layout) => Buffer | undefined

/** Lowers a loop: emits its kernels and defines its results. */
export type LowerLoop = (lowerer: Lowerer, loop: Loop) => void

export interface LowerOptions extends Parts {
  /** Choose kernels for an engine that joins neighbouring vectors to such of 256 bits. */
  readonly wideVectors?: boolean
}

export function lower(graph: Graph, options: LowerOptions = {}): LoweredGraph {
  const updated = new Set<Tensor>((graph.updates ?? []).map(([variable]) => variable))
  return new Lowerer(rootsOf(graph), options, updated).program(graph)
}

/** Ops whose values are those of their first operand, in its memory. */
const renaming = new Set(['reshape', 'after'])

/** Lowers what some roots need. */
export class Lowerer implements LoweringContext {
  readonly wide: boolean
  readonly winograd: Winograd | undefined
  readonly densePanels: DensePanels | undefined
  readonly denseStreamed: DenseStreamed | undefined
  readonly packed: Packed | undefined
  readonly channels: Channels | undefined
  readonly plainProducts: PlainProducts | undefined
  readonly squares: Squares | undefined
  readonly #roots: readonly Tensor[]
  readonly #options: LowerOptions
  readonly #updated: ReadonlySet<Tensor>
  readonly #sources: Sources
  readonly #order: readonly Tensor[]
  readonly #layouts: ReadonlyMap<Tensor, Layout>
  readonly #buffers = new Map<Tensor, Partial<Record<Layout, Buffer>>>()
  readonly #kernels: Kernel[] = []
  readonly #inputs = new Map<Input, Buffer>()
  readonly #constants = new Map<Constant, Buffer>()
  readonly #variables = new Map<Variable, Buffer>()
  readonly #masked = new Map<Buffer, Buffer>()
  /** The part of the network whose nodes are being lowered. */
  #scope = ''

  constructor(
    roots: readonly Tensor[],
    options: LowerOptions,
    updated: ReadonlySet<Tensor>,
    sources: Sources = () => undefined,
  ) {
    this.#roots = roots
    this.#options = options
    this.#updated = updated
    this.#sources = sources
    this.wide = options.wideVectors === true
    this.winograd = options.winograd
    this.densePanels = options.densePanels
    this.denseStreamed = options.denseStreamed
    this.packed = options.packed
    this.channels = options.channels
    this.plainProducts = options.plainProducts
    this.squares = options.squares
    this.#order = loweringOrder(roots)
    this.#layouts = assignLayouts(this.#order)
  }

  /** A lowerer of other roots, as of a loop's body, with the same options. */
  nested(roots: readonly Tensor[], sources: Sources): Lowerer {
    return new Lowerer(roots, this.#options, this.#updated, sources)
  }

  /** The kernels so far. */
  get kernels(): readonly Kernel[] {
    return this.#kernels
  }

  /** Emits the kernels of all roots. */
  run(): void {
    const rules = fusionRules((node) => this.layoutOf(node))
    for (const group of fuse(this.#order, this.#roots, rules)) {
      this.#scope = scopeOf(group)
      this.#lowerGroup(group)
    }
    this.#scope = ''
  }

  /** Lowers a graph whose roots these are. */
  program(graph: Graph): LoweredGraph {
    this.run()
    // A run's outputs must not be what it overwrites: variables and inputs are copied out.
    const outputs = Object.entries(graph.outputs).map(([name, node]): [string, Buffer] => {
      const buffer = this.buffer(node, 'plain')
      return [name, this.#isSource(node) ? this.#copyOf(buffer, node) : buffer]
    })
    const updates = (graph.updates ?? []).map(([variable, node]) => {
      this.buffer(variable, 'plain')
      const buffer = this.buffer(node, 'plain')
      return { variable, next: this.#isSource(node) ? this.#copyOf(buffer, node) : buffer }
    })
    return {
      kernels: this.#kernels,
      inputs: this.#inputs,
      outputs: Object.fromEntries(outputs),
      constants: this.#constants,
      variables: this.#variables,
      updates,
    }
  }

  emit(...kernels: Kernel[]): void {
    this.#kernels.push(...kernels.map((kernel) => ({ ...kernel, scope: kernel.scope ?? this.#scope })))
  }

  buffer(node: Tensor, layout: Layout): Buffer {
    const known = this.#buffers.get(node) ?? {}
    const present = known[layout]
    if (present !== undefined) return present
    const source = this.#sources(node, layout)
    if (source !== undefined) {
      this.define(node, source)
      return source
    }
    const other = layout === 'plain' ? (known.lanes ?? known.channels) : this.buffer(node, 'plain')
    if (other === undefined) return this.#sourceBuffer(node)
    const renamed = sameInBothLayouts(other, layout)
    const converted = renamed ?? createBuffer(node.op.name, node, layout)
    if (renamed === undefined)
      this.emit(layout === 'plain' ? toPlainKernel(other, converted) : toBlocksKernel(other, converted))
    this.#buffers.set(node, { ...this.#buffers.get(node), [layout]: converted })
    return converted
  }

  operand(node: Tensor, output: Buffer): Buffer {
    return this.buffer(node, operandLayout(node, output, this.layoutOf(node)))
  }

  values(node: Tensor, layout: Layout, nodes: readonly Tensor[]): Expression {
    if (nodes.length === 0) return storedValues(this.buffer(node, layout))
    const domain = createBuffer(node.op.name, node, layout)
    return expressionOf(nodes, domain, (leaf) => this.operand(leaf, domain))
  }

  layoutOf(node: Tensor): Layout {
    return this.#layouts.get(node) ?? 'plain'
  }

  isUpdated(node: Tensor): boolean {
    return this.#updated.has(node)
  }

  masked(buffer: Buffer): Buffer {
    if (lastBlockImages(buffer) === 8) return buffer
    const known = this.#masked.get(buffer)
    if (known !== undefined) return known
    const masked = createBuffer(`${buffer.name} masked`, buffer, 'lanes')
    this.emit(maskImagesKernel(buffer, masked))
    this.#masked.set(buffer, masked)
    return masked
  }

  /** Nodes that read a node. */
  readersOf(node: Tensor): Tensor[] {
    return this.#order.filter(({ inputs }) => inputs.includes(node))
  }

  /** Says where a node's values stand. */
  define(node: Tensor, buffer: Buffer): void {
    this.#buffers.set(node, { ...this.#buffers.get(node), [buffer.layout]: buffer })
  }

  /** Says that a node's values are those of another buffer. */
  alias(node: Tensor, buffer: Buffer): void {
    this.define(node, { ...buffer, shape: node.shape, of: storageOf(buffer) })
  }

  #isSource(node: Tensor): boolean {
    return node.inputs.length === 0 || (renaming.has(node.op.name) && this.#isSource(node.inputs[0]))
  }

  #copyOf(buffer: Buffer, node: Tensor): Buffer {
    const copy = createBuffer('copy', node, 'plain')
    this.emit(copyKernel('copy', [sizeOf(node.shape)], { buffer: copy, strides: [1] }, { buffer, strides: [1] }))
    return copy
  }

  /** The row-major buffer of a tensor that no group computes, asked for once. */
  #sourceBuffer(node: Tensor): Buffer {
    const buffer = createBuffer(node instanceof Variable ? node.name || 'variable' : node.op.name, node, 'plain')
    if (node instanceof Variable) this.#variables.set(node, buffer)
    else if (node instanceof Constant) this.#constants.set(node, buffer)
    else if (node instanceof Input) this.#inputs.set(node, buffer)
    else throw new InternalError(`lower: ${node.op.name} is read before it is computed`)
    this.define(node, buffer)
    return buffer
  }

  #lowerGroup({ root, elementwise, producer, prologue }: Group): void {
    const layout = this.layoutOf(root)
    if (producer === undefined && elementwise.length > 0) {
      const output = this.#made(root, layout)
      this.emit(elementwiseKernel(elementwise, output, (leaf, target) => this.operand(leaf, target)))
      return
    }
    const node = producer ?? root
    // Its loop has said where a result stands.
    if (isResult(node)) return
    if (isScan(node)) {
      if (this.#options.lowerLoop === undefined) throw new InternalError('lower: there is nothing that lowers loops')
      this.#options.lowerLoop(this, node)
      return
    }
    if (node.op.name === 'reshape') {
      this.#lowerReshape(node)
      return
    }
    if (node.op === (afterOp as Op)) {
      const [x, other] = node.inputs
      const buffer = this.buffer(x, layout)
      const waits = [...(buffer.after ?? []), ...this.#storedFor(other)]
      this.define(node, { ...buffer, of: storageOf(buffer), after: waits })
      return
    }
    if (isCustom(node.op)) {
      this.#options.lowerCustom!(this, node, this.#made(node, 'plain'))
      return
    }
    const operands = producer === undefined ? [] : this.#epilogueOperands(producer, elementwise, layout)
    const output = this.#made(root, layout)
    const epilogue = producer === undefined ? undefined : { nodes: elementwise, producer, operands }
    this.#loweringOf(node)(this, node, output, epilogue, prologue)
  }

  #loweringOf({ op: { name } }: Tensor): Lowering {
    const lowering = Object.hasOwn(lowerings, name)
      ? lowerings[name as keyof typeof lowerings]
      : this.#options.rare?.[name]
    if (lowering === undefined) throw new InternalError(`lower: the kernels of ${name} are not loaded`)
    return lowering
  }

  /** The buffer of a result. Its kernels may have tables as long as its axes, so what no memory holds is refused before. */
  #made(node: Tensor, layout: Layout): Buffer {
    const buffer = createBuffer(node.op.name, node, layout)
    if (!(bytesOf(buffer) <= addressableBytes))
      throw new MemoryError(
        `${[node.scope, node.op.name].filter(Boolean).join(': ')} gives ${formatShape(node.shape)}, ${bytesOf(buffer)} bytes, and WebAssembly's memory has ${addressableBytes}; use a smaller batch, input or model`,
      )
    this.#buffers.set(node, { [layout]: buffer })
    return buffer
  }

  /** A reshape that keeps what a layout counts in blocks costs nothing; others go by way of row-major. */
  #lowerReshape(node: Tensor): void {
    const [x] = node.inputs
    const layout = this.layoutOf(node)
    const keepsBlocks = x.shape.slice(0, leadingAxes[layout]).every((n, axis) => n === node.shape[axis])
    this.alias(node, this.buffer(x, keepsBlocks ? layout : 'plain'))
  }

  /** The buffers of a node, or of what it is computed from where a kernel that comes later computes it on its way. */
  #storedFor(node: Tensor): Buffer[] {
    const stored = Object.values(this.#buffers.get(node) ?? {})
    return stored.length > 0 ? stored.map(storageOf) : node.inputs.flatMap((x) => this.#storedFor(x))
  }

  #epilogueOperands(producer: Tensor, nodes: readonly Tensor[], layout: Layout): EpilogueOperand[] {
    return epilogueLeaves(producer, nodes).map((leaf) => {
      const along = epilogueAlong(producer, leaf)!
      return { leaf, along, buffer: this.buffer(leaf, along === 'elements' ? layout : 'plain') }
    })
  }
}

/** The part of the network that a group belongs to: that of what leads it, or of its first node that is within one. */
const scopeOf = ({ root, elementwise, producer, prologue }: Group): string =>
  (producer ?? [...elementwise, root, ...prologue].find(({ scope }) => scope !== '') ?? root).scope

/** The buffer under another layout, where the two order their values alike: whole blocks of channels of one value each. */
function sameInBothLayouts(buffer: Buffer, layout: Layout): Buffer | undefined {
  const { shape } = buffer
  if (buffer.layout === 'lanes' || layout === 'lanes' || shape.length < 2 || shape[1] % blockSize !== 0)
    return undefined
  if (shape.slice(2).some((n) => n > 1)) return undefined
  return { ...createBuffer(buffer.name, buffer, layout), of: storageOf(buffer), after: buffer.after }
}
