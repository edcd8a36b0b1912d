import { summarize } from 'gentle-dl/inspect'
import { describe, expect, it } from 'vitest'
import { duration } from '../../src/pages/cost/duration.ts'
import { exerciseAnswer } from '../../src/pages/cost/exercise.ts'
import { measureStep } from '../../src/pages/cost/measure.ts'
import { costOf, network } from '../../src/pages/cost/network.ts'
import { program } from '../../src/pages/cost/program.ts'
import { costs } from '../../src/pages/cost/session.ts'
import { layersOf, type Settings } from '../../src/pages/cost/settings.ts'
import { printed } from './run-program.ts'

const small: Settings = { depth: 1, width: 4, resolution: 16, batch: 8 }

describe('what a step of training costs', () => {
  it('is what the library counts: forward, two gradients, and the weights three times', () => {
    const { parameters, flops, trainingBytes } = summarize(network(small), [3, 16, 16], { batchSize: 8 })
    expect(costOf(small)).toEqual({
      parameters,
      flops,
      stepFlops: 3 * flops * 8,
      bytes: trainingBytes! + 12 * parameters,
    })
  })

  it('grows with the square of width and resolution, and in proportion to depth and batch', async () => {
    const { cost, doubled } = await costs({ depth: 4, width: 16, resolution: 32, batch: 16 }, 'width')
    const factor = (axis: keyof Settings): number => doubled[axis].stepFlops / cost.stepFlops
    expect(factor('batch')).toBe(2)
    expect(factor('resolution')).toBeCloseTo(4, 2)
    expect(factor('width')).toBeGreaterThan(3.8)
    expect(factor('width')).toBeLessThan(4)
    expect(factor('depth')).toBeCloseTo(2, 0)
    expect(doubled.batch.parameters).toBe(cost.parameters)
    expect(doubled.resolution.parameters).toBe(cost.parameters)
  })

  it('is told along a setting, the chosen value among them', async () => {
    const { curve } = await costs({ ...small, batch: 7 }, 'batch')
    expect(curve.map(({ at }) => at)).toEqual([1, 7, 32, 64, 96, 128])
    expect(curve[1].value).toEqual(costOf({ ...small, batch: 7 }))
  })

  it('counts layers as the paper does: a depth of 3 is ResNet-20', () => {
    expect(layersOf({ depth: 3 })).toBe(20)
    const convolutions = summarize(network({ depth: 3, width: 16 }), [3, 32, 32]).layers.filter(
      ({ type, name }) => type === 'conv2d' && !name.includes('downsample'),
    )
    expect(convolutions.length + 1).toBe(20)
  })
})

it('a step is measured on the engine', async () => {
  const seconds = await measureStep({ ...small, batch: 2 }, 1)
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThan(60)
})

it('the program that is shown counts what the page does', async () => {
  const text = await printed(program(small, 'batch'))
  const { curve } = await costs(small, 'batch')
  for (const { value } of curve) expect(text).toContain(`bytes: ${value.bytes}`)
})

it('answers the exercise', () => {
  const answer = (settings: Settings) => exerciseAnswer({ settings, cost: costOf(settings) })
  expect(answer(small).remark).toContain('8 layers')
  expect(answer({ ...small, depth: 5 }).remark).toContain('16 pixels')
  expect(answer({ depth: 5, width: 16, resolution: 64, batch: 64 }).right).toBe(false)
  expect(answer({ depth: 5, width: 8, resolution: 64, batch: 16 }).right).toBe(true)
  expect(exerciseAnswer(undefined).right).toBe(false)
})

it('durations are told in the largest unit that they have one of', () => {
  expect([5e-5, 0.0142, 3, 90, 5400, 2 * 86_400, 1.3e9].map(duration)).toEqual([
    '0.05 ms',
    '14 ms',
    '3 s',
    '1.5 minutes',
    '1.5 hours',
    '2 days',
    '41 years',
  ])
})
