/** Phases of a training: epochs in which the same parameters learn. */
import { ArgumentError } from '../core/errors.ts'

export interface Phase {
  /** Its first epoch, from 1. */
  readonly from: number
  /** Names of the parameters that stay as they are. */
  readonly frozen: readonly string[]
}

/**
 * The phases of a training; one where the same parameters are frozen in all epochs.
 * @param names of all parameters
 * @throws ArgumentError for an epoch in which nothing is left to learn.
 */
export function phasesOf(
  names: readonly string[],
  freeze: (name: string, epoch: number) => boolean,
  epochs: number,
): readonly Phase[] {
  const phases: Phase[] = []
  for (let from = 1; from <= epochs; from++) {
    const frozen = names.filter((name) => freeze(name, from))
    const before = phases.at(-1)?.frozen
    if (before?.length === frozen.length && before.every((name, i) => name === frozen[i])) continue
    if (frozen.length === names.length)
      throw new ArgumentError(
        `training: all parameters are frozen${from === 1 ? '' : ` from epoch ${from} on`}; leave some to learn`,
      )
    phases.push({ from, frozen })
  }
  return phases
}

/** The phase of an epoch. */
export const phaseOf = (phases: readonly Phase[], epoch: number): Phase => phases.findLast(({ from }) => from <= epoch)!
