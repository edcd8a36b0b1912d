/** Has properties for which no number of random cases is given try as many times more as those for which one is. */
import fc from 'fast-check'
import { randomCases } from './random-cases.ts'

fc.configureGlobal({ numRuns: randomCases(100) })
