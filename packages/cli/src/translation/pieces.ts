/** How many pieces the texts of pairs are made of. */
import type { PairSplits, PairVocabularies, TextPair } from 'gentle-dl/data'
import { characterPieces, trainWordpieces, type Wordpieces } from 'gentle-dl/language'
import { UsageError } from '../terminal/usage.ts'

/** Most pieces of a side. */
type Size = number | 'characters'

/** What --vocabulary says, of the source and of the target. @throws UsageError for what is none. */
export function sizesOf(pieces: string): { readonly source: Size; readonly target: Size } {
  const parts = pieces.split(',').map((part): Size => {
    const text = part.trim()
    if (text === 'characters') return text
    const size = Number(text)
    if (/^\d+$/.test(text) && size >= 19) return size
    throw new UsageError(
      `--vocabulary is '${pieces}'; expected characters or a whole number of at least 19, for both sides or for source and target, such as 8000 or characters,100`,
    )
  })
  if (parts.length > 2) throw new UsageError(`--vocabulary is '${pieces}'; expected one or two sizes`)
  return { source: parts[0], target: parts.at(-1)! }
}

/** Share of different words among all from which on most are met once or twice, so that they cannot be learned as words. */
const rare = 0.2

/** Characters of a word up to which it is spelled letter by letter. */
const short = 16

/**
 * How many pieces there are by default. Where words are met again and again, most of them become pieces, the more the more text there is: one for 300 words, up to 8,000. Where
 * hardly a word is met twice, pieces have to be what words are made of: letters, as of words to be pronounced, or few pieces where words are long, as
 * the names of numbers in German.
 */
export function defaultSize(texts: readonly string[]): Size {
  const words = texts.flatMap((text) => text.split(/\s+/))
  if (new Set(words).size < rare * words.length) return Math.min(8000, Math.max(120, Math.round(words.length / 300)))
  const length = words.reduce((sum, word) => sum + word.length, 0) / words.length
  return length <= short ? 'characters' : 120
}

const made = (texts: readonly string[], size: Size): Wordpieces =>
  size === 'characters' ? characterPieces(texts) : trainWordpieces(texts, { size })

/** The vocabularies of the training part: as --vocabulary says, or as usual. */
export function vocabulariesOf({ train }: PairSplits, pieces: string | undefined): PairVocabularies {
  const of = (side: keyof Pick<TextPair, 'source' | 'target'>): Wordpieces => {
    const texts = train.map((pair) => pair[side])
    return made(texts, pieces === undefined ? defaultSize(texts) : sizesOf(pieces)[side])
  }
  return { source: of('source'), target: of('target') }
}
