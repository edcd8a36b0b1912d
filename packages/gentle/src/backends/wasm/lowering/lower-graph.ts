/** From a graph to kernels: the passes over it, the parts of the backend that it needs, and how threads share what it computes. */
import { hasLoops, simplify } from '../../../compile/simplify.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../../graph/graph.ts'
import type { Op } from '../../../graph/op.ts'
import { fakeQuantizeOp } from '../../../ops/fake-quantize.ts'
import type { Kernel } from '../kernel.ts'
import type { RareMath } from '../math/index.ts'
import { type LoweredGraph, type LowerOptions, lower } from './lowerer.ts'
import { partsFor, withFewImages } from './parts.ts'

export interface LowerGraphOptions extends Pick<LowerOptions, 'wideVectors'> {
  /** Threads that will run the kernels; 1 unless given. */
  readonly threads?: number
  /** Whether threads share blocks however little work it is; for tests. */
  readonly alwaysShare?: boolean
}

/** A graph's kernels, with what their code needs. */
export interface LoweredProgram extends LoweredGraph {
  readonly rareMath: RareMath | undefined
}

export async function lowerGraph(
  graph: Graph,
  { wideVectors, threads = 1, alwaysShare = false }: LowerGraphOptions = {},
): Promise<LoweredProgram> {
  const passes = hasLoops(graph) ? await import('../../../compile/loops/index.ts') : undefined
  const simpler = await withFewImages(simplify(await withIntegers(graph), passes))
  const { rareMath, ...parts } = await partsFor(simpler)
  const lowered = lower(simpler, { wideVectors, ...parts })
  return { ...lowered, kernels: await shared(lowered.kernels, threads, alwaysShare), rareMath }
}

/** A graph that predicts, where what is rounded to few bits is computed by integers. */
async function withIntegers(graph: Graph): Promise<Graph> {
  const isRounded = topologicalOrder(rootsOf(graph)).some(({ op }) => op === (fakeQuantizeOp as Op))
  if (!isRounded || (graph.updates ?? []).length > 0) return graph
  const [{ toIntegers }, { defineIntegerKernels }] = await Promise.all([
    import('../../../compile/integers.ts'),
    import('../kernels/integers/index.ts'),
  ])
  defineIntegerKernels()
  return toIntegers(graph)
}

/** Kernels as threads share them: parts of blocks, where there are fewer blocks than threads, and small ones done by one thread. */
async function shared(kernels: readonly Kernel[], threads: number, always: boolean): Promise<readonly Kernel[]> {
  if (threads === 1) return kernels
  const { shareBlocks, giveToOneThread } = await import('../sharing.ts')
  const inParts = shareBlocks(kernels, threads, always)
  return always ? inParts : giveToOneThread(inParts)
}
