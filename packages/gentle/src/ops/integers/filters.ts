/** Filters as 8-bit integers, in the order in which kernels read them. */
import { defineOp, type Signature } from '../../graph/op.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import { requireFloat32 } from '../operands.ts'
import { roundHalfToEven } from '../rounding.ts'
import { bytesOfPacked, packedBlocks } from './packed.ts'

/** The largest magnitude of a weight: -128 is left out, so that both signs have the same numbers. */
export const largestWeight = 127

/** Taps of a channel that stand beside each other in filters of single channels. */
export const tapsTogether = 4

export interface FiltersAttributes {
  /** Whether each filter is one of a single channel. */
  readonly depthwise: boolean
  /** Whether they are for images of bytes from 0 to 127; for others their magnitudes are stored, those below 0 before those above. */
  readonly sevenBits: boolean
}

/** The signs whose magnitudes are stored. */
export const signsOf = [-1, 1] as const

/**
 * Filters [O, C, KH, KW] and the distance between the numbers of each, [O], as integers: q = w / scale, rounded. Their order is
 * `[O / 8][C / 8][KH][KW][2][8 of O][4 of C]`, the shape [O / 8, C / 8, KH, KW, 2, 8] in int32; of filters of single channels [O, 1, KH, KW]
 * `[O / 8][taps / 4][8 of O][4 taps]`, [O / 8, taps / 4, 8]. Magnitudes have an axis of 2, the signs, behind the first. What is missing is 0.
 */
export const packFiltersOp = defineOp({
  name: 'packFilters',
  infer([w, scale], { depthwise, sevenBits }: FiltersAttributes): Signature {
    requireFloat32([w, scale], 'packFilters')
    const [outputs, channels, height, width] = w.shape
    const inner = depthwise
      ? [Math.ceil((height * width) / tapsTogether), 8]
      : [packedBlocks(channels), height, width, 2, 8]
    return { shape: [packedBlocks(outputs), ...(sevenBits ? [] : [2]), ...inner], dtype: 'int32' }
  },
  reference([w, scale], { depthwise, sevenBits }, y) {
    const [outputs, channels, height, width] = w.shape
    const taps = height * width
    const bytes = bytesOfPacked(y)
    const blockBytes = bytes.length / y.shape[0]
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < channels; c++)
        for (let tap = 0; tap < taps; tap++) {
          const q = roundedWeight(w.data[(o * channels + c) * taps + tap], scale.data[o])
          const place = packedPlace({ taps, depthwise }, o % 8, c, tap)
          const start = Math.floor(o / 8) * blockBytes
          if (sevenBits) bytes[start + place] = q
          else
            signsOf.forEach((sign, k) => {
              bytes[start + (k * blockBytes) / 2 + place] = Math.max(0, sign * q)
            })
        }
  },
})

/** The whole number that stands for a weight, as kernels compute it. */
export const roundedWeight = (weight: number, scale: number): number =>
  Math.max(-largestWeight, Math.min(roundHalfToEven(Math.fround(weight / scale)), largestWeight))

/** Where the byte of a weight stands within its block of 8 filters; of magnitudes within those of one sign. */
export function packedPlace(
  { taps, depthwise }: { readonly taps: number; readonly depthwise: boolean },
  lane: number,
  channel: number,
  tap: number,
): number {
  if (depthwise) return (Math.floor(tap / tapsTogether) * 8 + lane) * tapsTogether + (tap % tapsTogether)
  const place = Math.floor(channel / 8) * taps + tap
  return ((place * 2 + Math.floor((channel % 8) / 4)) * 8 + lane) * 4 + (channel % 4)
}

export const packFilters = (w: Tensor, scale: Tensor, attributes: FiltersAttributes): Tensor =>
  apply(packFiltersOp, [w, scale], attributes)
