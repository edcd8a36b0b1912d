/** By what sounds are made different each time they are heard; plain data. */
import { ArgumentError } from '../../core/errors.ts'

/** The least and the largest value of what is drawn evenly between. */
export type Span = readonly [min: number, max: number]

export interface SoundPolicy {
  /**
   * How many times as fast, with the pitch, in steps of 0.01: [0.9, 1.1] as in Ko, Peddinti, Povey, Khudanpur, "Audio Augmentation for Speech Recognition", 2015.
   */
  readonly speed?: Span
  /** How much louder, in decibels. */
  readonly gain?: Span
  /** How far the sound is moved at most, either way, in milliseconds; what is left free is silence. */
  readonly shift?: number
  readonly noise?: NoisePolicy
  readonly mask?: MaskPolicy
}

/** Noise that is added. */
export interface NoisePolicy {
  /** How far the sound lies above the noise, in decibels of their powers. */
  readonly ratio: Span
  /** To which share of the sounds it is added; 1 unless given. */
  readonly probability?: number
  /** Sound files of which a piece is taken; white noise unless given. */
  readonly files?: readonly string[]
}

/**
 * Stripes of a spectrogram that are wiped out (Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech Recognition", 2019, section 2). Its time
 * warping, which brings least at most cost (section 5), is left out.
 */
export interface MaskPolicy {
  /** Stripes of frequencies; 0 unless given. */
  readonly frequencyMasks?: number
  /** How many frequencies wide they are at most. */
  readonly frequencyWidth?: number
  /** Stripes of time; 0 unless given. */
  readonly timeMasks?: number
  /** How many frames wide they are at most. */
  readonly timeWidth?: number
  /** And at most this share of the sound; 1 unless given. */
  readonly timeShare?: number
}

/**
 * The paper's policies (table 1) without time warping: LibriSpeech basic and double, Switchboard mild and strong. Their widths are of 80 frequencies and of frames
 * 10 ms apart.
 */
export const maskPolicies: Readonly<Record<'LB' | 'LD' | 'SM' | 'SS', Required<MaskPolicy>>> = {
  LB: { frequencyMasks: 1, frequencyWidth: 27, timeMasks: 1, timeWidth: 100, timeShare: 1 },
  LD: { frequencyMasks: 2, frequencyWidth: 27, timeMasks: 2, timeWidth: 100, timeShare: 1 },
  SM: { frequencyMasks: 2, frequencyWidth: 15, timeMasks: 2, timeWidth: 70, timeShare: 0.2 },
  SS: { frequencyMasks: 2, frequencyWidth: 27, timeMasks: 2, timeWidth: 70, timeShare: 0.2 },
}

function checkSpan(what: string, span: Span | undefined, min: number, max: number): void {
  if (span === undefined) return
  const [from, to] = span
  if (!(from >= min && from <= to && to <= max))
    throw new ArgumentError(`sound policy: ${what} is ${from} to ${to}; expected a span within ${min} and ${max}`)
}

function checkNumber(what: string, value: number | undefined, max: number, whole = false): void {
  if (value !== undefined && !(value >= 0 && value <= max && (!whole || Number.isInteger(value))))
    throw new ArgumentError(
      `sound policy: ${what} is ${value}; expected a ${whole ? 'whole ' : ''}number of 0 to ${max}`,
    )
}

/** @throws ArgumentError for numbers out of range. */
export function checkSoundPolicy({ speed, gain, shift, noise, mask = {} }: SoundPolicy): void {
  checkSpan('speed', speed, 0.25, 4)
  checkSpan('gain', gain, -100, 100)
  checkNumber('shift', shift, 60_000)
  if (noise !== undefined) {
    checkSpan('the ratio of noise', noise.ratio, -100, 200)
    checkNumber('the probability of noise', noise.probability, 1)
    if (noise.files?.length === 0) throw new ArgumentError('sound policy: noise names no files; name at least one')
  }
  checkNumber('frequencyMasks', mask.frequencyMasks, 100, true)
  checkNumber('frequencyWidth', mask.frequencyWidth, 10_000, true)
  checkNumber('timeMasks', mask.timeMasks, 100, true)
  checkNumber('timeWidth', mask.timeWidth, 1_000_000, true)
  checkNumber('timeShare', mask.timeShare, 1)
}
