import { describe, expect, it } from 'vitest'
import { parseSchedule, scheduleOf } from '../src/train/schedules.ts'

const rates = (text: string, settings: { warmup?: number; steps?: number } = {}): number[] => {
  const { warmup, steps = 8 } = settings
  const schedule = scheduleOf(text, { learningRate: 1, warmup, stepsPerEpoch: 2 })
  return Array.from({ length: steps }, (_, step) => Number(schedule(step, steps).toFixed(6)))
}

describe('--schedule', () => {
  it('takes times in epochs', () => {
    expect(rates('step:every=2,factor=0.5')).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
    expect(rates('multi-step:milestones=1+2.5,factor=0.5')).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25])
    expect(rates('exponential:factor=0.25', { steps: 4 })).toEqual([1, 0.5, 0.25, 0.125])
    expect(rates('cosine-restarts:period=1', { steps: 4 })).toEqual([1, 0.5, 1, 0.5])
  })

  it('begins after the warm-up', () => {
    expect(rates('step:every=1,factor=0.5', { warmup: 1, steps: 4 })).toEqual([0.5, 1, 1, 0.5])
  })

  it.each([
    ['liner', /unknown --schedule 'liner'; did you mean linear\?/],
    ['step', /--schedule step: step needs every, as in step:every=30/],
    ['step:evry=3', /unknown option of --schedule step: 'evry'; did you mean every\?/],
    ['step:every', /'every' is not an option; expected name=value, such as every=30/],
    ['step:every=often', /every is often; expected a number/],
    ['multi-step:milestones=3+x', /milestones is 3\+x; expected epochs, such as 30\+60/],
    ['linear:min-rate=0.1', /linear has no options/],
    ['linear:x', /linear has no options/],
    ['one-cycle:x', /expected name=value, such as warmup-share=0\.2/],
    ['multi-step:milestones=3++5', /milestones is 3\+\+5; expected epochs, such as 30\+60/],
  ])('refuses %s', (text, message) => {
    expect(() => parseSchedule('--schedule', text)).toThrow(message)
  })

  it('refuses numbers out of range, with what they come to in steps', () => {
    expect(() => scheduleOf('step:every=0.1', { learningRate: 1, stepsPerEpoch: 2 })).toThrow(
      /--schedule step:every=0.1, at 2 steps an epoch: stepDecay: every is 0; expected a whole number of steps from 1/,
    )
    expect(() => scheduleOf('cosine:min-rate=2', { learningRate: 1, stepsPerEpoch: 2 })).toThrow(/minRate is 2/)
  })
})
