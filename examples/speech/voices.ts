/** Voices of two synthesizers, and who of them is learned from. */
import { Random } from 'gentle-dl'

/** A voice, and how it is called in names of files. */
export interface Voice {
  readonly name: string
  readonly synthesizer: 'espeak-ng' | 'flite'
  /** Voices of one person, or of one synthesizer's variant, in whatever accent: they stay together. */
  readonly speaker: string
}

const accents = ['en-us', 'en-gb', 'en-gb-scotland', 'en-gb-x-rp', 'en-gb-x-gbclan', 'en-029']

/** Variants that whisper or cannot be understood by people either. */
const unintelligible = /^(whisper|whisperf|croak|Demonic|fast)$/

/** Each variant of espeak-ng in every accent, and flite's own speakers; its kal is kal16 at half the rate. */
export const voicesOf = (variants: readonly string[]): Voice[] => [
  ...variants
    .filter((variant) => /^\w+$/.test(variant) && !unintelligible.test(variant))
    .flatMap((variant) =>
      accents.map((accent): Voice => ({ name: `${accent}+${variant}`, synthesizer: 'espeak-ng', speaker: variant })),
    ),
  ...['kal16', 'awb', 'rms', 'slt'].map((name): Voice => ({ name, synthesizer: 'flite', speaker: name })),
]

export interface VoiceParts {
  readonly train: readonly Voice[]
  readonly validation: readonly Voice[]
  readonly test: readonly Voice[]
}

/**
 * Of espeak-ng's speakers a tenth for validation and a sixth for the test; of flite's four rms for the test and the others to learn from. No speaker is in two parts, in no accent.
 */
export function splitVoices(voices: readonly Voice[], seed = 0): VoiceParts {
  const variants = new Set(voices.flatMap(({ synthesizer, speaker }) => (synthesizer === 'espeak-ng' ? [speaker] : [])))
  const sorted = [...variants].sort()
  const order = Array.from(new Random(seed, 'voices').permutation(sorted.length), (i) => sorted[i])
  const [tested, validated] = [Math.round(sorted.length / 6), Math.round(sorted.length / 10)]
  const test = new Set([...order.slice(0, tested), 'rms'])
  const validation = new Set(order.slice(tested, tested + validated))
  const of = (belongs: (speaker: string) => boolean) => voices.filter(({ speaker }) => belongs(speaker))
  return {
    train: of((speaker) => !test.has(speaker) && !validation.has(speaker)),
    validation: of((speaker) => validation.has(speaker)),
    test: of((speaker) => test.has(speaker)),
  }
}

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const items = [...digits, ...'abcdefghijklmnopqrstuvwxyz']

/** One to six digits and letters, as they are written: `seven b zero`. */
export const drawWords = (random: Random): string[] =>
  Array.from({ length: 1 + random.integer(6) }, () => items[random.integer(items.length)])

/** As a synthesizer has to be told, so that `a` is not the article. */
export const asSpoken = (words: readonly string[]): string =>
  words.map((word) => (word.length === 1 ? word.toUpperCase() : word)).join(', ')
