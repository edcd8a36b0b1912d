import { Random } from 'gentle-dl'
import { expect, test } from 'vitest'
import { asSpoken, drawWords, splitVoices, voicesOf } from './voices.ts'

const variants = ['f1', 'f2', 'm1', 'm2', 'm3', 'klatt', 'whisper', 'Mr serious', 'adam', 'linda', 'paul', 'zac']

test('no speaker is in two parts, in whatever accent, and some of both synthesizers are tested', () => {
  const voices = voicesOf(variants)
  expect(voices.some(({ name }) => /whisper|serious/.test(name))).toBe(false)
  const { train, validation, test: tested } = splitVoices(voices)
  const speakers = [train, validation, tested].map((part) => new Set(part.map(({ speaker }) => speaker)))
  expect(speakers.every(({ size }) => size > 0)).toBe(true)
  const all = speakers.flatMap((part) => [...part])
  expect(new Set(all).size).toBe(all.length)
  expect(train.length + validation.length + tested.length).toBe(voices.length)
  const ofFlite = [train, tested].map((part) =>
    part.flatMap(({ synthesizer, name }) => (synthesizer === 'flite' ? [name] : [])),
  )
  expect(ofFlite).toEqual([['kal16', 'awb', 'slt'], ['rms']])
  expect(splitVoices(voices)).toEqual({ train, validation, test: tested })
})

test('digits are words and letters are said as letters', () => {
  expect(asSpoken(['seven', 'a', 'zero'])).toBe('seven, A, zero')
  const words = Array.from({ length: 500 }, (_, i) => drawWords(new Random(i)))
  expect(new Set(words.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
  expect(new Set(words.flat()).size).toBe(36)
})
