import { reference } from '../../src/backends/reference/reference.ts'
import { layers, testRecurrentGoldens } from './recurrent-goldens.ts'

/** Stacked layers take longest: the thorough suite has them. */
const cases = Object.keys(layers).filter((name) => !name.includes('two layers'))

testRecurrentGoldens('the reference', () => Promise.resolve(reference()), 1e-5, cases)
