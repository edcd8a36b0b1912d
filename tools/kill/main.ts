/** `npm run test:kill [-- --kills N --seed N]`: see `killRuns`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killRuns } from './kill-runs.ts'

const { values: flags } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
})
const folder = mkdtempSync(join(tmpdir(), 'gentle-kill-'))
try {
  const faults = await killRuns({ kills: Number(flags.kills), seed: Number(flags.seed), folder, onKill: console.log })
  for (const fault of faults) console.log(fault)
  console.log(`${flags.kills} kills, ${faults.length} faults`)
  if (faults.length > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
