import { reference } from 'gentle-dl'
import { expect, it } from 'vitest'
import { readArticles } from '../language/text.ts'
import { encode, sinusoidalPositions, stretches } from './transformer.ts'

const alphabet = new Map([...' abcdefghijklmnopqrstuvwxyz'].map((character, i) => [character, i]))

it('positions are such that a shift turns each pair of sine and cosine by the same angle, wherever it begins', async () => {
  const backend = reference()
  const program = await backend.compile({ inputs: {}, outputs: { y: sinusoidalPositions(40) } })
  const { data } = (await program.run()).y
  const pair = (position: number, i: number): number[] => [
    ...data.subarray(position * 32 + 2 * i, position * 32 + 2 * i + 2),
  ]
  expect(pair(0, 5)).toEqual([0, 1])
  for (const i of [0, 7, 15]) {
    const dots = [0, 9, 30].map((position) => {
      const [a, b] = [pair(position, i), pair(position + 6, i)]
      return a[0] * b[0] + a[1] * b[1]
    })
    for (const dot of dots) expect(dot).toBeCloseTo(Math.cos(6 / 10_000 ** (i / 16)), 5)
  }
})

it('texts are as long as they are, and characters that were never seen are 0', () => {
  expect([...encode('ab 語', alphabet)]).toEqual([2, 3, 1, 0])
  const articles = readArticles().test.slice(0, 30)
  const lengths = Array.from(stretches(articles, alphabet).lengths!.characters)
  expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([5, 80])
  expect([...new Set(Array.from(stretches(articles, alphabet, 20).lengths!.characters))]).toEqual([20])
})
