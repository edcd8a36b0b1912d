import { ShapeError } from '../../core/errors.ts'
import { maxPool2d } from '../../ops/pool2d.ts'
import { pad } from '../../ops/structure.ts'
import { checkCount, inLayer, type Layer, type LayerTypes } from '../layer.ts'

/** Keeps every `stride`-th row and column of images [N, C, H, W], from the first. @throws ArgumentError for a stride below 1. */
export function Subsample(stride: number): Layer {
  checkCount(stride, 'subsample: stride')
  const description = { type: 'subsample', stride }
  return { description, apply: (x, scope) => inLayer(scope, description, x, () => maxPool2d(x, 1, { stride })) }
}

/**
 * Adds channels of zeros behind those of [N, C, ...] until there are `channels`: with `subsample` the shortcut without parameters of He et
 * al., "Deep Residual Learning", 2015, section 3.3, option A.
 * @throws ArgumentError for a number below 1; ShapeError for an input that has more channels.
 */
export function PadChannels(channels: number): Layer {
  checkCount(channels, 'padChannels: channels')
  const description = { type: 'padChannels', channels }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length < 2 || x.shape[1] > channels)
          throw new ShapeError(`expected [N, C, ...] with at most ${channels} channels`)
        const missing = x.shape.map((_, axis) => (axis === 1 ? channels - x.shape[1] : 0))
        return pad(
          x,
          x.shape.map(() => 0),
          missing,
        )
      }),
  }
}

/** What builds these layers from their descriptions. */
export const subsampleTypes: LayerTypes = {
  subsample: ({ stride }) => Subsample(stride as number),
  padChannels: ({ channels }) => PadChannels(channels as number),
}
