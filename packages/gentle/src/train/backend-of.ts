/** A backend that computes on each of several ranks what it computes on all. */
import type { Backend } from '../backends/backend.ts'
import { wasmInSight } from '../backends/wasm/sight.ts'
import type { WasmOptions } from '../backends/wasm/wasm.ts'
import { gathered } from '../distributed/messages.ts'
import type { Ranks } from '../distributed/ranks.ts'

/** From the narrowest on: what machines compute with that have more can be computed with less. */
const arithmetics: readonly [arithmetic: string, options: WasmOptions][] = [
  ['vectors of 128 bits, no fused multiply-add', { wideVectors: false, strictNumerics: true }],
  ['vectors of 128 bits, fused multiply-add', { wideVectors: false }],
]

/**
 * Opens a wasm backend with the vectors of the rank that has the narrowest, and without a fused multiply-add where one has none, so that all compute the same bits.
 * All ranks call it.
 * @throws as `wasm`.
 */
export async function backendOf(ranks: Ranks, options: WasmOptions = {}): Promise<Backend> {
  // So that gradients go to other ranks from where they are computed.
  const backend = await wasmInSight(options)
  const all = await gathered(ranks, backend.arithmetic)
  const narrowest = arithmetics.find(([arithmetic]) => all.includes(arithmetic))
  if (narrowest === undefined || narrowest[0] === backend.arithmetic) return backend
  await backend.close()
  return wasmInSight({ ...options, ...narrowest[1] })
}
