import { reference } from '../../src/backends/reference/reference.ts'
import { layers, testRecurrentGoldens } from './recurrent-goldens.ts'

/** Of the stacked layers, which take longest, one kind is enough here. */
const cases = Object.keys(layers).filter((name) => !name.includes('two layers') || name.startsWith('lstm'))

testRecurrentGoldens('the reference', () => Promise.resolve(reference()), 1e-5, cases)
