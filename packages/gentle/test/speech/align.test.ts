import { expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { alignSymbols } from '../../src/speech/index.ts'

/** Logits of steps at each of which a symbol is likely. */
const spikes = (path: readonly number[], symbols: number): Float32Array =>
  Float32Array.from({ length: path.length * symbols }, (_, i) =>
    i % symbols === path[Math.floor(i / symbols)] ? 5 : 0,
  )

it('tells at which step each symbol was heard', () => {
  expect([...alignSymbols(spikes([0, 1, 0, 0, 2, 2, 0, 2, 0], 3), 3, [1, 2, 2])]).toEqual([1, 4, 7])
  expect([...alignSymbols(spikes([1, 2], 3), 3, [1, 2])]).toEqual([0, 1])
  expect([...alignSymbols(spikes([0, 0], 3), 3, [])]).toEqual([])
  expect(() => alignSymbols(spikes([1, 1], 3), 3, [1, 1])).toThrow(ArgumentError)
})

it('refuses logits and symbols that are none, and the blank in a text', () => {
  expect(() => alignSymbols(new Float32Array(7), 3, [1])).toThrow('alignSymbols: 7 logits for 3 symbols')
  expect(() => alignSymbols(spikes([0, 1], 3), 3, [1], { blank: 3 })).toThrow(
    'blank is 3; expected a symbol from 0 to 2',
  )
  for (const symbol of [0, 3, -1, 0.5])
    expect(() => alignSymbols(spikes([0, 1], 3), 3, [symbol])).toThrow(`the text has symbol ${symbol}; expected 0 to 2`)
  expect([...alignSymbols(new Float32Array(0), 3, [])]).toEqual([])
})

it('finds the likeliest of all paths, which trying all of them finds, too', () => {
  const random = new Random(2)
  const [steps, symbols] = [6, 3]
  for (let round = 0; round < 20; round++) {
    const logits = Float32Array.from({ length: steps * symbols }, () => 2 * random.normal())
    const text = Array.from({ length: 1 + random.integer(2) }, () => 1 + random.integer(2))
    let best = { score: Number.NEGATIVE_INFINITY, heard: [] as number[] }
    for (let code = 0; code < symbols ** steps; code++) {
      const path = Array.from({ length: steps }, (_, t) => Math.floor(code / symbols ** t) % symbols)
      const runs = path.flatMap((symbol, t) => (symbol !== 0 && symbol !== path[t - 1] ? [t] : []))
      if (runs.map((t) => path[t]).join() !== text.join()) continue
      const score = path.reduce((sum, symbol, t) => sum + logits[t * symbols + symbol], 0)
      if (score <= best.score) continue
      const share = (t: number): number => {
        const row = logits.subarray(t * symbols, (t + 1) * symbols)
        return Math.exp(row[path[t]]) / row.reduce((sum, value) => sum + Math.exp(value), 0)
      }
      const stepOf = runs.map((start) => {
        let at = start
        for (let t = start; t < steps && path[t] === path[start]; t++) if (share(t) > share(at)) at = t
        return at
      })
      best = { score, heard: stepOf }
    }
    expect([...alignSymbols(logits, symbols, text)]).toEqual(best.heard)
  }
})
