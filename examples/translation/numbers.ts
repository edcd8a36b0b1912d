/** Number names, of which the truth is exact: English beside another language. */
import { Random } from 'gentle-dl'

/** The name of a number. */
export type NameNumber = (value: number) => string

/** Numbers that are named, from 0. */
const max = 1_000_000

/**
 * Different numbers below a million, half of them anywhere, half with as many digits as chance says, so that short ones are among them: some to learn from, and others,
 * anywhere, to test with.
 */
export function drawNumbers(learned: number, tested: number, seed = 0): { learned: number[]; tested: number[] } {
  const random = new Random(seed, 'numbers')
  const drawn = new Set<number>()
  while (drawn.size < learned) {
    const limit = random.uniform() < 0.5 ? max : 10 ** (1 + random.integer(6))
    drawn.add(random.integer(limit))
  }
  const others = new Set<number>()
  while (others.size < tested) {
    const number = random.integer(max)
    if (!drawn.has(number)) others.add(number)
  }
  return { learned: [...drawn], tested: [...others] }
}

/** A table of pairs. */
export const numberTable = (numbers: readonly number[], from: NameNumber, to: NameNumber): string =>
  numbers.map((number) => `${from(number)}\t${to(number)}\n`).join('')
