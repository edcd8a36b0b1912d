import { describe, expect, it } from 'vitest'
import {
  bestLoss,
  draw,
  empiricalLossOfBest,
  expectedLoss,
  lossStd,
  normalMean,
  separation,
} from '../src/experiments/gaussians.ts'
import { gentle } from './command.ts'

describe('a distribution that is known', () => {
  it('has means under a standard normal that are known', () => {
    expect(normalMean(() => 1)).toBeCloseTo(1, 12)
    expect(normalMean((t) => t * t)).toBeCloseTo(1, 12)
    expect(normalMean((t) => Math.exp(t))).toBeCloseTo(Math.exp(0.5), 10)
  })

  it('costs log 2 whoever does not look, and least at the log-odds', () => {
    expect(expectedLoss(0, 0, 0)).toBeCloseTo(Math.log(2), 10)
    for (const [a, b, c] of [
      [1.9, 0, 0],
      [2.1, 0, 0],
      [2, 0.1, 0],
      [2, 0, 0.1],
    ])
      expect(expectedLoss(a, b, c)).toBeGreaterThan(bestLoss)
    // Turned by a right angle, a classifier knows nothing, and is sure of it.
    expect(expectedLoss(0, separation, 0)).toBeGreaterThan(Math.log(2))
  })

  it('has the expected loss that many examples have', () => {
    const losses = Array.from({ length: 4 }, (_, seed) => empiricalLossOfBest(draw(50_000, seed, 'test')))
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / 4
    // Five standard errors of 200,000.
    expect(Math.abs(mean - bestLoss)).toBeLessThan((5 * lossStd) / Math.sqrt(200_000))
  })

  it('spreads the losses of sets by the standard deviation of one example over the root of their size', () => {
    const squares = Array.from(
      { length: 400 },
      (_, seed) => (empiricalLossOfBest(draw(100, seed, 'spread')) - bestLoss) ** 2,
    )
    const std = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / 400)
    // The standard deviation of 400 sets is known to a part in sqrt(800): four standard errors.
    expect(std / (lossStd / 10)).toBeGreaterThan(1 - 4 / Math.sqrt(800))
    expect(std / (lossStd / 10)).toBeLessThan(1 + 4 / Math.sqrt(800))
  })

  it('agrees with a sum over the plane by another program', () => {
    // numpy, a grid of 0.02 from -10 to 10 in both directions.
    expect(bestLoss).toBeCloseTo(0.35631636021312885, 10)
    expect(lossStd).toBeCloseTo(0.5629792581134369, 10)
    expect(expectedLoss(1.3, -0.7, 0.4)).toBeCloseTo(0.4268156952389202, 10)
  })
})

describe('gentle experiment loss', () => {
  it('refuses numbers that are none', async () => {
    const none = await gentle(['experiment', 'loss', '--seeds', '0'])
    expect(none).toMatchObject({ code: 2, stderr: 'gentle: --seeds is 0; expected a whole number of at least 1\n' })
    expect((await gentle(['experiment', 'loss', '--examples', '10,x'])).stderr).toMatch(
      /--examples is 10,x; expected whole numbers/,
    )
  })
})
