/** A training as one of several processes that mpirun or srun started: what the first of them does alone, and how one that fails ends them all. */
import { readFileSync } from 'node:fs'
import { availableParallelism, hostname } from 'node:os'
import type { Backend } from 'gentle-dl'
import type { DividedWork } from 'gentle-dl/data'
import {
  agree,
  backendOf,
  distributed,
  dividedAmong,
  gathered,
  type JoinedRanks,
  launchedRanks,
  ofFirstRank,
  RanksDifferError,
  together,
} from 'gentle-dl/distributed'
import { digestsOf } from '../data/digest.ts'
import type { Preparation } from '../tasks/task.ts'
import { inertLines } from '../terminal/inert.ts'
import { failureOf } from '../terminal/report-error.ts'
import { silence } from '../terminal/terminal.ts'
import { version } from '../version.ts'
import type { TrainFlags } from './choose-settings.ts'
import type { Plan } from './settings.ts'

/** Cores that this process may use, as Linux lists them; '' elsewhere. */
function allowedCores(): string {
  try {
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

/** Threads for this process: its part of the cores that it shares with others of its machine. */
async function threadsOf(ranks: JoinedRanks): Promise<number> {
  const own = `${hostname()} ${allowedCores()}`
  const sharing = (await gathered(ranks, own)).filter((place) => place === own).length
  return Math.min(64, Math.max(1, Math.floor(availableParallelism() / sharing)))
}

/** What failed on all ranks, or is known to all of them. */
class CommonFailure extends Error {}

/** This process among others. */
export class Company {
  readonly ranks: JoinedRanks
  /** Threads that it computes by unless it is told. */
  readonly threads: number
  /** How looking at all files is divided, within what each does. */
  readonly divide: DividedWork

  constructor(ranks: JoinedRanks, threads: number) {
    this.ranks = ranks
    this.divide = dividedAmong(ranks)
    this.threads = threads
  }

  /** Whether it writes the run folder and tells what happens. */
  get isFirst(): boolean {
    return this.ranks.rank === 0
  }

  /** Does what each rank does for itself; where one fails all end, and the first tells it. */
  async each<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await together(this.ranks, work)
    } catch (cause) {
      throw new CommonFailure('', { cause })
    }
  }

  /** Has the first rank come to what all shall know, within what each does. */
  ofFirst<T>(work: () => Promise<T>): Promise<T> {
    return ofFirstRank(this.ranks, work)
  }

  /** A backend that computes the same bits on all ranks. */
  backend({ threads, wideVectors, strictNumerics }: Plan): Promise<Backend> {
    return backendOf(this.ranks, { threads, wideVectors, strictNumerics })
  }

  /** @throws CommonFailure where ranks have other settings or data than the first. */
  async agree({ threads: _, ...settings }: Plan, { splits, compared = splits }: Preparation, flags: TrainFlags) {
    const { profile = false, stopAfter = null, detectAnomaly = false } = flags
    const data = await this.each(() => digestsOf(compared))
    try {
      await agree(this.ranks, { 'version of gentle': version, settings, data, profile, stopAfter, detectAnomaly })
    } catch (cause) {
      throw new CommonFailure('', { cause })
    }
  }
}

/** Trains alone, or as one of those that a launcher started. Gives the exit code. */
export async function amongRanks(
  flags: TrainFlags,
  work: (flags: TrainFlags, company: Company | undefined) => Promise<number>,
): Promise<number> {
  if (launchedRanks() === undefined) return work(flags, undefined)
  const ranks = await distributed()
  const isFirst = ranks.rank === 0
  if (!isFirst) silence()
  const mine = isFirst ? flags : { ...flags, quiet: true, json: false, jsonLines: false, tensorboard: false }
  try {
    const code = await work(mine, new Company(ranks, await threadsOf(ranks)))
    await ranks.close()
    return code
  } catch (error) {
    const isCommon = error instanceof CommonFailure || error instanceof RanksDifferError
    if (!isCommon) return fail(ranks, error)
    const cause = error instanceof CommonFailure ? error.cause : error
    await ranks.close()
    if (isFirst) throw cause
    return failureOf(cause).code
  }
}

/** Tells what ends this rank, and with it all the others. */
async function fail(ranks: JoinedRanks, error: unknown): Promise<number> {
  // Where all fail alike, the first tells it before.
  if (ranks.rank > 0) await new Promise((resolve) => setTimeout(resolve, 300))
  const { text, code } = failureOf(error)
  process.stderr.write(`gentle: rank ${ranks.rank} (process ${process.pid} on ${hostname()}): ${inertLines(text)}\n`)
  return ranks.abort(code)
}
