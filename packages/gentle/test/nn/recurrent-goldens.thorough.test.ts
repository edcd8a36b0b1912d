import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { testRecurrentGoldens } from './recurrent-goldens.ts'

testRecurrentGoldens('the float64 reference', () => Promise.resolve(reference({ precision: 'float64' })), 1e-6)
testRecurrentGoldens('wasm', () => wasm({ threads: 2 }), 1e-5)
