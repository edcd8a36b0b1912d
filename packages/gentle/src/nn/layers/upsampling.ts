import { ArgumentError } from '../../core/errors.ts'
import { upsample2d as upsample2dOp } from '../../ops/upsample2d.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface Upsample2dLayerOptions {
  /** 'nearest' repeats pixels, 'bilinear' draws lines between them; 'nearest' unless given. */
  readonly method?: 'nearest' | 'bilinear'
  /** Whether bilinear sampling maps the centres of corner pixels to each other instead of the image's corners; false unless given. */
  readonly alignCorners?: boolean
}

/**
 * Images [N, C, H, W] at another size: `to` is a factor, one number or [vertical, horizontal], or `{ size }` in pixels. As PyTorch's
 * `Upsample`.
 * @throws ArgumentError for sizes out of range and unknown options.
 */
export function Upsample2d(to: Pair | { readonly size: Pair }, options: Upsample2dLayerOptions = {}): Layer {
  checkOptions(options, ['method', 'alignCorners'], 'upsample2d')
  const { method = 'nearest', alignCorners = false } = options
  if (method !== 'nearest' && method !== 'bilinear')
    throw new ArgumentError(`upsample2d: method is ${JSON.stringify(method)}; expected 'nearest' or 'bilinear'`)
  checkFlag(alignCorners, 'upsample2d: alignCorners')
  if (alignCorners && method === 'nearest')
    throw new ArgumentError("upsample2d: alignCorners is only for the method 'bilinear'; leave it out")
  const isSize = typeof to === 'object' && 'size' in to
  toPair(isSize ? to.size : to, 1, `upsample2d: ${isSize ? 'size' : 'factor'}`)
  const description = { type: 'upsample2d', to, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () =>
        upsample2dOp(x, to, method === 'bilinear' ? { method, alignCorners } : { method }),
      ),
  }
}

/** What builds these layers from their descriptions. */
export const upsamplingTypes: LayerTypes = {
  upsample2d: ({ to, options }) => Upsample2d(to as Pair, (options ?? {}) as Upsample2dLayerOptions),
}
