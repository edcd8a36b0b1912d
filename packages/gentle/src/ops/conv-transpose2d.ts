import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { type Conv2dOptions, conv2dAttributes, conv2dInputGradientOp } from './conv2d.ts'
import { pad } from './structure.ts'
import { type Pair, toPair } from './window.ts'

export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns more at the bottom and at the right, below the stride or the dilation: several sizes shrink to the same one. */
  readonly outputPadding?: Pair
}

/**
 * The transpose of a convolution, which makes images larger: each pixel of [N, C, H, W] adds its multiple of a filter [C, O / groups, KH, KW]
 * to the result [N, O, H', W'], where H' = (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1 (Dumoulin and Visin, "A guide
 * to convolution arithmetic for deep learning", 2016, chapter 4). As PyTorch's `conv_transpose2d`.
 * @throws ShapeError when shapes do not fit or nothing is left of the result; ArgumentError for options out of range.
 */
export function convTranspose2d(
  x: Tensor,
  w: Tensor,
  { outputPadding = 0, ...options }: ConvTranspose2dOptions = {},
): Tensor {
  const attributes = conv2dAttributes(options)
  const { stride, padding, dilation, groups } = attributes
  const more = toPair(outputPadding, 0, 'convTranspose2d: outputPadding')
  if (more.some((n, axis) => n >= Math.max(stride[axis], dilation[axis])))
    throw new ArgumentError(
      `convTranspose2d: outputPadding ${formatShape(more)} is neither below stride ${formatShape(stride)} nor dilation ${formatShape(dilation)}`,
    )
  if (x.shape.length !== 4 || w.shape.length !== 4 || x.shape[1] !== w.shape[0] || x.shape[1] % groups !== 0)
    throw new ShapeError(
      `convTranspose2d: images ${formatShape(x.shape)} and filters ${formatShape(w.shape)} in ${groups} groups; expected [N, C, H, W] and [C, O / groups, KH, KW] with C a multiple of the groups`,
    )
  const size = ([0, 1] as const).map(
    (axis) =>
      (x.shape[axis + 2] - 1) * stride[axis] -
      2 * padding[axis] +
      dilation[axis] * (w.shape[axis + 2] - 1) +
      more[axis] +
      1,
  )
  if (size.some((n) => n < 1))
    throw new ShapeError(
      `convTranspose2d: padding ${formatShape(padding)} leaves nothing of the result, which would have ${formatShape(size)} pixels`,
    )
  // Where the output is longer by a stride or more, the convolution that is transposed sees pixels beyond the image: zeros.
  const beyond = more.map((n, axis) => Math.floor(n / stride[axis]))
  const dy = pad(x, [0, 0, 0, 0], [0, 0, ...beyond])
  return apply(conv2dInputGradientOp, [w, dy], {
    ...attributes,
    inputShape: [x.shape[0], w.shape[1] * groups, ...size],
  })
}
