import {
  BatchNorm,
  Concat,
  Conv2d,
  GlobalAvgPool2d,
  type Layer,
  Linear,
  ReLU,
  Residual,
  Sequential,
  wasm,
} from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { describe, expect, it } from 'vitest'
import { measureLayers } from '../src/networks/measure-layers.ts'
import { gentle } from './command.ts'

const convolution = (channels: number, kernel: number): Layer =>
  Sequential({ conv: Conv2d(channels, kernel, { padding: kernel >> 1 }), bn: BatchNorm(), relu: ReLU() })

/** A shortcut around two convolutions, and two branches. */
const branched = Sequential({
  block: Residual(Sequential({ conv1: convolution(4, 3), conv2: Conv2d(4, 3, { padding: 1 }) }), {
    activation: ReLU(),
  }),
  inception: Concat({ branch1: convolution(2, 1), branch2: convolution(6, 3) }),
  pool: GlobalAvgPool2d(),
  fc: Linear(3),
})
const shape = [4, 8, 8]

describe('gentle summary', () => {
  it('measures layers beside the bound that their FLOPs set', async () => {
    const { stdout } = await gentle(['summary', 'lenet5', '--measure', '--json'])
    const { layers, measured } = JSON.parse(stdout)
    expect(measured.peakFlopsPerSecond).toBeGreaterThan(1e9)
    for (const { seconds, boundSeconds, flops, flopsPerSecond } of layers) {
      expect(boundSeconds).toBeCloseTo(flops / measured.peakFlopsPerSecond, 12)
      expect(flopsPerSecond).toBeCloseTo(flops / seconds, 3)
    }
    const total = layers.reduce((sum: number, { share }: { share: number }) => sum + share, 0)
    expect(total).toBeCloseTo(1, 9)
  })
})

it('measures joins as well as layers, each kind once', async () => {
  const backend = await wasm({ threads: 1 })
  const { times } = await measureLayers(backend, branched, summarize(branched, shape, { batchSize: 2 }))
  await backend.close()
  const { layers } = summarize(branched, shape)
  expect(times).toHaveLength(layers.length)
  for (const { seconds } of times) expect(seconds).toBeGreaterThan(0)
})
