import { wasm } from '../../src/backends/wasm/wasm.ts'
import { describeBackend, describeThreads } from './conformance.ts'

// A file of its own: the engine's pass stays switched on for what else the process compiles.
describeBackend(
  'wasm with vectors of 256 bits, unneeded memory poisoned',
  () => wasm({ threads: 2, wideVectors: true, poison: true }),
  0.25,
)
describeThreads('wasm with vectors of 256 bits', (threads) => wasm({ threads, wideVectors: true, poison: true }), 0.1)
