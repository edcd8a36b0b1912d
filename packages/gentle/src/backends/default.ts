import type { Graph } from '../graph/graph.ts'
import type { Backend, Program } from './backend.ts'
import { wasm } from './wasm/wasm.ts'

let opened: Promise<Backend> | undefined

/** The backend that is used where none is named: wasm on all cores, opened at the first use and shared. */
export function defaultBackend(): Promise<Backend> {
  opened ??= wasm()
  return opened
}

/** Begins to open the default backend, so that its threads start while something else is done. Whether it opens, whoever uses it is told. */
export function openDefaultBackend(): void {
  defaultBackend().catch(() => {})
}

/**
 * Makes a graph ready to run, on the default backend unless one is given. The names of the graph's inputs and outputs are those of the program's
 * type, so that another name does not compile; `compile<string, string>(graph)` is for names that are only known at run time.
 * @example
 * ```ts
 * const x = input([2])
 * const program = await compile({ inputs: { x }, outputs: { doubled: mul(x, 2) } })
 * const { doubled } = await program.run({ x: [1, 2] })
 * ```
 * @throws ArgumentError for inputs that are used but not listed; MemoryError when it would not fit.
 */
export async function compile<Inputs extends string, Outputs extends string>(
  graph: Graph<Inputs, Outputs>,
  { backend }: { readonly backend?: Backend } = {},
): Promise<Program<Inputs, Outputs>> {
  return (backend ?? (await defaultBackend())).compile(graph)
}
