/** The form of every layer among those that TensorFlow.js has of Keras (https://js.tensorflow.org/api/latest/#Layers). */
import type { Shape } from '../../../core/shape.ts'
import { sizeOf } from '../../../core/shape.ts'
import type { StandardizeOptions } from '../../../nn/layers/standardize.ts'
import type { Conv2dAttributes, Conv2dInputGradientAttributes } from '../../../ops/conv2d.ts'
import type { KerasWeight, Written } from './keras-writer.ts'
import type { Convert, Converted, PartContext } from './part-context.ts'
import { averagePooled, isSame, maxPooled, padded } from './pooled.ts'
import { recurrent } from './recurrent.ts'
import { resampled } from './resampled.ts'

const sameLayout = { kind: 'same' } as const
const channelsLast = { kind: 'channelsLast' } as const

const passedOn: Convert = (part) => part.input()

/** A function of each value alone. */
const activation =
  (name: string, { nonNegative = false } = {}): Convert =>
  (part) => {
    const x = part.input()
    return part.as(part.add('Activation', x.layer, { activation: name }), x, { nonNegative })
  }

/** A function along the last axis, which there has to be the last, too. */
const alongLast =
  (name: string, nonNegative: boolean): Convert =>
  (part) => {
    const x = part.inOrder()
    return { layer: part.add('Activation', x.layer, { activation: name }), layout: sameLayout, nonNegative }
  }

const settingOf = ({ description }: PartContext, otherwise: number): number =>
  (description.settings as number[] | undefined)?.[0] ?? otherwise

/** Elements of an array of a shape with its axes in another order. */
function reordered(data: Float32Array, shape: Shape, order: readonly number[]): KerasWeight {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const result = new Float32Array(data.length)
  const to = order.map((axis) => shape[axis])
  const index = to.map(() => 0)
  for (let i = 0; i < result.length; i++) {
    result[i] = data[index.reduce((at, n, axis) => at + n * strides[order[axis]], 0)]
    for (let axis = to.length - 1; axis >= 0; axis--) {
      if (++index[axis] < to[axis]) break
      index[axis] = 0
    }
  }
  return { shape: to, data: result }
}

const vector = (data: Float32Array): KerasWeight => ({ shape: [data.length], data })

/** Numbers of each feature, in the order in which features come there. */
function perFeature({ layout }: Written, data: Float32Array): KerasWeight {
  if (layout.kind !== 'flattened') return vector(data)
  const [channels, ...image] = layout.image
  const last = reordered(data, [channels, ...image], [...image.map((_, axis) => axis + 1), 0])
  return vector(last.data)
}

const biasOf = (part: PartContext): { config: { use_bias: boolean }; weights: Record<string, KerasWeight> } => {
  const bias = part.weight('bias')
  return { config: { use_bias: bias !== undefined }, weights: bias === undefined ? {} : { bias: vector(bias) } }
}

const convolution: Convert = (part) => {
  const x = part.images()
  const node = part.op('conv2d') ?? part.fail('computes no convolution')
  const [, { shape: w }] = node.inputs
  const {
    stride,
    padding,
    after = padding,
    dilation,
    groups,
  } = node.attributes as Conv2dAttributes & {
    after?: readonly [number, number]
  }
  if (stride.some((n) => n > 1) && dilation.some((n) => n > 1))
    part.fail('has both strides and dilation, and in TensorFlow.js one of them is 1')
  const depthwise = groups > 1 && w[1] === 1
  if (groups > 1 && !depthwise) part.fail(`has ${groups} groups, and in TensorFlow.js a group is one channel or all`)
  if (depthwise && stride[0] !== stride[1]) part.fail('has two strides, and channels of their own have one')
  const [, , height, width] = w
  const extent = [(height - 1) * dilation[0] + 1, (width - 1) * dilation[1] + 1]
  const same = isSame(part, x, { extent, stride, before: padding })
  const from = same ? x.layer : padded(part, x, padding, after)
  const { config, weights } = biasOf(part)
  const settings = {
    ...config,
    kernel_size: w.slice(2),
    strides: stride,
    padding: same ? 'same' : 'valid',
    data_format: 'channels_last',
    dilation_rate: dilation,
    activation: 'linear',
  }
  const kernel = part.weight('weight')!
  const layer = depthwise
    ? part.add(
        'DepthwiseConv2D',
        from,
        { ...settings, depth_multiplier: w[0] / groups },
        // Our filters of a channel follow each other, and there they are the last axis.
        {
          depthwise_kernel: reordered(kernel, [groups, w[0] / groups, height, width], [2, 3, 0, 1]),
          ...weights,
        },
      )
    : part.add(
        'Conv2D',
        from,
        { ...settings, filters: w[0] },
        { kernel: reordered(kernel, w, [2, 3, 1, 0]), ...weights },
      )
  return { layer, layout: channelsLast, nonNegative: false }
}

const transposedConvolution: Convert = (part) => {
  const x = part.images()
  const node = part.op('conv2dInputGradient') ?? part.fail('computes no transposed convolution')
  const [{ shape: w }] = node.inputs
  const { stride, padding, dilation, groups } = node.attributes as Conv2dInputGradientAttributes
  if (groups !== 1) part.fail(`has ${groups} groups, and in TensorFlow.js a transposed convolution has none`)
  if (dilation.some((n) => n > 1)) part.fail('has dilation, and in TensorFlow.js a transposed convolution has none')
  const { config, weights } = biasOf(part)
  const grown = part.add(
    'Conv2DTranspose',
    x.layer,
    {
      ...config,
      filters: w[1],
      kernel_size: w.slice(2),
      strides: stride,
      padding: 'valid',
      data_format: 'channels_last',
      activation: 'linear',
    },
    { kernel: reordered(part.weight('weight')!, w, [2, 3, 1, 0]), ...weights },
  )
  const cropping = [0, 1].map((axis) => {
    const whole = x.shape[1 + axis] * stride[axis] + Math.max(0, w[2 + axis] - stride[axis])
    return [padding[axis], whole - padding[axis] - part.outputShape[1 + axis]]
  })
  if (cropping.flat().some((n) => n < 0)) part.fail('has more output padding than TensorFlow.js can give')
  const layer = cropping.flat().every((n) => n === 0)
    ? grown
    : part.writer.add('Cropping2D', `${part.name}_crop`, [grown], { cropping, data_format: 'channels_last' })
  return { layer, layout: channelsLast, nonNegative: false }
}

const linear: Convert = (part) => {
  const given = part.input()
  const x = given.layout.kind === 'channelsLast' ? part.inOrder() : given
  const weight = part.weight('weight')!
  const features = x.shape.at(-1)!
  const units = weight.length / features
  const { config, weights } = biasOf(part)
  const rows = Array.from({ length: units }, (_, i) => weight.subarray(i * features, (i + 1) * features))
  const inOrder = Float32Array.from(rows.flatMap((row) => [...perFeature(x, row).data]))
  const kernel = reordered(inOrder, [units, features], [1, 0])
  const layer = part.add('Dense', x.layer, { ...config, units, activation: 'linear' }, { kernel, ...weights })
  return { layer, layout: sameLayout, nonNegative: false }
}

const batchNorm: Convert = (part) => {
  const given = part.input()
  // Its channels are the last axis there, also of a picture that came in the library's order.
  const x = given.shape.length === 3 ? part.images() : given
  const { options = {} } = part.description as { options?: { epsilon?: number; momentum?: number } }
  const [gamma, beta] = [part.weight('weight'), part.weight('bias')]
  const config = {
    axis: -1,
    momentum: 1 - (options.momentum ?? 0.1),
    epsilon: options.epsilon ?? 1e-5,
    center: beta !== undefined,
    scale: gamma !== undefined,
  }
  const layer = part.add('BatchNormalization', x.layer, config, {
    ...(gamma && { gamma: perFeature(x, gamma) }),
    ...(beta && { beta: perFeature(x, beta) }),
    moving_mean: perFeature(x, part.weight('running_mean')!),
    moving_variance: perFeature(x, part.weight('running_var')!),
  })
  return part.as(layer, x)
}

const layerNorm: Convert = (part) => {
  const x = part.inOrder()
  const { options = {} } = part.description as { options?: { axes?: number; epsilon?: number } }
  const { axes = 1, epsilon = 1e-5 } = options
  const [gamma, beta] = [part.weight('weight'), part.weight('bias')]
  const shape = x.shape.slice(x.shape.length - axes)
  const config = {
    axis: shape.map((_, axis) => x.shape.length + 1 - axes + axis),
    epsilon,
    center: beta !== undefined,
    scale: gamma !== undefined,
  }
  const layer = part.add('LayerNormalization', x.layer, config, {
    ...(gamma && { gamma: { shape, data: gamma } }),
    ...(beta && { beta: { shape, data: beta } }),
  })
  return { layer, layout: sameLayout, nonNegative: false }
}

/** As batch norm of fixed statistics, for TensorFlow.js has no layer of its own; back, by its scale and its shift. */
const standardize: Convert = (part) => {
  const x = part.inOrder()
  const { options } = part.description as unknown as { options: StandardizeOptions }
  const { invert = false } = options
  const [mean, std] = [options.mean, options.std].map((values) => Float32Array.from(values))
  const of = (value: number): Float32Array => new Float32Array(mean.length).fill(value)
  const variance = invert ? of(1) : std.map((value) => value * value)
  if (variance.some((value) => !(value >= 2 ** -126 && value < Number.POSITIVE_INFINITY)))
    part.fail('has standard deviations whose squares are no float32, by which it is written in TensorFlow.js')
  const config = { axis: -1, epsilon: 0, center: invert, scale: invert }
  const layer = part.add('BatchNormalization', x.layer, config, {
    ...(invert && { gamma: vector(std), beta: vector(mean) }),
    moving_mean: vector(invert ? of(0) : mean),
    moving_variance: vector(variance),
  })
  return { layer, layout: sameLayout, nonNegative: false }
}

const embedding: Convert = (part) => {
  const x = part.inOrder()
  if (x.shape.length !== 1) part.fail('reads symbols of more than one axis, and in TensorFlow.js these have one')
  const { count, dimensions } = part.description as { count: number; dimensions: number }
  const embeddings = { shape: [count, dimensions], data: part.weight('weight')! }
  const config = { input_dim: count, output_dim: dimensions, mask_zero: false }
  return { layer: part.add('Embedding', x.layer, config, { embeddings }), layout: sameLayout, nonNegative: false }
}

const flatten: Convert = (part) => {
  const x = part.input()
  if (x.layout.kind === 'flattened' || x.shape.length === 1) return x
  const isImage = x.layout.kind === 'channelsLast' && x.shape.slice(1).some((n) => n > 1)
  const layout = isImage ? ({ kind: 'flattened', image: x.shape } as const) : sameLayout
  return { layer: part.add('Flatten', x.layer), layout, nonNegative: x.nonNegative }
}

/** One number a channel, and, with `keeps`, as a picture of one pixel. */
function globallyPooled(part: PartContext, className: string, keeps: boolean): Converted {
  const x = part.images()
  const pooled = part.add(className, x.layer, { data_format: 'channels_last' })
  if (!keeps) return { layer: pooled, layout: sameLayout, nonNegative: x.nonNegative }
  const layer = part.writer.add('Reshape', `${part.name}_pixel`, [pooled], { target_shape: [1, 1, x.shape[0]] })
  return { layer, layout: channelsLast, nonNegative: x.nonNegative }
}

const adaptiveAverage: Convert = (part) => {
  if (part.op('avgPool2d') !== undefined) return averagePooled(part)
  if (part.op('sum') !== undefined) return globallyPooled(part, 'GlobalAveragePooling2D', true)
  return resampled(part)
}

const adaptiveMaximum: Convert = (part) => {
  if (part.op('max') !== undefined) return globallyPooled(part, 'GlobalMaxPooling2D', true)
  if (part.op('concat') !== undefined || part.op('slice') !== undefined)
    part.fail('has parts of unequal sizes, for which TensorFlow.js has no maximum')
  return part.op('maxPool2d') === undefined ? part.images() : maxPooled(part)
}

/** Adds channels of zeros, as rows of a picture whose last two axes have changed places. */
const padChannels: Convert = (part) => {
  const x = part.images()
  const missing = part.outputShape[0] - x.shape[0]
  const { writer, name } = part
  const turned = writer.add('Permute', `${name}_turned`, [x.layer], { dims: [1, 3, 2] })
  const wider = writer.add('ZeroPadding2D', name, [turned], {
    padding: [
      [0, 0],
      [0, missing],
    ],
    data_format: 'channels_last',
  })
  const layer = writer.add('Permute', `${name}_back`, [wider], { dims: [1, 3, 2] })
  return { layer, layout: channelsLast, nonNegative: x.nonNegative }
}

/** Branches in one layout: as they are, where they agree. */
function branches(part: PartContext): Written[] {
  const given = part.inputs.map((_, i) => part.input(i))
  const alike = given.every(({ layout }) => layout.kind !== 'flattened' && layout.kind === given[0].layout.kind)
  return alike ? given : given.map((_, i) => part.inOrder(i))
}

/** Where branches meet by an op on just what they gave. */
function joined(part: PartContext, op: string, className: string, config: Record<string, unknown>): Converted {
  const { output, inputs } = part
  const isPlain =
    output.op.name === op && output.inputs.length === inputs.length && output.inputs.every((x, i) => x === inputs[i])
  if (!isPlain) part.fail('joins what it has changed before in a way of its own')
  const given = branches(part)
  const names = given.map(({ layer }) => layer)
  return {
    layer: part.writer.add(className, `${part.name}_${op}`, names, config),
    layout: given[0].layout,
    nonNegative: given.every(({ nonNegative }) => nonNegative),
  }
}

const concatenation: Convert = (part) => {
  const { axis } = part.attributes<{ axis: number }>('concat')
  const given = branches(part)
  const last = given[0].layout.kind === 'channelsLast'
  const rank = part.output.shape.length
  // Channels are axis 1 here and the last there; a picture's rows and columns are one axis earlier.
  const there = !last ? axis : axis === 1 ? rank - 1 : axis - 1
  return joined(part, 'concat', 'Concatenate', { axis: there })
}

/** What a layer of pictures does to sequences, [C, L]: these are pictures of one row. */
const onSequences =
  (convert: Convert): Convert =>
  (part) => {
    const row = part.ofOneRow()
    const { layer, nonNegative } = convert(row)
    const [channels, , length] = row.outputShape
    const config = { target_shape: [length, channels] }
    return {
      layer: part.writer.add('Reshape', `${part.name}_sequence`, [layer], config),
      layout: channelsLast,
      nonNegative,
    }
  }

/** By types of layers. */
export const layers: Readonly<Record<string, Convert>> = {
  conv2d: convolution,
  depthwiseConv2d: convolution,
  conv1d: onSequences(convolution),
  maxPool1d: onSequences(maxPooled),
  avgPool1d: onSequences(averagePooled),
  globalAvgPool1d(part) {
    const x = part.ofOneRow().input()
    const layer = part.add('GlobalAveragePooling2D', x.layer, { data_format: 'channels_last' })
    return { layer, layout: sameLayout, nonNegative: x.nonNegative }
  },
  convTranspose2d: transposedConvolution,
  linear,
  batchNorm,
  layerNorm,
  standardize,
  rnn: recurrent,
  lstm: recurrent,
  gru: recurrent,
  embedding,
  flatten,
  identity: passedOn,
  // One that holds no layers.
  sequential: passedOn,
  dropout(part) {
    const x = part.input()
    const { rate } = part.description as { rate: number }
    return part.as(part.add('Dropout', x.layer, { rate }), x, { nonNegative: x.nonNegative })
  },
  // Which drops nothing where it predicts.
  dropout2d: passedOn,
  relu: activation('relu', { nonNegative: true }),
  relu6: activation('relu6', { nonNegative: true }),
  sigmoid: activation('sigmoid', { nonNegative: true }),
  softplus: activation('softplus', { nonNegative: true }),
  tanh: activation('tanh'),
  silu: activation('swish'),
  gelu: activation('gelu'),
  elu(part) {
    const x = part.input()
    if (settingOf(part, 1) !== 1) part.fail("has an alpha other than 1, and TensorFlow.js' ELU has none")
    return part.as(part.add('ELU', x.layer, { alpha: 1 }), x)
  },
  leakyRelu(part) {
    const x = part.input()
    return part.as(part.add('LeakyReLU', x.layer, { alpha: settingOf(part, 0.01) }), x)
  },
  softmax: alongLast('softmax', true),
  logSoftmax: alongLast('logSoftmax', false),
  maxPool2d: maxPooled,
  avgPool2d: averagePooled,
  subsample: maxPooled,
  globalAvgPool2d: (part) => globallyPooled(part, 'GlobalAveragePooling2D', false),
  adaptiveAvgPool2d: adaptiveAverage,
  adaptiveMaxPool2d: adaptiveMaximum,
  upsample2d: resampled,
  padChannels,
  add: (part) => joined(part, 'add', 'Add', {}),
  concat: concatenation,
}
