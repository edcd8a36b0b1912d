/** The transpose of a convolution of volumes. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { range } from '../core/range.ts'
import { formatShape } from '../core/shape.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { convTranspose2d } from './conv-transpose2d.ts'
import type { Conv3dOptions } from './conv3d.ts'
import { unstack } from './split-stack.ts'
import { addSlicesOp, reshape, slice, transpose } from './structure.ts'
import { requireVolumes, type Triple, toTriple } from './volumes.ts'
import { toCount } from './window.ts'

export interface ConvTranspose3dOptions extends Omit<Conv3dOptions, 'padding'> {
  /** What the convolution has around its volume, and so is left out of the result on each side; 0 unless given. */
  readonly padding?: Triple
  /** Elements more at the end of each direction, below the stride or the dilation: several sizes shrink to the same one. */
  readonly outputPadding?: Triple
}

/**
 * The transpose of a convolution, which makes volumes larger: each element of [N, C, D, H, W] adds its multiple of a filter [C, O / groups, KD, KH, KW]
 * to the result, whose sizes are those of `convTranspose2d`, in three directions. As PyTorch's `conv_transpose3d`.
 * @throws ShapeError when shapes do not fit or nothing is left of the result; ArgumentError for options out of range.
 */
export function convTranspose3d(x: Tensor, w: Tensor, options: ConvTranspose3dOptions = {}): Tensor {
  const [step, ...stride] = toTriple(options.stride ?? 1, 1, 'convTranspose3d: stride')
  const [distance, ...dilation] = toTriple(options.dilation ?? 1, 1, 'convTranspose3d: dilation')
  const [cut, ...padding] = toTriple(options.padding ?? 0, 0, 'convTranspose3d: padding')
  const [more, ...outputPadding] = toTriple(options.outputPadding ?? 0, 0, 'convTranspose3d: outputPadding')
  const groups = toCount(options.groups ?? 1, 1, 'convTranspose3d: groups')
  if (more >= Math.max(step, distance))
    throw new ArgumentError(
      `convTranspose3d: outputPadding ${more} of the depth is neither below stride ${step} nor dilation ${distance}`,
    )
  requireVolumes(x, 'convTranspose3d')
  if (w.shape.length !== 5)
    throw new ShapeError(
      `convTranspose3d: filters have shape ${formatShape(w.shape)}; expected [C, O / groups, KD, KH, KW]`,
    )
  const [batch, channels, depth, ...image] = x.shape
  const [inChannels, groupChannels, taps, ...kernel] = w.shape
  const filters = groupChannels * groups
  // The slices of the result that a slice adds to are channels of an image.
  const y = convTranspose2d(
    reshape(transpose(x, [0, 2, 1, 3, 4]), [batch * depth, channels, ...image]),
    reshape(w, [inChannels, groupChannels * taps, ...kernel]),
    { stride, padding, dilation, outputPadding, groups },
  )
  const [height, width] = y.shape.slice(2)
  const parts = unstack(reshape(y, [batch, depth, filters, taps, height, width]), 3)
  const whole = (depth - 1) * step + distance * (taps - 1) + 1 + Math.max(0, more - cut)
  const left = (depth - 1) * step + distance * (taps - 1) + 1 + more - 2 * cut
  if (left < 1)
    throw new ShapeError(
      `convTranspose3d: padding ${cut} leaves nothing of the result, which would have ${left} slices`,
    )
  const sum = apply(addSlicesOp, parts, {
    shape: [batch, whole, filters, height, width],
    places: range(taps).map((tap) => ({ starts: [0, tap * distance, 0, 0, 0], strides: [1, step, 1, 1, 1] })),
  })
  return transpose(slice(sum, [0, cut, 0, 0, 0], [batch, left, filters, height, width]), [0, 2, 1, 3, 4])
}
