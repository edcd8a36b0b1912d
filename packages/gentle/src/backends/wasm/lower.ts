/** Turns a simplified graph into kernels and the buffers between them: one entry a structured op, typed over the ops' names. */

import { type FusionRules, fuse, type Group } from '../../compile/fuse.ts'
import { assignLayouts, blockSize, isDense, isDepthwise, type Layout, leadingAxes } from '../../compile/layout.ts'
import { isCentred } from '../../compile/sums.ts'
import type { Loop } from '../../compile/with-body.ts'
import { InternalError } from '../../core/errors.ts'
import { broadcastStrides, type Shape, sameShape, sizeOf, stridesOf } from '../../core/shape.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { Constant, constant, Input, type Tensor, Variable } from '../../graph/tensor.ts'
import {
  type Conv2dAttributes,
  type Conv2dInputGradientAttributes,
  type Conv2dSizes,
  type Conv2dWeightGradientAttributes,
  conv2dMultiplyAdds,
  conv2dSizes,
} from '../../ops/conv2d.ts'
import type { CumsumAttributes } from '../../ops/cumulative.ts'
import { isResult, isScan } from '../../ops/loop.ts'
import type { MatmulAttributes } from '../../ops/matmul.ts'
import type { AvgPool2dGradientAttributes, Pool2dAttributes } from '../../ops/pool2d.ts'
import type { UniformAttributes } from '../../ops/random.ts'
import { type ResampleMethod, resampleTaps, transposedTaps } from '../../ops/resample2d.ts'
import type { ArgsortAttributes } from '../../ops/sort.ts'
import { type AddSlicesAttributes, type SlicePlace, sliceSteps } from '../../ops/structure.ts'
import type { StructuredName } from '../../ops/table.ts'
import { type Buffer, bytesOf, createBuffer, floatBuffer, lastBlockImages, loopShape } from './buffer.ts'
import type { Kernel } from './kernel.ts'
import { squaresByBlockKernel, squaresOfAllKernel } from './kernels/centred-squares.ts'
import { conv2dWeightGradientKernel, sumsByBlock } from './kernels/conv2d-weight-gradient.ts'
import { maskImagesKernel, toBlocksKernel, toPlainKernel } from './kernels/convert.ts'
import { conv2dInputGradientProblem, conv2dProblem, denseKernel } from './kernels/convolution.ts'
import { cumsumKernel } from './kernels/cumsum.ts'
import { canTakeRows, denseLanesKernel, denseRowsKernel, worthLanes } from './kernels/dense-rows.ts'
import { constantVector } from './kernels/expression.ts'
import { frameKernel, packedShape, packFiltersKernel } from './kernels/filters.ts'
import {
  addAlongAxisKernel,
  gatherKernel,
  oneHotKernel,
  scatterAddKernel,
  takeAlongAxisKernel,
} from './kernels/indexing.ts'
import {
  addToKernel,
  copyKernel,
  type Expression,
  elementwiseKernel,
  expressionOf,
  fillKernel,
  operandLayout,
  operandStrides,
  storedValues,
} from './kernels/map.ts'
import { isWorthPacking, packedTileKernel, packedWeightCount, packWeightsKernel } from './kernels/packed-tile.ts'
import { pixelTileKernel } from './kernels/pixel-tile.ts'
import {
  avgPoolGradientKernel,
  avgPoolKernel,
  maxPoolGatherKernel,
  maxPoolKernel,
  maxPoolScatterKernel,
  windowsTile,
} from './kernels/pool.ts'
import { imageProductKernel, productKernels } from './kernels/product.ts'
import { uniformKernel } from './kernels/random.ts'
import {
  argmaxKernel,
  type Reduction,
  reduceBlocksKernel,
  reducePlainKernel,
  sumBlocksKernel,
} from './kernels/reduce.ts'
import { resampleKernel, resampleTable } from './kernels/resample.ts'
import { sideBySide } from './kernels/side-by-side.ts'
import { argsortKernel } from './kernels/sort.ts'
import { type Epilogue, type EpilogueOperand, type TileProblem, tileKernel } from './kernels/tile.ts'
import {
  directCycles,
  planWinograd,
  type WinogradPlan,
  winogradCycles,
  winogradFilterCount,
  winogradFiltersKernel,
  winogradFrame,
  winogradKernel,
} from './kernels/winograd.ts'
import {
  planWinogradLanes,
  type WinogradLanesPlan,
  winogradLanesCycles,
  winogradLanesFilterCount,
  winogradLanesFiltersKernel,
  winogradLanesKernel,
} from './kernels/winograd-lanes.ts'
import { winograd2, winograd4 } from './kernels/winograd-transforms.ts'
import {
  frameChannelsKernel,
  gradientFiltersKernel,
  gradientFrames,
  gradientProductsKernel,
  gradientSumCount,
  planWeightGradient,
  transformedCount,
  transformTilesKernel,
  weightGradientCycles,
} from './kernels/winograd-weight-gradient.ts'

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

/** How a structured op becomes kernels. */
type Lowering = (
  lowerer: Lowerer,
  node: Tensor,
  output: Buffer,
  epilogue: Epilogue | undefined,
  prologue: readonly Tensor[],
) => void

/** Where a lowerer gets the buffers of tensors that it does not compute, in a layout; undefined where they do not stand in that one. */
type Sources = (node: Tensor, layout: Layout) => Buffer | undefined

export interface LowerOptions {
  /** What lowers loops, `lower-loop.ts`, which only graphs with loops need to load. */
  readonly lowerLoop?: LowerLoop
  /** Choose kernels for an engine that joins neighbouring vectors to such of 256 bits. */
  readonly wideVectors?: boolean
}

/** Lowers a loop: emits its kernels and defines its results. */
export type LowerLoop = (lowerer: Lowerer, loop: Loop) => void

export function lower(graph: Graph, options: LowerOptions = {}): LoweredGraph {
  return new Lowerer(rootsOf(graph), options).program(graph)
}

export class Lowerer {
  /** Whether the engine joins neighbouring vectors to such of 256 bits. */
  readonly wide: boolean
  readonly #roots: readonly Tensor[]
  readonly #options: LowerOptions
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

  constructor(roots: readonly Tensor[], options: LowerOptions, sources: Sources = () => undefined) {
    this.#roots = roots
    this.#options = options
    this.#sources = sources
    this.wide = options.wideVectors === true
    this.#order = topologicalOrder(shallowFirst(roots))
    this.#layouts = assignLayouts(this.#order)
  }

  /** A lowerer of other roots, as of a loop's body, with the same options. */
  nested(roots: readonly Tensor[], sources: Sources): Lowerer {
    return new Lowerer(roots, this.#options, sources)
  }

  /** The kernels so far. */
  get kernels(): readonly Kernel[] {
    return this.#kernels
  }

  /** Emits the kernels of all roots. */
  run(): void {
    for (const group of fuse(this.#order, this.#roots, this.#layouts, fusionRules(this.#layouts))) {
      this.#scope = scopeOf(group)
      this.#lowerGroup(group)
    }
    this.#scope = ''
  }

  program(graph: Graph): LoweredGraph {
    this.run()
    // A run's outputs must not be what it overwrites: variables and inputs are copied out.
    const outputs = Object.entries(graph.outputs).map(([name, node]): [string, Buffer] => {
      const buffer = this.buffer(node, 'plain')
      return [name, this.#isSource(node) ? this.#copyOf(buffer, node) : buffer]
    })
    const updates = (graph.updates ?? []).map(([variable, node]) => {
      this.#sourceBuffer(variable)
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

  /** A node's values in a layout; a conversion is added where it was computed in another one, by way of row-major. */
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

  /** A node's values as a kernel with this output reads them element by element. */
  operand(node: Tensor, output: Buffer): Buffer {
    return this.buffer(node, operandLayout(node, output, this.layoutOf(node)))
  }

  /** A node's values as what a kernel computes while it reads: by these nodes, the last of which it is, or as they are stored. */
  values(node: Tensor, layout: Layout, nodes: readonly Tensor[]): Expression {
    if (nodes.length === 0) return storedValues(this.buffer(node, layout))
    const domain = createBuffer(node.op.name, node, layout)
    return expressionOf(nodes, domain, (leaf) => this.operand(leaf, domain))
  }

  /** The layout chosen for a node. */
  layoutOf(node: Tensor): Layout {
    return this.#layouts.get(node) ?? 'plain'
  }

  /** A buffer in lanes in which the places of missing images are 0. */
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
    this.#buffers.set(node, {
      ...this.#buffers.get(node),
      [buffer.layout]: { ...buffer, shape: node.shape, of: buffer.of ?? buffer },
    })
  }

  #isSource(node: Tensor): boolean {
    return node.inputs.length === 0 || (node.op.name === 'reshape' && this.#isSource(node.inputs[0]))
  }

  #copyOf(buffer: Buffer, node: Tensor): Buffer {
    const copy = createBuffer('copy', node, 'plain')
    this.emit(copyKernel('copy', [sizeOf(node.shape)], { buffer: copy, strides: [1] }, { buffer, strides: [1] }))
    return copy
  }

  #sourceBuffer(node: Tensor): Buffer {
    const known = this.#buffers.get(node)?.plain
    if (known !== undefined) return known
    const buffer = createBuffer(node instanceof Variable ? node.name || 'variable' : node.op.name, node, 'plain')
    if (node instanceof Variable) this.#variables.set(node, buffer)
    else if (node instanceof Constant) this.#constants.set(node, buffer)
    else if (node instanceof Input) this.#inputs.set(node, buffer)
    else throw new InternalError(`lower: ${node.op.name} is read before it is computed`)
    this.#buffers.set(node, { plain: buffer })
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
    const operands = producer === undefined ? [] : this.#epilogueOperands(producer, elementwise, layout)
    const output = this.#made(root, layout)
    const epilogue = producer === undefined ? undefined : { nodes: elementwise, producer, operands }
    lowerings[node.op.name as StructuredName](this, node, output, epilogue, prologue)
  }

  #made(node: Tensor, layout: Layout): Buffer {
    const buffer = createBuffer(node.op.name, node, layout)
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

  #epilogueOperands(producer: Tensor, nodes: readonly Tensor[], layout: Layout): EpilogueOperand[] {
    return epilogueLeaves(producer, nodes).map((leaf) => {
      const along = epilogueAlong(producer, leaf)!
      return { leaf, along, buffer: this.buffer(leaf, along === 'elements' ? layout : 'plain') }
    })
  }
}

/**
 * Roots by how many ops lead to them: so a traversal meets the weights of the last layers first, and each gradient is computed, and used
 * for its weights, before it is passed on.
 */
function shallowFirst(roots: readonly Tensor[]): Tensor[] {
  const depths = new Map<Tensor, number>()
  for (const node of topologicalOrder(roots))
    depths.set(node, 1 + Math.max(0, ...node.inputs.map((x) => depths.get(x)!)))
  return [...roots].sort((a, b) => depths.get(a)! - depths.get(b)!)
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
  return { ...createBuffer(buffer.name, buffer, layout), of: buffer.of ?? buffer }
}

/** What an epilogue reads besides the producer: tensors outside the group that are not plain numbers. */
function epilogueLeaves(producer: Tensor, nodes: Iterable<Tensor>): Tensor[] {
  const inside = new Set<Tensor>([producer, ...nodes])
  return [...new Set([...inside].filter((node) => node !== producer).flatMap((node) => node.inputs))].filter(
    (x) => !inside.has(x) && constantVector(x) === undefined,
  )
}

/** How an operand goes with a tile's output, or undefined where it does not. */
function epilogueAlong(producer: Tensor, leaf: Tensor): EpilogueOperand['along'] | undefined {
  if (sameShape(leaf.shape, producer.shape)) return 'elements'
  if (sizeOf(leaf.shape) === 1) return leaf.shape.length < producer.shape.length ? 'nothing' : undefined
  const strides = broadcastStrides(leaf.shape, producer.shape)
  const channelAxis = producer.op.name === 'matmul' ? strides.length - 1 : 1
  return strides.every((stride, axis) => stride === (axis === channelAxis ? 1 : 0)) ? 'channels' : undefined
}

const fusionRules = (layouts: ReadonlyMap<Tensor, Layout>): FusionRules => ({
  canFollow(producer, elementwise) {
    const leaves = epilogueLeaves(producer, elementwise)
    if (leaves.some((leaf) => leaf.dtype !== 'float32')) return false
    const along = leaves.map((leaf) => epilogueAlong(producer, leaf))
    switch (producer.op.name) {
      case 'conv2d':
      case 'conv2dInputGradient':
        return !along.includes(undefined)
      case 'matmul':
        return layouts.get(producer) === 'lanes' && isDense(producer) && !along.includes(undefined)
      case 'avgPool2dGradient':
        return (
          windowsTile(producer.shape, producer.attributes as Pool2dAttributes) && along.every((a) => a === 'elements')
        )
      default:
        return false
    }
  },
  canFold: (node) => {
    const folding = foldingIn(node, layouts.get(node) ?? 'plain', layouts.get(node.inputs[0]) ?? 'plain')
    return folding === 'blocks' || folding === 'images'
  },
})

/** How a sum or maximum is taken: within each block, over the images of blocks, or of row-major numbers; undefined for other ops. */
function foldingIn(
  { op, attributes }: Tensor,
  layout: Layout,
  operand: Layout,
): 'blocks' | 'images' | 'plain' | undefined {
  if (op.name !== 'sum' && op.name !== 'max') return undefined
  if (layout !== 'plain') return 'blocks'
  const { axes } = attributes as { axes: readonly number[] }
  return op.name === 'sum' && axes.includes(0) && operand === 'lanes' ? 'images' : 'plain'
}

/** The x of whose distance from its mean over axes nodes compute the square, where they do just that. */
function centredSquare(nodes: readonly Tensor[], axes: readonly number[]): Tensor | undefined {
  const [centred, square] = nodes
  const squares = nodes.length === 2 && square.op.name === 'mul' && square.inputs.every((x) => x === centred)
  return squares && isCentred(centred, axes) ? centred.inputs[0] : undefined
}

/** Sum or maximum over axes, within images where the batch stays. */
const lowerReduction =
  (reduction: Reduction): Lowering =>
  (lowerer, node, output, _, prologue) => {
    const [x] = node.inputs
    const { axes } = node.attributes as { axes: readonly number[] }
    const name = (last: string): string => [...prologue.map(({ op }) => op.name), last].join(' + ')
    switch (foldingIn(node, output.layout, lowerer.layoutOf(x))) {
      case 'blocks': {
        const within = axes.map((axis) => axis - leadingAxes[output.layout])
        const values = lowerer.values(x, output.layout, prologue)
        lowerer.emit(reduceBlocksKernel(name(reduction), reduction, values, within, output))
        return
      }
      case 'images': {
        const inner = axes.filter((axis) => axis !== 0).map((axis) => axis - 1)
        const centred = centredSquare(prologue, axes)
        if (centred !== undefined) {
          const images = lowerer.buffer(centred, 'lanes')
          const shape = [images.blocks, 2, ...output.shape]
          const partial = floatBuffer('squares by block', shape)
          lowerer.emit(
            squaresByBlockKernel(images, inner, partial, output),
            squaresOfAllKernel(images, partial, output),
          )
          return
        }
        const values = lowerer.values(x, 'lanes', prologue)
        const { blocks } = values.domain
        const partial = createBuffer('sums by block', { shape: [blocks, ...output.shape], dtype: node.dtype }, 'plain')
        lowerer.emit(
          sumBlocksKernel(name('sum images'), values, inner, partial),
          reducePlainKernel('sum', partial, [0], output),
        )
        return
      }
      default:
        lowerer.emit(reducePlainKernel(reduction, lowerer.buffer(x, 'plain'), axes, output))
    }
  }

/** A kernel that reads one operand in the output's layout with other strides; `axes` order strides as the output's axes. */
function lowerCopy(
  lowerer: Lowerer,
  name: string,
  x: Tensor,
  output: Buffer,
  strides: (operand: Buffer, shape: readonly number[]) => readonly number[],
  offset: (shape: readonly number[]) => number = () => 0,
): void {
  const operand = lowerer.buffer(x, output.layout)
  const shape = loopShape(operand)
  const extents = loopShape(output)
  lowerer.emit(
    copyKernel(
      name,
      extents,
      { buffer: output, strides: stridesOf(extents) },
      { buffer: operand, strides: strides(operand, shape), offset: offset(shape) },
    ),
  )
}

/** The numbers that go with the axes over which a buffer's kernel loops. */
const perLoop = <T>({ layout }: Buffer, values: readonly T[]): readonly T[] => values.slice(leadingAxes[layout])

/** A slice's place along the axes over which a buffer's kernel loops. */
const placeIn = (buffer: Buffer, { starts, strides }: SlicePlace): SlicePlace => ({
  starts: perLoop(buffer, starts),
  strides: strides && perLoop(buffer, strides),
})

/** A kernel that copies x, or does what `kernel` does, to its place in the output. */
function placeInto(
  lowerer: Lowerer,
  name: string,
  x: Tensor,
  output: Buffer,
  place: SlicePlace,
  kernel = copyKernel,
): Kernel {
  const operand = lowerer.buffer(x, output.layout)
  const extents = loopShape(operand)
  const { strides, offset } = sliceSteps(stridesOf(loopShape(output)), placeIn(output, place))
  return kernel(name, extents, { buffer: output, strides, offset }, { buffer: operand, strides: stridesOf(extents) })
}

/** Whether no two slices of these shapes reach into each other's box. */
function lieApart(shapes: readonly Shape[], places: readonly SlicePlace[]): boolean {
  const boxes = places.map(({ starts, strides }, i) =>
    starts.map((start, axis) => {
      const last = start + (shapes[i][axis] - 1) * (strides?.[axis] ?? 1)
      return [Math.min(start, last), Math.max(start, last)]
    }),
  )
  return boxes.every((a, i) =>
    boxes.slice(0, i).every((b) => a.some(([from, to], axis) => to < b[axis][0] || b[axis][1] < from)),
  )
}

/** Blocks of channels beside blocks of channels: to memory, each image is a stretch of numbers. */
function concatChannels(lowerer: Lowerer, node: Tensor, output: Buffer): void {
  const asRows = (buffer: Buffer): Buffer => ({
    ...floatBuffer(buffer.name, [buffer.shape[0], bytesOf(buffer) / 4 / buffer.shape[0]]),
    of: buffer.of ?? buffer,
  })
  const target = asRows(output)
  let offset = 0
  for (const x of node.inputs) {
    const part = asRows(lowerer.buffer(x, 'channels'))
    lowerer.emit(
      copyKernel(
        'concat',
        part.shape,
        { buffer: target, strides: stridesOf(target.shape), offset },
        { buffer: part, strides: stridesOf(part.shape) },
      ),
    )
    offset += part.shape[1]
  }
}

/** A convolution of images in channels, or of plain ones, which images are as they come. */
function convolveInChannels(lowerer: Lowerer, node: Tensor, output: Buffer, epilogue: Epilogue | undefined): void {
  const [x, w] = node.inputs
  const attributes = node.attributes as Conv2dAttributes
  const sizes = conv2dSizes(x.shape, w.shape, attributes)
  const depthwise = isDepthwise(sizes.inChannels, sizes.outChannels, attributes.groups)
  const inChannels = lowerer.layoutOf(x) === 'channels' || depthwise || sizes.inChannels >= blockSize
  const images = lowerer.buffer(x, inChannels ? 'channels' : 'plain')

  const multiplyAdds = conv2dMultiplyAdds(sizes, attributes)
  const plan = winogradPlan(sizes, attributes, multiplyAdds, lowerer.wide)
  const frameOf = ([height, width]: readonly [number, number]): Buffer => {
    const frame = [x.shape[0], x.shape[1], height, width]
    const framed = floatBuffer('framed', frame, images.layout)
    lowerer.emit(frameKernel(images, framed, attributes.padding))
    return framed
  }
  const filters = lowerer.buffer(w, 'plain')
  if (plan !== undefined) {
    const count = winogradFilterCount(plan)
    const transformed = floatBuffer('winograd filters', [count])
    const framed = frameOf(winogradFrame(plan))
    lowerer.emit(
      winogradFiltersKernel(filters, transformed, plan),
      winogradKernel(framed, transformed, output, plan, multiplyAdds, epilogue),
    )
    return
  }

  const needed = (axis: 0 | 1, out: number): number =>
    (out - 1) * attributes.stride[axis] + (sizes.kernel[axis] - 1) * attributes.dilation[axis] + 1
  const unpadded = attributes.padding.every((n) => n === 0)
  const packed = floatBuffer('packed filters', packedShape(w.shape))
  lowerer.emit(
    packFiltersKernel(filters, packed, inChannels && !depthwise),
    pixelTileKernel({
      name: 'conv2d',
      source: unpadded ? images : frameOf([needed(0, sizes.outHeight), needed(1, sizes.outWidth)]),
      weights: packed,
      output,
      groups: attributes.groups,
      kernel: sizes.kernel,
      stride: attributes.stride,
      dilation: attributes.dilation,
      multiplyAdds,
      wide: lowerer.wide,
      epilogue,
    }),
  )
}

/** Whether a convolution is one that Winograd's method computes. */
const isThreeByThree = ({ kernel }: Conv2dSizes, { stride, dilation, groups, padding }: Conv2dAttributes): boolean =>
  groups === 1 &&
  kernel.every((n) => n === 3) &&
  [...stride, ...dilation].every((n) => n === 1) &&
  padding.every((n) => n <= 2)

/** Winograd's method on a batch in lanes, where it fits and is the fastest. */
function winogradLanesPlan(
  sizes: Conv2dSizes,
  attributes: Conv2dAttributes,
  direction: 'forward' | 'inputGradient',
): WinogradLanesPlan | undefined {
  const { batch, inChannels, outChannels, height, width, outHeight, outWidth } = sizes
  if (!isThreeByThree(sizes, attributes)) return undefined
  const [top, left] = attributes.padding
  const problem =
    direction === 'forward'
      ? { channels: inChannels, outChannels, height, width, outHeight, outWidth, padding: attributes.padding }
      : {
          channels: outChannels,
          outChannels: inChannels,
          height: outHeight,
          width: outWidth,
          outHeight: height,
          outWidth: width,
          padding: [2 - top, 2 - left] as const,
        }
  if (problem.channels % 4 !== 0) return undefined
  const plans = [winograd2, winograd4].map((transforms) => planWinogradLanes(transforms, problem))
  const [best] = plans.sort((a, b) => winogradLanesCycles(a) - winogradLanesCycles(b))
  const direct = directCycles((conv2dMultiplyAdds(sizes, attributes) / batch) * blockSize)
  return winogradLanesCycles(best) < direct ? best : undefined
}

/** The gradient of filters by Winograd's method, where it fits and is faster. Gives whether it is. */
function gradientByWinograd(lowerer: Lowerer, node: Tensor, x: Buffer, output: Buffer): boolean {
  const attributes = node.attributes as Conv2dWeightGradientAttributes
  const sizes = conv2dSizes(x.shape, attributes.weightShape, attributes)
  const { batch, inChannels, outChannels, outHeight, outWidth } = sizes
  if (!isThreeByThree(sizes, attributes) || inChannels % 8 !== 0 || outChannels % 4 !== 0) return false
  const plan = planWeightGradient(batch, inChannels, [outChannels, outHeight, outWidth], attributes.padding)
  const multiplyAdds = conv2dMultiplyAdds(sizes, attributes)
  if (weightGradientCycles(plan) >= directCycles(multiplyAdds)) return false
  const dy = lowerer.buffer(node.inputs[1], 'lanes')
  const frames = gradientFrames(plan)
  const transformed = (of: 'x' | 'dy', lanes: Buffer, padding: readonly [number, number]): Buffer => {
    const shape = [batch, lanes.shape[1], ...frames[of]]
    const framed = floatBuffer(`framed ${of}`, shape, 'channels')
    const count = transformedCount(lanes.shape[1], plan)
    const tiles = floatBuffer(`transformed ${of}`, [count])
    lowerer.emit(frameChannelsKernel(lanes, framed, padding), transformTilesKernel(framed, tiles, plan, of))
    return tiles
  }
  const [xTiles, dyTiles] = [transformed('x', x, attributes.padding), transformed('dy', dy, [0, 0])]
  const sums = floatBuffer('winograd sums', [gradientSumCount(plan)])
  lowerer.emit(
    gradientProductsKernel(xTiles, dyTiles, sums, plan, multiplyAdds),
    gradientFiltersKernel(sums, output, plan),
  )
  return true
}

function convolveByWinograd(
  lowerer: Lowerer,
  name: 'conv2d' | 'conv2dInputGradient',
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradLanesPlan,
  sizes: Conv2dSizes,
  epilogue: Epilogue | undefined,
): void {
  const count = winogradLanesFilterCount(plan)
  const transformed = floatBuffer('winograd filters', [count])
  const multiplyAdds = conv2dMultiplyAdds(sizes, { groups: 1 } as Conv2dAttributes)
  lowerer.emit(
    winogradLanesFiltersKernel(filters, transformed, plan, name === 'conv2dInputGradient'),
    winogradLanesKernel(name, source, transformed, output, plan, multiplyAdds, epilogue),
  )
}

/** The direct method, on packed operands where they are large. */
function convolveByTile(lowerer: Lowerer, problem: TileProblem): void {
  if (!isWorthPacking(problem)) {
    lowerer.emit(tileKernel(problem))
    return
  }
  const count = packedWeightCount(problem)
  const weights = floatBuffer('packed weights', [count])
  lowerer.emit(packWeightsKernel(problem, weights), packedTileKernel({ ...problem, weights }))
}

/** Winograd's method where it fits and is the fastest; blocks of channels must be full. */
function winogradPlan(
  sizes: Conv2dSizes,
  attributes: Conv2dAttributes,
  multiplyAdds: number,
  wide: boolean,
): WinogradPlan | undefined {
  const { inChannels, outChannels, batch, outHeight, outWidth } = sizes
  if (!isThreeByThree(sizes, attributes) || inChannels % blockSize !== 0 || outChannels % blockSize !== 0)
    return undefined
  const plans = [winograd2, winograd4].map((transforms) =>
    planWinograd(transforms, inChannels, [batch, outChannels, outHeight, outWidth], wide),
  )
  const [best] = plans.sort((a, b) => winogradCycles(a, wide) - winogradCycles(b, wide))
  return winogradCycles(best, wide) < directCycles(multiplyAdds, wide) ? best : undefined
}

/** Images at another size, or the gradient of that: they differ in what a position reads of an axis, from one length to another. */
const lowerResampling =
  (taps: typeof resampleTaps): Lowering =>
  (lowerer, node, output) => {
    const [x] = node.inputs
    const { method } = node.attributes as { method: ResampleMethod }
    const [rows, columns] = [2, 3].map((axis) => taps(method, x.shape[axis], node.shape[axis]))
    const table = resampleTable([rows, columns], x.shape[3])
    const words = lowerer.buffer(constant(table, [table.length], 'int32'), 'plain')
    lowerer.emit(resampleKernel(node.op.name, lowerer.buffer(x, output.layout), output, words, [rows, columns]))
  }

const lowerings: Record<StructuredName, Lowering> = {
  sum: lowerReduction('sum'),
  max: lowerReduction('max'),

  argmax(lowerer, node, output) {
    const { axis } = node.attributes as { axis: number }
    lowerer.emit(argmaxKernel(lowerer.buffer(node.inputs[0], output.layout), axis, output))
  },

  reshape() {
    throw new InternalError('lower: reshape has no kernel; it renames a buffer')
  },

  transpose(lowerer, node, output) {
    const { order } = node.attributes as { order: readonly number[] }
    const axes = output.layout === 'lanes' ? order.slice(1).map((axis) => axis - 1) : order
    lowerCopy(lowerer, 'transpose', node.inputs[0], output, (_, shape) => {
      const strides = stridesOf(shape)
      return axes.map((axis) => strides[axis])
    })
  },

  broadcastTo(lowerer, node, output) {
    const [x] = node.inputs
    const operand = lowerer.operand(x, output)
    const extents = loopShape(output)
    lowerer.emit(
      copyKernel(
        'broadcastTo',
        extents,
        { buffer: output, strides: stridesOf(extents) },
        { buffer: operand, strides: operandStrides(x, operand, output) },
      ),
    )
  },

  concat(lowerer, node, output) {
    const { axis } = node.attributes as { axis: number }
    if (output.layout === 'channels') {
      concatChannels(lowerer, node, output)
      return
    }
    let start = 0
    const copies = node.inputs.map((x) => {
      const starts = x.shape.map((_, a) => (a === axis ? start : 0))
      start += x.shape[axis]
      return placeInto(lowerer, 'concat', x, output, { starts })
    })
    lowerer.emit(...sideBySide(copies))
  },

  slice(lowerer, node, output) {
    const place = placeIn(output, node.attributes as SlicePlace)
    lowerCopy(
      lowerer,
      'slice',
      node.inputs[0],
      output,
      (_, shape) => sliceSteps(stridesOf(shape), place).strides,
      (shape) => sliceSteps(stridesOf(shape), place).offset,
    )
  },

  addSlices(lowerer, node, output) {
    const { places } = node.attributes as AddSlicesAttributes
    const apart = lieApart(
      node.inputs.map(({ shape }) => shape),
      places,
    )
    const taken = node.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    if (!apart || taken < sizeOf(node.shape)) lowerer.emit(fillKernel(output, 0))
    const kernels = node.inputs.map((part, i) =>
      placeInto(lowerer, 'addSlices', part, output, places[i], apart ? copyKernel : addToKernel),
    )
    lowerer.emit(...(apart ? sideBySide(kernels) : kernels))
  },

  pad(lowerer, node, output) {
    const { before, value } = node.attributes as { before: readonly number[]; value: number }
    lowerer.emit(fillKernel(output, value))
    lowerer.emit(placeInto(lowerer, 'pad', node.inputs[0], output, { starts: before }))
  },

  matmul(lowerer, node, output, epilogue) {
    const [a, b] = node.inputs
    const attributes = node.attributes as MatmulAttributes
    const { transposeA, transposeB } = attributes
    if (output.layout === 'lanes')
      lowerer.emit(denseKernel(lowerer.buffer(a, 'lanes'), lowerer.buffer(b, 'plain'), output, transposeB, epilogue))
    else if (
      transposeA &&
      !transposeB &&
      a.shape.length === 2 &&
      b.shape.length === 2 &&
      lowerer.layoutOf(a) === 'lanes'
    )
      lowerer.emit(imageProductKernel(lowerer.buffer(a, 'lanes'), lowerer.buffer(b, 'plain'), output, lowerer.wide))
    else if (isDense(node) && a.shape.length === 2 && worthLanes(a.shape[0], transposeB)) {
      const lanes = createBuffer('matmul', node, 'lanes')
      lowerer.emit(
        denseLanesKernel(lowerer.buffer(a, 'lanes'), lowerer.buffer(b, 'plain'), lanes),
        toPlainKernel(lanes, output),
      )
    } else if (isDense(node) && a.shape.length === 2 && canTakeRows(output.shape[1], transposeB))
      lowerer.emit(denseRowsKernel(lowerer.buffer(a, 'plain'), lowerer.buffer(b, 'plain'), output, transposeB))
    else {
      lowerer.emit(
        ...productKernels(lowerer.buffer(a, 'plain'), lowerer.buffer(b, 'plain'), output, attributes, lowerer.wide),
      )
    }
  },

  conv2d(lowerer, node, output, epilogue) {
    const [x, w] = node.inputs
    if (output.layout === 'channels') {
      convolveInChannels(lowerer, node, output, epilogue)
      return
    }
    const [source, filters] = [lowerer.buffer(x, 'lanes'), lowerer.buffer(w, 'plain')]
    const attributes = node.attributes as Conv2dAttributes
    const sizes = conv2dSizes(x.shape, w.shape, attributes)
    const plan = winogradLanesPlan(sizes, attributes, 'forward')
    if (plan === undefined) convolveByTile(lowerer, conv2dProblem(source, filters, output, attributes, epilogue))
    else convolveByWinograd(lowerer, 'conv2d', source, filters, output, plan, sizes, epilogue)
  },

  conv2dInputGradient(lowerer, node, output, epilogue) {
    const [w, dy] = node.inputs
    const attributes = node.attributes as Conv2dInputGradientAttributes
    const [source, filters] = [lowerer.buffer(dy, 'lanes'), lowerer.buffer(w, 'plain')]
    const sizes = conv2dSizes(attributes.inputShape, w.shape, attributes)
    const plan = winogradLanesPlan(sizes, attributes, 'inputGradient')
    if (plan === undefined)
      convolveByTile(lowerer, conv2dInputGradientProblem(filters, source, output, attributes, epilogue))
    else convolveByWinograd(lowerer, 'conv2dInputGradient', source, filters, output, plan, sizes, epilogue)
  },

  conv2dWeightGradient(lowerer, node, output) {
    const x = lowerer.buffer(node.inputs[0], 'lanes')
    if (gradientByWinograd(lowerer, node, x, output)) return
    const dy = lowerer.masked(lowerer.buffer(node.inputs[1], 'lanes'))
    const attributes = node.attributes as Conv2dWeightGradientAttributes
    if (!sumsByBlock(x, attributes.weightShape)) {
      lowerer.emit(conv2dWeightGradientKernel(x, dy, output, attributes))
      return
    }
    const partial = floatBuffer('sums by block', [x.blocks, ...output.shape])
    lowerer.emit(conv2dWeightGradientKernel(x, dy, partial, attributes), reducePlainKernel('sum', partial, [0], output))
  },

  maxPool2d(lowerer, node, output) {
    lowerer.emit(
      maxPoolKernel(lowerer.buffer(node.inputs[0], output.layout), output, node.attributes as Pool2dAttributes),
    )
  },

  maxPool2dScatter(lowerer, node, output) {
    const [x, dy] = node.inputs.map((input) => lowerer.buffer(input, 'lanes'))
    lowerer.emit(maxPoolScatterKernel(x, dy, output, node.attributes as Pool2dAttributes))
  },

  maxPool2dGather(lowerer, node, output) {
    const [x, values] = node.inputs.map((input) => lowerer.buffer(input, 'lanes'))
    lowerer.emit(maxPoolGatherKernel(x, values, output, node.attributes as Pool2dAttributes))
  },

  avgPool2d(lowerer, node, output) {
    lowerer.emit(
      avgPoolKernel(lowerer.buffer(node.inputs[0], output.layout), output, node.attributes as Pool2dAttributes),
    )
  },

  avgPool2dGradient(lowerer, node, output, epilogue) {
    const attributes = node.attributes as AvgPool2dGradientAttributes
    lowerer.emit(avgPoolGradientKernel(lowerer.buffer(node.inputs[0], 'lanes'), output, attributes, epilogue))
  },

  resample2d: lowerResampling(resampleTaps),
  resample2dGradient: lowerResampling((method, dy, dx) => transposedTaps(method, dx, dy)),

  oneHot(lowerer, node, output) {
    lowerer.emit(oneHotKernel(lowerer.buffer(node.inputs[0], output.layout), output))
  },

  gather(lowerer, node, output) {
    const [x, indices] = node.inputs.map((input) => lowerer.buffer(input, 'plain'))
    lowerer.emit(gatherKernel(x, indices, output, (node.attributes as { axis: number }).axis))
  },

  scatterAdd(lowerer, node, output) {
    const [dy, indices] = node.inputs.map((input) => lowerer.buffer(input, 'plain'))
    lowerer.emit(scatterAddKernel(dy, indices, output, (node.attributes as { axis: number }).axis))
  },

  takeAlongAxis(lowerer, node, output) {
    const [x, indices] = node.inputs.map((input) => lowerer.buffer(input, 'plain'))
    lowerer.emit(takeAlongAxisKernel(x, indices, output, (node.attributes as { axis: number }).axis))
  },

  addAlongAxis(lowerer, node, output) {
    const [dy, indices] = node.inputs.map((input) => lowerer.buffer(input, 'plain'))
    lowerer.emit(addAlongAxisKernel(dy, indices, output, (node.attributes as { axis: number }).axis))
  },

  argsort(lowerer, node, output) {
    const { descending } = node.attributes as ArgsortAttributes
    lowerer.emit(argsortKernel(lowerer.buffer(node.inputs[0], 'plain'), descending, output))
  },

  cumsum(lowerer, node, output) {
    lowerer.emit(cumsumKernel(lowerer.buffer(node.inputs[0], 'plain'), node.attributes as CumsumAttributes, output))
  },

  uniform(lowerer, node, output) {
    lowerer.emit(uniformKernel(lowerer.buffer(node.inputs[0], 'plain'), output, node.attributes as UniformAttributes))
  },
}
