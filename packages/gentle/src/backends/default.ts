import type { Graph } from '../graph/graph.ts'
import type { Backend, Program } from './backend.ts'
import { wasm } from './wasm/wasm.ts'

let opened: Promise<Backend> | undefined

/** The backend that is used where none is named: wasm on all cores, opened at the first use and shared. */
export function defaultBackend(): Promise<Backend> {
  opened ??= wasm()
  return opened
}

/**
 * Makes a graph ready to run, on the default backend unless one is given.
 * @throws ArgumentError for inputs that are used but not listed; MemoryError when it would not fit.
 */
export async function compile(graph: Graph, { backend }: { readonly backend?: Backend } = {}): Promise<Program> {
  return (backend ?? (await defaultBackend())).compile(graph)
}
