/** Images at another size, by repeating pixels or drawing lines between them. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { resample2d } from './resample2d.ts'
import { type Both, type Pair, toPair } from './window.ts'

/** By what height and width are multiplied, a whole number or [vertical, horizontal]; or what they become, in pixels. */
export type UpsampleTo = Pair | { readonly size: Pair }

export interface Upsample2dOptions {
  /** 'nearest' repeats pixels (and skips some where the image becomes smaller), 'bilinear' draws lines between them; 'nearest' unless given. */
  readonly method?: 'nearest' | 'bilinear'
  /** Whether 'bilinear' maps the centres of corner pixels to each other instead of the image's corners; false unless given. */
  readonly alignCorners?: boolean
}

/**
 * Images [N, C, H, W] at another size, as PyTorch's `interpolate`. `upsample2d(x, 2)` has twice the rows and columns,
 * `upsample2d(x, { size: [48, 64] })` has 48 rows and 64 columns.
 * @throws ShapeError for a tensor of another rank; ArgumentError for sizes below 1, an unknown method, and corners aligned without lines.
 */
export function upsample2d(x: Tensor, to: UpsampleTo, options: Upsample2dOptions = {}): Tensor {
  const { method = 'nearest', alignCorners = false } = options
  if (method !== 'nearest' && method !== 'bilinear')
    throw new ArgumentError(`upsample2d: method is ${JSON.stringify(method)}; expected 'nearest' or 'bilinear'`)
  if (alignCorners && method === 'nearest')
    throw new ArgumentError("upsample2d: alignCorners is only for the method 'bilinear'; leave it out")
  if (x.shape.length !== 4)
    throw new ShapeError(`upsample2d: images have shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
  return resample2d(x, alignCorners ? 'alignedBilinear' : method, sizeAfter(x, to))
}

function sizeAfter(x: Tensor, to: UpsampleTo): Both {
  if (typeof to === 'object' && 'size' in to) return toPair(to.size, 1, 'upsample2d: size')
  const [vertical, horizontal] = toPair(to, 1, 'upsample2d: factor')
  return [x.shape[2] * vertical, x.shape[3] * horizontal]
}
