/** What this machine's WebAssembly can do, asked once. */

import type { Statement } from './code.ts'
import { drop } from './control.ts'
import { f32x4 } from './f32x4.ts'
import { i32 } from './i32.ts'
import { Module } from './module.ts'
import { v128 } from './v128.ts'

export interface WasmFeatures {
  /** 128-bit vectors. */
  readonly simd: boolean
  /** f32x4.relaxed_madd. */
  readonly relaxedMadd: boolean
  /** Whether relaxed_madd rounds once, which is faster and more exact than a product and a sum. */
  readonly fusesMultiplyAdd: boolean
  /** Shared memory and atomics; in a browser, only where the page is cross-origin isolated. */
  readonly threads: boolean
}

let known: WasmFeatures | undefined

export function wasmFeatures(): WasmFeatures {
  known ??= probe()
  return known
}

function probe(): WasmFeatures {
  const x = v128.load(0)
  const relaxedMadd = validates(drop(f32x4.relaxedMadd(x, x, x)))
  return {
    simd: validates(drop(f32x4.add(x, x))),
    relaxedMadd,
    fusesMultiplyAdd: relaxedMadd && fuses(),
    threads: typeof SharedArrayBuffer !== 'undefined' && validates(drop(i32.atomicAdd(0, 1)), true),
  }
}

function validates(code: Statement, shared = false): boolean {
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared } })
  module.function('probe', {}, undefined, () => [code])
  return WebAssembly.validate(module.emit())
}

/** (1 + e)² - (1 + 2 e) is e² where the product is not rounded, and 0 where it is: e² is below half a unit in the last place. */
function fuses(): boolean {
  const e = 2 ** -13
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared: false } })
  module.function(
    'residue',
    { factor: 'f32' },
    'f32',
    ({ factor }) => {
      const splat = f32x4.splat(factor)
      return f32x4.extractLane(f32x4.relaxedMadd(splat, splat, f32x4.splat(-(1 + 2 * e))), 0)
    },
    { export: true },
  )
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory } })
  return (exports['residue'] as (factor: number) => number)(1 + e) !== 0
}
