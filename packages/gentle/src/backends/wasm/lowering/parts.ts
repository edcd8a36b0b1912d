/** What only some programs need of the backend, loaded for those: a page that trains a small network does without. */
import { type Graph, rootsOf, topologicalOrder } from '../../../graph/graph.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { Conv2dAttributes } from '../../../ops/conv2d.ts'
import { bodyRoots, isScan } from '../../../ops/loop.ts'
import { assignLayouts } from '../layout/assign.ts'
import { canBeWinograd, minPackedChannels } from './choices.ts'
import type { LoadedParts, Lowerings } from './context.ts'
import type { LowerLoop } from './lowerer.ts'
import { rareLowerings } from './lowerings.ts'
import { loweringOrder } from './order.ts'

export interface Parts extends Partial<LoadedParts> {
  /** Lowers loops. */
  readonly lowerLoop?: LowerLoop
  /** Lowers ops that few programs have. */
  readonly rare?: Lowerings<string>
}

/** A simplified graph as it is computed for few images: where it has transposed convolutions, they become convolutions. */
export async function withFewImages(graph: Graph): Promise<Graph> {
  if (topologicalOrder(rootsOf(graph)).every(({ op }) => op.name !== 'conv2dInputGradient')) return graph
  const { convolveTransposed, hasSubPixels } = await import('../../../compile/sub-pixels.ts')
  return hasSubPixels(graph) ? convolveTransposed(graph) : graph
}

/** The parts that a simplified graph needs. */
export async function partsFor(graph: Graph): Promise<Parts> {
  const nodes = nodesWithin(rootsOf(graph))
  const families = new Set(nodes.flatMap(({ op }) => familyOf(op.name) ?? []))
  const [lowerLoop, densePanels, winograd, packed, channels, ...rare] = await Promise.all([
    nodes.some(isScan) ? import('./loop.ts').then((module) => module.lowerLoop) : undefined,
    nodes.some(isScan) ? import('./dense-panels.ts').then((module) => module.densePanels) : undefined,
    nodes.some(mayBeWinograd) ? import('./winograd.ts').then((module) => module.winograd) : undefined,
    nodes.some(hasManyChannels) ? import('./packed.ts').then((module) => module.packed) : undefined,
    usesChannels(rootsOf(graph)) ? import('./channels.ts').then((module) => module.channels) : undefined,
    ...[...families].map((load) => load()),
  ])
  return { lowerLoop, densePanels, winograd, packed, channels, rare: Object.assign({}, ...rare) }
}

const familyOf = (name: string): (() => Promise<Lowerings<string>>) | undefined =>
  Object.hasOwn(rareLowerings, name) ? rareLowerings[name as keyof typeof rareLowerings] : undefined

/** All nodes, those of loops' bodies too. */
const nodesWithin = (roots: readonly Tensor[]): Tensor[] =>
  topologicalOrder(roots).flatMap((node) =>
    isScan(node) ? [node, ...nodesWithin(bodyRoots(node.attributes))] : [node],
  )

/** Where a convolution, or a gradient of one, has its filters' shape. */
const filters: Readonly<Record<string, (node: Tensor) => readonly number[]>> = {
  conv2d: ({ inputs: [, w] }) => w.shape,
  conv2dInputGradient: ({ inputs: [w] }) => w.shape,
  conv2dWeightGradient: ({ shape }) => shape,
}

const hasManyChannels = (node: Tensor): boolean =>
  filters[node.op.name]?.(node).some((n, axis) => axis < 2 && n >= minPackedChannels) === true

/** Whether tensors, or some of a loop's body, are in channels. */
const usesChannels = (roots: readonly Tensor[]): boolean => {
  const order = loweringOrder(roots)
  return (
    [...assignLayouts(order).values()].includes('channels') ||
    order.some((node) => isScan(node) && usesChannels(bodyRoots(node.attributes)))
  )
}

function mayBeWinograd(node: Tensor): boolean {
  const shape = filters[node.op.name]?.(node)
  return shape !== undefined && canBeWinograd(shape.slice(2), node.attributes as Conv2dAttributes)
}
