import { wasm } from '../../src/backends/wasm/wasm.ts'
import { describeBackend } from './conformance.ts'

for (const threads of [1, 2, 4]) describeBackend(`wasm with ${threads} threads`, () => wasm({ threads, poison: true }))
describeBackend('wasm without fused multiply-add', () => wasm({ threads: 1, fusedMultiplyAdd: false }))
