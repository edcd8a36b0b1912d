import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import {
  constantRate,
  cosineDecay,
  linearDecay,
  type Schedule,
  sequentialSchedule,
  stepDecay,
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
