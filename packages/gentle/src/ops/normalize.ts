/** Normalisation of each example by itself: the same in training and prediction, whatever else is in the batch. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes, type Shape, sameShape, sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add, div, mul, pow, sqrt, sub } from './elementwise.ts'
import { avgPool2d } from './pool2d.ts'
import { mean } from './reduce.ts'
import { reshape, slice } from './structure.ts'

/**
 * (x - mean) / sqrt(variance + epsilon), of the mean and the biased variance over axes. The mean is subtracted before squares are taken,
 * which loses no digits where it is large.
 */
function standardize(x: Tensor, axes: readonly number[], epsilon: number, where: string): Tensor {
  if (!(epsilon > 0)) throw new ArgumentError(`${where}: epsilon is ${epsilon}; expected a number above 0`)
  const centred = sub(x, mean(x, axes, { keepDims: true }))
  const variance = mean(mul(centred, centred), axes, { keepDims: true })
  return mul(centred, div(1, sqrt(add(variance, epsilon))))
}

/** x times a gain plus a bias, where they are given; each has the sizes of `axes` of x. */
function affine(x: Tensor, axes: readonly number[], gain: Tensor | undefined, bias: Tensor | undefined, where: string) {
  const sizes = axes.map((axis) => x.shape[axis])
  const along = (parameter: Tensor, name: string): Tensor => {
    if (!sameShape(parameter.shape, sizes))
      throw new ShapeError(
        `${where}: the ${name} has shape ${formatShape(parameter.shape)}; expected ${formatShape(sizes)}`,
      )
    const shape: Shape = x.shape.map((n, axis) => (axes.includes(axis) ? n : 1))
    return reshape(parameter, shape.slice(axes[0]))
  }
  const scaled = gain ? mul(x, along(gain, 'gain')) : x
  return bias ? add(scaled, along(bias, 'bias')) : scaled
}

/**
 * Brings the numbers along some axes together to mean 0 and variance 1, then, where they are given, to a gain and a bias that have the
 * sizes of these axes (Ba, Kiros, Hinton, "Layer Normalization", 2016, eq. 4). As PyTorch's `layer_norm` for the last axes.
 * @throws ShapeError for axes outside x, a gain or a bias of another shape; ArgumentError for an epsilon not above 0.
 */
export function layerNorm(
  x: Tensor,
  axes: number | readonly number[],
  gain?: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): Tensor {
  const normal = normalizeAxes(axes, x.shape.length, 'layerNorm')
  return affine(standardize(x, normal, epsilon, 'layerNorm'), normal, gain, bias, 'layerNorm')
}

/**
 * Cuts the channels of each example [N, C, ...] into groups of neighbours and brings each group to mean 0 and variance 1, then each channel
 * to its gain and bias [C], where they are given (Wu and He, "Group Normalization", 2018, eq. 1 and 7).
 * @throws ShapeError for channels that the groups do not divide, a gain or a bias of another shape; ArgumentError for an epsilon not above 0.
 */
export function groupNorm(x: Tensor, groups: number, gain?: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  const [batch, channels] = x.shape
  if (x.shape.length < 2 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    throw new ShapeError(
      `groupNorm: a tensor of shape ${formatShape(x.shape)} in ${groups} groups; expected [N, C, ...] with C a multiple of the groups`,
    )
  const grouped = reshape(x, [batch, groups, sizeOf(x.shape) / (batch * groups)])
  return affine(reshape(standardize(grouped, [2], epsilon, 'groupNorm'), x.shape), [1], gain, bias, 'groupNorm')
}

export interface LocalResponseNormOptions {
  /** Channels in the window; 5 unless given. */
  readonly size?: number
  /** Weight of the window's mean square; 1e-4 unless given. */
  readonly alpha?: number
  /** Exponent; 0.75 unless given. */
  readonly beta?: number
  /** Keeps the divisor from 0; 1 unless given. */
  readonly k?: number
}

/**
 * Divides each value of [N, C, ...] by (k + alpha m)^beta, where m is the mean of the squares of `size` neighbouring channels, of which
 * floor(size / 2) come before, with zeros beyond the first and the last (Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep
 * Convolutional Neural Networks", 2012, section 3.3, in PyTorch's form, whose alpha is `size` times the paper's).
 * @throws ShapeError for a tensor without channels; ArgumentError for a size that is not a whole number of at least 1.
 */
export function localResponseNorm(
  x: Tensor,
  { size = 5, alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
): Tensor {
  if (!Number.isInteger(size) || size < 1)
    throw new ArgumentError(`localResponseNorm: size is ${size}; expected a whole number of at least 1`)
  if (x.shape.length < 2) throw new ShapeError(`localResponseNorm: shape ${formatShape(x.shape)}; expected [N, C, ...]`)
  const [batch, channels] = x.shape
  // The window slides down a picture whose rows are the channels.
  const rows = reshape(mul(x, x), [batch, 1, channels, -1])
  const means = avgPool2d(rows, [size, 1], { stride: 1, padding: [Math.floor(size / 2), 0] })
  const energy = reshape(slice(means, [0, 0, 0, 0], rows.shape), x.shape)
  return div(x, power(add(mul(energy, alpha), k), beta))
}

/** x^beta; with the papers' exponent by roots, which take a quarter of the time. */
const power = (x: Tensor, beta: number): Tensor => (beta === 0.75 ? mul(sqrt(x), sqrt(sqrt(x))) : pow(x, beta))
