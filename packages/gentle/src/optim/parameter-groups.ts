/** Settings of some parameters that are other than those of all. */
import { ArgumentError } from '../core/errors.ts'
import { meansParameter, selectParameters } from '../nn/select-parameters.ts'

/** As PyTorch's parameter groups, by names. */
export interface ParameterGroup {
  /** Names, beginnings of paths such as `layer1`, and globs such as `*.bias`. */
  readonly parameters: string | readonly string[]
  /** Their share of the learning rate, above 0. */
  readonly rateFactor?: number
  /** Their λ, instead of the optimizer's, whatever `decayParameters` says. */
  readonly weightDecay?: number
}

const patternsOf = ({ parameters }: ParameterGroup): readonly string[] =>
  typeof parameters === 'string' ? [parameters] : parameters

/** The group of a parameter: the first that means it. */
export const groupOf = (groups: readonly ParameterGroup[], name: string): ParameterGroup | undefined =>
  groups.find((group) => patternsOf(group).some((pattern) => meansParameter(pattern, name)))

/** @throws ArgumentError for a group that sets nothing, and for numbers out of range. */
export function checkGroups(groups: readonly ParameterGroup[]): void {
  for (const group of groups) {
    const { rateFactor, weightDecay } = group
    const name = `optimizer: the group of ${patternsOf(group).join(', ')}`
    if (rateFactor === undefined && weightDecay === undefined)
      throw new ArgumentError(`${name} sets nothing; give a rateFactor or a weightDecay`)
    if (rateFactor !== undefined && !(rateFactor > 0 && Number.isFinite(rateFactor)))
      throw new ArgumentError(
        `${name}: rateFactor is ${rateFactor}; expected a number above 0; freeze what must not learn`,
      )
    if (weightDecay !== undefined && !(weightDecay >= 0 && Number.isFinite(weightDecay)))
      throw new ArgumentError(`${name}: weightDecay is ${weightDecay}; expected a number of at least 0`)
  }
}

/** @throws ArgumentError for a pattern that means none of a network's parameters. @param names of all of them */
export function checkGroupNames(groups: readonly ParameterGroup[], names: Iterable<string>): void {
  selectParameters(names, groups.flatMap(patternsOf))
}
