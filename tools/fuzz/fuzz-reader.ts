/** Tries all cases of a reader, in a process of its own: one that hangs or ends is told by its number, and the rest goes on. */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { add, count, newTally, type Tally } from './tally.ts'

/** Milliseconds by the clock after which a case hangs; one that takes less, and too long, tells so itself. */
const hanging = 20_000

/** Cases of a process: what one has counted is lost with it. */
const cases = 5000

/** MiB of a process' heap. */
const heap = 1024

type End = Tally | { readonly problem: string; readonly index: number | undefined }

const underWay = (progress: string): number | undefined => {
  try {
    const bytes = readFileSync(progress)
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0)
  } catch {
    return undefined
  }
}

function inProcess(name: string, seed: number, from: number, to: number, progress: string): Promise<End> {
  return new Promise((resolve) => {
    const child = fork(
      join(import.meta.dirname, 'child.ts'),
      [name, String(seed), String(from), String(to), progress],
      {
        execArgv: [`--max-old-space-size=${heap}`, '--report-on-fatalerror=false'],
        silent: true,
      },
    )
    let told = ''
    child.stderr?.on('data', (text) => {
      told = `${told}${text}`.slice(-4000)
    })
    let tally: Tally | undefined
    child.on('message', (message) => {
      tally = message as Tally
    })
    let last: number | undefined
    let since = performance.now()
    const watch = setInterval(() => {
      const index = underWay(progress)
      if (index !== last) {
        last = index
        since = performance.now()
      } else if (performance.now() - since > hanging) {
        told = `it hangs for more than ${hanging / 1000} s`
        child.kill('SIGKILL')
      }
    }, 500)
    child.on('exit', (code, signal) => {
      clearInterval(watch)
      const why = told.split('\n').find((line) => /FATAL|Error|hangs/.test(line)) ?? told.slice(-300)
      resolve(tally ?? { problem: `the process ended (${signal ?? code}): ${why}`, index: underWay(progress) })
    })
  })
}

export async function fuzzReader(name: string, seed: number, from: number, to: number): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-fuzz-'))
  const progress = join(folder, 'progress')
  const tally = newTally()
  try {
    for (let at = from; at < to; ) {
      rmSync(progress, { force: true })
      let end = Math.min(to, at + cases)
      let found = await inProcess(name, seed, at, end, progress)
      if ('problem' in found) {
        const { problem, index } = found
        if (index === undefined) throw new Error(`${name}: ${problem}`)
        count(tally, index, { verdict: 'wrong', problem, milliseconds: 0, memory: 0 })
        // What came before it is counted again, and what comes after it goes on.
        end = index
        found = at === end ? newTally() : await inProcess(name, seed, at, end, progress)
        if ('problem' in found) throw new Error(`${name}: ${found.problem} at case ${found.index}, but not alone`)
        end = index + 1
      }
      add(tally, found)
      at = end
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return tally
}
