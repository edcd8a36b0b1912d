/** `node tools/same-weights/train.ts [--strict] [--threads N]`: prints the digests of this machine as JSON. */
import { parseArgs } from 'node:util'
import { digestOfFunctions, digestOfWeights, trainingNames } from './trainings.ts'

const { values: flags } = parseArgs({
  options: { strict: { type: 'boolean', default: false }, threads: { type: 'string', default: '1' } },
})
const options = { strictNumerics: flags.strict, threads: Number(flags.threads) }
const digests: Record<string, string> = { functions: await digestOfFunctions() }
for (const name of trainingNames) digests[name] = await digestOfWeights(name, options)
console.log(JSON.stringify(digests))
