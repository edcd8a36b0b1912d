import { describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../../src/core/errors.ts'
import { type BeamSearchOptions, beamSearch, type Hypothesis } from '../../src/language/beam-search.ts'

/** A language of tokens 0 to 3, of which 3 ends: how likely each next one is depends on the tokens before. */
const [begin, end, count] = [0, 3, 4]
function likelihoods(tokens: readonly number[], example: number): number[] {
  const raw = Array.from({ length: count }, (_, next) =>
    Math.sin(7 * next + 3 * tokens.length + 5 * example + tokens.reduce((sum, token, i) => sum + (i + 2) * token, 0)),
  )
  const total = Math.log(raw.reduce((sum, z) => sum + Math.exp(2 * z), 0))
  return raw.map((z) => 2 * z - total)
}
const attentionOf = (tokens: readonly number[]): number[] => {
  const first = 1 / (2 + tokens.length + (tokens.at(-1) ?? 0))
  return [first, 1 - first, 0]
}

/** The step function of a decoder that remembers each row's tokens. */
function decoder(examples: number, beam: number, withAttention = false) {
  let rows: number[][] = []
  return (tokens: Int32Array, parents: Int32Array) => {
    expect(tokens.length).toBe(examples * beam)
    rows = rows.length === 0 ? Array.from(tokens, () => []) : Array.from(parents, (row, i) => [...rows[row], tokens[i]])
    parents.forEach((row, i) => {
      expect(Math.floor(row / beam)).toBe(Math.floor(i / beam))
    })
    return {
      logProbabilities: Float32Array.from(rows.flatMap((row, i) => likelihoods(row, Math.floor(i / beam)))),
      ...(withAttention && { attention: Float32Array.from(rows.flatMap(attentionOf)) }),
    }
  }
}

/** All sequences that end within a length, with the logarithms of their probabilities. */
function everySequence(example: number, maxLength: number): { tokens: number[]; logProbability: number }[] {
  const ended: { tokens: number[]; logProbability: number }[] = []
  const visit = (tokens: number[], logProbability: number): void => {
    likelihoods(tokens, example).forEach((more, next) => {
      if (next === end) ended.push({ tokens, logProbability: logProbability + more })
      else if (tokens.length + 1 < maxLength) visit([...tokens, next], logProbability + more)
    })
  }
  visit([], 0)
  return ended
}

const search = (options: Partial<BeamSearchOptions>, withAttention = false) => {
  const all = { begin, end, maxLength: 5, ...options }
  return beamSearch(decoder(all.examples ?? 1, all.beamSize ?? 1, withAttention), all)
}
const lengthNorm = ({ tokens }: { tokens: ArrayLike<number> }, alpha: number): number =>
  ((5 + tokens.length + 1) / 6) ** alpha

describe('beam search', () => {
  it('is greedy with a beam of 1', async () => {
    for (const [example, [found]] of (await search({ examples: 4 })).entries()) {
      const tokens: number[] = []
      let logProbability = 0
      for (;;) {
        const next = likelihoods(tokens, example)
        const token = next.indexOf(Math.max(...next))
        logProbability += next[token]
        if (token === end) break
        tokens.push(token)
        if (tokens.length === 5) break
      }
      expect([...found.tokens]).toEqual(tokens)
      expect(found.logProbability).toBeCloseTo(logProbability, 5)
      expect(found.ended).toBe(tokens.length < 5)
    }
  })

  it('finds the best of all sequences where the beam is wide enough, several examples at once and each to its own length', async () => {
    for (const lengthPenalty of [0, 1]) {
      const maxLengths = [5, 3, 4]
      const found = await search({ examples: 3, beamSize: 130, nBest: 5, maxLength: maxLengths, lengthPenalty })
      for (const [example, hypotheses] of found.entries()) {
        const score = (each: { tokens: ArrayLike<number>; logProbability: number }): number =>
          each.logProbability / lengthNorm(each, lengthPenalty)
        const wanted = everySequence(example, maxLengths[example]).sort((a, b) => score(b) - score(a))
        expect(hypotheses.length).toBe(5)
        hypotheses.forEach((hypothesis, rank) => {
          expect([...hypothesis.tokens]).toEqual(wanted[rank].tokens)
          expect(hypothesis.score).toBeCloseTo(score(wanted[rank]), 5)
          expect(hypothesis.ended).toBe(true)
        })
      }
    }
  })

  it('gives with a wider beam nothing less likely than the greedy sequence, here', async () => {
    const [narrow, wide] = await Promise.all([1, 3].map((beamSize) => search({ examples: 4, beamSize, maxLength: 8 })))
    for (const [i, [best]] of wide.entries())
      expect(best.logProbability).toBeGreaterThanOrEqual(narrow[i][0].logProbability - 1e-6)
  })

  it('keeps the attention of each token, and takes off for positions that were left out', async () => {
    const options = { beamSize: 3, nBest: 3, coveragePenalty: 0.5, lengthPenalty: 0.2 }
    const [all] = await search(options, true)
    const [cut] = await search({ ...options, positions: [2] }, true)
    const check = (hypotheses: readonly Hypothesis[], positions: number) => {
      for (const { tokens, attention, score, logProbability, ended } of hypotheses) {
        const rows = Array.from({ length: tokens.length + (ended ? 1 : 0) }, (_, i) =>
          attentionOf([...tokens.slice(0, i)]).slice(0, positions),
        )
        expect(attention!.length).toBe(rows.length)
        rows.forEach((row, i) => {
          row.forEach((weight, j) => {
            expect(attention![i][j]).toBeCloseTo(weight, 6)
          })
        })
        const sums = rows.reduce((a, b) => a.map((sum, i) => sum + b[i]), new Array<number>(positions).fill(0))
        const coverage = sums.reduce((total, sum) => total + Math.log(Math.min(Math.max(sum, 1e-10), 1)), 0)
        expect(score).toBeCloseTo(
          logProbability / lengthNorm({ tokens: { length: rows.length - 1 } }, 0.2) + 0.5 * coverage,
          5,
        )
      }
    }
    check(all, 3)
    check(cut, 2)
    expect(all.length).toBe(3)
  })

  it('tells sequences that had to stop from those that ended, and gives these first', async () => {
    const never = () => ({ logProbabilities: Float32Array.of(-0.1, -3, -4, -9) })
    const [stopped] = await beamSearch(never, { begin, end, maxLength: 4 })
    expect(stopped.map(({ tokens, ended }) => ({ tokens: [...tokens], ended }))).toEqual([
      { tokens: [0, 0, 0, 0], ended: false },
    ])
    const late = (tokens: Int32Array) => ({
      logProbabilities: Float32Array.from(Array.from(tokens).flatMap(() => [-0.1, -9, -9, -0.2])),
    })
    const [both] = await beamSearch(late, { begin, end, beamSize: 4, nBest: 4, maxLength: 2 })
    expect(both.map(({ ended }) => ended)).toEqual([true, true, false, false])
  })

  it('goes on past improbable sequences that end early, where a network is sure of a longer one', async () => {
    // At each of five steps one token has nearly all, and ending is the second likeliest; at the sixth it ends.
    let step = 0
    const confident = (tokens: Int32Array) => {
      const last = step++ === 5
      const row = [0, 1, 2, 3].map((token) => Math.log((token === end) === last && (last || token === 0) ? 0.97 : 0.01))
      if (!last) row[end] = Math.log(0.015)
      return { logProbabilities: Float32Array.from(Array.from(tokens).flatMap(() => row)) }
    }
    for (const lengthPenalty of [0, 0.2]) {
      step = 0
      const [[best]] = await beamSearch(confident, { begin, end, beamSize: 4, maxLength: 12, lengthPenalty })
      expect([...best.tokens]).toEqual([0, 0, 0, 0, 0])
    }
  })

  it('refuses options out of range and steps that give no probabilities', async () => {
    await expect(search({ beamSize: 0 })).rejects.toThrow(
      new ArgumentError('beamSearch: beamSize is 0; expected a whole number of at least 1'),
    )
    await expect(search({ beamSize: 2, nBest: 3 })).rejects.toThrow('expected at most beamSize, 2')
    await expect(search({ lengthPenalty: -1 })).rejects.toThrow('lengthPenalty is -1')
    await expect(search({ examples: 2, maxLength: [3] })).rejects.toThrow('for each of 2 examples')
    const options = { begin, end, maxLength: 4 }
    const nan = () => ({ logProbabilities: Float32Array.of(-1, Number.NaN, -1, -1) })
    await expect(beamSearch(nan, options)).rejects.toThrow(DataError)
    await expect(beamSearch(nan, options)).rejects.toThrow('the probability of token 1 is NaN, for example 0')
    const impossible = () => ({ logProbabilities: new Float32Array(4).fill(Number.NEGATIVE_INFINITY) })
    await expect(beamSearch(impossible, options)).rejects.toThrow('no token can follow')
    await expect(
      beamSearch(() => ({ logProbabilities: new Float32Array(5) }), { ...options, beamSize: 2 }),
    ).rejects.toThrow('for each of 2 rows')
    const attending = (rows: Int32Array) => ({
      logProbabilities: new Float32Array(3 * rows.length).fill(-1),
      attention: new Float32Array(2 * rows.length),
    })
    await expect(beamSearch(attending, { ...options, positions: [3] })).rejects.toThrow(
      'the source of example 0 has 3 positions, but a step attends to 2',
    )
  })
})
