/** How good translations are, in all the ways that are usual. */
import { type BleuScore, bleu } from './bleu.ts'
import { wordsOf } from './bleu-tokenizers.ts'
import { type ChrfScore, chrf } from './chrf.ts'
import { editDistance } from './edit-distance.ts'
import { type References, referencesOf } from './references.ts'

export interface TranslationScores {
  /** Share of the texts that are one of their references to the letter, 0 to 1. */
  readonly exactMatch: number
  /**
   * Words to replace, leave out and put in until the texts are their references, per word of these; of several references the nearest counts. Words
   * are what stands between blanks: where those are phonemes, it is the phoneme error rate.
   */
  readonly tokenErrorRate: number
  readonly bleu: BleuScore
  readonly chrf: ChrfScore
}

/** The errors against the nearest of some references, and how many words that one has; of equally near ones the longest. */
function nearest(words: readonly string[], references: readonly (readonly string[])[]) {
  const compared = references.map((reference) => ({
    errors: editDistance(reference, words),
    words: reference.length,
  }))
  return compared.reduce((best, each) =>
    each.errors < best.errors || (each.errors === best.errors && each.words > best.words) ? each : best,
  )
}

/**
 * Scores texts against their references, one or several each.
 * @throws ArgumentError for texts without references.
 */
export function scoreTranslations(texts: readonly string[], references: References): TranslationScores {
  const lists = referencesOf(texts, references, 'scoreTranslations')
  let [exact, errors, words] = [0, 0, 0]
  for (const [i, text] of texts.entries()) {
    if (lists[i].includes(text)) exact++
    const near = nearest(wordsOf(text), lists[i].map(wordsOf))
    errors += near.errors
    words += near.words
  }
  return {
    exactMatch: exact / texts.length,
    tokenErrorRate: words === 0 ? (errors === 0 ? 0 : 1) : errors / words,
    bleu: bleu(texts, lists),
    chrf: chrf(texts, lists),
  }
}
