/** Keras' convolutions. Filters keep its shapes, [KH, KW, C, O]. */
import type { Tensor } from '../../../graph/tensor.ts'
import type { Scope } from '../../../nn/scope.ts'
import { add } from '../../../ops/elementwise.ts'
import { pad, reshape } from '../../../ops/structure.ts'
import type { Both } from '../../../ops/window.ts'
import { convolve, convolveDepthwise, convolveTransposed, type Window } from '../sliding.ts'
import { activationOf } from './activations.ts'
import {
  type BuildKerasLayer,
  expectAxes,
  imageOrder,
  type KerasLayer,
  type KerasWeight,
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

/** A layer that convolves tensors of `axes` axes, [N, C, ...] to `of`, then adds a bias to each channel and applies its activation. */
function convolving(
  config: LayerConfig,
  axes: number,
  weights: readonly KerasWeight[],
  of: (x: Tensor, scope: Scope) => Tensor,
): KerasLayer {
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  const { read, give } = imageOrder(config)
  return {
    weights: [...weights, ...(bias ? [{ name: 'bias' }] : [])],
    run([input], scope) {
      expectAxes(config, input, axes)
      const y = of(read(input), scope)
      if (!bias) return activation(give(y))
      const [, channels, ...places] = y.shape
      return activation(give(add(y, reshape(learned(scope, 'bias', [channels]), [channels, ...places.map(() => 1)]))))
    },
  }
}

const kernelAlone: readonly KerasWeight[] = [{ name: 'kernel' }]

/** How many channels of x each filter sees. */
function channelsSeen(config: LayerConfig, x: Tensor, groups: number): number {
  const [, channels] = x.shape
  return channels % groups === 0
    ? channels / groups
    : config.fail(`has ${groups} groups, which do not divide ${channels} channels`)
}

const convolution2d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const { kernel, window } = windowOf(config)
  const groups = config.count('groups', 1)
  return convolving(config, 4, kernelAlone, (x, scope) =>
    convolve(x, learned(scope, 'kernel', [...kernel, channelsSeen(config, x, groups), filters]), window),
  )
}

const convolution1d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const [taps] = config.counts('kernel_size', 1, 1, [])
  const [stride] = config.counts('strides', 1, 1, 1)
  const [dilation] = config.counts('dilation_rate', 1, 1, 1)
  const padding = config.choice('padding', ['valid', 'same', 'causal'], 'valid')
  const groups = config.count('groups', 1)
  // Causal: nothing is seen of what comes later.
  const before = padding === 'causal' ? dilation * (taps - 1) : 0
  return convolving(config, 3, kernelAlone, (sequences, scope) => {
    const x = pad(sequences, [0, 0, before], [0, 0, 0])
    const [batch, channels, length] = x.shape
    const kernel = learned(scope, 'kernel', [taps, channelsSeen(config, x, groups), filters])
    const y = convolve(reshape(x, [batch, channels, 1, length]), reshape(kernel, [1, ...kernel.shape]), {
      stride: [1, stride],
      dilation: [1, dilation],
      padding: padding === 'same' ? 'same' : 'valid',
    })
    return reshape(y, [batch, filters, y.shape[3]])
  })
}

const depthwise2d: BuildKerasLayer = (config) => {
  const { kernel, window } = windowOf(config)
  const multiplier = config.count('depth_multiplier', 1)
  onlyOneGroup(config)
  return convolving(config, 4, [{ name: 'depthwise_kernel', alias: 'kernel' }], (x, scope) =>
    convolveDepthwise(x, learned(scope, 'depthwise_kernel', [...kernel, x.shape[1], multiplier]), window),
  )
}

const separable2d: BuildKerasLayer = (config) => {
  const filters = config.count('filters')
  const { kernel, window } = windowOf(config)
  const multiplier = config.count('depth_multiplier', 1)
  onlyOneGroup(config)
  const weights = [{ name: 'depthwise_kernel' }, { name: 'pointwise_kernel' }]
  return convolving(config, 4, weights, (x, scope) => {
    const depthwise = learned(scope, 'depthwise_kernel', [...kernel, x.shape[1], multiplier])
    const alone = convolveDepthwise(x, depthwise, window)
    const pointwise = learned(scope, 'pointwise_kernel', [1, 1, alone.shape[1], filters])
    return convolve(alone, pointwise, { stride: [1, 1], dilation: [1, 1], padding: 'valid' })
  })
}

/** Keras 2 writes the groups of Conv2D, 1 of them, with layers that have none, too. */
const onlyOneGroup = (config: LayerConfig): void => config.expect('groups', 1)

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
  onlyOneGroup(config)
  if (config.dialect === 'tensorflow.js' && (more !== undefined || window.dilation.some((n) => n !== 1)))
    config.fail('has output_padding or dilation_rate, which TensorFlow.js ignores and Keras does not')
  const { stride, dilation, padding } = window
  return convolving(config, 4, kernelAlone, (x, scope) => {
    const sizeOfAxis = (axis: 0 | 1): number =>
      transposedSize(x.shape[2 + axis], kernel[axis], stride[axis], dilation[axis], padding === 'same', more?.[axis])
    const weight = learned(scope, 'kernel', [...kernel, filters, x.shape[1]])
    return convolveTransposed(x, weight, [sizeOfAxis(0), sizeOfAxis(1)], window)
  })
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
