import { expect, it } from 'vitest'
import { lenet5 } from '../../src/models/index.ts'
import { linear, sequential, summarize, tanh } from '../../src/nn/index.ts'

it('counts the parameters and multiply-adds of LeNet-5', () => {
  const summary = summarize(lenet5(), [1, 28, 28])
  expect(summary.parameters).toBe(61_706)
  expect(summary.macs).toBe(416_520)
  expect(summary.flops).toBe(833_040)
  expect(summary.layers.map(({ parameters }) => parameters)).toEqual([
    156, 0, 0, 2416, 0, 0, 48_120, 0, 0, 10_164, 0, 850,
  ])
  expect(summary.layers[0]).toEqual({
    name: '0',
    type: 'conv2d',
    outputShape: [6, 28, 28],
    parameters: 156,
    macs: 117_600,
  })
})

it('names the layers of a network within a network by their path', () => {
  const { layers } = summarize(sequential(sequential(linear(3), tanh()), linear(2)), [4])
  expect(layers.map(({ name }) => name)).toEqual(['0.0', '0.1', '1'])
})
