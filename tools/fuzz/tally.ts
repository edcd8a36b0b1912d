/** What came out of the cases of a reader. */
import type { Outcome } from './case.ts'

/** Cases that went wrong in the same way. */
export interface Fault {
  readonly problem: string
  /** The first of them. */
  readonly index: number
  count: number
}

export interface Tally {
  read: number
  refused: number
  wrong: number
  /** Of the slowest, in ms, and of the largest, in bytes. */
  milliseconds: number
  memory: number
  readonly faults: Record<string, Fault>
}

export const newTally = (): Tally => ({ read: 0, refused: 0, wrong: 0, milliseconds: 0, memory: 0, faults: {} })

/** What faults of a kind have in common: the error and where it came from, whatever the numbers. */
const kindOf = (problem: string): string =>
  problem.split('\n').slice(0, 3).join('\n').replace(/\d+/g, '0').slice(0, 400)

export function count(tally: Tally, index: number, { verdict, problem, milliseconds, memory }: Outcome): void {
  tally[verdict]++
  tally.milliseconds = Math.max(tally.milliseconds, milliseconds)
  tally.memory = Math.max(tally.memory, memory)
  if (problem === undefined) return
  const kind = kindOf(problem)
  const known = tally.faults[kind]
  if (known === undefined) tally.faults[kind] = { problem, index, count: 1 }
  else known.count++
}

export function add(tally: Tally, other: Tally): void {
  for (const verdict of ['read', 'refused', 'wrong'] as const) tally[verdict] += other[verdict]
  tally.milliseconds = Math.max(tally.milliseconds, other.milliseconds)
  tally.memory = Math.max(tally.memory, other.memory)
  for (const [kind, fault] of Object.entries(other.faults)) {
    const known = tally.faults[kind]
    if (known === undefined) tally.faults[kind] = fault
    else known.count += fault.count
  }
}
