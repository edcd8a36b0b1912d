import { describe, expect, it } from 'vitest'
import {
  type Coefficients,
  errorsOf,
  exchangeSeconds,
  fitCoefficients,
  type Measurement,
  stepSeconds,
} from '../bench/scale/model.ts'

const known: Coefficients = {
  round: 1.1,
  asking: 6,
  ringRound: 2,
  wire: 1.2,
  message: 2e-5,
  turn: 1e-5,
  byte: 1e-9,
  farByte: 5e-10,
}

const places = [2, 4, 8].flatMap((ranks) =>
  [1e3, 1e5, 1e6, 4e6, 2e7].flatMap((bytes) =>
    [
      { rate: 1e9, delay: 0 },
      { rate: 2e8, delay: 0 },
      { rate: 1e9, delay: 0.002 },
    ].map((carrier) => ({ ranks, bytes, carrier, machines: 1, cores: 2 })),
  ),
)

const measured = (noise: (i: number) => number): Measurement[] =>
  places.map((place, i) => ({ ...place, seconds: exchangeSeconds(place, known) * noise(i) }))

describe('the model of what several machines cost', () => {
  it('finds the coefficients by which its measurements were made', () => {
    const found = fitCoefficients(measured(() => 1))
    for (const [name, value] of Object.entries(known))
      expect(found[name as keyof Coefficients] / value, name).toBeCloseTo(1, 2)
  })

  it('is off by no more than the noise, either way', () => {
    const noisy = measured((i) => (i % 2 === 0 ? 1.2 : 1 / 1.2))
    const { median, most } = errorsOf(noisy, fitCoefficients(noisy))
    expect(median).toBeLessThan(0.25)
    expect(most).toBeLessThan(0.5)
  })

  const cluster = {
    carrier: { rate: 10e9, delay: 20e-6 },
    coefficients: known,
    compute: (examples: number) => 0.01 * examples,
    spread: 0,
    bytes: 1e8,
    buckets: 8,
  }

  it('hides an exchange behind the backward pass but for its last bucket, and has fewer buckets where messages cost more than they hide', () => {
    const among = (bytes: number) =>
      exchangeSeconds({ ranks: 8, bytes, carrier: cluster.carrier, machines: 8, cores: 1 }, known)
    expect(stepSeconds(8, 1000, cluster)).toBeCloseTo(10 + among(1e8 / 8), 9)
    const computing = { ...cluster, compute: () => 0 }
    expect(stepSeconds(8, 1, computing)).toBeCloseTo(among(1e8), 9)
    expect(stepSeconds(1, 8, cluster)).toBe(0.08)
  })

  it('waits for the slowest of all', () => {
    const steps = [1, 8, 64, 512].map((ranks) => stepSeconds(ranks, 1000, { ...cluster, spread: 0.05 }))
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps[3]).toBeGreaterThan(stepSeconds(512, 1000, cluster) + 10 * 0.05 * 3)
  })
})
