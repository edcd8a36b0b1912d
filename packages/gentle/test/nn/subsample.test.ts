/** The shortcut without parameters of ResNets for small images. */
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { input, variable } from '../../src/graph/tensor.ts'
import { type Layer, PadChannels, Scope, Sequential, Subsample } from '../../src/nn/index.ts'
import { mul, sum } from '../../src/ops/index.ts'

const scope = () => new Scope({ parameters: new Map(), state: new Map(), seed: 0, training: false })

/** The layer on 1, 2, 3, ... and the gradient of half its squares to them: its own values where they came from. */
async function run(layer: Layer, shape: readonly number[]) {
  const size = shape.reduce((a, b) => a * b)
  const x = variable(
    shape,
    Float32Array.from({ length: size }, (_, i) => i + 1),
    'x',
  )
  const y = layer.apply(x, scope())
  const [slope] = gradients(sum(mul(mul(y, y), 0.5)), [x])
  const results = await (await reference().compile({ inputs: {}, outputs: { y, slope } })).run()
  return { shape: y.shape, y: [...results['y'].data], slope: [...results['slope'].data] }
}

describe('subsample', () => {
  it('keeps every second row and column from the first, also of odd sizes', async () => {
    expect(await run(Subsample(2), [1, 1, 3, 5])).toEqual({
      shape: [1, 1, 2, 3],
      y: [1, 3, 5, 11, 13, 15],
      slope: [1, 0, 3, 0, 5, 0, 0, 0, 0, 0, 11, 0, 13, 0, 15],
    })
  })

  it('refuses a stride below 1', () => {
    expect(() => Subsample(0)).toThrow(ArgumentError)
  })
})

describe('padChannels', () => {
  it('adds channels of zeros behind those that there are', async () => {
    expect(await run(Sequential(Subsample(2), PadChannels(3)), [2, 1, 2, 2])).toEqual({
      shape: [2, 3, 1, 1],
      y: [1, 0, 0, 5, 0, 0],
      slope: [1, 0, 0, 0, 5, 0, 0, 0],
    })
  })

  it('refuses fewer channels than there are', () => {
    expect(() => PadChannels(1).apply(input([1, 2, 4, 4]), scope())).toThrow(ShapeError)
    expect(() => PadChannels(0)).toThrow(ArgumentError)
  })
})
