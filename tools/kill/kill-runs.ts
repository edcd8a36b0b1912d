/** Trainings that are killed at random moments and resumed until they are done, beside one that nobody disturbs. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSafetensors } from '../../packages/gentle/src/entries/formats.ts'
import { loadTrainingState, Random } from '../../packages/gentle/src/entries/index.ts'

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** Thousands of short steps, and a checkpoint after each of them for which the disk is fast enough. */
const training = [
  'mlp',
  '--data',
  'moons',
  '--epochs',
  '40',
  '--batch-size',
  '8',
  '--save-every',
  '1',
  '--optimizer',
  'adam',
]

export interface KillOptions {
  readonly kills: number
  readonly seed: number
  /** An empty folder. */
  readonly folder: string
  readonly onKill?: (text: string) => void
}

interface Ended {
  readonly code: number | null
  readonly notes: string
}

/** Runs the command. @param killAfter milliseconds from its first note on, which comes when the training begins */
function command(args: readonly string[], killAfter?: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, 'train', ...args], { env: { ...process.env, NO_COLOR: '1' } })
    let notes = ''
    let timer: NodeJS.Timeout | undefined
    child.stdout.resume()
    child.stderr.on('data', (chunk) => {
      notes += chunk
      if (killAfter !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfter)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, notes })
    })
  })
}

/** What there is of a run that was killed must be whole; how many steps its checkpoint has. */
function stepsIn(run: string): number {
  const read = <T>(name: string, reader: (bytes: Buffer) => T): T | undefined =>
    existsSync(join(run, name)) ? reader(readFileSync(join(run, name))) : undefined
  read('run.json', (bytes) => JSON.parse(bytes.toString()))
  for (const name of ['last', 'best']) read(`weights/${name}.safetensors`, (bytes) => readSafetensors(bytes, name))
  return read('weights/progress.safetensors', (bytes) => loadTrainingState(bytes).step) ?? 0
}

/** What must be equal, by name: weights and curves as they are, figures without what tells of time. */
function resultOf(run: string): Record<string, string> {
  const hex = (name: string): string => readFileSync(join(run, name)).toString('hex')
  const {
    seconds: _,
    examplesPerSecond: __,
    threads: ___,
    ...summary
  } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
  const rows = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n')
  return {
    'last.safetensors': hex('weights/last.safetensors'),
    'best.safetensors': hex('weights/best.safetensors'),
    'curves.svg': hex('curves.svg'),
    'metrics.csv': rows.map((row) => row.split(',').slice(0, -2).join()).join('\n'),
    'summary.json': JSON.stringify(summary),
    files: readdirSync(run, { recursive: true }).map(String).sort().join('\n'),
  }
}

/** Gives what differs from the undisturbed training, or was broken, a line each; nothing where all went well. */
export async function killRuns({ kills, seed, folder, onKill }: KillOptions): Promise<string[]> {
  const random = new Random(seed)
  const faults: string[] = []
  const whole = join(folder, 'whole')
  const began = performance.now()
  const undisturbed = await command([...training, '--threads', '1', '--run-dir', whole])
  if (undisturbed.code !== 0) throw new Error(`the undisturbed training failed: ${undisturbed.notes}`)
  const patience = performance.now() - began
  const expected = resultOf(whole)
  let killed = 0
  for (let n = 1; killed < kills; n++) {
    const run = join(folder, `run ${n}`)
    for (let goesOn = false; ; goesOn = true) {
      const threads = ['--threads', String(1 + Math.floor(random.uniform() * 2))]
      const args = goesOn ? ['--resume', run, ...threads] : [...training, ...threads, '--run-dir', run]
      const { code, notes } = await command(args, killed < kills ? patience * random.uniform() : undefined)
      if (code === 0) break
      if (code !== null) {
        faults.push(`run ${n}: exit code ${code}: ${notes.trim().split('\n').at(-1)}`)
        break
      }
      killed++
      try {
        onKill?.(`kill ${killed} of run ${n}: ${stepsIn(run)} steps are kept`)
      } catch (error) {
        faults.push(`run ${n}, kill ${killed}: ${(error as Error).message}`)
      }
    }
    const result = existsSync(join(run, 'summary.json')) ? resultOf(run) : {}
    for (const [name, value] of Object.entries(expected))
      if (result[name] !== value) faults.push(`run ${n}: ${name} differs from the undisturbed training's`)
  }
  return faults
}
