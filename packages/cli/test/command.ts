/** Runs the command, in this process or as one of its own, and makes small data for it. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { vi } from 'vitest'

/** The command's program. */
export const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Flags of a training that chooses nothing by itself: pictures as they are, at a rate that was tried. */
export const plainRecipe = ['--optimizer', 'sgd', '--learning-rate', '0.1', '--augment', 'none', '--normalize', 'none']

let runs = 0
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `gentle` with these arguments in this process, which saves the start of another and the loading of the library. The program reads its
 * arguments when it is imported, and is imported anew by each run; runs that are started together go one after the other.
 */
export function gentle(args: readonly string[], { cwd }: { cwd?: string } = {}): Promise<Outcome> {
  const run = last.then(() => runHere(args, cwd))
  last = run.catch(() => {})
  return run
}

async function runHere(args: readonly string[], cwd = process.cwd()): Promise<Outcome> {
  const [{ argv, env }, before] = [process, process.cwd()]
  let [stdout, stderr] = ['', '']
  const captured = [
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      stdout += chunk
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      stderr += chunk
      return true
    }),
    vi.spyOn(console, 'log').mockImplementation((...values) => {
      stdout += `${format(...values)}\n`
    }),
  ]
  process.argv = [process.execPath, main, ...args]
  process.env = { ...env, NO_COLOR: '1' }
  process.exitCode = undefined
  process.chdir(cwd)
  try {
    await import(/* @vite-ignore */ `${main}?run=${runs++}`)
    return { code: Number(process.exitCode ?? 0), stdout, stderr }
  } finally {
    for (const each of captured) each.mockRestore()
    process.chdir(before)
    Object.assign(process, { argv, env, exitCode: undefined })
  }
}

/** Runs `gentle` as a process of its own; `onNote` sees what it says as it goes on, and may send signals. */
export function gentleProcess(
  args: readonly string[],
  {
    cwd = process.cwd(),
    onNote,
  }: { cwd?: string; onNote?: (text: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
      onNote?.(String(chunk), (signal) => child.kill(signal))
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that goes with the tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-'))
  folders.push(folder)
  return folder
}

/** An IDX file of bytes. */
export function idxBytes(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x0800 + shape.length)
  for (const [axis, n] of shape.entries()) view.setUint32(4 + 4 * axis, n)
  bytes.set(data, 4 + 4 * shape.length)
  return bytes
}

/** A folder with an IDX set of pictures of 28 x 28 in two classes: bright on the left, bright on the right. */
export function smallIdxSet(): string {
  const folder = join(temporaryFolder(), 'halves')
  mkdirSync(folder)
  const write = (part: string, count: number): void => {
    const images = new Uint8Array(count * 784)
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 2)
    for (let i = 0; i < images.length; i++) {
      const left = i % 28 < 14
      const bright = left === (labels[Math.floor(i / 784)] === 0)
      images[i] = bright ? 200 + ((i * 7919) % 56) : (i * 104729) % 40
    }
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idxBytes([count, 28, 28], images))
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idxBytes([count], labels))
  }
  write('train', 240)
  write('t10k', 40)
  return folder
}
