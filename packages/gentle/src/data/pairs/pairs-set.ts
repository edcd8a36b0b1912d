/** Pairs of texts as a network of translation wants them. */
import { ArgumentError, DataError } from '../../core/errors.ts'
import type { Field } from '../../core/field.ts'
import { beginPiece, endPiece, type Wordpieces } from '../../language/wordpieces.ts'
import type { NamedDataset } from '../dataset.ts'
import { checkIndex } from '../memory.ts'
import type { TextPair } from './read-pairs.ts'

/** The vocabularies of both sides. */
export interface PairVocabularies {
  readonly source: Wordpieces
  readonly target: Wordpieces
}

export interface PairsSetOptions {
  /** For messages; 'pairs' unless given. */
  readonly name?: string
  /** Most pieces of a text, without its end; longer pairs are left out. No limit unless given. */
  readonly maxLength?: number
}

export interface PairsSet extends NamedDataset {
  /** The texts of the examples. */
  readonly pairs: readonly TextPair[]
  /** Pairs that were too long. */
  readonly tooLong: readonly TextPair[]
}

/** Pieces of many texts, one text after the other. */
class Sequences {
  readonly lengths: Int32Array
  readonly values: Int32Array
  readonly #starts: Uint32Array

  constructor(texts: readonly (readonly number[])[]) {
    this.lengths = Int32Array.from(texts, ({ length }) => length)
    this.#starts = new Uint32Array(texts.length)
    let total = 0
    for (const [i, { length }] of texts.entries()) {
      this.#starts[i] = total
      total += length
    }
    this.values = new Int32Array(total)
    for (const [i, text] of texts.entries()) this.values.set(text, this.#starts[i])
  }

  of(index: number): Int32Array {
    const start = this.#starts[index]
    return this.values.subarray(start, start + this.lengths[index])
  }

  get longest(): number {
    return this.lengths.reduce((max, length) => Math.max(max, length), 1)
  }
}

/** Another number for other pieces, almost always: a training goes on only with the same. */
const hashOf = (...sides: readonly Sequences[]): number =>
  sides.reduce((hash, side) => side.values.reduce((a, value) => Math.imul(a ^ value, 0x01000193), hash), 0x811c9dc5)

/** The pieces of a text with its end, as a network reads it. */
export const encodeWithEnd = (pieces: Wordpieces, text: string): number[] => [...pieces.encode(text), endPiece]

/**
 * A data set of pairs for networks that say the next piece (teacher forcing): of inputs `source`, the pieces of the source with its end; `previous`, those of the target behind
 * `beginPiece`; and the target, its pieces with their end, all sequences of int32. Batches are put together by the length of `source`.
 * @throws ArgumentError for a limit that is not a whole number of at least 1; DataError where no pair is short enough.
 */
export function pairsSet(
  all: readonly TextPair[],
  vocabularies: PairVocabularies,
  { name = 'pairs', maxLength }: PairsSetOptions = {},
): PairsSet {
  if (maxLength !== undefined && !(Number.isInteger(maxLength) && maxLength >= 1))
    throw new ArgumentError(`pairsSet: maxLength is ${maxLength}; expected a whole number of at least 1`)
  const limit = (maxLength ?? Number.POSITIVE_INFINITY) + 1
  const [pairs, tooLong]: TextPair[][] = [[], []]
  const [sourceTexts, targetTexts]: number[][][] = [[], []]
  for (const pair of all) {
    const source = encodeWithEnd(vocabularies.source, pair.source)
    const target = encodeWithEnd(vocabularies.target, pair.target)
    if (source.length > limit || target.length > limit) {
      tooLong.push(pair)
      continue
    }
    pairs.push(pair)
    sourceTexts.push(source)
    targetTexts.push(target)
  }
  if (all.length === 0) throw new DataError(`data set ${name}: there are no pairs; expected at least one`)
  if (pairs.length === 0)
    throw new DataError(`data set ${name}: none of ${all.length} pairs has texts of at most ${maxLength} pieces`)
  const [sources, targets] = [new Sequences(sourceTexts), new Sequences(targetTexts)]
  const field = (sequence: number): Field => ({ dtype: 'int32', shape: [], sequence })
  return {
    name,
    length: pairs.length,
    pairs,
    tooLong,
    inputs: { source: field(sources.longest), previous: field(targets.longest) },
    target: field(targets.longest),
    lengths: { source: sources.lengths, previous: targets.lengths, target: targets.lengths },
    description: { pieces: [vocabularies.source.size, vocabularies.target.size], content: hashOf(sources, targets) },
    nameOf: (index) => `the pair of line ${pairs[index].line}`,
    read(index, inputs, target) {
      checkIndex(name, index, pairs.length)
      const pieces = targets.of(index)
      inputs['source'].set(sources.of(index))
      inputs['previous'][0] = beginPiece
      inputs['previous'].set(pieces.subarray(0, -1), 1)
      target.set(pieces)
    },
  }
}
