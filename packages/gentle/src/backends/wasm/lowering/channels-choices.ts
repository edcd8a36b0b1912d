/** Which method computes a convolution of images in channels: loaded for programs that have such. */
import { conv2dMultiplyAdds } from '../../../ops/conv2d.ts'
import { blockSize } from '../layout/layout.ts'
import { type Convolution, type Cycles, canBeWinograd } from './choices.ts'
import { directCycles } from './costs.ts'

/** A convolution of images in channels. */
export interface ChannelsConvolution extends Convolution {
  readonly wide: boolean
}

/** Blocks of channels must be full. */
const winogradInChannels =
  (tiles: 'winograd2' | 'winograd4' | 'winograd2of5', side = 3) =>
  (problem: ChannelsConvolution): number => {
    const { sizes, attributes, wide } = problem
    return canBeWinograd(sizes.kernel, attributes, side) &&
      sizes.inChannels % blockSize === 0 &&
      sizes.outChannels % blockSize === 0
      ? problem.winograd!.channelsCycles(tiles, sizes, wide)
      : Number.POSITIVE_INFINITY
  }

export const channelsConvolutions = {
  direct: ({ sizes, attributes, wide }) => directCycles(conv2dMultiplyAdds(sizes, attributes), wide),
  winograd2: winogradInChannels('winograd2'),
  winograd4: winogradInChannels('winograd4'),
  winograd2of5: winogradInChannels('winograd2of5', 5),
} satisfies Cycles<string, ChannelsConvolution>
