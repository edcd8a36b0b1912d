/** Runs the trials of a sweep, some at once, and keeps what each comes to. */
import { type Rung, type Sweep, type Trial, writeSweep } from './record.ts'
import { runTrial } from './run-trial.ts'
import { membersOf, waiting } from './rungs.ts'
import type { SweepView } from './sweep-view.ts'

export interface SweepOptions {
  /** Trials that are trained at once, at most. */
  readonly jobs: number
  /** That they share. */
  readonly threads: number
  readonly view: SweepView
  readonly signal: AbortSignal
}

/** Trains until all trials are compared, or the signal interrupts it. Gives what is known then. */
export async function runSweep(folder: string, begun: Sweep, options: SweepOptions): Promise<Sweep> {
  let sweep = begun
  const { view, signal } = options
  for (let next = waiting(sweep); next !== undefined && !signal.aborted; next = waiting(sweep)) {
    const { rung, trials } = next
    await runRung(folder, sweep, { ...options, rung, trials }, (trial) => {
      sweep = { ...sweep, trials: sweep.trials.map((each) => (each.trial === trial.trial ? trial : each)) }
      writeSweep(folder, sweep)
      view.ended(sweep, trial, rung)
    })
    if (!signal.aborted && rung + 1 < sweep.rungs.length) view.compared(sweep, rung, membersOf(sweep, rung + 1))
  }
  return sweep
}

/** @param onEnded is told of each trial that has come to the rung, or failed */
async function runRung(
  folder: string,
  sweep: Sweep,
  {
    jobs,
    threads,
    view,
    signal,
    rung: at,
    trials,
  }: SweepOptions & { readonly rung: number; readonly trials: readonly Trial[] },
  onEnded: (trial: Trial) => void,
): Promise<void> {
  const queue = [...trials]
  const rung: Rung = sweep.rungs[at]
  let training = 0
  // Where one cannot be kept, the others end, too.
  const broken = new AbortController()
  const one = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined && !signal.aborted; trial = queue.shift()) {
      const { trial: number } = trial
      training++
      const share = Math.max(1, Math.floor(threads / Math.min(jobs, training + queue.length)))
      view.began(trial, at)
      const outcome = await runTrial(folder, sweep, trial, {
        rung,
        isLast: at === sweep.rungs.length - 1,
        threads: share,
        signal: AbortSignal.any([signal, broken.signal]),
        onProgress: (epochs, all) => view.progress(number, epochs, all),
        onNote: (text) => view.line(text),
      })
      training--
      if (outcome === 'interrupted') return
      onEnded(
        'failure' in outcome
          ? { ...trial, failure: outcome.failure }
          : { ...trial, results: [...trial.results, outcome.result] },
      )
    }
  }
  const all = Array.from({ length: Math.min(jobs, trials.length) }, () =>
    one().catch((error) => {
      broken.abort()
      queue.length = 0
      throw error
    }),
  )
  const failed = (await Promise.allSettled(all)).find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
