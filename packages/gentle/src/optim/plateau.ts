/** A schedule that goes by the validation. */
import { ArgumentError } from '../core/errors.ts'
import { lessIsBetter } from '../core/less-is-better.ts'
import { checkMinRate, type MinRate } from './decays.ts'
import { type EpochFigures, type Schedule, schedule, type WarmUp } from './schedule.ts'

export interface PlateauOptions extends WarmUp, MinRate {
  /** What of the validation shall improve: a metric's name, or 'loss', which it is unless given. */
  readonly monitor?: string
  /** Whether less of it is better, or more; 'less' of losses and errors by their names, and 'more' of anything else unless given. */
  readonly better?: 'less' | 'more'
  /** What the rate is multiplied by, below 1; 0.1 unless given. */
  readonly factor?: number
  /** Epochs without improvement that are borne: the rate falls after one more; 10 unless given. */
  readonly patience?: number
  /** The share of the best value by which another one has to be better; 1e-4 unless given. */
  readonly threshold?: number
  /** Epochs after a fall that are not counted; 0 unless given. */
  readonly cooldown?: number
}

/**
 * Times `factor` where the validation does not improve any more: PyTorch's ReduceLROnPlateau with the threshold relative, Keras's ReduceLROnPlateau. The rate is a
 * function of the epochs that ended, which are in the training's state: a training that goes on has the rate that it would have had.
 *
 * ```ts
 * const optimizer = sgd({ learningRate: reduceOnPlateau(0.1, { factor: 0.5, patience: 3 }), momentum: 0.9 })
 * const { model } = await fit(network, train, { optimizer, validation, epochs: 100 })
 * ```
 * @throws ArgumentError for options out of range. The schedule throws one after an epoch whose validation does not tell `monitor`.
 */
export function reduceOnPlateau(
  rate: number,
  {
    monitor = 'loss',
    better = lessIsBetter(monitor) ? 'less' : 'more',
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    minRate = 0,
    ...options
  }: PlateauOptions = {},
): Schedule {
  if (!(factor > 0 && factor < 1))
    throw new ArgumentError(`reduceOnPlateau: factor is ${factor}; expected above 0 and below 1`)
  for (const [name, epochs] of Object.entries({ patience, cooldown }))
    if (!Number.isInteger(epochs) || epochs < 0)
      throw new ArgumentError(`reduceOnPlateau: ${name} is ${epochs}; expected a whole number of epochs from 0`)
  if (!(threshold >= 0 && threshold < 1))
    throw new ArgumentError(`reduceOnPlateau: threshold is ${threshold}; expected from 0, below 1`)
  if (better !== 'less' && better !== 'more')
    throw new ArgumentError(`reduceOnPlateau: better is ${JSON.stringify(better)}; expected 'less' or 'more'`)
  checkMinRate(minRate, rate, 'reduceOnPlateau')
  const isImproved = (value: number, best: number): boolean =>
    better === 'less' ? value < best * (1 - threshold) : value > best * (1 + threshold)

  const rateAfter = (_: number, __: number, epochs: readonly EpochFigures[] = []): number => {
    // No number is worse, so that an epoch of NaN is not taken for the best.
    let best = better === 'less' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    let [now, bad, cooling] = [rate, 0, 0]
    for (const [i, { validation }] of epochs.entries()) {
      const value = validation?.[monitor]
      if (value === undefined) throw missing(monitor, i + 1, validation)
      if (isImproved(value, best)) {
        best = value
        bad = 0
      } else bad++
      if (cooling > 0) {
        cooling--
        bad = 0
      }
      if (bad <= patience) continue
      now = Math.max(minRate, now * factor)
      cooling = cooldown
      bad = 0
    }
    return now
  }
  const described = { monitor, better, factor, patience, threshold, cooldown, minRate }
  return schedule(rate, options, 'reduceOnPlateau', rateAfter, described)
}

const missing = (monitor: string, epoch: number, validation: EpochFigures['validation']): ArgumentError =>
  new ArgumentError(
    `reduceOnPlateau: the rate depends on the validation's '${monitor}', but epoch ${epoch} ${validation === undefined ? 'had no validation; give a validation set' : `reports ${Object.keys(validation).join(', ')}; set monitor to one of these`}`,
  )
