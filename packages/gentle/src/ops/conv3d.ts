/** Three-dimensional convolution, of volumes: a convolution of images, to which the slices that a filter sees at once are channels. */
import { ShapeError } from '../core/errors.ts'
import { range } from '../core/range.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { conv2d } from './conv2d.ts'
import { requireFloat32 } from './operands.ts'
import { stack } from './split-stack.ts'
import { pad, reshape, slice, transpose } from './structure.ts'
import { type Padding3d, requireVolumes, type Triple, toPadding3d, toTriple } from './volumes.ts'
import { toCount } from './window.ts'

export interface Conv3dOptions {
  /** Step of the filters; 1 unless given. */
  readonly stride?: Triple
  /** Zeros around each volume; 0 unless given. */
  readonly padding?: Padding3d
  /** Distance between the taps of a filter; 1 unless given. */
  readonly dilation?: Triple
  /** Channels are cut into this many groups that do not see each other; 1 unless given. */
  readonly groups?: number
}

/**
 * Slides filters [O, C / groups, KD, KH, KW] over volumes [N, C, D, H, W], as `conv2d` does over images; as PyTorch's `conv3d`. It takes memory
 * for each slice of a volume as often as filters see it.
 * @throws ShapeError when shapes do not fit; ArgumentError for options out of range.
 */
export function conv3d(x: Tensor, w: Tensor, options: Conv3dOptions = {}): Tensor {
  const [step, ...stride] = toTriple(options.stride ?? 1, 1, 'conv3d: stride')
  const [distance, ...dilation] = toTriple(options.dilation ?? 1, 1, 'conv3d: dilation')
  const [depth, ...sides] = toPadding3d(options.padding ?? 0, 'conv3d: padding')
  const groups = toCount(options.groups ?? 1, 1, 'conv3d: groups')
  requireFloat32([x, w], 'conv3d')
  requireVolumes(x, 'conv3d')
  const [batch, channels] = x.shape
  const [filters, groupChannels, taps, ...kernel] = w.shape
  if (w.shape.length !== 5 || channels !== groupChannels * groups || filters % groups !== 0)
    throw new ShapeError(
      `conv3d: volumes ${formatShape(x.shape)} and filters ${formatShape(w.shape)} in ${groups} groups; expected [N, C, D, H, W] and [O, C / groups, KD, KH, KW] with O a multiple of the groups`,
    )
  // What both sides of an image have is left to its convolution.
  const padding = [Math.min(...sides[0]), Math.min(...sides[1])] as const
  const more = (side: 0 | 1): number[] => [0, 0, depth[side], ...sides.map((both, axis) => both[side] - padding[axis])]
  const around = pad(x, more(0), more(1))
  const slices = Math.floor((around.shape[2] - distance * (taps - 1) - 1) / step) + 1
  if (slices < 1)
    throw new ShapeError(
      `conv3d: a window of ${taps} slices with dilation ${distance} does not fit volumes of ${x.shape[2]} with padding ${formatShape(depth)}`,
    )
  const seen = range(taps).map((tap) =>
    slice(around, [0, 0, tap * distance, 0, 0], around.shape.with(2, slices), { strides: [1, 1, step, 1, 1] }),
  )
  const images = reshape(transpose(stack(seen, 3), [0, 2, 1, 3, 4, 5]), [
    batch * slices,
    channels * taps,
    ...around.shape.slice(3),
  ])
  const y = conv2d(images, reshape(w, [filters, groupChannels * taps, ...kernel]), {
    stride,
    padding,
    dilation,
    groups,
  })
  return transpose(reshape(y, [batch, slices, ...y.shape.slice(1)]), [0, 2, 1, 3, 4])
}
