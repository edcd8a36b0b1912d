/** Properties draw the same cases in each run, and those for which no number of cases is given follow the setting as the others do. */
import fc from 'fast-check'
import { randomCases } from './random-cases.ts'

fc.configureGlobal({ seed: 20260, numRuns: randomCases(100) })
