/** Transcripts as a network writes them: of few symbols, and the same words in the same way. */

export interface TranscriptOptions {
  /** Whether letters become small ones; 'lower' unless given. */
  readonly case?: 'lower' | 'keep'
  /** Whether signs that nobody says go: all but letters, numbers and apostrophes within words; 'drop' unless given. */
  readonly punctuation?: 'drop' | 'keep'
  /**
   * What becomes of digits: they stay ('keep', unless given), or each that has no other beside it becomes its English word ('english'): 1 and one sound the same.
   * Longer numbers stay: whether 500 is read as five hundred or five zero zero, no text tells. So do 1st and 2nd, which are no one and no two.
   */
  readonly digits?: 'keep' | 'english'
}

const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** Signs that stand for an apostrophe. */
const apostrophes = /[\u2018\u2019\u02bc\u0060\u00b4]/g

/**
 * A transcript in one form: composed letters (NFC), single blanks, and what the options say.
 *
 * ```ts
 * transcriptText('Press 1, please — it’s free!', { digits: 'english' }) // "press one please it's free"
 * ```
 */
export function transcriptText(transcript: string, options: TranscriptOptions = {}): string {
  const { case: letters = 'lower', punctuation = 'drop', digits = 'keep' } = options
  let text = transcript.normalize('NFC').replace(apostrophes, "'")
  if (letters === 'lower') text = text.toLowerCase()
  if (digits === 'english')
    text = text.replace(
      /(?<![\p{N}]|\d[.,])\d(?![\p{N}]|[.,]\d|(?:st|nd|rd|th)(?!\p{L}))/giu,
      (digit) => ` ${words[Number(digit)]} `,
    )
  if (punctuation === 'drop')
    text = text.replace(/[^\p{L}\p{M}\p{N}']/gu, ' ').replace(/(?<![\p{L}\p{M}\p{N}])'|'(?![\p{L}\p{M}\p{N}])/gu, ' ')
  return text.replace(/\s+/gu, ' ').trim()
}

/** The words of a transcript by which it is told from others: two that sound the same are one. */
export const wordsOf = (transcript: string): string => transcriptText(transcript, { digits: 'english' })
