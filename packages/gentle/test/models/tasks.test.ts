/** Networks of the vision tasks: what they give, and that a description tells them whole. */
import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { networks, trunk } from '../../src/models/index.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import { detector, fcn, levelsOf, localizer, unet } from '../../src/models/tasks.ts'
import { Flatten, type Layer, Linear, Sequential } from '../../src/nn/index.ts'
import { summarize } from '../../src/nn/summary.ts'

const outputOf = (network: Layer, inputShape: readonly number[]) =>
  summarize(network, inputShape).layers.at(-1)!.outputShape

/** A network as a weights file would tell it. */
const restored = (network: Layer): Layer => layerFrom(JSON.parse(JSON.stringify(network.description)))

const convolutional = Object.keys(networks).filter((name) => !['perceptron', 'mlp'].includes(name))

describe('the trunk of a classifier', () => {
  it.each(convolutional)('of %s keeps places', (name) => {
    expect(outputOf(trunk(networks[name].build({})), [1, 224, 224])).toHaveLength(3)
  })

  it('is refused where there are no convolutions before the end', () => {
    expect(() => trunk(networks.mlp.build({}))).toThrow(ArgumentError)
    expect(() => trunk(Sequential(Flatten(), Linear(3)))).toThrow(/flattens its pictures immediately/)
    expect(() => trunk(Linear(3))).toThrow(/expected a Sequential network/)
  })
})

describe('a detector', () => {
  it.each(['resnet14', 'resnet18', 'resnet20', 'vgg11_bn', 'mobilenet_v2', 'googlenet', 'alexnet'])(
    'stands on %s, and its levels have as many places as its output',
    (name) => {
      const network = detector(networks[name].build({ classes: 2 }), { classes: 5 })
      const shape = [3, 128, 128]
      const levels = levelsOf(network, shape)
      expect(levels.length).toBeGreaterThan(1)
      const places = levels.reduce((total, { rows, columns }) => total + rows * columns, 0)
      expect(outputOf(Sequential(network), shape)).toEqual([10, places])
      expect(levelsOf(restored(network), shape)).toEqual(levels)
    },
  )

  it('looks at every fourth pixel at the finest, and at half as many at each further level', () => {
    const levels = levelsOf(detector(networks.resnet14.build({}), { classes: 3 }), [1, 96, 64])
    expect(levels).toEqual([
      { rows: 24, columns: 16, stride: [4, 4] },
      { rows: 12, columns: 8, stride: [8, 8] },
      { rows: 6, columns: 4, stride: [16, 16] },
    ])
  })

  it('refuses options out of range, and pictures that leave nothing to look at', () => {
    expect(() => detector(networks.resnet14.build({}), { classes: 0 })).toThrow(ArgumentError)
    expect(() => levelsOf(detector(networks.lenet5.build({}), { classes: 2 }), [1, 3, 3])).toThrow(ShapeError)
  })
})

describe('a localizer', () => {
  it.each(['lenet5', 'resnet14', 'vgg11'])('on %s tells classes and four edges', (name) => {
    const network = localizer(networks[name].build({ classes: 2 }), { classes: 7 })
    expect(outputOf(network, [1, 64, 64])).toEqual([11])
    expect(outputOf(restored(network), [1, 64, 64])).toEqual([11])
  })
})

describe('segmenters', () => {
  it.each([
    ['unet', unet],
    ['fcn', fcn],
  ])('%s gives a class for every pixel', (_, build) => {
    const network = build({ classes: 4 })
    expect(outputOf(network, [3, 64, 32])).toEqual([4, 64, 32])
    expect(outputOf(restored(network), [3, 64, 32])).toEqual([4, 64, 32])
  })

  it("of the paper's width and depth has the parameters of U-Net with normalised, padded convolutions", () => {
    const { parameters } = summarize(unet({ classes: 2, width: 64, depth: 4 }), [1, 64, 64])
    // Down and bottom: 3 x 3 convolutions and two numbers a channel of batch norm; up: one after the enlargement, two after the join; the head.
    const block = (from: number, to: number): number => 9 * from * to + 2 * to
    const widths = [64, 128, 256, 512, 1024]
    const down = widths.reduce((total, to, i) => total + block(i === 0 ? 1 : widths[i - 1], to) + block(to, to), 0)
    const up = widths
      .slice(0, 4)
      .reduce((total, to) => total + block(2 * to, to) + block(2 * to, to) + block(to, to), 0)
    expect(parameters).toBe(down + up + 64 * 2 + 2)
  })
})
