import type { Backend } from './backend.ts'
import { wasm } from './wasm/wasm.ts'

let opened: Promise<Backend> | undefined

/** The backend that is used where none is named: wasm on all cores, opened at the first use and shared. */
export function defaultBackend(): Promise<Backend> {
  opened ??= wasm()
  return opened
}
