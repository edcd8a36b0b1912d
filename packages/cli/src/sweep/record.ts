/** What is known of a sweep: sweep.json in its folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError, takeLock } from 'gentle-dl'
import type { RunScore } from 'gentle-dl/inspect'
import { z } from 'zod'
import { commandLine } from '../terminal/invocation.ts'
import { reasonOf } from '../terminal/reason.ts'
import { UsageError } from '../terminal/usage.ts'
import type { TrialSettings } from './candidates.ts'

export const methods = ['grid', 'random', 'halving'] as const

export type Method = (typeof methods)[number]

/** Where trials are compared, and how many get there. */
export interface Rung {
  /** Undefined where each trial is trained to its end. */
  readonly epochs?: number
  readonly trials: number
}

/** What a trial has come to at a rung. */
export interface TrialResult {
  /** Epochs that were trained: fewer than the rung's where a training ended before. */
  readonly epochs: number
  /** The best on validation so far, and its epoch. */
  readonly score: number
  readonly bestEpoch: number
  /** Of training, in all. */
  readonly seconds: number
}

export interface Failure {
  readonly message: string
  /** Whether its loss was not a number any more, which another try does not change. */
  readonly diverged: boolean
}

export interface Trial {
  /** From 1. */
  readonly trial: number
  readonly settings: TrialSettings
  /** By rung. */
  readonly results: readonly TrialResult[]
  readonly failure?: Failure
}

export interface Sweep {
  readonly format: typeof sweepFormat
  /** Of Gentle. */
  readonly version: string
  readonly started: string
  readonly method: Method
  /** As it was given. */
  readonly vary: readonly string[]
  readonly seed: number
  readonly reductionFactor?: number
  /** The network, unless it is varied or chosen for the data. */
  readonly model?: string
  /** Options of gentle train that all trials have. */
  readonly options: readonly string[]
  /** What trials are ranked by. */
  readonly score: RunScore
  readonly rungs: readonly Rung[]
  readonly trials: readonly Trial[]
}

/** The version of sweep.json that is written. */
export const sweepFormat = 1

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])

const schema = z.object({
  format: z.literal(sweepFormat),
  version: z.string(),
  started: z.string(),
  method: z.enum(methods),
  vary: z.array(z.string()),
  seed: z.number(),
  reductionFactor: z.number().optional(),
  model: z.string().optional(),
  options: z.array(z.string()),
  score: z.object({ monitor: z.string(), name: z.string(), isShare: z.boolean() }),
  rungs: z.array(z.object({ epochs: z.number().optional(), trials: z.number() })).min(1),
  trials: z.array(
    z.object({
      trial: z.number(),
      settings: z.record(z.string(), value),
      results: z.array(z.object({ epochs: z.number(), score: z.number(), bestEpoch: z.number(), seconds: z.number() })),
      failure: z.object({ message: z.string(), diverged: z.boolean() }).optional(),
    }),
  ),
})

const file = 'sweep.json'

/** Writes it whole or not at all: where it cannot be written, the one before stays. @throws StorageError where it cannot be written. */
export function writeSweep(folder: string, sweep: Sweep): void {
  const path = join(folder, file)
  const aside = `${path}.${process.pid}`
  try {
    writeFileSync(aside, `${JSON.stringify(sweep, null, 2)}\n`, { flush: true })
    renameSync(aside, path)
  } catch (cause) {
    rmSync(aside, { force: true })
    throw new StorageError(
      `${path} cannot be written: ${reasonOf(cause, 'write')}; what was trained is in the folders of the trials; when that is mended: ${commandLine('sweep', '--resume', folder)}`,
      path,
      { cause },
    )
  }
}

/** @throws UsageError for a folder that holds none, a broken one, and one of a newer Gentle. */
export function readSweep(folder: string): Sweep {
  const path = join(folder, file)
  if (!existsSync(path))
    throw new UsageError(`${folder} is not a sweep: it has no ${file}; give a folder made by gentle sweep`)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}`)
  }
  const { format } = (content ?? {}) as { format?: unknown }
  if (typeof format === 'number' && format > sweepFormat)
    throw new UsageError(
      `${path} is of format ${format}, which a newer Gentle wrote; this one knows formats up to ${sweepFormat}: update it`,
    )
  const read = schema.safeParse(content)
  if (read.success) return read.data as Sweep
  const [issue] = read.error.issues
  throw new UsageError(`${path} is not what gentle sweep wrote: ${issue.path.join('.')}: ${issue.message}`)
}

/** Keeps other processes from a sweep. @throws UsageError while one trains in it. */
export const lockSweep = (folder: string): Promise<() => Promise<void>> =>
  takeLock(
    join(folder, 'sweep'),
    (holder, lock) =>
      new UsageError(
        `process ${holder} is sweeping in ${folder}; wait for it, stop it, or delete ${lock} if there is no such process`,
      ),
  )

/** A new folder: `path`, or runs/sweep/<name> with -2, -3, ... where taken. @throws UsageError where it cannot be made, or `path` holds something. */
export function createSweepFolder(name: string, path?: string): string {
  if (path === undefined) return newFolder(join('runs', 'sweep'), name)
  if (existsSync(join(path, file)))
    throw new UsageError(
      `--sweep-dir ${path} already contains a sweep; give another folder, or continue the sweep: ${commandLine('sweep', '--resume', path)}`,
    )
  makeFolders(path)
  // A sweep that was killed before it began leaves its lock.
  if (readdirSync(path).some((each) => !each.startsWith('sweep.')))
    throw new UsageError(`--sweep-dir ${path} is not empty; give another folder, or a new one`)
  return path
}

function newFolder(parent: string, name: string): string {
  makeFolders(parent)
  for (let n = 1; ; n++) {
    const folder = join(parent, n === 1 ? name : `${name}-${n}`)
    try {
      mkdirSync(folder)
      return folder
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notMade(folder, error)
    }
  }
}

function makeFolders(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw notMade(path, error)
  }
}

function notMade(folder: string, error: unknown): UsageError {
  const isFile = (error as NodeJS.ErrnoException).code === 'EEXIST'
  return new UsageError(
    `the folder ${folder} cannot be made: ${isFile ? 'it is a file' : reasonOf(error, 'write')}; give another with --sweep-dir`,
  )
}

export const trialFolder = (folder: string, { trial }: Pick<Trial, 'trial'>): string => join(folder, `trial-${trial}`)
