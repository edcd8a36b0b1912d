/** All that the page's worker knows: sounds that were given, and the two networks. */
import { type Backend, Random, wasm } from 'gentle-dl'
import {
  ResampleStream,
  type Sound,
  Spectrogram,
  type SpectrogramOptions,
  SpectrogramStream,
  spectrogramImage,
  writeWave,
} from 'gentle-dl/speech'
import { type Pixels, pixelsOf } from '../../engine/pixels.ts'
import { DateTranslator, type LearnedEpoch, type Translated } from './date-translator.ts'
import { prepared, preparedFile, trimmed } from './given-sound.ts'
import { type Example, type Heard, type HeardEpoch, Recogniser, saidExamples, takenExamples } from './recogniser.ts'
import { SoundError } from './sound-error.ts'
import { sampleRate, say } from './voice.ts'

/** A sound to look at: the voice's, or the last one that was given. */
export type LookedAt = { readonly text: string; readonly voice: number } | 'given'

export interface SpeechRequest {
  readonly seed: number
  /** The voice's words, or those of one's own, of which there are takes. */
  readonly words: 'made' | readonly string[]
  /** Counts changes of the takes; 0 where none is learned from. */
  readonly takes: number
  /** Counts sounds that were given. */
  readonly given: number
  readonly epochs: number
  readonly sound: LookedAt
}

export interface SpeechAnswer {
  readonly epochs: readonly HeardEpoch[]
  /** Undefined before anything is learned, and where there is no sound. */
  readonly heard?: Heard
  readonly spectrogram?: Pixels
  /** How long the sound is, and the stretch of it that the spectrogram shows. */
  readonly seconds: number
  readonly shownSeconds: number
}

export interface DatesRequest {
  readonly seed: number
  readonly epochs: number
  readonly text: string
}

export interface DatesAnswer {
  readonly epochs: readonly LearnedEpoch[]
  /** Undefined before anything is learned. */
  readonly translated?: Translated
}

/** Finer than what is learned from, to be looked at. */
const drawn: SpectrogramOptions = {
  sampleRate,
  frameLength: 25,
  frameStep: 10,
  fourierLength: 512,
  mel: { filters: 56, low: 60 },
  normalization: 'none',
  floor: 1e-5,
}

/** Frames of what a microphone hears that are shown. */
const liveFrames = 300

/** Takes of a word, at most. */
export const mostTakes = 20

/** One network at a time, of one key. */
class Kept<Network extends { dispose(): void; readonly epochs: readonly unknown[]; epoch(): Promise<void> }> {
  #network: Network | undefined
  #key = ''

  /** The network of a key, with at most one epoch more than before, and no more than are wanted. */
  async at(key: string, epochs: number, begin: () => Promise<Network>): Promise<Network> {
    if (this.#network === undefined || this.#key !== key || this.#network.epochs.length > epochs) {
      this.#network?.dispose()
      this.#network = undefined
      this.#network = await begin()
      this.#key = key
    }
    if (this.#network.epochs.length < epochs) await this.#network.epoch()
    return this.#network
  }
}

export class Session {
  readonly #spectrogram = new Spectrogram(drawn)
  readonly #takes: Example[] = []
  readonly #speech = new Kept<Recogniser>()
  readonly #dates = new Kept<DateTranslator>()
  #backend: Promise<Backend> | undefined
  #given: Float32Array<ArrayBuffer> | undefined
  #live: { readonly resampled: ResampleStream; readonly frames: SpectrogramStream; rows: number[] } | undefined

  /** Trains at most one epoch towards what is wanted, and listens. @throws SoundError where there is too little to learn from. */
  async speech({ seed, words, takes, epochs, sound }: SpeechRequest): Promise<SpeechAnswer> {
    const samples = this.samples(sound)
    const seen =
      samples === undefined
        ? { seconds: 0, shownSeconds: 0 }
        : {
            spectrogram: pixelsOf(spectrogramImage(this.#spectrogram.of(samples), this.#spectrogram.features)),
            seconds: samples.length / sampleRate,
            shownSeconds: this.#spectrogram.frames(samples.length) * this.#spectrogram.frameStep,
          }
    if (epochs === 0) return { epochs: [], ...seen }
    const key = JSON.stringify([seed, words, takes])
    const recogniser = await this.#speech.at(key, epochs, async () =>
      Recogniser.begin(this.#examples(words, seed), seed, await this.#open()),
    )
    const heard =
      samples === undefined ? undefined : await recogniser.hear(samples, sound === 'given' ? undefined : sound.text)
    return { epochs: [...recogniser.epochs], heard, ...seen }
  }

  /** Trains at most one epoch towards what is wanted, and translates. @throws DateError for what is no date. */
  async dates({ seed, epochs, text }: DatesRequest): Promise<DatesAnswer> {
    if (epochs === 0) return { epochs: [] }
    const translator = await this.#dates.at(String(seed), epochs, async () =>
      DateTranslator.begin(seed, await this.#open()),
    )
    return { epochs: [...translator.epochs], translated: await translator.translate(text) }
  }

  /** The samples of a sound; undefined where none was given yet. */
  samples(sound: LookedAt): Float32Array<ArrayBuffer> | undefined {
    return sound === 'given' ? this.#given : say(sound.text, new Random(sound.voice, 'voice'))
  }

  /** @throws SoundError for a sound that cannot be used. */
  give(samples: Float32Array<ArrayBuffer>, rate: number): void {
    this.#given = prepared({ sampleRate: rate, channels: [samples] }, 'The recording')
  }

  giveFile(content: Uint8Array | Sound, name: string): void {
    this.#given = preparedFile(content, name)
  }

  /** @throws SoundError for a sound that cannot be used, and one take too many. */
  addTake(text: string, samples: Float32Array<ArrayBuffer>, rate: number): void {
    this.#add(text, prepared({ sampleRate: rate, channels: [samples] }, 'The recording'))
  }

  addTakeFile(text: string, content: Uint8Array | Sound, name: string): void {
    this.#add(text, preparedFile(content, name))
  }

  #add(text: string, samples: Float32Array<ArrayBuffer>): void {
    if (this.takesOf(text) >= mostTakes) throw new SoundError(`'${text}' has ${mostTakes} takes already`)
    this.#takes.push({ text, samples: trimmed(samples) })
  }

  takesOf(text: string): number {
    return this.#takes.filter((take) => take.text === text).length
  }

  removeTake(text: string): void {
    const last = this.#takes.findLastIndex((take) => take.text === text)
    if (last >= 0) this.#takes.splice(last, 1)
  }

  /** The takes of words as WAV files, by their names. */
  takeFiles(words: readonly string[]): readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[] {
    const counts = new Map<string, number>()
    return this.#takes
      .filter(({ text }) => words.includes(text))
      .map(({ text, samples }) => {
        const count = (counts.get(text) ?? 0) + 1
        counts.set(text, count)
        return { name: `${text}-${count}.wav`, bytes: Uint8Array.from(writeWave({ sampleRate, channels: [samples] })) }
      })
  }

  /** The last seconds of what a microphone hears, with some samples more. @param begins whether they are the first */
  hearLive(samples: Float32Array<ArrayBuffer>, rate: number, begins: boolean): Pixels {
    const { features } = this.#spectrogram
    if (begins || this.#live === undefined)
      this.#live = {
        resampled: new ResampleStream(rate, sampleRate),
        frames: new SpectrogramStream(this.#spectrogram),
        rows: Array<number>(liveFrames * features).fill(Math.log(drawn.floor!)),
      }
    const { resampled, frames, rows } = this.#live
    this.#live.rows = [...rows, ...frames.push(resampled.push(samples))].slice(-liveFrames * features)
    return pixelsOf(spectrogramImage(Float32Array.from(this.#live.rows), features))
  }

  #examples(words: SpeechRequest['words'], seed: number): Example[] {
    if (words === 'made') return saidExamples(seed)
    const missing = words.filter((word) => this.takesOf(word) === 0)
    if (missing.length > 0)
      throw new SoundError(`There is no take of ${missing.join(', ')} yet: record some of each word first.`)
    return takenExamples(
      this.#takes.filter(({ text }) => words.includes(text)),
      seed,
    )
  }

  #open(): Promise<Backend> {
    this.#backend ??= wasm({ threads: 1 })
    return this.#backend
  }

  /** Frees the threads' memory. */
  async close(): Promise<void> {
    await (await this.#backend)?.close()
  }
}
