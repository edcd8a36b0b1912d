/** What only some programs need of the backend, loaded for those: a page that trains a small network does without. */
import { type Graph, rootsOf, topologicalOrder } from '../../../graph/graph.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { Conv2dAttributes } from '../../../ops/conv2d.ts'
import { bodyRoots, isScan } from '../../../ops/loop.ts'
import { canBeWinograd } from './choices.ts'
import type { Lowerings } from './context.ts'
import type { LowerLoop } from './lowerer.ts'
import { rareLowerings } from './lowerings.ts'
import type { Winograd } from './winograd.ts'

export interface Parts {
  /** Lowers loops. */
  readonly lowerLoop?: LowerLoop
  /** Lowers ops that few programs have. */
  readonly rare?: Lowerings<string>
  /** Winograd's method for convolutions. */
  readonly winograd?: Winograd
}

/** The parts that a simplified graph needs. */
export async function partsFor(graph: Graph): Promise<Parts> {
  const nodes = nodesWithin(rootsOf(graph))
  const families = new Set(nodes.flatMap(({ op }) => familyOf(op.name) ?? []))
  const [lowerLoop, winograd, ...rare] = await Promise.all([
    nodes.some(isScan) ? import('./loop.ts').then((module) => module.lowerLoop) : undefined,
    nodes.some(mayBeWinograd) ? import('./winograd.ts').then((module) => module.winograd) : undefined,
    ...[...families].map((load) => load()),
  ])
  return { lowerLoop, winograd, rare: Object.assign({}, ...rare) }
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

function mayBeWinograd(node: Tensor): boolean {
  const shape = filters[node.op.name]?.(node)
  return shape !== undefined && canBeWinograd(shape.slice(2), node.attributes as Conv2dAttributes)
}
