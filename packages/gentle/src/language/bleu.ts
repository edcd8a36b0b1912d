/** BLEU: how much of a translation's words, and of their sequences, its references have. */
import { ArgumentError } from '../core/errors.ts'
import { type BleuTokenizer, bleuTokenizers, bleuWords } from './bleu-tokenizers.ts'
import { countsOf, countText, pythonFixed, type References, referencesOf, sacrebleuVersion } from './references.ts'

/**
 * What stands for a precision of 0, whose logarithm is none (Chen and Cherry, "A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU",
 * 2014): `exp`, halved with each order that has no match, as NIST counts; `floor`, a number of matches; `add-k`, so many more of matches and of all, from order
 * 2 on; `none`, nothing.
 */
export type BleuSmoothing = 'exp' | 'floor' | 'add-k' | 'none'

const defaultSmoothing: Readonly<Record<BleuSmoothing, number | undefined>> = {
  exp: undefined,
  floor: 0.1,
  'add-k': 1,
  none: undefined,
}

export interface BleuOptions {
  /**
   * What words are: `13a`, of the script of WMT; `intl`, with the punctuation of all alphabets; `char`, every character one; `none`, what stands between blanks.
   * `13a` unless given.
   */
  readonly tokenizer?: BleuTokenizer
  /** Whether letters count as equal that differ in case alone. */
  readonly lowercase?: boolean
  /** `exp` unless given. */
  readonly smoothing?: BleuSmoothing
  /** The number of `floor`, 0.1 unless given, or of `add-k`, 1 unless given. */
  readonly smoothingValue?: number
  /** The longest sequences of words that count; 4 unless given. */
  readonly order?: number
  /** Leaves out orders for which the lines are too short, for sentences alone. */
  readonly effectiveOrder?: boolean
}

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number
  /** Shares of the sequences of 1, 2, ... words that a reference has, after smoothing, 0 to 100. */
  readonly precisions: readonly number[]
  /** Sequences that a reference has, and all of them, by their length. */
  readonly matches: readonly number[]
  readonly totals: readonly number[]
  /** The factor for lines that are shorter than their references, 0 to 1. */
  readonly brevityPenalty: number
  /** Words of all lines, and of the references that are closest to them in length. */
  readonly length: number
  readonly referenceLength: number
  /** How it was counted, as sacreBLEU says it, so that scores can be compared. */
  readonly signature: string
  /** All of it in sacreBLEU's words. */
  readonly text: string
}

/** Counts of all sequences of 1 to `order` words. */
function* sequencesOf(words: readonly string[], order: number): Generator<string> {
  for (let n = 1; n <= order; n++)
    for (let i = 0; i + n <= words.length; i++) yield n === 1 ? words[i] : words.slice(i, i + n).join(' ')
}

/** The number of words that a sequence has. */
function wordCount(sequence: string): number {
  let count = 1
  for (let at = sequence.indexOf(' '); at >= 0; at = sequence.indexOf(' ', at + 1)) count++
  return count
}

interface Statistics {
  readonly matches: number[]
  readonly totals: number[]
  length: number
  referenceLength: number
}

function add(statistics: Statistics, line: readonly string[], references: readonly (readonly string[])[]): void {
  const { matches, totals } = statistics
  const order = matches.length
  const wanted = new Map<string, number>()
  for (const reference of references)
    for (const [sequence, count] of countsOf(sequencesOf(reference, order)))
      wanted.set(sequence, Math.max(count, wanted.get(sequence) ?? 0))
  for (const [sequence, count] of countsOf(sequencesOf(line, order))) {
    const n = wordCount(sequence) - 1
    totals[n] += count
    matches[n] += Math.min(count, wanted.get(sequence) ?? 0)
  }
  statistics.length += line.length
  statistics.referenceLength += closest(
    line.length,
    references.map(({ length }) => length),
  )
}

/** The closest of some lengths; of two the shorter. */
const closest = (length: number, lengths: readonly number[]): number =>
  lengths.reduce((best, each) => {
    const nearer = Math.abs(each - length) - Math.abs(best - length)
    return nearer < 0 || (nearer === 0 && each < best) ? each : best
  })

/** The precisions after smoothing, and the orders that count. */
function precisionsOf({ matches, totals }: Statistics, smoothing: BleuSmoothing, value: number, effective: boolean) {
  const precisions = new Array<number>(matches.length).fill(0)
  if (matches.every((count) => count === 0)) return { precisions, order: precisions.length }
  let [order, halved] = [precisions.length, 1]
  for (let n = 0; n < precisions.length; n++) {
    const added = smoothing === 'add-k' && n > 0 ? value : 0
    const [right, all] = [matches[n] + added, totals[n] + added]
    if (all === 0) break
    if (effective) order = n + 1
    if (right > 0) precisions[n] = (100 * right) / all
    else if (smoothing === 'exp') {
      halved *= 2
      precisions[n] = 100 / (halved * all)
    } else if (smoothing === 'floor') precisions[n] = (100 * value) / all
  }
  return { precisions, order }
}

/**
 * BLEU of lines (Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", 2002), counted as sacreBLEU 2.6.0 counts it (Post, "A Call for
 * Clarity in Reporting BLEU Scores", 2018): over all lines together, so it is not a mean of their scores; with several references, a sequence of words may be of
 * any, and the length of the closest counts.
 *
 * ```ts
 * bleu(['The dog bit the man.'], [['The dog had bit the man.', 'A dog bit the man.']]).score
 * ```
 * @param references of each line, one or several
 * @throws ArgumentError for options out of range, and lines without references.
 */
export function bleu(lines: readonly string[], references: References, options: BleuOptions = {}): BleuScore {
  const { tokenizer = '13a', lowercase = false, smoothing = 'exp', order = 4, effectiveOrder = false } = options
  if (!bleuTokenizers.includes(tokenizer))
    throw new ArgumentError(`bleu: tokenizer is ${tokenizer}; expected ${bleuTokenizers.join(', ')}`)
  if (!Object.hasOwn(defaultSmoothing, smoothing))
    throw new ArgumentError(`bleu: smoothing is ${smoothing}; expected ${Object.keys(defaultSmoothing).join(', ')}`)
  if (!Number.isInteger(order) || order < 1)
    throw new ArgumentError(`bleu: order is ${order}; expected a whole number of at least 1`)
  const value = options.smoothingValue ?? defaultSmoothing[smoothing] ?? 0
  if (!(value >= 0)) throw new ArgumentError(`bleu: smoothingValue is ${value}; expected a number of at least 0`)
  const lists = referencesOf(lines, references, 'bleu')
  const counted = (line: string): string[] => bleuWords(lowercase ? line.toLowerCase() : line, tokenizer)
  const zeros = (): number[] => new Array<number>(order).fill(0)
  const statistics: Statistics = { matches: zeros(), totals: zeros(), length: 0, referenceLength: 0 }
  for (const [i, line] of lines.entries()) add(statistics, counted(line), lists[i].map(counted))

  const { length, referenceLength, matches, totals } = statistics
  const brevityPenalty = length >= referenceLength ? 1 : length === 0 ? 0 : Math.exp(1 - referenceLength / length)
  const { precisions, order: counting } = precisionsOf(statistics, smoothing, value, effectiveOrder)
  const logarithms = precisions.slice(0, counting).reduce((sum, precision) => sum + Math.log(precision), 0)
  const score = brevityPenalty * Math.exp(logarithms / counting)
  const smoothed = defaultSmoothing[smoothing] === undefined ? smoothing : `${smoothing}[${pythonFixed(value, 2)}]`
  const signature = [
    `nrefs:${countText(lists)}`,
    `case:${lowercase ? 'lc' : 'mixed'}`,
    `eff:${effectiveOrder ? 'yes' : 'no'}`,
    `tok:${tokenizer}`,
    `smooth:${smoothed}`,
    `version:${sacrebleuVersion}`,
  ].join('|')
  const shares = precisions.map((precision) => pythonFixed(precision, 1)).join('/')
  const ratio = referenceLength === 0 ? 0 : length / referenceLength
  return {
    score,
    precisions,
    matches,
    totals,
    brevityPenalty,
    length,
    referenceLength,
    signature,
    text: `BLEU|${signature} = ${pythonFixed(score, 2)} ${shares} (BP = ${pythonFixed(brevityPenalty, 3)} ratio = ${pythonFixed(ratio, 3)} hyp_len = ${length} ref_len = ${referenceLength})`,
  }
}
