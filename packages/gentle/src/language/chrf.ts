/** chrF: how much of a translation's characters, and of their sequences, its reference has, and the other way round. */
import { ArgumentError } from '../core/errors.ts'
import { wordsOf } from './bleu-tokenizers.ts'
import { countsOf, countText, type References, referencesOf, sacrebleuVersion } from './references.ts'

export interface ChrfOptions {
  /** The longest sequences of characters that count; 6 unless given. */
  readonly characterOrder?: number
  /** The longest sequences of words that count; 0 unless given, 2 for chrF++. */
  readonly wordOrder?: number
  /** How many times as much recall counts as precision; 2 unless given. */
  readonly beta?: number
  /** Whether letters count as equal that differ in case alone. */
  readonly lowercase?: boolean
  /** Whether blanks count as characters. */
  readonly whitespace?: boolean
  /** Counts orders for which lines are too short as almost 0, as chrF++.py does, instead of leaving them out. */
  readonly epsilonSmoothing?: boolean
}

export interface ChrfScore {
  /** 0 to 100. */
  readonly score: number
  /** chrF2, chrF2++ and the like. */
  readonly name: string
  /** How it was counted, as sacreBLEU says it. */
  readonly signature: string
}

/** Of an order: sequences of a line, of its reference, and of both. */
type OrderCounts = [line: number, reference: number, both: number]

const punctuation = /[!-/:-@[-`{-~]/

/** Words, with a punctuation mark at the end, or else at the beginning, apart. */
function wordsWithout(text: string): string[] {
  return wordsOf(text).flatMap((word) => {
    if (word.length === 1) return [word]
    if (punctuation.test(word.at(-1)!)) return [word.slice(0, -1), word.at(-1)!]
    return punctuation.test(word[0]) ? [word[0], word.slice(1)] : [word]
  })
}

/** Counts of the sequences of each order. */
function sequencesOf(text: string, characterOrder: number, wordOrder: number, whitespace: boolean) {
  const characters = Array.from(whitespace ? text : wordsOf(text).join(''))
  const words = wordOrder > 0 ? wordsWithout(text) : []
  const of = (items: readonly string[], n: number, between: string): Map<string, number> =>
    countsOf(Array.from({ length: Math.max(0, items.length - n + 1) }, (_, i) => items.slice(i, i + n).join(between)))
  return [
    ...Array.from({ length: characterOrder }, (_, n) => of(characters, n + 1, '')),
    ...Array.from({ length: wordOrder }, (_, n) => of(words, n + 1, ' ')),
  ]
}

const total = (counts: ReadonlyMap<string, number>): number => counts.values().reduce((sum, count) => sum + count, 0)

function compared(line: ReadonlyMap<string, number>, reference: ReadonlyMap<string, number>): OrderCounts {
  let both = 0
  for (const [sequence, count] of line) both += Math.min(count, reference.get(sequence) ?? 0)
  // Where a reference has no sequence of an order, those of the line do not count.
  return [reference.size === 0 ? 0 : total(line), total(reference), both]
}

/** The F-score of some counts, 0 to 100. */
function scoreOf(orders: readonly OrderCounts[], beta: number, epsilonSmoothing: boolean): number {
  const epsilon = 1e-16
  const factor = beta ** 2
  const f = (precision: number, recall: number): number =>
    ((1 + factor) * precision * recall) / (factor * precision + recall)
  let [sum, precisions, recalls, counting] = [0, 0, 0, 0]
  for (const [line, reference, both] of orders) {
    const precision = line > 0 ? both / line : epsilon
    const recall = reference > 0 ? both / reference : epsilon
    sum += factor * precision + recall > 0 ? f(precision, recall) : epsilon
    if (line === 0 || reference === 0) continue
    precisions += precision
    recalls += recall
    counting++
  }
  if (epsilonSmoothing) return (100 * sum) / orders.length
  return precisions + recalls > 0 ? 100 * f(precisions / counting, recalls / counting) : 0
}

/**
 * chrF of lines (Popović, "chrF: character n-gram F-score for automatic MT evaluation", 2015), and with `wordOrder: 2` chrF++ (Popović, 2017), counted as sacreBLEU
 * 2.6.0 counts it: over all lines together; of several references, each line's best counts. It needs no words, and so is fair to languages that
 * join them.
 * @param references of each line, one or several
 * @throws ArgumentError for options out of range, and lines without references.
 */
export function chrf(lines: readonly string[], references: References, options: ChrfOptions = {}): ChrfScore {
  const { characterOrder = 6, wordOrder = 0, beta = 2 } = options
  const { lowercase = false, whitespace = false, epsilonSmoothing = false } = options
  for (const [name, value, min] of [
    ['characterOrder', characterOrder, 1],
    ['wordOrder', wordOrder, 0],
    ['beta', beta, 1],
  ] as const)
    if (!Number.isInteger(value) || value < min)
      throw new ArgumentError(`chrf: ${name} is ${value}; expected a whole number of at least ${min}`)
  const lists = referencesOf(lines, references, 'chrf')
  const counted = (text: string) =>
    sequencesOf(lowercase ? text.toLowerCase() : text, characterOrder, wordOrder, whitespace)
  const totals = Array.from({ length: characterOrder + wordOrder }, (): OrderCounts => [0, 0, 0])
  for (const [i, line] of lines.entries()) {
    const own = counted(line)
    let best: { readonly score: number; readonly counts: readonly OrderCounts[] } | undefined
    for (const reference of lists[i]) {
      const wanted = counted(reference)
      const counts = own.map((each, n) => compared(each, wanted[n]))
      const score = scoreOf(counts, beta, epsilonSmoothing)
      if (best === undefined || score > best.score) best = { score, counts }
    }
    for (const [n, counts] of best!.counts.entries()) for (const part of counts.keys()) totals[n][part] += counts[part]
  }
  const signature = [
    `nrefs:${countText(lists)}`,
    `case:${lowercase ? 'lc' : 'mixed'}`,
    `eff:${epsilonSmoothing ? 'no' : 'yes'}`,
    `nc:${characterOrder}`,
    `nw:${wordOrder}`,
    `space:${whitespace ? 'yes' : 'no'}`,
    `version:${sacrebleuVersion}`,
  ].join('|')
  return { score: scoreOf(totals, beta, epsilonSmoothing), name: `chrF${beta}${'+'.repeat(wordOrder)}`, signature }
}
