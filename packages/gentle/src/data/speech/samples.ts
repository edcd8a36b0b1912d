/** Samples of recordings: of one channel, at one rate. */
import { DataError } from '../../core/errors.ts'
import { resample, resampledLength } from '../../speech/resample.ts'
import { mixDown } from '../../speech/sound.ts'
import { readSoundFile, type SoundFileInfo } from './sound-file.ts'

/** A part of a sound file. */
export interface Stretch {
  readonly file: string
  readonly info: SoundFileInfo
  /** In samples of the file: the first, and that behind the last one. */
  readonly start: number
  readonly end: number
}

/** How many samples a stretch has at another rate. */
export const samplesOf = ({ start, end, info }: Stretch, sampleRate: number): number =>
  resampledLength(end - start, info.sampleRate, sampleRate)

/** Samples are kept as long as all of them take no more bytes than this: two hours at 16,000 a second. */
const maxBytes = 2 ** 29

/** Reads stretches of sound files; those of a small set once. */
export class SampleReader {
  readonly #sampleRate: number
  readonly #kept: Map<Stretch, Float32Array<ArrayBuffer>> | undefined

  constructor(stretches: readonly Stretch[], sampleRate: number) {
    this.#sampleRate = sampleRate
    const bytes = stretches.reduce((sum, stretch) => sum + 4 * samplesOf(stretch, sampleRate), 0)
    this.#kept = bytes <= maxBytes ? new Map() : undefined
  }

  /** @throws DataError for a file that broke since it was opened. */
  read(stretch: Stretch): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>> {
    return this.#kept?.get(stretch) ?? this.#read(stretch)
  }

  async #read(stretch: Stretch): Promise<Float32Array<ArrayBuffer>> {
    const { file, info, start, end } = stretch
    const sound = await readSoundFile(file)
    const whole = mixDown(sound)
    if (sound.sampleRate !== info.sampleRate || whole.length !== info.length)
      throw new DataError(`sound ${file} has changed since it was opened; open the set again`)
    const part = start === 0 && end === whole.length ? whole : whole.slice(start, end)
    const samples = resample(part, info.sampleRate, this.#sampleRate)
    this.#kept?.set(stretch, samples)
    return samples
  }
}
