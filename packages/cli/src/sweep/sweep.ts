/** `gentle sweep`: trains with different settings, and ranks them by their scores on validation. */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { launchedRanks } from 'gentle-dl/distributed'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { commandLine } from '../terminal/invocation.ts'
import { reasonOf } from '../terminal/reason.ts'
import { note, print, tellingOnce, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import type { TrainFlags } from '../train/choose-settings.ts'
import { flagOf, settingsOfFlags } from '../train/settings.ts'
import { planSweep, type SweepRequest } from './plan-sweep.ts'
import { createSweepFolder, lockSweep, readSweep, type Sweep, writeSweep } from './record.ts'
import { runSweep } from './run-sweep.ts'
import { ranked, waiting, withFailuresToTryAgain } from './rungs.ts'
import { dashed, parseSpace } from './space.ts'
import { sweepPicture } from './sweep-picture.ts'
import { sweepJson, sweepText } from './sweep-text.ts'
import { doneOf, sweepView } from './sweep-view.ts'

export interface SweepFlags extends TrainFlags, SweepRequest {
  readonly jobs?: number
  readonly sweepDir?: string
}

/** What only tells how a sweep is run, and can be another when it goes on. */
interface RunFlags {
  readonly jobs: number
  readonly threads: number
  readonly json: boolean
  readonly quiet: boolean
}

/** A sweep in its folder, which no other process writes. */
interface Opened {
  readonly folder: string
  readonly sweep: Sweep
  release(): Promise<void>
}

async function locked(folder: string, begin: () => Sweep): Promise<Opened> {
  const release = await lockSweep(folder)
  try {
    return { folder, sweep: begin(), release }
  } catch (error) {
    await release()
    throw error
  }
}

/** A new sweep, or one that goes on. The caller releases it. */
async function open(
  model: string | undefined,
  { resume, sweepDir, vary, method, trials, reductionFactor, ...flags }: Omit<SweepFlags, keyof RunFlags>,
): Promise<Opened> {
  const request = { vary, method, trials, reductionFactor }
  if (resume !== undefined) {
    const other = Object.entries({ sweepDir, ...request, ...flags }).find(([, value]) => value !== undefined)
    const named = other === undefined ? model && `the model ${model}` : flagOf(other[0])
    if (named !== undefined)
      throw new UsageError(
        `${named} cannot be given when a sweep is continued, which has its settings; only --jobs and --threads can`,
      )
    readSweep(resume)
    return locked(resume, () => withFailuresToTryAgain(readSweep(resume)))
  }
  const sweep = await tellingOnce(() => planSweep(model, request, flags as TrainFlags))
  const name = [model, flags.data].filter((each) => each !== undefined).join('-') || sweep.method
  const folder = createSweepFolder(name.replace(/[^\w-]+/g, '-'), sweepDir)
  return locked(folder, () => {
    writeSweep(folder, sweep)
    return sweep
  })
}

const methodTexts = { grid: 'all combinations', random: 'drawn at random', halving: 'successive halving' } as const

/** What will be done, in a line or two. */
function beginning(folder: string, sweep: Sweep, { jobs, threads }: RunFlags): string {
  const { trials, method, rungs, score } = sweep
  const names = Object.keys(trials[0].settings).map((name) => dashed(name as never))
  const left = waiting(sweep)?.trials.length ?? 0
  const most = Math.min(jobs, left)
  const share = Math.max(1, Math.floor(threads / Math.max(1, most)))
  const halving = rungs.map(({ trials: n, epochs }) => `${n} to epoch ${epochs}`).join(', ')
  return [
    `${trials.length} ${trials.length === 1 ? 'trial' : 'trials'} of ${names.join(', ')}: ${methodTexts[method]}${method === 'halving' ? `, ${halving}` : ''}`,
    `${most} at once, ${share} ${share === 1 ? 'thread' : 'threads'} each; compared by ${score.name} on validation; in ${folder}`,
  ].join('\n')
}

async function draw(folder: string, sweep: Sweep, quiet: boolean): Promise<void> {
  if (ranked(sweep).length === 0) return
  const file = join(folder, 'sweep.svg')
  const picture = await sweepPicture(sweep)
  try {
    writeFileSync(file, picture)
  } catch (error) {
    return note(
      `warning: ${file} cannot be written: ${reasonOf(error, 'write')}; when that is mended, ${commandLine('sweep', '--resume', folder)} draws it`,
    )
  }
  if (!quiet) note(`the score over each setting: ${file}`)
}

/** Tells how a sweep goes on that was interrupted. */
function stoppedText(folder: string, sweep: Sweep, rung: number): string {
  const { done, all } = doneOf(sweep, rung)
  const where = sweep.rungs.length === 1 ? '' : ` in rung ${rung + 1} of ${sweep.rungs.length}`
  return `stopped with ${done} of ${all} trials done${where}; all that was trained is saved in ${folder}; to continue:\n  ${commandLine('sweep', '--resume', folder)}`
}

/** Trains what is left. Gives the exit code. */
async function sweepIn(folder: string, begun: Sweep, flags: RunFlags): Promise<number> {
  const { jobs, threads, json, quiet } = flags
  const isDone = waiting(begun) === undefined
  if (!quiet && !isDone) note(beginning(folder, begun, flags))
  const view = sweepView(begun, { quiet })
  const abort = new AbortController()
  const endWatch = watchInterrupts(
    () => abort.abort(),
    () => {
      view.end()
      process.exit(exitCodes.interrupted)
    },
  )
  let sweep = begun
  try {
    sweep = await runSweep(folder, begun, { jobs, threads, view, signal: abort.signal })
  } finally {
    view.end()
    endWatch()
  }
  const next = waiting(sweep)
  if (next !== undefined) {
    note(stoppedText(folder, sweep, next.rung))
    return exitCodes.interrupted
  }
  await draw(folder, sweep, quiet || json)
  if (json) console.log(JSON.stringify(sweepJson(folder, sweep), null, 2))
  else print(sweepText(folder, sweep, terminalWidth()))
  return ranked(sweep).length > 0 ? exitCodes.done : exitCodes.failed
}

/** Runs the command. Gives the exit code. */
export async function sweep(
  model: string | undefined,
  { jobs, threads, json = false, quiet = false, ...flags }: SweepFlags,
): Promise<number> {
  if (launchedRanks() !== undefined)
    throw new UsageError(
      'gentle sweep trains in processes of its own, which are no ranks of MPI; start it without mpirun or srun',
    )
  const { threads: cores = Math.min(availableParallelism(), 64) } = settingsOfFlags({ threads })
  const atOnce = jobs ?? cores
  if (!Number.isInteger(atOnce) || atOnce < 1)
    throw new UsageError(`--jobs is ${atOnce}; expected a whole number of at least 1`)
  // Before anything is read.
  if (flags.resume === undefined) parseSpace(flags.vary ?? [])
  const { folder, sweep: begun, release } = await open(model, flags)
  try {
    return await sweepIn(folder, begun, { jobs: atOnce, threads: cores, json, quiet })
  } finally {
    await release()
  }
}
