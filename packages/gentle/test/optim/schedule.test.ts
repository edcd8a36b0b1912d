import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import {
  constantRate,
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  linearDecay,
  multiStepDecay,
  oneCycle,
  polynomialDecay,
  reduceOnPlateau,
  type Schedule,
  sequentialSchedule,
  stepDecay,
  withWarmup,
} from '../../src/optim/index.ts'

const rates = (schedule: Schedule, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => schedule(step, steps))

const closeTo = (values: number[]) => values.map((value) => expect.closeTo(value, 12))

describe('a schedule', () => {
  it('keeps a constant rate', () => {
    expect(rates(constantRate(0.5), 3)).toEqual([0.5, 0.5, 0.5])
  })

  it('falls evenly, to reach 0 after the last step', () => {
    expect(rates(linearDecay(1), 4)).toEqual(closeTo([1, 0.75, 0.5, 0.25]))
  })

  it('falls along half a cosine', () => {
    expect(rates(cosineDecay(2), 4)).toEqual(closeTo([2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2]))
  })

  it('is one for the first steps and then another, each as if its steps were all', () => {
    const both = sequentialSchedule(linearDecay(4), 2, linearDecay(1))
    expect(rates(both, 6)).toEqual(closeTo([4, 2, 1, 0.75, 0.5, 0.25]))
    expect(both.description).toEqual({
      type: 'sequentialSchedule',
      until: 2,
      first: '{"type":"linearDecay","rate":4,"warmup":0}',
      second: '{"type":"linearDecay","rate":1,"warmup":0}',
    })
    expect(() => sequentialSchedule(linearDecay(1), 0, linearDecay(1))).toThrow(
      /until is 0; expected a whole number of steps/,
    )
  })

  it('falls by a factor at every so many steps', () => {
    expect(rates(stepDecay(1, { every: 2, factor: 0.5 }), 5)).toEqual(closeTo([1, 1, 0.5, 0.5, 0.25]))
  })

  it('warms up from below and then runs over the steps that are left', () => {
    expect(rates(linearDecay(1, { warmup: 3 }), 7)).toEqual(closeTo([0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]))
    expect(rates(constantRate(1, { warmup: 1 }), 3)).toEqual(closeTo([0.5, 1, 1]))
    expect(rates(stepDecay(1, { every: 1, factor: 0.5, warmup: 1 }), 3)).toEqual(closeTo([0.5, 1, 0.5]))
    expect(rates(cosineDecay(1, { warmup: 1 }), 3)).toEqual(closeTo([0.5, 1, 0.5]))
  })

  it('stays finite where the warm-up is longer than the training', () => {
    expect(rates(linearDecay(1, { warmup: 9 }), 2)).toEqual(closeTo([0.1, 0.2]))
  })

  it('refuses rates, warm-ups, intervals and factors out of range', () => {
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      for (const make of [constantRate, linearDecay, cosineDecay]) expect(() => make(rate)).toThrow(ArgumentError)
    expect(() => linearDecay(1, { warmup: -1 })).toThrow(ArgumentError)
    expect(() => linearDecay(1, { warmup: 1.5 })).toThrow(ArgumentError)
    expect(() => stepDecay(1, { every: 0 })).toThrow(ArgumentError)
    expect(() => stepDecay(1, { every: 1, factor: 0 })).toThrow(ArgumentError)
  })
})

const goldens: {
  readonly schedules: Record<string, number[]>
  readonly plateaus: Record<string, { readonly figures: number[]; readonly rates: number[] }>
} = JSON.parse(readFileSync(new URL('../goldens/schedules.json', import.meta.url), 'utf8'))

const schedules: Record<string, Schedule> = {
  stepDecay: stepDecay(0.5, { every: 6, factor: 0.5 }),
  multiStepDecay: multiStepDecay(0.5, { milestones: [3, 4, 11], factor: 0.25 }),
  exponentialDecay: exponentialDecay(0.5, { factor: 0.875 }),
  polynomialDecay: polynomialDecay(0.5, { power: 0.9 }),
  cosineDecay: cosineDecay(0.5),
  'cosineDecay with a floor': cosineDecay(0.5, { minRate: 0.0625 }),
  cosineRestarts: cosineRestarts(0.5, { period: 6 }),
  'cosineRestarts of growing periods': cosineRestarts(0.5, { period: 3, periodFactor: 2, minRate: 0.0625 }),
  oneCycle: oneCycle(0.5),
  'oneCycle of other shares': oneCycle(0.5, { warmupShare: 0.47, divFactor: 8, finalDivFactor: 100 }),
  'multiStepDecay after a warm-up': multiStepDecay(0.5, { milestones: [3, 9], factor: 0.25, warmup: 4 }),
  "a schedule of one's own after a warm-up": withWarmup((step) => 0.5 * 0.75 ** step, 4),
}

describe('rates are those of PyTorch, with', () => {
  it.each(Object.entries(goldens.schedules))('%s', (name, wanted) => {
    expect(rates(schedules[name], 20)).toEqual(wanted.map((rate) => expect.closeTo(rate, 10)))
  })

  it('each schedule that is tested here', () => {
    expect(Object.keys(schedules).sort()).toEqual(Object.keys(goldens.schedules).sort())
  })
})

describe('a schedule', () => {
  it('falls to its floor along a polynomial, or evenly within the steps of a factor', () => {
    expect(rates(polynomialDecay(1, { power: 2, minRate: 0.5 }), 2)).toEqual(closeTo([1, 0.625]))
    expect(rates(exponentialDecay(1, { factor: 0.25, every: 2 }), 4)).toEqual(closeTo([1, 0.5, 0.25, 0.125]))
  })

  it('of one cycle has rates for trainings of a few steps, and none that rises by no share', () => {
    expect(rates(oneCycle(1, { divFactor: 2, finalDivFactor: 2 }), 1)).toEqual(closeTo([1]))
    expect(rates(oneCycle(1, { warmupShare: 0, divFactor: 2, finalDivFactor: 2 }), 3)).toEqual(
      closeTo([1, 0.625, 0.25]),
    )
  })

  it('describes itself, whatever it is made of', () => {
    expect(schedules['multiStepDecay'].description).toEqual({
      type: 'multiStepDecay',
      rate: 0.5,
      warmup: 0,
      milestones: [3, 4, 11],
      factor: 0.25,
    })
    expect(withWarmup(constantRate(1), 3).description).toEqual({
      type: 'withWarmup',
      warmup: 3,
      after: '{"type":"constantRate","rate":1,"warmup":0}',
    })
  })

  it.each<[string, () => Schedule, RegExp]>([
    ['a floor above the rate', () => cosineDecay(1, { minRate: 2 }), /minRate is 2; expected from 0 to the rate, 1/],
    ['milestones that do not rise', () => multiStepDecay(1, { milestones: [3, 3] }), /milestone 2 is 3; .* from 4/],
    ['no milestones', () => multiStepDecay(1, { milestones: [] }), /no milestones/],
    ['a power of 0', () => polynomialDecay(1, { power: 0 }), /power is 0/],
    ['an exponential factor of 0', () => exponentialDecay(1, { factor: 0 }), /factor is 0/],
    ['a period of 0 steps', () => cosineRestarts(1, { period: 0 }), /period is 0/],
    ['periods that shrink', () => cosineRestarts(1, { period: 4, periodFactor: 0.5 }), /periodFactor is 0.5/],
    ['a cycle that only rises', () => oneCycle(1, { warmupShare: 1 }), /warmupShare is 1/],
    ['a cycle that begins above its rate', () => oneCycle(1, { divFactor: 0.5 }), /divFactor is 0.5/],
    ['a warm-up of no steps', () => withWarmup(constantRate(1), 0), /warmup is 0/],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message)
  })
})

const plateaus: Record<string, Schedule> = {
  'with a patience of 2': reduceOnPlateau(0.5, { patience: 2 }),
  'with a cooldown and a floor': reduceOnPlateau(0.5, { factor: 0.25, patience: 1, cooldown: 2, minRate: 0.0625 }),
  'with a threshold, of an accuracy': reduceOnPlateau(0.5, { monitor: 'accuracy', patience: 0, threshold: 0.05 }),
}

describe('a rate that is reduced on a plateau', () => {
  it.each(Object.entries(goldens.plateaus))("is PyTorch's %s", (name, { figures, rates: wanted }) => {
    const epochs = figures.map((figure) => ({ validation: { loss: figure, accuracy: figure } }))
    const schedule = plateaus[name]
    expect(schedule(0, 100, [])).toBe(0.5)
    expect(figures.map((_, i) => schedule(i + 1, 100, epochs.slice(0, i + 1)))).toEqual(closeTo(wanted))
  })

  it('is what it is behind a warm-up and another schedule, too', () => {
    const epochs = [1, 1].map((loss) => ({ validation: { loss } }))
    const plateau = reduceOnPlateau(1, { patience: 0 })
    for (const schedule of [sequentialSchedule(constantRate(2), 3, plateau), withWarmup(plateau, 3)])
      expect(schedule(5, 10, epochs)).toBeCloseTo(0.1, 12)
    expect(reduceOnPlateau(1, { patience: 0, warmup: 3 })(5, 10, epochs)).toBeCloseTo(0.1, 12)
  })

  it('takes a number for better than NaN, also where that came first', () => {
    const epochs = [Number.NaN, 0.5, 0.6, 0.7].map((auc) => ({ validation: { loss: 1, auc } }))
    expect(reduceOnPlateau(1, { monitor: 'auc', patience: 1 })(5, 10, epochs)).toBe(1)
  })

  it('takes less of an error for better', () => {
    const epochs = [3, 2, 1].map((calibrationError) => ({ validation: { loss: 1, calibrationError } }))
    const falling = reduceOnPlateau(1, { monitor: 'calibrationError', patience: 0 })
    expect(falling(5, 10, epochs)).toBe(1)
    expect(falling(5, 10, [...epochs].reverse())).toBeCloseTo(0.01, 12)
  })

  it('needs the validation that it goes by', () => {
    expect(() => reduceOnPlateau(1)(1, 2, [{}])).toThrow(/'loss', but epoch 1 had no validation; give a validation set/)
    expect(() => reduceOnPlateau(1, { monitor: 'f1' })(1, 2, [{ validation: { loss: 1 } }])).toThrow(
      /'f1', but epoch 1 reports loss; set monitor to one of these/,
    )
  })

  it.each([
    [{ factor: 1 }, /factor is 1; expected above 0 and below 1/],
    [{ patience: -1 }, /patience is -1/],
    [{ cooldown: 0.5 }, /cooldown is 0.5/],
    [{ threshold: 1 }, /threshold is 1/],
    [{ minRate: 2 }, /minRate is 2/],
  ])('refuses %o', (options, message) => {
    expect(() => reduceOnPlateau(1, options)).toThrow(message)
  })
})
