import { reference } from '../../src/backends/reference/reference.ts'
import { describeBackend, describeThreads } from './conformance.ts'

describeBackend('the reference in float32', async () => reference())
describeThreads('the reference', async () => reference())
describeBackend('the reference in float64', async () => reference({ precision: 'float64' }))
