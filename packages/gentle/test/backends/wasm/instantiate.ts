import { Module } from '../../../src/backends/wasm/assembler/index.ts'

type Exports = Record<string, (...values: number[]) => number>

/** Builds a module over a memory of its own and runs it. */
export function instantiate(
  define: (module: Module) => void,
  {
    pages = 1,
    shared = false,
    imports = {},
  }: { pages?: number; shared?: boolean; imports?: WebAssembly.ModuleImports } = {},
): { exports: Exports; memory: WebAssembly.Memory } {
  const module = new Module({ memory: { initialPages: pages, maximumPages: pages, shared } })
  define(module)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory, ...imports } })
  return { exports: instance.exports as Exports, memory }
}
