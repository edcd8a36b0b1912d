/** Schedules by which the learning rate falls. */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { checkPositive, checkSteps, type Schedule, schedule, type WarmUp } from './schedule.ts'

/** Of a schedule that does not have to fall to 0. */
export interface MinRate {
  /** The rate that it falls to; 0 unless given. */
  readonly minRate?: number
}

/** @throws ArgumentError for a rate that is none, and a least one outside [0, rate]. */
export function checkMinRate(minRate: number, rate: number, where: string): number {
  checkPositive(rate, `${where}: the rate`)
  if (minRate >= 0 && minRate <= rate) return minRate
  throw new ArgumentError(`${where}: minRate is ${minRate}; expected from 0 to the rate, ${rate}`)
}

/** Half a cosine between two rates. @param done 0 to 1 */
export const alongCosine = (from: number, to: number, done: number): number =>
  to + ((from - to) * (1 + portableMath.cos(Math.PI * done))) / 2

/** Evenly down to 0 at the end. */
export const linearDecay = (rate: number, options: WarmUp = {}): Schedule =>
  schedule(rate, options, 'linearDecay', (step, steps) => rate * (1 - step / steps))

/**
 * Down to `minRate` along half a cosine (Loshchilov and Hutter, "SGDR", 2017, eq. 5, one period): PyTorch's CosineAnnealingLR.
 * @throws ArgumentError for numbers out of range.
 */
export function cosineDecay(rate: number, { minRate = 0, ...options }: WarmUp & MinRate = {}): Schedule {
  checkMinRate(minRate, rate, 'cosineDecay')
  return schedule(
    rate,
    options,
    'cosineDecay',
    (step, steps) => alongCosine(rate, minRate, step / steps),
    minRate === 0 ? {} : { minRate },
  )
}

/**
 * Down to `minRate` as a power of the part that is left: (1 - step / steps) ** power. 1, the default, is a straight line; PyTorch's PolynomialLR.
 * @throws ArgumentError for numbers out of range.
 */
export function polynomialDecay(
  rate: number,
  { power = 1, minRate = 0, ...options }: WarmUp & MinRate & { readonly power?: number } = {},
): Schedule {
  checkPositive(power, 'polynomialDecay: power')
  checkMinRate(minRate, rate, 'polynomialDecay')
  const rateAfter = (step: number, steps: number): number =>
    minRate + (rate - minRate) * portableMath.pow(Math.max(0, 1 - step / steps), power)
  return schedule(rate, options, 'polynomialDecay', rateAfter, { power, minRate })
}

/**
 * Times `factor` over every `every` steps, evenly within them: rate * factor ** (step / every). With every step, the default, it is PyTorch's ExponentialLR;
 * with more, Keras's ExponentialDecay.
 * @throws ArgumentError for numbers out of range.
 */
export function exponentialDecay(
  rate: number,
  { factor, every = 1, ...options }: WarmUp & { readonly factor: number; readonly every?: number },
): Schedule {
  checkPositive(factor, 'exponentialDecay: factor')
  checkSteps(every, 'exponentialDecay: every')
  return schedule(rate, options, 'exponentialDecay', (step) => rate * portableMath.pow(factor, step / every), {
    factor,
    every,
  })
}

/**
 * Times `factor` after every `every` steps: PyTorch's StepLR.
 * @throws ArgumentError for numbers out of range.
 */
export function stepDecay(
  rate: number,
  { every, factor = 0.1, ...options }: WarmUp & { readonly every: number; readonly factor?: number },
): Schedule {
  checkSteps(every, 'stepDecay: every')
  checkPositive(factor, 'stepDecay: factor')
  return schedule(rate, options, 'stepDecay', (step) => rate * portableMath.pow(factor, Math.floor(step / every)), {
    every,
    factor,
  })
}

/**
 * Times `factor` at each of the milestones: PyTorch's MultiStepLR.
 * @param options `milestones` steps from 1, counted from the end of the warm-up, each above the one before
 * @throws ArgumentError for numbers out of range.
 */
export function multiStepDecay(
  rate: number,
  {
    milestones,
    factor = 0.1,
    ...options
  }: WarmUp & { readonly milestones: readonly number[]; readonly factor?: number },
): Schedule {
  if (milestones.length === 0) throw new ArgumentError('multiStepDecay: there are no milestones; expected at least one')
  for (const [i, milestone] of milestones.entries())
    checkSteps(milestone, `multiStepDecay: milestone ${i + 1}`, 1 + (milestones[i - 1] ?? 0))
  checkPositive(factor, 'multiStepDecay: factor')
  const passed = (step: number): number => milestones.filter((milestone) => milestone <= step).length
  return schedule(rate, options, 'multiStepDecay', (step) => rate * portableMath.pow(factor, passed(step)), {
    milestones,
    factor,
  })
}
