/** What only some programs need of the backend, loaded for those: a page that trains a small network does without. */
import { centredBefore } from '../../../compile/sums.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../../graph/graph.ts'
import { isCustom } from '../../../graph/op.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { Conv2dAttributes } from '../../../ops/conv2d.ts'
import { bodyRoots, isScan } from '../../../ops/loop.ts'
import type { MatmulAttributes } from '../../../ops/matmul.ts'
import type { ReduceAttributes } from '../../../ops/reduce.ts'
import { assignLayouts } from '../layout/assign.ts'
import { isDense } from '../layout/dense.ts'
import { blockSize, type Layout } from '../layout/layout.ts'
import { isRareFunction, type RareMath } from '../math/index.ts'
import { canBeWinograd, isStreamed, minPackedChannels, products } from './choices.ts'
import type { LoadedParts, Lowerings } from './context.ts'
import type { LowerCustom } from './custom.ts'
import type { LowerLoop } from './lowerer.ts'
import { rareLowerings } from './lowerings.ts'
import { loweringOrder } from './order.ts'

export interface Parts extends Partial<LoadedParts> {
  /** Lowers loops. */
  readonly lowerLoop?: LowerLoop
  /** Lowers ops from outside of the library. */
  readonly lowerCustom?: LowerCustom
  /** Lowers ops that few programs have. */
  readonly rare?: Lowerings<string>
  /** Functions that few programs compute. */
  readonly rareMath?: RareMath
}

/** A simplified graph as it is computed for few images: where it has transposed convolutions, they become convolutions. */
export async function withFewImages(graph: Graph): Promise<Graph> {
  if (topologicalOrder(rootsOf(graph)).every(({ op }) => op.name !== 'conv2dInputGradient')) return graph
  const { convolveTransposed, hasSubPixels } = await import('../../../compile/sub-pixels.ts')
  return hasSubPixels(graph) ? convolveTransposed(graph) : graph
}

/** The parts that a simplified graph needs. */
export async function partsFor(graph: Graph): Promise<Parts> {
  const placed = placedNodes(rootsOf(graph))
  const nodes = placed.map(({ node }) => node)
  const families = new Set(nodes.flatMap(({ op }) => familyOf(op.name) ?? []))
  const custom = nodes.some(({ op }) => isCustom(op))
  const [parts, rare] = await Promise.all([
    allOf({
      lowerLoop: nodes.some(isScan) ? import('./loop.ts').then((module) => module.lowerLoop) : undefined,
      lowerCustom: custom ? import('./custom.ts').then((module) => module.lowerCustom) : undefined,
      // What kernels from outside of the library compute is not known.
      rareMath: custom || nodes.some(({ op }) => isRareFunction(op.name)) ? import('../math/rare.ts') : undefined,
      densePanels: nodes.some(isScan) ? import('./dense-panels.ts').then((module) => module.densePanels) : undefined,
      denseStreamed: nodes.some(hasManyWeights)
        ? import('./dense-streamed.ts').then((module) => module.denseStreamed)
        : undefined,
      plainProducts: placed.some(isPlainProduct)
        ? import('./plain-products.ts').then((module) => module.plainProducts)
        : undefined,
      winograd: placed.some(mayBeWinograd) ? import('./winograd.ts').then((module) => module.winograd) : undefined,
      packed: nodes.some(hasManyChannels) ? import('./packed.ts').then((module) => module.packed) : undefined,
      channels: placed.some(isInChannels) ? import('./channels.ts').then((module) => module.channels) : undefined,
      squares: nodes.some(isSumOfSquares) ? import('./squares.ts').then((module) => module.squares) : undefined,
    }),
    Promise.all([...families].map((load) => load())),
  ])
  return { ...parts, rare: Object.assign({}, ...rare) }
}

/** An object of promises, when all are kept. */
async function allOf<T extends object>(promises: T): Promise<{ readonly [Name in keyof T]: Awaited<T[Name]> }> {
  const values = await Promise.all(Object.values(promises))
  const named = Object.keys(promises).map((name, i) => [name, values[i]] as const)
  return Object.fromEntries(named) as { readonly [Name in keyof T]: Awaited<T[Name]> }
}

const familyOf = (name: string): (() => Promise<Lowerings<string>>) | undefined =>
  Object.hasOwn(rareLowerings, name) ? rareLowerings[name as keyof typeof rareLowerings] : undefined

/** A node, and the layouts of its graph, or of the loop's body that it is in. */
interface Placed {
  readonly node: Tensor
  readonly layoutOf: (node: Tensor) => Layout
}

/** All nodes, those of loops' bodies too, as they will be lowered. */
function placedNodes(roots: readonly Tensor[]): Placed[] {
  const order = loweringOrder(roots)
  const layouts = assignLayouts(order)
  const layoutOf = (node: Tensor): Layout => layouts.get(node) ?? 'plain'
  return order.flatMap((node) => [{ node, layoutOf }, ...(isScan(node) ? placedNodes(bodyRoots(node.attributes)) : [])])
}

const isInChannels = ({ node, layoutOf }: Placed): boolean => layoutOf(node) === 'channels'

/** Whether a node is a product that no method on a batch in lanes computes. */
function isPlainProduct({ node, layoutOf }: Placed): boolean {
  if (node.op.name !== 'matmul' || layoutOf(node) === 'lanes') return false
  const [a, b] = node.inputs
  const attributes = node.attributes as MatmulAttributes
  return !products.overImages({ ...attributes, a: a.shape, b: b.shape, operand: layoutOf(a) })
}

const isSumOfSquares = ({ op, inputs: [x], attributes }: Tensor): boolean =>
  op.name === 'sum' && centredBefore(x, (attributes as ReduceAttributes).axes) !== undefined

/** Where a convolution, or a gradient of one, has its filters' shape. */
const filters: Readonly<Record<string, (node: Tensor) => readonly number[]>> = {
  conv2d: ({ inputs: [, w] }) => w.shape,
  conv2dInputGradient: ({ inputs: [w] }) => w.shape,
  conv2dWeightGradient: ({ shape }) => shape,
}

/** Whether a node is a dense layer of so many weights that they are read once for all images of a batch in lanes. */
const hasManyWeights = (node: Tensor): boolean => isDense(node) && isStreamed(node.inputs[1].shape)

const hasManyChannels = (node: Tensor): boolean =>
  filters[node.op.name]?.(node).some((n, axis) => axis < 2 && n >= minPackedChannels) === true

/** Filters of 5 x 5 alone where channels are in full blocks. */
function mayBeWinograd({ node, layoutOf }: Placed): boolean {
  const shape = filters[node.op.name]?.(node)
  if (shape === undefined) return false
  const sides = layoutOf(node) === 'channels' && shape[1] % blockSize === 0 ? [3, 5] : [3]
  return sides.some((side) => canBeWinograd(shape.slice(2), node.attributes as Conv2dAttributes, side))
}
