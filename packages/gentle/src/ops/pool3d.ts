/**
 * Pooling of volumes: each channel's window is reduced to one number. Maxima and means of boxes are those of their slices', so both are two poolings
 * of images: of each slice, and then of columns through them.
 */
import type { Tensor } from '../graph/tensor.ts'
import { avgPool2d, maxPool2d } from './pool2d.ts'
import { reshape } from './structure.ts'
import { type Padding3d, requireVolumes, type Triple, toPadding3d, toTriple } from './volumes.ts'

export interface Pool3dOptions {
  /** Step of the window; its size by default, so that windows tile the volume. */
  readonly stride?: Triple
  /** Zeros (average) or nothing (maximum) around each volume, less than the window; 0 unless given. */
  readonly padding?: Padding3d
  /** Distance between the elements of a window; 1 unless given. */
  readonly dilation?: Triple
  /** Whether a last window that begins within the volume or the padding before it may end outside; false unless given. */
  readonly ceilMode?: boolean
}

export interface AvgPool3dOptions extends Pool3dOptions {
  /** Whether zeros of the padding count in the mean; true unless given. What lies beyond the padding never counts. */
  readonly countIncludePad?: boolean
}

function pool(x: Tensor, size: Triple, options: AvgPool3dOptions, of: typeof avgPool2d, name: string): Tensor {
  const [slices, ...window] = toTriple(size, 1, `${name}: size`)
  const [step, ...stride] = toTriple(options.stride ?? size, 1, `${name}: stride`)
  const [distance, ...dilation] = toTriple(options.dilation ?? 1, 1, `${name}: dilation`)
  const [depth, ...padding] = toPadding3d(options.padding ?? 0, `${name}: padding`)
  requireVolumes(x, name)
  const [batch, channels, length, ...image] = x.shape
  const { ceilMode, countIncludePad } = options
  const slice = { stride, padding, dilation, ceilMode, countIncludePad }
  const ofSlices = of(reshape(x, [batch, channels * length, ...image]), window, slice)
  const [height, width] = ofSlices.shape.slice(2)
  const columns = reshape(ofSlices, [batch, channels, length, height * width])
  const through = {
    stride: [step, 1],
    padding: [depth, [0, 0]],
    dilation: [distance, 1],
    ceilMode,
    countIncludePad,
  } as const
  const ofColumns = of(columns, [slices, 1], through)
  return reshape(ofColumns, [batch, channels, ofColumns.shape[2], height, width])
}

/**
 * Largest number of each window of volumes [N, C, D, H, W]. As PyTorch's `max_pool3d`.
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const maxPool3d = (x: Tensor, size: Triple, options: Pool3dOptions = {}): Tensor =>
  pool(x, size, options, maxPool2d, 'maxPool3d')

/**
 * Mean of each window of volumes [N, C, D, H, W]. As PyTorch's `avg_pool3d`.
 * @throws ShapeError, ArgumentError when the window does not fit.
 */
export const avgPool3d = (x: Tensor, size: Triple, options: AvgPool3dOptions = {}): Tensor =>
  pool(x, size, options, avgPool2d, 'avgPool3d')
