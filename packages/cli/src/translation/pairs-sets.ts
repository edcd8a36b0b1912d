/** Training, validation and test pairs as networks want them. */
import { type PairSplits, type PairsSet, type PairVocabularies, pairsSet } from 'gentle-dl/data'
import { note, thousands } from '../terminal/terminal.ts'

/** Most pieces of a text by default; longer pairs are left out. */
export const defaultMaxLength = 128

export type TranslationSplits = Readonly<Record<keyof PairSplits, PairsSet>>

/** The three parts as data sets; what is too long is told. */
export function pairsSets(
  parts: PairSplits,
  vocabularies: PairVocabularies,
  { data, maxLength = defaultMaxLength }: { readonly data: string; readonly maxLength?: number },
): TranslationSplits {
  const of = (part: keyof PairSplits): PairsSet => pairsSet(parts[part], vocabularies, { name: data, maxLength })
  const sets = { train: of('train'), validation: of('validation'), test: of('test') }
  const left = Object.values(sets).reduce((sum, { tooLong }) => sum + tooLong.length, 0)
  if (left > 0)
    note(
      `${data}: ${thousands(left)} ${left === 1 ? 'pair has a text' : 'pairs have a text'} of more than ${maxLength} tokens and ${left === 1 ? 'is' : 'are'} skipped (see --max-length)`,
    )
  return sets
}
