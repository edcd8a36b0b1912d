import { expect, test } from 'vitest'
import { drawNumbers, numberTable } from './numbers.ts'
import { pronunciationTable } from './pronunciations.ts'
import { plainVerse, versesOf, verseTable } from './verses.ts'

test('numbers to learn from and to test with are different ones, short ones among them', () => {
  const { learned, tested } = drawNumbers(2000, 200)
  expect([new Set(learned).size, new Set(tested).size]).toEqual([2000, 200])
  expect(new Set([...learned, ...tested]).size).toBe(2200)
  expect([...learned, ...tested].every((number) => Number.isInteger(number) && number >= 0 && number < 1e6)).toBe(true)
  expect(learned.filter((number) => number < 100).length).toBeGreaterThan(80)
  expect(drawNumbers(2000, 200)).toEqual({ learned, tested })
  expect(numberTable([7, 12], String, (number) => `n${number}`)).toBe('7\tn7\n12\tn12\n')
})

test('words have small letters, phonemes no stress, and all pronunciations the same word', () => {
  expect(pronunciationTable("READ  R EH1 D\nREAD(1)  R IY1 D\nREAD(2)  R IY2 D\nCAN'T  K AE1 N T\n\n")).toBe(
    "read\tR EH D\nread\tR IY D\ncan't\tK AE N T\n",
  )
})

test('verses lose notes, headings and the numbers of words, and go together by their places', () => {
  expect(
    plainVerse(
      '<title type="x">Preface</title><title canonical="true">A Psalm.</title> <q marker=""><w lemma="strong:H1">God</w>’s <w lemma="strong:H2">word</w>,<l level="1"/>it is.</q><note type="a">See <b>1</b></note> &amp; <lb/>so',
    ),
  ).toBe('A Psalm. God’s word, it is. & so')
  const of = (verses: string) => versesOf(`$$$[ Module Heading ]\n\n$$$Genesis 1:0\n<title>x</title>heading\n${verses}`)
  const from = of(
    '$$$Genesis 1:1\n<w>In</w> the\nbeginning\n$$$Genesis 1:2\n<note>none</note>\n$$$Genesis 1:3\nLight\n',
  )
  const to = of('$$$Genesis 1:1\nEN el\n$$$Genesis 1:2\nY la\n')
  expect([...from.keys()]).toEqual(['Genesis 1:1', 'Genesis 1:3'])
  expect(verseTable(from, to)).toBe('In the beginning\tEN el\n')
})
