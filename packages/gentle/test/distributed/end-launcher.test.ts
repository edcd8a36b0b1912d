import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'gentle-launcher-'))
afterAll(() => rmSync(folder, { recursive: true }))
const module = fileURLToPath(new URL('../../src/distributed/mpi/end-launcher.ts', import.meta.url))
const program = `import { endLauncherAfter } from ${JSON.stringify(module)}; console.log(endLauncherAfter(0.1))`

/** A launcher of this name that starts a process, which wants its end, and waits, with another one, for what does not come. */
async function launched(name: string) {
  const file = join(folder, name)
  const start = `'${process.execPath}' --input-type=module -e '${program}'`
  writeFileSync(file, `#!/bin/bash\ntrap "" TERM\nsleep 2 & (${start})\nwait\n`, { mode: 0o755 })
  const launcher = spawn(file, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  launcher.stdout.on('data', (text) => {
    said += text
  })
  const begun = performance.now()
  // With all that holds its output.
  const [, signal] = await once(launcher, 'close')
  return { said: said.trim(), signal, seconds: (performance.now() - begun) / 1000 }
}

describe.runIf(process.platform === 'linux')('a launcher that does not end', () => {
  it('is killed, with what it started', async () => {
    const { said, signal, seconds } = await launched('mpirun')
    expect([said, signal]).toEqual(['true', 'SIGKILL'])
    expect(seconds).toBeLessThan(1.9)
  })

  it('is left alone where it is none of MPI', async () => {
    const { said, signal } = await launched('another')
    expect([said, signal]).toEqual(['false', null])
  })
})
