/** Trains a trial, by a process of its own, up to where trials are compared. */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { lockHolder } from 'gentle-dl'
import { reasonOf } from '../terminal/reason.ts'
import type { TrainEvent } from '../train/train-events.ts'
import type { Failure, Rung, Sweep, Trial, TrialResult } from './record.ts'
import { trialFolder } from './record.ts'
import { trialWords } from './train-words.ts'
import { resultOf, type TrialRun, trialRun } from './trial-run.ts'

export type Outcome = { readonly result: TrialResult } | { readonly failure: Failure } | 'interrupted'

export interface TrialOptions {
  readonly rung: Rung
  /** Whether trainings end there. */
  readonly isLast: boolean
  readonly threads: number
  readonly signal: AbortSignal
  /** Is told of the epochs that are done, with parts of one, and of how many there will be. */
  onProgress(epochs: number, all: number): void
  /** Is told of what a reader should know. */
  onNote(text: string): void
}

/** Milliseconds between two looks at a training that this process did not start. */
const look = 300

const failed = (message: string, diverged = false): Outcome => ({ failure: { message, diverged } })

/** What a trial has come to; undefined where it has not come to its rung. */
function outcomeOf(at: TrialRun | undefined, sweep: Sweep, { rung, isLast }: TrialOptions): Outcome | undefined {
  if (at === undefined) return undefined
  if (at.diverged !== undefined) return failed(at.diverged.replace(/^training: /, ''), true)
  if (!at.finished && (isLast || at.epochs < rung.epochs!)) return undefined
  const result = resultOf(at, sweep.score, rung.epochs)
  return result === undefined ? failed(`no epoch has a ${sweep.score.name} on validation`) : { result }
}

/** Trains a trial as far as its rung, from where it is. A training of it that another process left is waited for, and none is done twice. */
export async function runTrial(folder: string, sweep: Sweep, trial: Trial, options: TrialOptions): Promise<Outcome> {
  const { rung, isLast, threads, signal } = options
  const run = trialFolder(folder, trial)
  for (;;) {
    if (!(await isFree(run, trial, options))) return 'interrupted'
    const before = trialRun(run)
    const outcome = outcomeOf(before, sweep, options)
    if (outcome !== undefined) return outcome
    if (signal.aborted) return 'interrupted'
    const words = trialWords(folder, sweep, {
      ...trial,
      isBegun: before !== undefined,
      threads,
      stopAfter: isLast ? undefined : rung.epochs,
    })
    const ended = await trained(words, `${run}.log`, options)
    const after = trialRun(run)
    // One that was there already keeps others out; it may have ended meanwhile.
    const isOthers =
      !ended.begun && (lockHolder(join(run, 'train')) !== undefined || (before === undefined && after !== undefined))
    if (isOthers) continue
    const reached = outcomeOf(after, sweep, options)
    if (reached !== undefined) return reached
    if (signal.aborted) return 'interrupted'
    return failed(ended.why)
  }
}

/** Waits until nobody trains in a folder. Gives whether that is so; not where it is interrupted before. */
async function isFree(run: string, { trial }: Trial, { signal, onNote }: TrialOptions): Promise<boolean> {
  let isTold = false
  for (;;) {
    const holder = lockHolder(join(run, 'train'))
    if (holder === undefined) return true
    if (signal.aborted) return false
    if (!isTold) onNote(`trial ${trial} is still trained by process ${holder}; waiting for it`)
    isTold = true
    await pause(look)
  }
}

interface Ended {
  /** Whether it came to training. */
  readonly begun: boolean
  /** Why it ended, where it was not to. */
  readonly why: string
}

/** The line by which a training said why it failed. @param from where in the log it begins */
function lastWords(log: string, from: number): string | undefined {
  const lines = readFileSync(log)
    .subarray(from)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const line = lines.findLast((each) => each.startsWith('gentle: ')) ?? lines.at(-1)
  return line?.replace(/^gentle: /, '').trim()
}

/** What a line tells; nothing where it was cut off, as when its training is killed. */
function eventOf(line: string): TrainEvent | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Runs `gentle` with these words. What it says goes to the log. */
function trained(words: readonly string[], log: string, { signal, onProgress }: TrialOptions): Promise<Ended> {
  return new Promise((resolve) => {
    const handle = openSync(log, 'a')
    const { size } = fstatSync(handle)
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...words], {
      stdio: ['ignore', 'pipe', handle],
    })
    closeSync(handle)
    let [begun, epochs] = [false, 0]
    let message: string | undefined
    createInterface(child.stdout!).on('line', (line) => {
      const told = eventOf(line)
      if (told?.event === 'start') [begun, epochs] = [true, told.epochs]
      if (told?.event === 'start' || told?.event === 'step') onProgress((told.step / told.steps) * epochs, epochs)
      if (told?.event === 'end') message = told.message
    })
    const interrupt = (): void => void child.kill('SIGINT')
    signal.addEventListener('abort', interrupt)
    const end = (why: string): void => {
      signal.removeEventListener('abort', interrupt)
      resolve({ begun, why })
    }
    child.on('error', (error) => end(`its process cannot be started: ${reasonOf(error)}`))
    child.on('close', (code, killed) =>
      end(
        message ??
          (killed === null
            ? lastWords(log, size)
            : `it was ended by ${killed}${killed === 'SIGKILL' ? ', as the system does where memory is full' : ''}`) ??
          `it ended with the exit code ${code}`,
      ),
    )
  })
}
