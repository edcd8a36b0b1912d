import { describe, expect, it } from 'vitest'
import { SymbolTable, transcriptText, wordsOf } from '../../src/speech/index.ts'

describe('transcriptText', () => {
  it.each([
    ['Press 1, please — it’s free!', { digits: 'english' }, "press one please it's free"],
    ['The 2nd of 3, 4TH and 1 thing', { digits: 'english' }, 'the 2nd of three 4th and one thing'],
    ['3D audio, H.323 and 4.5 or 500', { digits: 'english' }, 'three d audio h 323 and 4 5 or 500'],
    ["rock 'n' roll, o'clock, the dogs'", {}, "rock n roll o'clock the dogs"],
    ['Cafe\u0301  au\tlait', {}, 'caf\u00e9 au lait'],
    ['Well, Hello.', { case: 'keep', punctuation: 'keep' }, 'Well, Hello.'],
    ['... ?!', {}, ''],
  ] as const)('writes %j by %j as %j', (transcript, options, text) => {
    expect(transcriptText(transcript, options)).toBe(text)
  })

  it('takes for the same words what sounds the same', () => {
    expect(wordsOf('Press 1.')).toBe(wordsOf('press ONE'))
  })
})

describe('SymbolTable', () => {
  const table = SymbolTable.of(['abba', 'c d'])

  it('numbers all characters from 1, behind the blank', () => {
    expect(table.symbols).toEqual(['', ' ', 'a', 'b', 'c', 'd'])
    expect([...table.encode('dab')]).toEqual([5, 2, 3])
    expect(table.decode([0, 5, 0, 2, 3])).toBe('dab')
    expect(table.unknown('axbx')).toEqual(['x'])
  })

  it('takes a character of two code units as one', () => {
    expect(SymbolTable.of(['😀']).encode('😀')).toHaveLength(1)
  })

  it('refuses what is not a table, and what is not in it', () => {
    expect(() => new SymbolTable(['a', 'b'])).toThrow(/expected '', the blank/)
    expect(() => new SymbolTable(['', 'ab'])).toThrow(/single character/)
    expect(() => new SymbolTable(['', 'a', 'a'])).toThrow(/twice/)
    expect(() => table.encode('x')).toThrow(/no 'x'/)
    expect(() => table.decode([9])).toThrow(/no symbol 9/)
  })
})
