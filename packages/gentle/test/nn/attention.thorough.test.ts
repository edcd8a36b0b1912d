import { wasm } from '../../src/backends/wasm/wasm.ts'
import { describeAttention } from './attention-cases.ts'

describeAttention('wasm', () => wasm({ threads: 2 }), 2e-5)
