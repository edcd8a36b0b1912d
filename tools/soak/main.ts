/** `npm run soak [-- --steps N --cycles N]`: 100,000 steps of a training and 1,000 models that are made, used and let go of; fails where what the process holds grows. See `soak`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'
import type { Usage } from './usage.ts'

const { values: flags } = parseArgs({
  options: { steps: { type: 'string', default: '100000' }, cycles: { type: 'string', default: '1000' } },
})

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`

function onSample(what: string, done: number, { heap, buffers, wasm, threads, handles }: Usage): void {
  console.log(
    `${done.toLocaleString('en-US').padStart(9)} ${what.padEnd(6)}  heap ${mebibytes(heap)}  buffers ${mebibytes(buffers)}  WebAssembly ${mebibytes(wasm)}  ${threads ?? '?'} threads  ${handles ?? '?'} open files`,
  )
}

const folder = mkdtempSync(join(tmpdir(), 'gentle-soak-'))
try {
  const faults = await soak({
    steps: Number(flags.steps),
    cycles: Number(flags.cycles),
    folder: join(folder, 'run'),
    onSample,
  })
  for (const fault of faults) console.log(fault)
  console.log(faults.length === 0 ? 'nothing grows' : `${faults.length} of them grew`)
  if (faults.length > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
