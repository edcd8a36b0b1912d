/** What a transform is: options with their rules, and the step that they make. */
import type { Step } from './drawing.ts'
import { number, type OptionRules, type Settled, settle } from './options.ts'

/** A kind of transform. */
export interface TransformKind {
  /** In a few words, for listings. */
  readonly about: string
  readonly options: OptionRules
  /** @throws ArgumentError for options out of range. */
  step(where: string, given: Readonly<Record<string, unknown>>): Step
}

/**
 * Declares a transform. Every transform has `probability`, with which it is done at all; whether it is done is drawn first, so that what follows does
 * not depend on it.
 */
export function defineTransform<const Rules extends OptionRules>(
  about: string,
  rules: Rules,
  step: (options: Settled<Rules>) => Step,
  probability = 1,
): TransformKind {
  const options = { ...rules, probability: number(0, 1, probability) }
  return {
    about,
    options,
    step(where, given) {
      const { probability: chance, ...settled } = settle(where, options, given)
      const always = step(settled as unknown as Settled<Rules>)
      if (chance === 1) return always
      return (random, drawing) => {
        if (random.uniform() < (chance as number)) always(random, drawing)
      }
    },
  }
}
