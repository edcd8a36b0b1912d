/** The convolutions of Deep Speech 2, over time and frequency of a spectrogram (section 3.4), which know where sounds begin and end. */
import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { checkCount, checkOptions, type Layer } from '../../nn/layer.ts'
import { Conv2d } from '../../nn/layers/convolution.ts'
import type { Scope } from '../../nn/scope.ts'
import { clip } from '../../ops/activations.ts'
import { arange } from '../../ops/arange.ts'
import { add, cast, floorDiv, greaterEqual, less, mul, where } from '../../ops/elementwise.ts'
import { reshape, transpose } from '../../ops/structure.ts'
import { sequenceNorm } from './sequence-norm.ts'

export interface SpeechConvolution {
  readonly channels: number
  /** Frames, and numbers along frequency; odd, so that a filter has a middle. */
  readonly kernel: readonly [time: number, frequency: number]
  readonly stride: readonly [time: number, frequency: number]
}

/** @throws ArgumentError for numbers out of range. */
export function checkConvolution({ channels, kernel, stride, ...rest }: SpeechConvolution, where: string): void {
  checkOptions(rest, [], where)
  checkCount(channels, `${where}: channels`)
  for (const [name, pair] of Object.entries({ kernel, stride })) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new ArgumentError(`${where}: ${name} is ${JSON.stringify(pair)}; expected [time, frequency]`)
    for (const n of pair) checkCount(n, `${where}: ${name}`)
  }
  if (kernel.some((n) => n % 2 === 0))
    throw new ArgumentError(`${where}: kernel is [${kernel.join(', ')}]; expected odd numbers, so that it has a middle`)
}

/** Where sounds lie among the frames that a network sees, int32 [N]: frames before `begin`, and from `end` on, are none of theirs. */
export interface SoundPlaces {
  readonly begin?: Tensor
  readonly end?: Tensor
}

/** ceil(x / stride). */
const ceilDiv = (x: Tensor, stride: number): Tensor => (stride === 1 ? x : floorDiv(add(x, stride - 1), stride))

/** The same places among steps of this many frames. */
export const placesAfter = ({ begin, end }: SoundPlaces, stride: number): SoundPlaces => ({
  ...(begin === undefined ? {} : { begin: ceilDiv(begin, stride) }),
  ...(end === undefined ? {} : { end: ceilDiv(end, stride) }),
})

/** 1 within a sound, else 0: [N, 1, T, 1]; undefined where all frames are within. */
export function maskOf({ begin, end }: SoundPlaces, steps: number): Tensor | undefined {
  const at = reshape(arange(steps), [1, steps])
  const column = (x: Tensor): Tensor => reshape(x, [x.shape[0], 1])
  const after = begin && greaterEqual(at, column(begin))
  const before = end && less(at, column(end))
  const mask = after === undefined || before === undefined ? (after ?? before) : mul(after, before)
  return mask && reshape(cast(mask, 'float32'), [mask.shape[0], 1, steps, 1])
}

/**
 * Convolutions on spectrograms [N, T, F]: [N, T', C F'], the channels outermost. After each, values are normalised over all frames of all sounds, cut at 0 and 20,
 * and set to 0 where no sound is, as if each sound were alone.
 */
export function convolved(
  spectrogram: Tensor,
  scope: Scope,
  convolutions: readonly SpeechConvolution[],
  places: SoundPlaces,
): { readonly features: Tensor; readonly places: SoundPlaces } {
  if (spectrogram.shape.length !== 3)
    throw new ShapeError(`deepSpeech: expected spectrograms [N, T, F], not ${formatShape(spectrogram.shape)}`)
  const [examples, frames, bins] = spectrogram.shape
  const sounds = reshape(spectrogram, [examples, 1, frames, bins])
  const within = maskOf(places, frames)
  // For spectrograms that nobody brought to mean 0, as those of sounds of which the end is not known.
  const centred = scope.apply('norm0', sequenceNorm(within), sounds)
  let x = within === undefined ? centred : where(within, centred, 0)
  let now = places
  for (const [i, { channels, kernel, stride }] of convolutions.entries()) {
    const padding = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2] as const
    const conv: Layer = Conv2d(channels, kernel, { stride, padding, bias: false, weightInit: 'heNormal' })
    const y = scope.apply(`conv${i + 1}`, conv, x)
    now = placesAfter(now, stride[0])
    const mask = maskOf(now, y.shape[2])
    const normed = scope.apply(`norm${i + 1}`, sequenceNorm(mask), y)
    const clipped = clip(normed, 0, 20)
    x = mask === undefined ? clipped : where(mask, clipped, 0)
  }
  const [, channels, steps, rows] = x.shape
  return { features: reshape(transpose(x, [0, 2, 1, 3]), [examples, steps, channels * rows]), places: now }
}
