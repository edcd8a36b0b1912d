/** Whether ranks are alike. */
import { DistributedError } from '../core/errors.ts'
import { gathered } from './messages.ts'
import type { Ranks } from './ranks.ts'

/** Ranks that do not have in common what they have to. All ranks know of it. */
export class RanksDifferError extends DistributedError {}

/** Long values are cut off. */
const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

type Facts = Readonly<Record<string, unknown>>

/** Lists too, by their places. */
const isFacts = (value: unknown): value is Facts => typeof value === 'object' && value !== null

/** Where two values differ first, as the path to it and both. */
function difference(first: unknown, other: unknown, path: string): readonly [string, unknown, unknown] | undefined {
  if (isFacts(first) && isFacts(other)) {
    for (const name of new Set([...Object.keys(first), ...Object.keys(other)])) {
      const found = difference(first[name], other[name], path === '' ? name : `${path}.${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return JSON.stringify(first) === JSON.stringify(other) ? undefined : [path, first, other]
}

/**
 * Compares what all ranks are to have in common.
 * @param facts by name, as JSON has them
 * @throws RanksDifferError, on all ranks, naming the first that differs from rank 0, and in what.
 */
export async function agree(ranks: Ranks, facts: Readonly<Record<string, unknown>>): Promise<void> {
  const [first, ...others] = await gathered(ranks, facts)
  for (const [i, other] of others.entries()) {
    const found = difference(first, other, '')
    if (found === undefined) continue
    const [path, own, its] = found
    throw new RanksDifferError(
      `distributed: ranks differ in ${path}: rank 0 has ${shown(own)}, rank ${i + 1} ${shown(its)}; start all with the same program, data and settings`,
    )
  }
}
