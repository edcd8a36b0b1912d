import { type LoweredGraph, type LowerOptions, lower } from '../../../src/backends/wasm/lowering/lowerer.ts'
import { partsFor } from '../../../src/backends/wasm/lowering/parts.ts'
import * as loops from '../../../src/compile/loops/index.ts'
import { hasLoops, simplify } from '../../../src/compile/simplify.ts'
import type { Graph } from '../../../src/graph/graph.ts'

/** A graph as the backend lowers it. */
export async function lowered(graph: Graph, options: LowerOptions = {}): Promise<LoweredGraph> {
  const simpler = simplify(graph, hasLoops(graph) ? loops : undefined)
  return lower(simpler, { ...options, ...(await partsFor(simpler)) })
}
