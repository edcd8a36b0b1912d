import { describe, expect, it } from 'vitest'
import { ArgumentError, DataError, FormatError } from '../../src/core/errors.ts'
import { pairsSet } from '../../src/data/pairs/pairs-set.ts'
import { parsePairs, parseParallel, type TextPair } from '../../src/data/pairs/read-pairs.ts'
import { bySource, splitPairs } from '../../src/data/pairs/split-pairs.ts'
import { characterPieces, trainWordpieces } from '../../src/language/train-wordpieces.ts'
import { beginPiece, endPiece } from '../../src/language/wordpieces.ts'
import { planNamedBatches } from '../../src/train/named-batches.ts'

const table = (content: string | Uint8Array) => parsePairs({ name: 'a.tsv', content })
const texts = ({ pairs }: { readonly pairs: readonly TextPair[] }) =>
  pairs.map(({ source, target }) => [source, target])
const utf8 = (text: string) => new TextEncoder().encode(text)
const pairOf = (source: string, target: string, line = 1): TextPair => ({ source, target, line })

describe('a table of pairs', () => {
  it('has a pair a line, with line ends of any system, quotes as they are, and a byte order mark', () => {
    const wanted = [
      ['one', 'eins'],
      ['say "two"', '„zwei“ \u2028 \u0085'],
    ]
    for (const end of ['\n', '\r\n', '\r'])
      expect(texts(table(`one\teins${end}say "two"\t„zwei“ \u2028 \u0085 ${end}`))).toEqual(wanted)
    expect(texts(table(utf8('\ufeffone\teins')))).toEqual([['one', 'eins']])
    const utf16 = Uint8Array.from(
      [0xff, 0xfe, ...'é\tü'].flatMap((each) => (typeof each === 'number' ? each : [each.charCodeAt(0), 0])),
    )
    expect(texts(table(utf16))).toEqual([['é', 'ü']])
  })

  it('tells that it is in another encoding, has a header, and columns that are not read', () => {
    const { pairs, remarks } = table(Uint8Array.from([...utf8('caf'), 0xe9, 9, ...utf8('Kaffee')]))
    expect(pairs[0].source).toBe('café')
    expect(remarks).toEqual(['a.tsv is not UTF-8; it is read as windows-1252'])
    const three = table('Source\ttarget\tfrom\nHi.\tHallo!\tTatoeba 1\nRun!\tLauf!\tTatoeba 2')
    expect(three.pairs).toEqual([pairOf('Hi.', 'Hallo!', 2), pairOf('Run!', 'Lauf!', 3)])
    expect(three.remarks).toEqual([
      'a.tsv: the first line, Source, target, from, is read as a header',
      'a.tsv: only the first two of 3 columns are read',
    ])
  })

  it('leaves out lines without both texts, and lists them', () => {
    const { pairs, skipped } = table('a\tb\n\n\t \nc\t\n \td\ne\nf\tg\n')
    expect(pairs.map(({ line }) => line)).toEqual([1, 7])
    expect(skipped).toEqual([
      { line: 2, reason: 'empty' },
      { line: 3, reason: 'empty' },
      { line: 4, reason: 'no target' },
      { line: 5, reason: 'no source' },
      { line: 6, reason: 'no tab' },
    ])
  })

  it('refuses what is not text, has no tab, or a tab too many, by file and line', () => {
    expect(() => table('a\0\tb')).toThrow(FormatError)
    expect(() => table('a,b\nc,d')).toThrow('a.tsv has no tab between source and target; expected two columns, or two')
    expect(() => table('a\tb\nc\td\te\nf\tg')).toThrow('a.tsv, line 2 has 3 columns, but most have 2')
    expect(() => table('a\tb\t1\nc\td\nf\tg\t2')).toThrow('a.tsv, line 2 has 2 columns, but most have 3')
    expect(() => table('\t\n')).toThrow(DataError)
  })
})

describe('two texts', () => {
  it('go together line by line', () => {
    const read = parseParallel({ name: 'en', content: 'a\r\n\r\nc\td\r\n' }, { name: 'de', content: utf8('x\ny\nz') })
    expect(texts(read)).toEqual([
      ['a', 'x'],
      ['c\td', 'z'],
    ])
    expect(read.skipped).toEqual([{ line: 2, reason: 'no source' }])
  })

  it('are refused with unequal numbers of lines', () => {
    expect(() => parseParallel({ name: 'en', content: 'a\nb\n' }, { name: 'de', content: 'x\n' })).toThrow(
      'en has 2 lines, but de has 1; they must go together line by line',
    )
  })
})

describe('parts of pairs', () => {
  const pairs = Array.from({ length: 300 }, (_, i) => pairOf(`word ${i % 200}`, `target ${i}`, i + 1))
  const sourcesOf = (part: readonly TextPair[]) => new Set(part.map(({ source }) => source))

  it('have no source in common, all pairs, and the sizes that are asked for, in sources', () => {
    const { train, validation, test } = splitPairs(pairs)
    expect([train, validation, test].map((part) => sourcesOf(part).size)).toEqual([170, 10, 20])
    expect([...train, ...validation, ...test].length).toBe(300)
    expect(new Set([...sourcesOf(train), ...sourcesOf(validation), ...sourcesOf(test)]).size).toBe(200)
    const other = splitPairs(pairs, { validation: 7, test: 0.25 })
    expect([other.validation, other.test].map((part) => sourcesOf(part).size)).toEqual([7, 50])
  })

  it('are the same for a seed whatever order lines are in, and test the same whatever validation takes', () => {
    const one = sourcesOf(splitPairs(pairs, { seed: 3 }).test)
    expect(sourcesOf(splitPairs(pairs.toReversed(), { seed: 3 }).test)).toEqual(one)
    expect(sourcesOf(splitPairs(pairs, { seed: 3, validation: 50 }).test)).toEqual(one)
    expect(sourcesOf(splitPairs(pairs, { seed: 4 }).test)).not.toEqual(one)
  })

  it('refuse sizes that leave nothing', () => {
    expect(() => splitPairs(pairs, { test: 0 })).toThrow(ArgumentError)
    expect(() => splitPairs(pairs, { test: 195, validation: 5 })).toThrow('200 different sources are too few')
  })

  it('give the targets of each source once', () => {
    expect(bySource([pairOf('a', 'x'), pairOf('b', 'y'), pairOf('a', 'z'), pairOf('a', 'x')])).toEqual([
      { source: 'a', targets: ['x', 'z'] },
      { source: 'b', targets: ['y'] },
    ])
  })
})

describe('a data set of pairs', () => {
  const pairs = [pairOf('ab', 'one two'), pairOf('abc', 'two'), pairOf('a', 'one one one one')]
  const vocabularies = {
    source: characterPieces(pairs.map(({ source }) => source)),
    target: trainWordpieces(pairs.map(({ target }) => target)),
  }

  it('gives the source and the target with their ends, and what was said before behind the begin', async () => {
    const set = pairsSet(pairs, vocabularies)
    const seen: unknown[] = []
    const { batches, read } = planNamedBatches(set, Uint32Array.of(0, 1, 2), 2)
    for await (const { inputs, targets, targetLengths, indices } of read(batches))
      for (const [row, index] of indices.entries()) {
        const of = (values: ArrayLike<number>, lengths: ArrayLike<number>) => {
          const width = values.length / indices.length
          return Array.from(values).slice(row * width, row * width + lengths[row])
        }
        const source = of(inputs['source'], inputs['sourceLengths'])
        const previous = of(inputs['previous'], inputs['previousLengths'])
        const target = of(targets, targetLengths!)
        expect(source.at(-1)).toBe(endPiece)
        expect(previous).toEqual([beginPiece, ...target.slice(0, -1)])
        expect(target.at(-1)).toBe(endPiece)
        seen[index] = [vocabularies.source.decode(source), vocabularies.target.decode(target)]
      }
    expect(seen).toEqual(pairs.map(({ source, target }) => [source, target]))
  })

  it('leaves out pairs that are too long, and lists them', () => {
    const set = pairsSet(pairs, vocabularies, { maxLength: 2 })
    expect([set.pairs, set.tooLong]).toEqual([[pairs[0]], [pairs[1], pairs[2]]])
    expect(set.inputs['source'].sequence).toBe(3)
    expect(() => pairsSet(pairs.slice(1), vocabularies, { name: 'short', maxLength: 2 })).toThrow(
      'data set short: none of 2 pairs has texts of at most 2 pieces',
    )
    expect(() => pairsSet([], vocabularies)).toThrow('data set pairs: there are no pairs; expected at least one')
    expect(() => pairsSet(pairs, vocabularies, { maxLength: 0 })).toThrow(ArgumentError)
  })
})
