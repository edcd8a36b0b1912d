/** A voice of a few sounds, made here: pulses or noise that resonate in a mouth of two formants, a sound for each letter. */
import type { Random } from 'gentle-dl'

/** Samples a second of all sounds that are learned from. */
export const sampleRate = 8000

interface LetterSound {
  /** Resonances in Hz, and how loud each is. */
  readonly formants: readonly (readonly [hertz: number, gain: number])[]
  /** How much of it is noise, not pulses of the voice. */
  readonly noise: number
  readonly gain: number
  /** Share of the letter that is silent at its beginning, as before a stop. */
  readonly silent?: number
}

/** Vowels by the means of Peterson and Barney (1952). */
const sounds: Readonly<Record<string, LetterSound>> = {
  a: {
    formants: [
      [730, 1],
      [1090, 0.7],
    ],
    noise: 0,
    gain: 1,
  },
  e: {
    formants: [
      [530, 1],
      [1840, 0.6],
    ],
    noise: 0,
    gain: 0.9,
  },
  i: {
    formants: [
      [270, 1],
      [2290, 0.7],
    ],
    noise: 0,
    gain: 0.8,
  },
  o: {
    formants: [
      [570, 1],
      [840, 0.8],
    ],
    noise: 0,
    gain: 0.9,
  },
  u: {
    formants: [
      [300, 1],
      [870, 0.5],
    ],
    noise: 0,
    gain: 0.8,
  },
  m: {
    formants: [
      [250, 1],
      [1000, 0.1],
    ],
    noise: 0,
    gain: 0.4,
  },
  n: {
    formants: [
      [250, 0.8],
      [1700, 0.25],
    ],
    noise: 0,
    gain: 0.4,
  },
  s: {
    formants: [
      [3300, 1],
      [3700, 1],
    ],
    noise: 1,
    gain: 0.35,
  },
  t: {
    formants: [
      [2600, 1],
      [3400, 0.6],
    ],
    noise: 1,
    gain: 0.5,
    silent: 0.6,
  },
}

/** Words that the voice can say, spelled as it says them. */
export const words = ['sun', 'moon', 'stone', 'mist', 'nest', 'toast'] as const

/** Noise under all that is said. */
const hiss = 0.003

/** A resonance of two poles at a frequency, with a bandwidth of 90 Hz. */
function resonator(hertz: number): (x: number) => number {
  const radius = Math.exp((-Math.PI * 90) / sampleRate)
  const a = 2 * radius * Math.cos((2 * Math.PI * hertz) / sampleRate)
  let [one, two] = [0, 0]
  return (x) => {
    const y = (1 - radius) * x + a * one - radius * radius * two
    two = one
    one = y
    return y
  }
}

/**
 * Says a text of the letters that there are, with blanks between words: each time in another voice, at another speed.
 * @returns samples at `sampleRate`
 */
export function say(text: string, random: Random): Float32Array<ArrayBuffer> {
  const pitch = 95 + 110 * random.uniform()
  const mouth = 0.92 + 0.16 * random.uniform()
  const speed = 0.85 + 0.3 * random.uniform()
  const parts = [...` ${text} `].map((letter) => {
    const seconds = ((letter === ' ' ? 0.1 : 0.095) * (0.85 + 0.3 * random.uniform())) / speed
    return { sound: sounds[letter], length: Math.round(seconds * sampleRate) }
  })
  const samples = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let [at, phase] = [0, 0]
  for (const { sound, length } of parts) {
    if (sound !== undefined) {
      const resonances = sound.formants.map(
        ([hertz, gain]) => [resonator(Math.min(3900, hertz * mouth)), gain] as const,
      )
      const begin = Math.round((sound.silent ?? 0) * length)
      for (let i = begin; i < length; i++) {
        phase += pitch / sampleRate
        const pulse = phase >= 1 ? 9 : 0
        phase %= 1
        const excitation = (1 - sound.noise) * pulse + sound.noise * 0.5 * random.normal()
        // Letters begin and end softly, so two equal ones are heard as two.
        const softly = Math.sin((Math.PI * (i - begin + 0.5)) / (length - begin)) ** 0.7
        let sum = 0
        for (const [resonate, gain] of resonances) sum += gain * resonate(excitation)
        samples[at + i] = sound.gain * softly * sum
      }
    }
    at += length
  }
  for (let i = 0; i < samples.length; i++) samples[i] += hiss * random.normal()
  return samples
}
