/** Training, validation and test pairs as networks want them. */
import { type PairSplits, type PairsSet, type PairVocabularies, pairsSet } from 'gentle-dl/data'
import { note, thousands } from '../terminal/terminal.ts'

/** Most pieces of a text unless told; longer pairs are left out. */
export const usualLongest = 128

export type TranslationSplits = Readonly<Record<keyof PairSplits, PairsSet>>

/** The three parts as data sets; what is too long is told. */
export function pairsSets(
  parts: PairSplits,
  vocabularies: PairVocabularies,
  { data, longest = usualLongest }: { readonly data: string; readonly longest?: number },
): TranslationSplits {
  const of = (part: keyof PairSplits): PairsSet => pairsSet(parts[part], vocabularies, { name: data, longest })
  const sets = { train: of('train'), validation: of('validation'), test: of('test') }
  const left = Object.values(sets).reduce((sum, { tooLong }) => sum + tooLong.length, 0)
  if (left > 0)
    note(
      `${data}: ${thousands(left)} ${left === 1 ? 'pair has a text' : 'pairs have a text'} of more than ${longest} pieces and ${left === 1 ? 'is' : 'are'} left out (--longest takes longer ones)`,
    )
  return sets
}
