/** Schedules by which the learning rate rises again. */
import { ArgumentError } from '../core/errors.ts'
import { alongCosine, checkMinRate, type MinRate } from './decays.ts'
import { checkPositive, checkSteps, type Schedule, schedule, type WarmUp } from './schedule.ts'

export interface CosineRestartOptions extends WarmUp, MinRate {
  /** Steps of the first period. */
  readonly period: number
  /** How many times as long each period is as the one before, a whole number; 1 unless given. */
  readonly periodFactor?: number
}

/**
 * Down along half a cosine again and again, each time from the rate itself: stochastic gradient descent with warm restarts (Loshchilov and Hutter, "SGDR", 2017,
 * section 3); PyTorch's CosineAnnealingWarmRestarts.
 * @throws ArgumentError for numbers out of range.
 */
export function cosineRestarts(
  rate: number,
  { period, periodFactor = 1, minRate = 0, ...options }: CosineRestartOptions,
): Schedule {
  checkSteps(period, 'cosineRestarts: period')
  if (!Number.isInteger(periodFactor) || periodFactor < 1)
    throw new ArgumentError(`cosineRestarts: periodFactor is ${periodFactor}; expected a whole number from 1`)
  checkMinRate(minRate, rate, 'cosineRestarts')
  const rateAfter = (step: number): number => {
    let [start, length] = [0, period]
    if (periodFactor === 1) start = step - (step % period)
    else
      while (step >= start + length) {
        start += length
        length *= periodFactor
      }
    return alongCosine(rate, minRate, (step - start) / length)
  }
  return schedule(rate, options, 'cosineRestarts', rateAfter, { period, periodFactor, minRate })
}

export interface OneCycleOptions {
  /** The share of all steps in which the rate rises; 0.3 unless given. */
  readonly warmupShare?: number
  /** It begins with maxRate / divFactor; 25 unless given. */
  readonly divFactor?: number
  /** It ends with the first rate / finalDivFactor; 1e4 unless given. */
  readonly finalDivFactor?: number
}

/**
 * Once up to `maxRate` and down to almost nothing, both along half a cosine (Smith and Topin, "Super-Convergence", 2018): PyTorch's OneCycleLR with the momentum left
 * as it is. It ends with the training's last step, and has a warm-up of its own.
 * @throws ArgumentError for numbers out of range.
 */
export function oneCycle(
  maxRate: number,
  { warmupShare = 0.3, divFactor = 25, finalDivFactor = 1e4 }: OneCycleOptions = {},
): Schedule {
  checkPositive(maxRate, 'oneCycle: the rate')
  if (!(warmupShare >= 0 && warmupShare < 1))
    throw new ArgumentError(`oneCycle: warmupShare is ${warmupShare}; expected from 0, below 1`)
  for (const [name, factor] of Object.entries({ divFactor, finalDivFactor }))
    if (!(factor >= 1 && Number.isFinite(factor)))
      throw new ArgumentError(`oneCycle: ${name} is ${factor}; expected a number from 1`)
  const first = maxRate / divFactor
  const rateOf = (step: number, steps: number): number => {
    const peak = warmupShare * steps - 1
    if (step < peak) return alongCosine(first, maxRate, step / peak)
    const top = Math.max(0, peak)
    return alongCosine(maxRate, first / finalDivFactor, Math.min(1, (step - top) / Math.max(1, steps - 1 - top)))
  }
  return Object.assign(rateOf, { description: { type: 'oneCycle', maxRate, warmupShare, divFactor, finalDivFactor } })
}
