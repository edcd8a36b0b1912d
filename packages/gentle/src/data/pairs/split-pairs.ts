/** Parts of pairs in which no source is that another part has. */
import { DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { countOfSize } from '../splits.ts'
import type { TextPair } from './read-pairs.ts'

export interface PairSplitOptions {
  /** Sources for validation: a number of at least 1, or a share of all, above 0 and below 1; a twentieth, at most 2,000, unless given. */
  readonly validation?: number
  /** Sources for the test, likewise; a tenth unless given. */
  readonly test?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
}

export interface PairSplits {
  readonly train: readonly TextPair[]
  readonly validation: readonly TextPair[]
  readonly test: readonly TextPair[]
}

/** A source with all that may become of it. */
export interface SourceWithTargets {
  readonly source: string
  /** Each once. */
  readonly targets: readonly string[]
}

/** The sources of pairs, each once, in order, with all targets that it has. */
export function bySource(pairs: readonly TextPair[]): SourceWithTargets[] {
  const targets = new Map<string, Set<string>>()
  for (const { source, target } of pairs) {
    const own = targets.get(source)
    if (own === undefined) targets.set(source, new Set([target]))
    else own.add(target)
  }
  return Array.from(targets, ([source, own]) => ({ source, targets: [...own] }))
}

/**
 * Splits pairs by their sources, by seed: all pairs of a source, such as all pronunciations of a word, are in the same part, so nothing that is tested was learned. The same
 * sources are in the test whatever is chosen for validation.
 * @throws ArgumentError for sizes out of range; DataError where no source is left for training.
 */
export function splitPairs(pairs: readonly TextPair[], options: PairSplitOptions = {}): PairSplits {
  // In order of their texts, so that the order of lines does not matter.
  const sources = [...new Set(pairs.map(({ source }) => source))].sort()
  const test = countOfSize('splitPairs', 'test', options.test ?? 0.1, sources.length)
  const defaultSize = Math.min(2000, Math.max(1, Math.round(sources.length / 20)))
  const validation = countOfSize('splitPairs', 'validation', options.validation ?? defaultSize, sources.length)
  if (test + validation >= sources.length)
    throw new DataError(
      `splitPairs: ${sources.length} different sources are too few to hold out ${test} for testing and ${validation} for validation; hold out fewer`,
    )
  const order = new Random(options.seed ?? 0, 'split of pairs').permutation(sources.length)
  const partOf = new Map<string, keyof PairSplits>()
  for (let i = 0; i < test + validation; i++) partOf.set(sources[order[i]], i < test ? 'test' : 'validation')
  const of = (part: keyof PairSplits) => pairs.filter(({ source }) => (partOf.get(source) ?? 'train') === part)
  return { train: of('train'), validation: of('validation'), test: of('test') }
}
