import { describe, expect, it } from 'vitest'
import { halfPlane, lineWithin } from '../../src/pages/perceptron/half-plane.ts'
import { presets } from '../../src/pages/perceptron/presets.ts'
import { program } from '../../src/pages/perceptron/program.ts'
import { trace } from '../../src/pages/perceptron/trace.ts'
import { printed } from './run-program.ts'

const box = { left: 0, right: 1, low: 0, high: 1 }

describe('the steps of the rule', () => {
  it('begin at 0 and change weights only where the neuron is wrong', async () => {
    const { weights, steps, mistakes } = await trace(presets.and, 1)
    expect(mistakes).toEqual([2, 3, 3, 2, 1, 0])
    expect(weights).toHaveLength(steps.length + 1)
    for (const [i, { example, predicted }] of steps.entries()) {
      const [x1, x2, target] = presets.and[example]
      const [w1, w2, b] = weights[i]
      expect(predicted).toBe(w1 * x1 + w2 * x2 + b >= 0 ? 1 : 0)
      const error = target - predicted
      expect(weights[i + 1]).toEqual([w1 + error * x1, w2 + error * x2, b + error])
    }
  })

  it('are none without points', async () => {
    expect(await trace([], 1)).toEqual({ weights: [[0, 0, 0]], steps: [], mistakes: [] })
  })
})

it('the program that is shown does what the page does', async () => {
  const { weights, mistakes } = await trace(presets.or, 0.5)
  const text = await printed(program(presets.or, 0.5))
  expect(text).toContain(`mistakes in each epoch: ${mistakes.join(' ')}`)
  const [w1, w2, b] = weights.at(-1)!
  expect(text.trim().split('\n').at(-2)).toContain(`now w = ${w1}, ${w2}, b = ${b}`)
})

describe('the side that a neuron says yes to', () => {
  it('is cut out of the box', () => {
    expect(halfPlane([1, 0, -0.25], box)).toEqual([
      [0.25, 0],
      [1, 0],
      [1, 1],
      [0.25, 1],
    ])
    expect(lineWithin([1, 0, -0.25], box)).toEqual([
      [0.25, 0],
      [0.25, 1],
    ])
  })

  it('is all or nothing where the line is elsewhere, and all of it without weights', () => {
    expect(halfPlane([1, 1, -3], box)).toEqual([])
    expect(halfPlane([1, 1, 3], box)).toHaveLength(4)
    expect(halfPlane([0, 0, 0], box)).toHaveLength(4)
    expect(lineWithin([1, 1, -3], box)).toBeUndefined()
    expect(lineWithin([0, 0, 1], box)).toBeUndefined()
  })

  it('is a triangle at a corner, whose line goes through it', () => {
    expect(halfPlane([1, 1, -1.5], box)).toHaveLength(3)
    expect(lineWithin([1, 1, -1], box)).toEqual([
      [0, 1],
      [1, 0],
    ])
  })
})
