/** Keras' activations as layers, layers that act in training alone, and those that prepare pictures. */
import type { Shape } from '../../../core/shape.ts'
import { constant } from '../../../graph/tensor.ts'
import { elu, leakyRelu, relu, softmax } from '../../../ops/activations.ts'
import { add, greater, mul, neg, sub, where } from '../../../ops/elementwise.ts'
import { dropout, dropout2d } from '../../../ops/random.ts'
import { slice } from '../../../ops/structure.ts'
import { combine, Placed } from '../placed.ts'
import { resizeBilinear, resizeNearest } from '../resizing.ts'
import { activationOf, reluOf } from './activations.ts'
import { type BuildKerasLayer, expectAxes, imageOrder, learned, ofOne } from './keras-layer.ts'
import type { LayerConfig } from './layer-config.ts'

const rectified: BuildKerasLayer = (config) => {
  const max = config.value('max_value') === undefined ? undefined : config.number('max_value')
  const slope = config.number('negative_slope', 0)
  const threshold = config.number('threshold', 0)
  if (config.dialect === 'tensorflow.js' && (slope !== 0 || threshold !== 0))
    config.fail('has negative_slope or threshold, which TensorFlow.js ignores and Keras does not')
  return ofOne((x) => x.map((tensor) => reluOf(tensor, max, slope, threshold)))
}

const leaky: BuildKerasLayer = (config) => {
  // Keras 3 has another name for it.
  const [alpha, slope] = [config.value('alpha'), config.value('negative_slope')]
  const steepness =
    alpha === undefined && slope === undefined ? 0.3 : config.number(alpha === undefined ? 'negative_slope' : 'alpha')
  return ofOne((x) => x.map((tensor) => leakyRelu(tensor, steepness)))
}

const parametric: BuildKerasLayer = (config) => {
  const shared = config.value('shared_axes') === undefined ? [] : config.integers('shared_axes')
  return {
    weights: [{ name: 'alpha' }],
    run([input], scope) {
      const shape: Shape = input.shape.slice(1).map((n, i) => (shared.includes(i + 1) ? 1 : n))
      const alpha = Placed.written(learned(scope, 'alpha', shape))
      return combine([input, alpha], (x, slope) => sub(relu(x), mul(slope, relu(neg(x)))))
    },
  }
}

const exponential: BuildKerasLayer = (config) => {
  const alpha = config.number('alpha', 1)
  return ofOne((x) => x.map((tensor) => elu(tensor, alpha)))
}

const thresholded: BuildKerasLayer = (config) => {
  const theta = config.number('theta', 1)
  return ofOne((x) => x.map((tensor) => where(greater(tensor, theta), tensor, 0)))
}

const softmaxLayer: BuildKerasLayer = (config) => {
  // TensorFlow.js begins with the axis behind the batch.
  const axes = config.integers('axis', [config.dialect === 'tensorflow.js' ? 1 : -1])
  if (axes.length !== 1) config.fail('has several axes; expected one')
  return ofOne((x) => {
    const axis = axes[0] < 0 ? axes[0] + x.shape.length : axes[0]
    return x.map((tensor) => softmax(tensor, x.axisAsItLies(axis)))
  })
}

const activation: BuildKerasLayer = (config) => ofOne(activationOf(config))

/** Zeros at random in training; nothing in prediction. */
const dropoutLayer: BuildKerasLayer = (config) => {
  const rate = config.number('rate')
  config.expect('noise_shape', undefined)
  return ofOne((x, scope) => {
    const { training, step, seed, path } = scope
    if (!training || step === undefined || rate === 0) return x
    return x.map((tensor) => dropout(tensor, rate, step, { seed, stream: path }))
  })
}

/** Zeros whole channels at random in training; nothing in prediction. */
const spatialDropout2d: BuildKerasLayer = (config) => {
  const rate = config.number('rate')
  const { read, give } = imageOrder(config)
  return ofOne((x, scope) => {
    const { training, step, seed, path } = scope
    if (!training || step === undefined || rate === 0) return x
    return give(dropout2d(read(x), rate, step, { seed, stream: path }))
  })
}

/** Nothing in prediction. What it does in training is refused there. */
const trainingOnly =
  (...settings: readonly string[]): BuildKerasLayer =>
  (config) => {
    for (const setting of settings) config.value(setting)
    return ofOne((x, scope) => (scope.training ? config.fail('acts in training, where it is not supported') : x))
  }

const rescaling: BuildKerasLayer = (config) => {
  const [scale, offset] = (['scale', 'offset'] as const).map((setting) => {
    const value = config.value(setting) ?? (setting === 'scale' ? 1 : 0)
    const numbers = Array.isArray(value) ? value : [value]
    if (!numbers.every((n) => typeof n === 'number'))
      config.fail(`has ${setting} that is not a number and no list of numbers`)
    return Placed.written(numbers.length === 1 ? constant(numbers[0]) : constant(numbers, [numbers.length]))
  })
  return ofOne((x) => combine([x, scale, offset], (pixels, factor, more) => add(mul(pixels, factor), more)))
}

/** How a dialect places pixels when a layer resizes: TensorFlow.js aligns corners unless it crops. */
const placesOf = ({ dialect }: LayerConfig) => (dialect === 'tensorflow.js' ? 'alignCorners' : 'halfPixel')

const resizing: BuildKerasLayer = (config) => {
  const size = [config.count('height'), config.count('width')] as const
  const method = config.choice('interpolation', ['bilinear', 'nearest'], 'bilinear')
  for (const setting of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias']) config.expect(setting, false)
  // What pads, where it does not.
  for (const setting of ['fill_mode', 'fill_value']) config.value(setting)
  const { read, give } = imageOrder(config)
  const resize = method === 'nearest' ? resizeNearest : resizeBilinear
  return ofOne((x) => {
    expectAxes(config, x, 4)
    return give(resize(read(x), size, placesOf(config)))
  })
}

const centerCrop: BuildKerasLayer = (config) => {
  const [height, width] = [config.count('height'), config.count('width')]
  const { read, give } = imageOrder(config)
  return ofOne((input) => {
    expectAxes(config, input, 4)
    const x = read(input)
    const [batch, channels, rows, columns] = x.shape
    if (rows < height || columns < width) config.fail(`cuts ${height} x ${width} out of ${rows} x ${columns} pixels`)
    const place = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)]
    return give(slice(x, [0, 0, ...place], [batch, channels, height, width]))
  })
}

const warping = ['fill_mode', 'fill_value', 'interpolation', 'data_format']

export const elementwiseLayers: Readonly<Record<string, BuildKerasLayer>> = {
  Activation: activation,
  ActivityRegularization: trainingOnly('l1', 'l2'),
  AlphaDropout: trainingOnly('rate', 'noise_shape'),
  CenterCrop: centerCrop,
  Dropout: dropoutLayer,
  ELU: exponential,
  GaussianDropout: trainingOnly('rate'),
  GaussianNoise: trainingOnly('stddev'),
  LeakyReLU: leaky,
  PReLU: parametric,
  RandomBrightness: trainingOnly('factor', 'value_range'),
  RandomContrast: trainingOnly('factor', 'value_range'),
  RandomFlip: trainingOnly('mode', 'data_format'),
  RandomRotation: trainingOnly('factor', ...warping),
  RandomTranslation: trainingOnly('height_factor', 'width_factor', ...warping),
  RandomZoom: trainingOnly('height_factor', 'width_factor', ...warping),
  ReLU: rectified,
  Rescaling: rescaling,
  Resizing: resizing,
  Softmax: softmaxLayer,
  SpatialDropout2D: spatialDropout2d,
  ThresholdedReLU: thresholded,
}
