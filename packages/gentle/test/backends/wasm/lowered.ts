import {
  type LoweredProgram,
  type LowerGraphOptions,
  lowerGraph,
} from '../../../src/backends/wasm/lowering/lower-graph.ts'
import type { Graph } from '../../../src/graph/graph.ts'

/** A graph as the backend lowers it, for one thread unless another number is given. */
export const lowered = (graph: Graph, options: LowerGraphOptions = {}): Promise<LoweredProgram> =>
  lowerGraph(graph, options)
