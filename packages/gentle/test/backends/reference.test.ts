import { reference } from '../../src/backends/reference/reference.ts'
import { describeBackend } from './conformance.ts'

describeBackend('the reference in float32', async () => reference())
describeBackend('the reference in float64', async () => reference({ precision: 'float64' }))
