import { Child } from './child.ts'
import { type Row, rowName } from './contenders.ts'
import type { Ready } from './protocol.ts'

/** A row that was measured: the speed of each round, in the benchmark's unit. */
export interface Measured extends Row {
  readonly ready: Ready
  readonly speeds: readonly number[]
}

/** A row that could not be measured, and why. */
export interface Missing extends Row {
  readonly reason: string
}

const roundMilliseconds = 1000

/**
 * Measures rows in turns: one round of each, then the next round of each, so that whatever else the machine does meets all alike.
 * Only one contender computes at a time. A first round of each warms up and is not counted.
 * @param say hears what is going on.
 */
export async function measure(
  rows: readonly Row[],
  rounds: number,
  say: (message: string) => void,
): Promise<(Measured | Missing)[]> {
  const results: (Measured | Missing)[] = []
  const running: { row: Row; child: Child; ready: Ready; speeds: number[] }[] = []
  const drop = (row: Row, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error)
    say(`${rowName(row)}: not compared: ${reason}`)
    results.push({ ...row, reason })
  }
  for (const row of rows) {
    try {
      say(`${rowName(row)}: starts`)
      running.push({ row, ...(await Child.start(row)), speeds: [] })
    } catch (error) {
      drop(row, error)
    }
  }
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const contestant of [...running]) {
        const { row, child, speeds } = contestant
        try {
          const { work, seconds } = await child.round(roundMilliseconds)
          const speed = work / seconds / row.benchmark.unit.work
          if (round > 0) speeds.push(speed)
          say(
            `${rowName(row)}: ${round === 0 ? 'warm-up' : `round ${round}`}, ${speed.toFixed(0)} ${row.benchmark.unit.name}`,
          )
        } catch (error) {
          running.splice(running.indexOf(contestant), 1)
          child.stop()
          drop(row, error)
        }
      }
    }
  } finally {
    for (const { child } of running) child.stop()
  }
  return [...running.map(({ row, ready, speeds }) => ({ ...row, ready, speeds })), ...results]
}
