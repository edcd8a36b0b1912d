import { wasm } from '../../src/backends/wasm/wasm.ts'
import { describeBackend, describeThreads } from './conformance.ts'

describeBackend(
  'wasm with 2 threads, vectors of 128 bits, unneeded memory poisoned',
  () => wasm({ threads: 2, wideVectors: false, poison: true }),
  0.5,
)
describeBackend('wasm with 4 threads', () => wasm({ threads: 4, wideVectors: false }), 0.1)
describeBackend('wasm on 1 thread without fused multiply-add', () => wasm({ threads: 1, strictNumerics: true }), 0.1)
// Poisoned, threads share blocks also where there is little to compute.
describeThreads('wasm', (threads) => wasm({ threads, wideVectors: false, poison: true }), 0.2)
// Else small kernels are left to one thread.
describeThreads('wasm as it is', (threads) => wasm({ threads, wideVectors: false }), 0.1)
