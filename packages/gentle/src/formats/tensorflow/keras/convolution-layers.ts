/** Keras' convolutions. Filters keep its shapes, [KH, KW, C, O]. */
import type { Tensor } from '../../../graph/tensor.ts'
import { add } from '../../../ops/elementwise.ts'
import { pad, reshape } from '../../../ops/structure.ts'
import type { Both } from '../../../ops/window.ts'
import { convolve, convolveDepthwise, convolveTransposed, type Window } from '../sliding.ts'
import { activationOf } from './activations.ts'
import {
  type BuildKerasLayer,
  expectAxes,
  imageOrder,
  type KerasWeight,
  kernelAndBias,
  learned,
} from './keras-layer.ts'
import type { LayerConfig } from './layer-config.ts'

const asBoth = ([a, b]: readonly number[]): Both => [a, b]

/** Kernel, strides, dilation and padding of a layer over images. */
function windowOf(config: LayerConfig): { kernel: Both; window: Window } {
  const kernel = asBoth(config.counts('kernel_size', 2, 1, []))
  const stride = asBoth(config.counts('strides', 2, 1, 1))
  const dilation = asBoth(config.counts('dilation_rate', 2, 1, 1))
  return { kernel, window: { stride, dilation, padding: config.choice('padding', ['valid', 'same'], 'valid') } }
}

const perChannel = (bias: Tensor, axes: number): Tensor =>
  reshape(bias, [bias.shape[0], ...Array.from({ length: axes }, () => 1)])

const convolution2d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const { kernel, window } = windowOf(config)
  const groups = config.count('groups', 1)
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  const { read, give } = imageOrder(config)
  return {
    weights: kernelAndBias(bias),
    run([input], scope) {
      expectAxes(config, input, 4)
      const x = read(input)
      if (x.shape[1] % groups !== 0) config.fail(`has ${groups} groups, which do not divide ${x.shape[1]} channels`)
      const y = convolve(x, learned(scope, 'kernel', [...kernel, x.shape[1] / groups, filters]), window)
      return activation(give(bias ? add(y, perChannel(learned(scope, 'bias', [filters]), 2)) : y))
    },
  }
}

const convolution1d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const [taps] = config.counts('kernel_size', 1, 1, [])
  const [stride] = config.counts('strides', 1, 1, 1)
  const [dilation] = config.counts('dilation_rate', 1, 1, 1)
  const padding = config.choice('padding', ['valid', 'same', 'causal'], 'valid')
  const groups = config.count('groups', 1)
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  const { read, give } = imageOrder(config)
  return {
    weights: kernelAndBias(bias),
    run([input], scope) {
      expectAxes(config, input, 3)
      const sequences = read(input)
      // Causal: nothing is seen of what comes later.
      const before = padding === 'causal' ? dilation * (taps - 1) : 0
      const x = pad(sequences, [0, 0, before], [0, 0, 0])
      const [batch, channels, length] = x.shape
      if (channels % groups !== 0) config.fail(`has ${groups} groups, which do not divide ${channels} channels`)
      const kernel = learned(scope, 'kernel', [taps, channels / groups, filters])
      const y = convolve(reshape(x, [batch, channels, 1, length]), reshape(kernel, [1, ...kernel.shape]), {
        stride: [1, stride],
        dilation: [1, dilation],
        padding: padding === 'same' ? 'same' : 'valid',
      })
      const sums = bias ? add(y, perChannel(learned(scope, 'bias', [filters]), 2)) : y
      return activation(give(reshape(sums, [batch, filters, sums.shape[3]])))
    },
  }
}

const depthwiseKernel: KerasWeight = { name: 'depthwise_kernel', alias: 'kernel' }

const depthwise2d: BuildKerasLayer = (config) => {
  const { kernel, window } = windowOf(config)
  const multiplier = config.count('depth_multiplier', 1)
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  const { read, give } = imageOrder(config)
  return {
    weights: [depthwiseKernel, ...(bias ? [{ name: 'bias' }] : [])],
    run([input], scope) {
      expectAxes(config, input, 4)
      const x = read(input)
      const y = convolveDepthwise(x, learned(scope, 'depthwise_kernel', [...kernel, x.shape[1], multiplier]), window)
      return activation(give(bias ? add(y, perChannel(learned(scope, 'bias', [y.shape[1]]), 2)) : y))
    },
  }
}

const separable2d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const { kernel, window } = windowOf(config)
  const multiplier = config.count('depth_multiplier', 1)
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  const { read, give } = imageOrder(config)
  return {
    weights: [{ name: 'depthwise_kernel' }, { name: 'pointwise_kernel' }, ...(bias ? [{ name: 'bias' }] : [])],
    run([input], scope) {
      expectAxes(config, input, 4)
      const x = read(input)
      const alone = convolveDepthwise(
        x,
        learned(scope, 'depthwise_kernel', [...kernel, x.shape[1], multiplier]),
        window,
      )
      const y = convolve(alone, learned(scope, 'pointwise_kernel', [1, 1, alone.shape[1], filters]), {
        stride: [1, 1],
        dilation: [1, 1],
        padding: 'valid',
      })
      return activation(give(bias ? add(y, perChannel(learned(scope, 'bias', [filters]), 2)) : y))
    },
  }
}

/** The size that Keras gives images of a transposed convolution. */
function transposedSize(size: number, kernel: number, stride: number, dilation: number, same: boolean, more?: number) {
  const reach = (kernel - 1) * dilation + 1
  if (more === undefined) return same ? size * stride : size * stride + Math.max(reach - stride, 0)
  return (size - 1) * stride + reach - (same ? 2 * Math.floor(reach / 2) : 0) + more
}

const transposed2d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const { kernel, window } = windowOf(config)
  const more = config.value('output_padding') === undefined ? undefined : config.counts('output_padding', 2, 0, 0)
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  const { read, give } = imageOrder(config)
  if (config.dialect === 'tensorflow.js' && (more !== undefined || window.dilation.some((n) => n !== 1)))
    config.fail('has output_padding or dilation_rate, which TensorFlow.js passes over and Keras does not')
  const { stride, dilation, padding } = window
  return {
    weights: kernelAndBias(bias),
    run([input], scope) {
      expectAxes(config, input, 4)
      const x = read(input)
      const sizeOfAxis = (axis: 0 | 1): number =>
        transposedSize(x.shape[2 + axis], kernel[axis], stride[axis], dilation[axis], padding === 'same', more?.[axis])
      const weight = learned(scope, 'kernel', [...kernel, filters, x.shape[1]])
      const y = convolveTransposed(x, weight, [sizeOfAxis(0), sizeOfAxis(1)], window)
      return activation(give(bias ? add(y, perChannel(learned(scope, 'bias', [filters]), 2)) : y))
    },
  }
}

export const convolutionLayers: Readonly<Record<string, BuildKerasLayer>> = {
  Conv1D: convolution1d,
  Conv2D: convolution2d,
  Conv2DTranspose: transposed2d,
  Convolution1D: convolution1d,
  Convolution2D: convolution2d,
  Convolution2DTranspose: transposed2d,
  DepthwiseConv2D: depthwise2d,
  SeparableConv2D: separable2d,
  SeparableConvolution2D: separable2d,
}
