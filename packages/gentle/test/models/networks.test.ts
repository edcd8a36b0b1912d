/** What the networks are made of, and what they cost. Nothing is computed here, and no weights are made. */
import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../src/core/errors.ts'
import type { Shape } from '../../src/core/shape.ts'
import * as models from '../../src/models/index.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import type { Layer } from '../../src/nn/index.ts'
import { type NetworkSummary, summarize } from '../../src/nn/summary.ts'

const { networks } = models

const imagenet: Shape = [3, 224, 224]
const cifar: Shape = [3, 32, 32]

/** The sizes [C, H, W] or [D] after the layers of these types. */
const shapesAfter = (network: Layer, inputShape: Shape, types: readonly string[]): Shape[] =>
  summarize(network, inputShape)
    .layers.filter(({ type }) => types.includes(type))
    .map(({ outputShape }) => outputShape)

const outputOf = (network: Layer, inputShape: Shape): Shape => summarize(network, inputShape).layers.at(-1)!.outputShape

describe('multiply-adds of convolutions and linear layers', () => {
  it.each([
    ['lenet5', 416_520],
    ['alexnet', 714_188_480],
    ['vgg16', 15_470_264_320],
    ['googlenet', 1_498_376_192],
    ['resnet18', 1_814_073_344],
    ['resnet50', 4_089_184_256],
  ])('of %s are %i', (name, macs) => {
    const { build, inputShape } = networks[name]
    expect(summarize(build({}), inputShape).macs).toBe(macs)
  })
})

describe.each(Object.entries(networks))('%s', (_, { build, inputShape, year, paper, top1 }) => {
  it('takes its input shape and a number of classes, and is told whole by its description', () => {
    const network = build({ classes: 7 })
    const summary = summarize(network, inputShape)
    expect(summary.layers.at(-1)!.outputShape).toEqual([7])
    const described = layerFrom(JSON.parse(JSON.stringify(network.description)))
    expect(summarize(described, inputShape)).toEqual(summary)
  })

  it('says where it was published', () => {
    expect(year).toBeGreaterThan(1950)
    expect(paper).toMatch(/^[^,]+.*, /)
    if (top1 !== undefined) {
      expect(top1.value).toBeGreaterThan(50)
      expect(top1.value).toBeLessThan(90)
      expect(top1.source).not.toBe('')
    }
  })
})

describe('AlexNet of the paper', () => {
  it('has the maps that figure 2 shows, and 60,965,224 parameters', () => {
    const network = models.alexnetOriginal()
    expect(shapesAfter(network, [3, 227, 227], ['conv2d', 'linear'])).toEqual([
      [96, 55, 55],
      [256, 27, 27],
      [384, 13, 13],
      [384, 13, 13],
      [256, 13, 13],
      [4096],
      [4096],
      [1000],
    ])
    expect(summarize(network, [3, 227, 227]).parameters).toBe(60_965_224)
  })

  it('sees half of the channels in the second, fourth and fifth convolution', () => {
    const kernels: readonly number[] = [11, 5, 3, 3, 3]
    const inputs = summarize(models.alexnetOriginal(), [3, 227, 227])
      .layers.filter(({ type }) => type === 'conv2d')
      .map(({ parameters, outputShape: [channels] }, i) => (parameters / channels - 1) / kernels[i] ** 2)
    expect(inputs).toEqual([3, 48, 256, 192, 192])
  })
})

describe('GoogLeNet', () => {
  it('has 6,624,904 parameters, and 13,004,888 with its auxiliary heads, which predicting does not need', () => {
    const whole = summarize(models.googlenet(), imagenet)
    const bare = summarize(models.googlenet({ auxiliary: false }), imagenet)
    expect(whole.parameters).toBe(6_624_904)
    expect(whole.parameters + whole.auxiliaryParameters).toBe(13_004_888)
    expect([bare.parameters, bare.auxiliaryParameters]).toEqual([6_624_904, 0])
    expect(bare.macs).toBe(whole.macs)
  })

  it('concatenates the branches of its inception modules to the widths of table 1', () => {
    expect(shapesAfter(models.googlenet(), imagenet, ['concat'])).toEqual([
      [256, 28, 28],
      [480, 28, 28],
      [512, 14, 14],
      [512, 14, 14],
      [512, 14, 14],
      [528, 14, 14],
      [832, 14, 14],
      [832, 7, 7],
      [1024, 7, 7],
    ])
  })
})

describe('ResNet', () => {
  it.each([
    [20, 269_722],
    [32, 464_154],
    [44, 658_586],
    [56, 853_018],
  ])('of %i layers for small images has %i parameters; the plain network costs the same', (depth, count) => {
    const residual = summarize(networks[`resnet${depth}`].build({}), cifar)
    const plain = summarize(networks[`plain${depth}`].build({}), cifar)
    const sums = ({ layers }: NetworkSummary) => layers.filter(({ type }) => type === 'add').length
    const weighted = ({ layers }: NetworkSummary) => layers.filter(({ macs }) => macs > 0).length
    expect([residual.parameters, plain.parameters]).toEqual([count, count])
    expect(residual.macs).toBe(plain.macs)
    expect([weighted(residual), weighted(plain)]).toEqual([depth, depth])
    expect([sums(residual), sums(plain)]).toEqual([(depth - 2) / 2, 0])
  })

  it('keeps small images at their size with the stem for them', () => {
    const network = models.resnet18({ stem: 'cifar', classes: 10 })
    const maps = shapesAfter(network, cifar, ['add'])
    expect(maps).toEqual([64, 64, 128, 128, 256, 256, 512, 512].map((c) => [c, 2048 / c, 2048 / c]))
    expect(summarize(network, cifar).parameters).toBe(11_173_962)
  })
})

describe('images of another size', () => {
  it.each<[string, Layer, Shape]>([
    ['alexnet', models.alexnet(), [3, 63, 80]],
    ['vgg11', models.vgg11(), [3, 32, 45]],
    ['vgg16_bn', models.vgg16({ norm: true }), [1, 32, 32]],
    ['googlenet', models.googlenet(), [3, 32, 100]],
    ['resnet18', models.resnet18(), [3, 32, 33]],
    ['mobilenet_v2', models.mobilenetV2(), [3, 32, 96]],
    ['resnet20', models.resnet20({ classes: 1000 }), [1, 28, 28]],
  ])('are taken by %s', (_, network, shape) => {
    expect(outputOf(network, shape)).toEqual([1000])
  })

  it('that are too small are refused by the layer that they do not fit', () => {
    expect(() => summarize(models.alexnet(), [3, 62, 62])).toThrow(ShapeError)
    expect(() => summarize(models.vgg16(), [3, 31, 31])).toThrow(/features\.30/)
  })
})
