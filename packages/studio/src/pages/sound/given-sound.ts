/** Sounds that somebody gives: from a microphone or a file, as the recogniser takes them. */
import { durationOf, mixDown, readWave, resample, type Sound } from 'gentle-dl/speech'
import { SoundError } from './sound-error.ts'
import { sampleRate } from './voice.ts'

/** Seconds of a sound, at least and at most. */
const [shortest, longest] = [0.15, 10]

/** The loudest sample of what is not taken for silence. */
const quietest = 0.003

/** A sound of one channel at the rate of the recogniser. @throws SoundError for one that is too short, too long, or silent. */
export function prepared(sound: Sound, name: string): Float32Array<ArrayBuffer> {
  const seconds = durationOf(sound)
  if (seconds < shortest || seconds > longest)
    throw new SoundError(`${name} lasts ${seconds.toFixed(2)} s; expected ${shortest} to ${longest} s`)
  const samples = Float32Array.from(resample(mixDown(sound), sound.sampleRate, sampleRate))
  const loudest = samples.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  if (!(loudest >= quietest) || !Number.isFinite(loudest))
    throw new SoundError(`${name} is silent: is the microphone muted, or another one chosen?`)
  return samples
}

/** The same of a file: the bytes of a WAV file, or the sound of another one. @throws SoundError, and FormatError for what is no WAV file. */
export function preparedFile(content: Uint8Array | Sound, name: string): Float32Array<ArrayBuffer> {
  if (!(content instanceof Uint8Array)) return prepared(content, `'${name}'`)
  if (content.length > 32 * 2 ** 20)
    throw new SoundError(`'${name}' has ${content.length} bytes; expected a WAV file of at most ${longest} s`)
  return prepared(readWave(content, `'${name}'`), `'${name}'`)
}

/** The stretch in which something is heard, and a little around it. */
export function trimmed(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const window = Math.round(0.02 * sampleRate)
  const loudness = Array.from({ length: Math.ceil(samples.length / window) }, (_, i) =>
    samples.subarray(i * window, (i + 1) * window).reduce((sum, value) => sum + value * value, 0),
  )
  const enough = 0.02 * Math.max(...loudness)
  const [first, last] = [
    loudness.findIndex((value) => value >= enough),
    loudness.findLastIndex((value) => value >= enough),
  ]
  const around = 5
  return samples.slice(Math.max(0, first - around) * window, Math.min(samples.length, (last + 1 + around) * window))
}
