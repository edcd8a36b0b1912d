import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { constant } from '../../graph/tensor.ts'
import { matmul } from '../../ops/matmul.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { checkFlag, checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'

export interface Upsample2dOptions {
  /** 'nearest' repeats pixels, 'bilinear' draws lines between them; 'nearest' unless given. */
  readonly method?: 'nearest' | 'bilinear'
  /** Whether bilinear sampling maps the centres of corner pixels to each other instead of the image's corners; false unless given. */
  readonly alignCorners?: boolean
}

/** The matrix [to, from] of what each pixel along an axis takes from which. */
function sampling(from: number, to: number, { method, alignCorners }: Required<Upsample2dOptions>): Float32Array {
  const matrix = new Float32Array(to * from)
  for (let i = 0; i < to; i++) {
    if (method === 'nearest') {
      matrix[i * from + Math.floor((i * from) / to)] = 1
      continue
    }
    const place = alignCorners ? (to === 1 ? 0 : (i * (from - 1)) / (to - 1)) : ((i + 0.5) * from) / to - 0.5
    const at = Math.min(Math.max(place, 0), from - 1)
    const left = Math.floor(at)
    matrix[i * from + left] += 1 - (at - left)
    if (at > left) matrix[i * from + left + 1] += at - left
  }
  return matrix
}

/**
 * Images [N, C, H, W] at another size: `to` is a factor, one number or [vertical, horizontal], or `{ size }` in pixels. As PyTorch's
 * `Upsample`.
 * @throws ArgumentError for sizes out of range and unknown options.
 */
export function upsample2d(to: Pair | { readonly size: Pair }, options: Upsample2dOptions = {}): Layer {
  checkOptions(options, ['method', 'alignCorners'], 'upsample2d')
  const { method = 'nearest', alignCorners = false } = options
  if (method !== 'nearest' && method !== 'bilinear')
    throw new ArgumentError(`upsample2d: method is ${JSON.stringify(method)}; expected 'nearest' or 'bilinear'`)
  checkFlag(alignCorners, 'upsample2d: alignCorners')
  if (alignCorners && method === 'nearest')
    throw new ArgumentError("upsample2d: alignCorners is for the method 'bilinear' alone; leave it out")
  const isSize = typeof to === 'object' && 'size' in to
  const pair = toPair(isSize ? to.size : to, 1, `upsample2d: ${isSize ? 'size' : 'factor'}`)
  const description = { type: 'upsample2d', to, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 4) throw new ShapeError(`expected images [N, C, H, W], not ${formatShape(x.shape)}`)
        const [rows, columns] = [0, 1].map((axis) => {
          const from = x.shape[axis + 2]
          const length = isSize ? pair[axis] : from * pair[axis]
          return constant(sampling(from, length, { method, alignCorners }), [length, from])
        })
        return matmul(rows, matmul(x, columns, { transposeB: true }))
      }),
  }
}

registerLayer('upsample2d', ({ to, options }) => upsample2d(to as Pair, (options ?? {}) as Upsample2dOptions))
