/** Images [N, C, H, W] at another size, as TensorFlow places pixels. */
import { ShapeError } from '../../core/errors.ts'
import { constant, type Tensor } from '../../graph/tensor.ts'
import { gather } from '../../ops/indexing.ts'
import { matmul } from '../../ops/matmul.ts'
import { upsample2d } from '../../ops/upsample2d.ts'
import type { Both } from '../../ops/window.ts'

/**
 * Where pixel i of `to` comes from: i from / to, which TensorFlow 1 began with and TensorFlow.js keeps; with the centres of pixels half a pixel
 * in; or with the outermost pixels in the same places.
 */
export type PixelPlaces = 'asymmetric' | 'halfPixel' | 'alignCorners'

function placeOf(i: number, from: number, to: number, places: PixelPlaces): number {
  if (places === 'alignCorners') return to > 1 ? (i * (from - 1)) / (to - 1) : 0
  return places === 'halfPixel' ? ((i + 0.5) * from) / to - 0.5 : (i * from) / to
}

/** Lines between pixels. */
export function resizeBilinear(x: Tensor, size: Both, places: PixelPlaces): Tensor {
  if (places === 'halfPixel') return upsample2d(x, { size }, { method: 'bilinear' })
  if (places === 'alignCorners') return upsample2d(x, { size }, { method: 'bilinear', alignCorners: true })
  const [, , height, width] = x.shape
  const rows = lines(height, size[0], places)
  const columns = lines(width, size[1], places)
  return matmul(matmul(rows, x), columns, { transposeB: true })
}

/** The most numbers of a map from rows to rows: 8,192 to as many. */
const maxWeights = 2 ** 26

/** The map of `from` pixels to `to`, as a matrix. */
function lines(from: number, to: number, places: PixelPlaces): Tensor {
  if (to * from > maxWeights) throw new ShapeError(`resize: from ${from} to ${to} pixels is too large`)
  const weights = new Float32Array(to * from)
  for (let i = 0; i < to; i++) {
    const place = Math.min(Math.max(placeOf(i, from, to, places), 0), from - 1)
    const low = Math.floor(place)
    weights[i * from + low] += 1 - (place - low)
    if (place > low) weights[i * from + low + 1] += place - low
  }
  return constant(weights, [to, from])
}

/** The nearest pixel: of asymmetric places the one before, of others the one whose centre is nearest. */
export function resizeNearest(x: Tensor, size: Both, places: PixelPlaces): Tensor {
  if (places === 'asymmetric') return upsample2d(x, { size }, { method: 'nearest' })
  return ([0, 1] as const).reduce((y, axis) => {
    const from = y.shape[2 + axis]
    if (size[axis] > maxWeights) throw new ShapeError(`resize: to ${size[axis]} pixels is too large`)
    const indices = Array.from({ length: size[axis] }, (_, i) => {
      const place = placeOf(i, from, size[axis], places)
      return Math.min(Math.max(Math.floor(place + 0.5), 0), from - 1)
    })
    return gather(y, constant(indices, [size[axis]], 'int32'), 2 + axis)
  }, x)
}
