/**
 * Which trials are trained next, and how they rank. Successive halving trains all for a few epochs, and of those the best part for more (Jamieson and Talwalkar,
 * Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016; Li et al., Hyperband, 2018, section 3.1). Other methods have one rung, the end.
 */
import { lessIsBetter } from 'gentle-dl/inspect'
import { UsageError } from '../terminal/usage.ts'
import type { Rung, Sweep, Trial, TrialResult } from './record.ts'

/** The largest s with factor^s at most a number. */
function powerWithin(number: number, factor: number): number {
  let power = 0
  while (factor ** (power + 1) <= number) power++
  return power
}

/**
 * The rungs of successive halving: of n trials and R epochs, with s the most halvings that leave a trial and begin with an epoch, ⌊n η⁻ᵏ⌋ trials of ⌊R ηᵏ⁻ˢ⌋ epochs, for
 * k from 0 to s.
 * @throws UsageError for too few trials or epochs to halve.
 */
export function halvingRungs(trials: number, epochs: number, factor: number): readonly Rung[] {
  if (!Number.isInteger(factor) || factor < 2)
    throw new UsageError(`--reduction-factor is ${factor}; expected a whole number of at least 2`)
  if (trials < factor || epochs < factor)
    throw new UsageError(
      `--method halving keeps one of ${factor} trials, and trains it ${factor} times as long; it needs at least ${factor} trials and ${factor} epochs, not ${trials} and ${epochs}`,
    )
  const last = Math.min(powerWithin(trials, factor), powerWithin(epochs, factor))
  return Array.from({ length: last + 1 }, (_, k) => ({
    epochs: Math.floor(epochs / factor ** (last - k)),
    trials: Math.floor(trials / factor ** k),
  }))
}

const signOf = ({ score }: Pick<Sweep, 'score'>): number => (lessIsBetter(score.monitor) ? -1 : 1)

/** Those that have come furthest first, of them the best, and of equals the first. */
export function ranked(sweep: Pick<Sweep, 'score' | 'trials'>): readonly (Trial & { readonly last: TrialResult })[] {
  const sign = signOf(sweep)
  return sweep.trials
    .flatMap((trial) => {
      const last = trial.results.at(-1)
      return last === undefined || trial.failure !== undefined ? [] : [{ ...trial, last }]
    })
    .sort((a, b) => b.results.length - a.results.length || sign * (b.last.score - a.last.score) || a.trial - b.trial)
}

/** The trials that are to come to a rung: all, or the best at the one before. */
export function membersOf(sweep: Pick<Sweep, 'score' | 'trials' | 'rungs'>, rung: number): readonly Trial[] {
  if (rung === 0) return sweep.trials
  const sign = signOf(sweep)
  return membersOf(sweep, rung - 1)
    .flatMap((trial) => (trial.results[rung - 1] === undefined ? [] : [trial]))
    .sort((a, b) => sign * (b.results[rung - 1].score - a.results[rung - 1].score) || a.trial - b.trial)
    .slice(0, sweep.rungs[rung].trials)
}

const isWaiting = ({ results, failure }: Trial, rung: number): boolean =>
  failure === undefined && results[rung] === undefined

/** The first rung that trials have yet to come to, with these trials; undefined where all is done. */
export function waiting(
  sweep: Pick<Sweep, 'score' | 'trials' | 'rungs'>,
): { readonly rung: number; readonly trials: readonly Trial[] } | undefined {
  for (const rung of sweep.rungs.keys()) {
    const trials = membersOf(sweep, rung).filter((trial) => isWaiting(trial, rung))
    if (trials.length > 0) return { rung, trials: [...trials].sort((a, b) => a.trial - b.trial) }
  }
  return undefined
}

/** Failures that another try may change are forgotten, where no trials were chosen since without them. */
export function withFailuresToTryAgain(sweep: Sweep): Sweep {
  const furthest = Math.max(...sweep.trials.map(({ results }) => results.length))
  const isDecided = ({ results }: Trial): boolean => results.length + 1 < furthest
  return {
    ...sweep,
    trials: sweep.trials.map((trial) => {
      const { failure, ...rest } = trial
      return failure === undefined || failure.diverged || isDecided(trial) ? trial : rest
    }),
  }
}
