import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { augmentSound, checkSoundPolicy, lengthAtSpeed, maskPolicies, maskSpectrogram } from '../../src/speech/index.ts'

const rate = 8000
const tone = Float32Array.from({ length: 2000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 500 * i) / rate))
const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0) / samples.length

describe('augmentSound', () => {
  it('is the same by the same stream, another by another, and leaves the sound as it is', () => {
    const before = tone.slice()
    const policy = { speed: [0.9, 1.1], gain: [-6, 6], shift: 20, noise: { ratio: [10, 20] } } as const
    const change = (seed: number) => augmentSound(tone, rate, policy, new Random(seed))
    expect(change(1)).toEqual(change(1))
    expect(change(1)).not.toEqual(change(2))
    expect(tone).toEqual(before)
  })

  it('plays faster with the pitch', () => {
    const faster = augmentSound(tone, rate, { speed: [1.25, 1.25] }, new Random(0))
    expect(faster).toHaveLength(lengthAtSpeed(2000, 125))
    expect(faster).toHaveLength(1600)
    // A tone of 625 Hz, away from the ends.
    for (let i = 400; i < 1200; i++)
      expect(Math.abs(faster[i] - 0.5 * Math.sin((2 * Math.PI * 625 * i) / rate))).toBeLessThan(1e-3)
  })

  it('adds noise as far below the sound as it is told, from files where there are some', () => {
    for (const noises of [[], [Float32Array.from({ length: 77 }, (_, i) => (i % 3) - 1)]]) {
      const noisy = augmentSound(tone, rate, { noise: { ratio: [20, 20] } }, new Random(3), noises)
      const added = noisy.map((value, i) => value - tone[i])
      expect(10 * Math.log10(power(tone) / power(added))).toBeCloseTo(20, 3)
    }
    const silent = augmentSound(new Float32Array(100), rate, { noise: { ratio: [0, 0] } }, new Random(3))
    expect(silent.every((value) => value === 0)).toBe(true)
    const never = augmentSound(tone, rate, { noise: { ratio: [0, 0], probability: 0 } }, new Random(3))
    expect(never).toEqual(tone)
    const noise = { ratio: [0, 0] } as const
    expect(() => augmentSound(tone, rate, { noise }, new Random(3), [new Float32Array(0)])).toThrow(/has no samples/)
  })

  it('makes louder by decibels', () => {
    const louder = augmentSound(tone, rate, { gain: [6, 6] }, new Random(0))
    expect(10 * Math.log10(power(louder) / power(tone))).toBeCloseTo(6, 4)
  })

  it('moves either way and leaves silence', () => {
    const impulse = new Float32Array(100)
    impulse[50] = 1
    const places = Array.from({ length: 40 }, (_, seed) =>
      augmentSound(impulse, 1000, { shift: 10 }, new Random(seed)).indexOf(1),
    )
    expect(Math.min(...places)).toBeGreaterThanOrEqual(40)
    expect(Math.max(...places)).toBeLessThanOrEqual(60)
    expect(new Set(places).size).toBeGreaterThan(10)
  })
})

describe('maskSpectrogram', () => {
  it('wipes out stripes no wider than the policy says', () => {
    const [frames, features] = [50, 20]
    const widths = { time: 0, frequency: 0 }
    for (let seed = 0; seed < 50; seed++) {
      const values = Float32Array.from({ length: frames * features }, (_, i) => 1 + ((i * 7919) % 97))
      const before = values.slice()
      maskSpectrogram(
        values,
        features,
        { frequencyMasks: 1, frequencyWidth: 4, timeMasks: 1, timeWidth: 9, timeShare: 0.1 },
        new Random(seed),
      )
      const isWiped = (frame: number, feature: number) =>
        values[frame * features + feature] !== before[frame * features + feature]
      const rows = Array.from({ length: frames }, (_, t) => Array.from({ length: features }, (_, f) => isWiped(t, f)))
      const time = rows.filter((row) => row.every(Boolean)).length
      const frequency = rows[0].map((_, f) => rows.every((row) => row[f])).filter(Boolean).length
      widths.time = Math.max(widths.time, time)
      widths.frequency = Math.max(widths.frequency, frequency)
      // Nothing else is changed.
      expect(rows.flat().filter(Boolean)).toHaveLength(time * features + frequency * frames - time * frequency)
    }
    expect(widths).toEqual({ time: 5, frequency: 4 })
  })

  it('knows the four policies of the paper', () => {
    expect(Object.keys(maskPolicies)).toEqual(['LB', 'LD', 'SM', 'SS'])
  })
})

describe('checkSoundPolicy', () => {
  it.each([
    [{ speed: [0, 1] }, /speed is 0 to 1/],
    [{ gain: [3, -3] }, /gain is 3 to -3/],
    [{ shift: -1 }, /shift is -1/],
    [{ noise: { ratio: [0, 10], probability: 2 } }, /probability of noise is 2/],
    [{ noise: { ratio: [0, 10], files: [] } }, /no files/],
    [{ mask: { timeMasks: 1.5 } }, /timeMasks is 1.5/],
  ] as const)('refuses %j', (policy, message) => {
    expect(() => checkSoundPolicy(policy)).toThrow(message)
  })
})
