import { reference } from '../../src/backends/reference/reference.ts'
import { describeBackend, describeThreads } from './conformance.ts'

describeBackend('the reference in float32', async () => reference(), 0.1)
describeThreads('the reference', async () => reference(), 0.05)
describeBackend('the reference in float64', async () => reference({ precision: 'float64' }), 0.1)
