import { type Benchmark, type Row, rowName } from './benchmarks.ts'
import { Child } from './child.ts'
import type { Part, Ready } from './protocol.ts'

/** A row that was measured: each round's amount of the benchmark's quantity. */
export interface Measured extends Row {
  readonly ready: Ready
  readonly amounts: readonly number[]
  /** Each round's parts, where its work has some. */
  readonly parts: readonly (readonly Part[])[]
}

/** A row that could not be measured, and why. */
export interface Missing extends Row {
  readonly reason: string
}

const roundMilliseconds = 1000

/** By how much of it two may differ in the loss of the same weights and batch: float32 sums in different orders. */
const lossTolerance = 1e-4

/** A contender while it is measured. */
class Contestant {
  readonly row: Row
  readonly amounts: number[] = []
  readonly parts: (readonly Part[])[] = []
  ready: Ready | undefined
  #child: Child | undefined

  constructor(row: Row) {
    this.row = row
  }

  async start(): Promise<Child> {
    if (this.#child === undefined) {
      const { child, ready } = await Child.start(this.row)
      this.#child = child
      this.ready = ready
    }
    return this.#child
  }

  /** What one more round shows; kept where it counts. */
  async round(counts: boolean): Promise<number> {
    const { quantity } = this.row.benchmark
    const child = await this.start()
    const round = await child.round(quantity.oncePerProcess || quantity.oneStep ? 0 : roundMilliseconds)
    const amount = quantity.of(round, this.ready!)
    if (counts) this.amounts.push(amount)
    if (counts && round.parts !== undefined) this.parts.push(round.parts)
    if (quantity.oncePerProcess) this.stop()
    return amount
  }

  stop(): void {
    this.#child?.stop()
    this.#child = undefined
  }
}

/**
 * Measures rows of one benchmark in turns: one round of each, then the next round of each, so that whatever else the machine does
 * meets all alike. Only one contender computes at a time. A first round of each warms up and is not counted.
 * @param say hears what is going on.
 */
export async function measure(
  { quantity }: Benchmark,
  rows: readonly Row[],
  rounds: number,
  say: (message: string) => void,
): Promise<(Measured | Missing)[]> {
  const running = new Set(rows.map((row) => new Contestant(row)))
  const missing: Missing[] = []
  let expectedLoss: number | undefined
  /** Refuses a contender that does not compute the first one's loss. @throws Error */
  const checkLoss = (loss: number | undefined): void => {
    expectedLoss ??= loss
    if (loss !== undefined && !(Math.abs(loss / expectedLoss! - 1) < lossTolerance))
      throw new Error(`its first step's loss is ${loss}; expected ${expectedLoss} as of the same weights and batch`)
  }
  const attempt = async (contestant: Contestant, task: () => Promise<unknown>): Promise<void> => {
    try {
      await task()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      running.delete(contestant)
      contestant.stop()
      say(`${rowName(contestant.row)}: not compared: ${reason}`)
      missing.push({ ...contestant.row, reason })
    }
  }
  try {
    if (!quantity.oncePerProcess)
      for (const contestant of running) {
        say(`${rowName(contestant.row)}: starts`)
        await attempt(contestant, async () => {
          await contestant.start()
          checkLoss(contestant.ready?.loss)
        })
      }
    for (let round = quantity.constant ? 1 : 0; round <= (quantity.constant ? 1 : rounds); round++)
      for (const contestant of running)
        await attempt(contestant, async () => {
          const amount = await contestant.round(round > 0)
          const name = round === 0 ? 'warm-up' : `round ${round}`
          say(`${rowName(contestant.row)}: ${name}, ${amount.toFixed(amount < 10 ? 2 : 0)} ${quantity.name}`)
        })
  } finally {
    for (const contestant of running) contestant.stop()
  }
  return [
    ...[...running].map(({ row, ready, amounts, parts }) => ({ ...row, ready: ready!, amounts, parts })),
    ...missing,
  ]
}
