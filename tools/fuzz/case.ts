/** One case: a changed file is read, or refused by one of Gentle's errors in a line, soon, and in memory that is a multiple of its own. */
import { GentleError, InternalError } from '../../packages/gentle/src/core/errors.ts'
import { Random } from '../../packages/gentle/src/core/random.ts'
import { changeBytes } from './change-bytes.ts'
import { type FuzzedReader, oneOf } from './fuzzed-reader.ts'

/** Milliseconds of the processor that a file may take: by the clock, other programs would count. */
export const patience = 1000

/** Bytes of memory that a byte of a file may take, and those that any file may. */
export const memory = { perByte: 64, constant: 32 * 2 ** 20 }

/** Letters of a message. */
const longest = 2000

export interface Outcome {
  readonly verdict: 'read' | 'refused' | 'wrong'
  /** What was wrong: another error, or too much time or memory. */
  readonly problem?: string
  readonly milliseconds: number
  /** As far as it was still there at the end. */
  readonly memory: number
}

/** The file of a case, which depends on nothing but the seed, the reader's name and the case's number. */
export function fileOf(name: string, { seeds, changes = [] }: FuzzedReader, seed: number, index: number): Uint8Array {
  const random = new Random(seed, name).fork(index, 0)
  let bytes = oneOf(seeds, random)
  for (let rounds = oneOf([1, 1, 1, 2, 3], random); rounds > 0; rounds--) {
    const change = changes.length > 0 && random.integer(3) > 0 ? oneOf(changes, random) : changeBytes
    bytes = change(bytes, random)
  }
  return bytes
}

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** What is wrong with an error, if anything is. */
function problemOf(error: unknown): string | undefined {
  if (!(error instanceof GentleError) || error instanceof InternalError)
    return error instanceof Error ? (error.stack ?? error.message) : `it throws ${error}`
  if (/[\p{Cc}\u2028\u2029]/u.test(error.message)) return `its message is not one plain line: ${error.message}`
  return error.message.length > longest
    ? `its message has ${error.message.length} letters: ${error.message}`
    : undefined
}

export async function tryFile(reader: FuzzedReader, bytes: Uint8Array): Promise<Outcome> {
  const before = used()
  const began = process.cpuUsage()
  let problem: string | undefined
  let verdict: Outcome['verdict'] = 'read'
  try {
    // Readers may keep parts of what they are given.
    await reader.read(bytes.slice())
  } catch (error) {
    problem = problemOf(error)
    verdict = 'refused'
  }
  const { user, system } = process.cpuUsage(began)
  const milliseconds = (user + system) / 1000
  const taken = Math.max(0, used() - before)
  if (milliseconds > patience) problem ??= `it took ${Math.round(milliseconds)} ms`
  if (taken > memory.perByte * bytes.length + memory.constant)
    problem ??= `it took ${Math.round(taken / 2 ** 20)} MiB for ${bytes.length} bytes`
  return { verdict: problem === undefined ? verdict : 'wrong', problem, milliseconds, memory: taken }
}
