/** Keras' pooling, of images and of sequences, and enlarging. */
import type { Tensor } from '../../../graph/tensor.ts'
import { div, mul } from '../../../ops/elementwise.ts'
import { max, mean, sum } from '../../../ops/reduce.ts'
import { pad, reshape, slice } from '../../../ops/structure.ts'
import type { Both } from '../../../ops/window.ts'
import { Placed } from '../placed.ts'
import { resizeBilinear, resizeNearest } from '../resizing.ts'
import { poolMax, poolMean } from '../sliding.ts'
import { type BuildKerasLayer, expectAxes, imageOrder, ofOne } from './keras-layer.ts'

type Pool = typeof poolMax

const pool2d =
  (pool: Pool): BuildKerasLayer =>
  (config) => {
    const size = config.counts('pool_size', 2, 1, 2)
    const stride = config.counts('strides', 2, 1, size)
    const padding = config.choice('padding', ['valid', 'same'], 'valid')
    const { read, give } = imageOrder(config)
    return ofOne((x) => {
      expectAxes(config, x, 4)
      return give(pool(read(x), [size[0], size[1]], { stride: [stride[0], stride[1]], padding }))
    })
  }

const pool1d =
  (pool: Pool): BuildKerasLayer =>
  (config) => {
    const [size] = config.counts('pool_size', 1, 1, 2)
    const [stride] = config.counts('strides', 1, 1, size)
    const padding = config.choice('padding', ['valid', 'same'], 'valid')
    const { read, give } = imageOrder(config)
    return ofOne((input) => {
      expectAxes(config, input, 3)
      const x = read(input)
      const [batch, channels, length] = x.shape
      const y = pool(reshape(x, [batch, channels, 1, length]), [1, size], { stride: [1, stride], padding })
      return give(reshape(y, [batch, channels, y.shape[3]]))
    })
  }

const globalPool =
  (axes: number, of: (x: Tensor, axes: number[], options: { keepDims: boolean }) => Tensor): BuildKerasLayer =>
  (config) => {
    const { read, give } = imageOrder(config)
    const keepDims = config.flag('keepdims', false)
    return ofOne((input) => {
      expectAxes(config, input, axes)
      const x = read(input)
      const y = of(
        x,
        Array.from({ length: axes - 2 }, (_, i) => i + 2),
        { keepDims },
      )
      return keepDims ? give(y) : Placed.written(y)
    })
  }

/** Sizes before and behind rows and columns: one number, one a direction, or [[top, bottom], [left, right]]. */
function sides(value: unknown): { before: number[]; after: number[] } | undefined {
  const list = typeof value === 'number' ? [value, value] : value
  if (!Array.isArray(list)) return undefined
  const pairs = list.map((each) => (typeof each === 'number' ? [each, each] : each))
  const right = pairs.every(
    (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0),
  )
  return right ? { before: pairs.map(([n]) => n), after: pairs.map(([, n]) => n) } : undefined
}

const zeroPadding2d: BuildKerasLayer = (config) => {
  const around = sides(config.value('padding') ?? 1)
  if (around?.before.length !== 2) return config.fail('has a padding that is not a number, two, or two pairs')
  const { read, give } = imageOrder(config)
  return ofOne((x) => give(pad(read(x), [0, 0, ...around.before], [0, 0, ...around.after])))
}

const zeroPadding1d: BuildKerasLayer = (config) => {
  const value = config.value('padding') ?? 1
  const around = sides([value])
  if (around === undefined) return config.fail('has a padding that is not a number and no two')
  const { read, give } = imageOrder(config)
  return ofOne((x) => give(pad(read(x), [0, 0, ...around.before], [0, 0, ...around.after])))
}

const cropping2d: BuildKerasLayer = (config) => {
  const around = sides(config.value('cropping') ?? 0)
  if (around?.before.length !== 2) return config.fail('has a cropping that is not a number, two, or two pairs')
  const { read, give } = imageOrder(config)
  return ofOne((input) => {
    const x = read(input)
    const size = [0, 1].map((axis) => x.shape[2 + axis] - around.before[axis] - around.after[axis])
    return give(slice(x, [0, 0, ...around.before], [x.shape[0], x.shape[1], ...size]))
  })
}

const cropping1d: BuildKerasLayer = (config) => {
  const around = sides([config.value('cropping') ?? 1])
  if (around === undefined) return config.fail('has a cropping that is not a number and no two')
  const { read, give } = imageOrder(config)
  return ofOne((input) => {
    const x = read(input)
    const length = x.shape[2] - around.before[0] - around.after[0]
    return give(slice(x, [0, 0, ...around.before], [x.shape[0], x.shape[1], length]))
  })
}

const upSampling2d: BuildKerasLayer = (config) => {
  const [vertical, horizontal] = config.counts('size', 2, 1, 2)
  const method = config.choice('interpolation', ['nearest', 'bilinear'], 'nearest')
  const { read, give } = imageOrder(config)
  return ofOne((input) => {
    expectAxes(config, input, 4)
    const x = read(input)
    const size: Both = [x.shape[2] * vertical, x.shape[3] * horizontal]
    if (method === 'nearest') return give(resizeNearest(x, size, 'asymmetric'))
    // Keras asks TensorFlow 2 for it, TensorFlow.js what TensorFlow 1 did.
    return give(resizeBilinear(x, size, config.dialect === 'tensorflow.js' ? 'asymmetric' : 'halfPixel'))
  })
}

const upSampling1d: BuildKerasLayer = (config) => {
  const times = config.count('size', 2)
  return ofOne((input) => {
    expectAxes(config, input, 3)
    const x = input.channelsFirst
    const [batch, channels, length] = x.shape
    const y = resizeNearest(reshape(x, [batch, channels, 1, length]), [1, length * times], 'asymmetric')
    return Placed.channelsFirst(reshape(y, [batch, channels, length * times]))
  })
}

/** The mean of all steps, or of those that a mask leaves. */
const averageOfSteps: BuildKerasLayer = (config) => {
  const whole = globalPool(3, mean)(config)
  const plain =
    config.choice('data_format', ['channels_last', 'channels_first'], 'channels_last') === 'channels_last' &&
    !config.flag('keepdims', false)
  return {
    readsMasks: true,
    run([x], scope) {
      if (x.mask === undefined) return whole.run([x], scope)
      if (!plain || config.dialect === 'tensorflow.js')
        config.fail(
          'gets a sequence with a mask, which it takes in Keras alone, with channels last and without keepdims',
        )
      const here = reshape(x.mask, [...x.mask.shape, 1])
      return Placed.written(div(sum(mul(x.written, here), 1), sum(here, 1)))
    },
  }
}

export const poolingLayers: Readonly<Record<string, BuildKerasLayer>> = {
  AveragePooling1D: pool1d(poolMean),
  AveragePooling2D: pool2d(poolMean),
  Cropping1D: cropping1d,
  Cropping2D: cropping2d,
  GlobalAveragePooling1D: averageOfSteps,
  GlobalAveragePooling2D: globalPool(4, mean),
  GlobalMaxPooling1D: globalPool(3, max),
  GlobalMaxPooling2D: globalPool(4, max),
  MaxPooling1D: pool1d(poolMax),
  MaxPooling2D: pool2d(poolMax),
  UpSampling1D: upSampling1d,
  UpSampling2D: upSampling2d,
  ZeroPadding1D: zeroPadding1d,
  ZeroPadding2D: zeroPadding2d,
}
