/** Transcription of sounds: Deep Speech's outputs as texts, with the times of words. */
import type { Backend } from '../backends/backend.ts'
import { ArgumentError, FormatError, GentleError } from '../core/errors.ts'
import { joined } from '../core/joined.ts'
import type { NamedDataset } from '../data/dataset.ts'
import { namedInMemory } from '../data/named.ts'
import type { DeepSpeech } from '../models/deep-speech/deep-speech.ts'
import { SpeechStream } from '../models/deep-speech/stream.ts'
import type { BatchTensors } from '../nn/losses.ts'
import { type InputsModel, traceInputs } from '../nn/model.ts'
import { alignSymbols } from '../speech/align.ts'
import { ctcGreedy } from '../speech/ctc/greedy.ts'
import { resample } from '../speech/resample.ts'
import { mixDown, type Sound } from '../speech/sound.ts'
import { Spectrogram, type SpectrogramOptions } from '../speech/spectra/spectrogram.ts'
import { ResampleStream, SpectrogramStream } from '../speech/streams.ts'
import { SymbolTable } from '../speech/text/symbol-table.ts'
import type { TranscriptOptions } from '../speech/text/transcript-text.ts'
import { allBatches } from './batches.ts'
import { checkFits } from './evaluate.ts'
import { openInputsModel } from './open-model.ts'
import { BatchPrograms } from './steps.ts'

/** What the file of a model of speech tells of sounds and texts: `encoding` of a `ModelPurpose`, plain JSON. */
export interface SpeechEncoding {
  /** Symbols by their numbers; the first is the blank, ''. */
  readonly symbols: readonly string[]
  /** How sounds become the network's input. */
  readonly spectrogram: SpectrogramOptions
  /** The form of its transcripts. */
  readonly text?: TranscriptOptions
}

/** A word with its time, from its first letter to its last, in seconds. */
export interface WordTiming {
  readonly word: string
  readonly begin: number
  readonly end: number
}

export interface Transcript {
  readonly text: string
  readonly words: readonly WordTiming[]
  /** Letters and blanks between words, and when each was most probable, in seconds. */
  readonly letters: readonly { readonly symbol: string; readonly at: number }[]
  /** How long the sound is. */
  readonly seconds: number
}

/** Finds the symbols of one sound's logits, row-major [steps, symbols]; the likeliest one of each step, unless another is given. */
export type DecodeSymbols = (logits: Float32Array, symbols: number) => ArrayLike<number>

export interface TranscribeOptions {
  readonly decode?: DecodeSymbols
}

/** Sounds that go through the network together. */
const together = 16

/**
 * Transcribes speech.
 *
 * ```ts
 * const transcriber = await openTranscriber('runs/transcribe/deepspeech')
 * const [{ text }] = await transcriber.transcribe([readWave(await readFile('hello.wav'))])
 * ```
 */
export class Transcriber {
  readonly model: InputsModel
  readonly encoding: SpeechEncoding
  readonly symbols: SymbolTable
  readonly spectrogram: Spectrogram
  readonly network: DeepSpeech
  readonly #programs = new Map<NamedDataset, BatchPrograms>()

  /** @throws ArgumentError for another network, and for an encoding that does not fit it. */
  constructor(model: InputsModel, encoding: SpeechEncoding) {
    this.model = model
    this.encoding = encoding
    this.symbols = new SymbolTable(encoding.symbols)
    this.spectrogram = new Spectrogram(encoding.spectrogram)
    this.network = model.layer as DeepSpeech
    const { description, options } = this.network
    if (description.type !== 'deepSpeech')
      throw new ArgumentError(`Transcriber: the network is of type ${description.type}; expected deepSpeech`)
    const [features] = model.inputs.spectrogram?.shape ?? []
    if (options.symbols !== this.symbols.size || features !== this.spectrogram.features)
      throw new ArgumentError(
        `Transcriber: there are ${this.symbols.size} symbols and ${this.spectrogram.features} features, but the network has ${options.symbols} and ${features}`,
      )
  }

  /** Whether it can transcribe while the sound arrives. */
  get isOnline(): boolean {
    return !this.network.options.bidirectional
  }

  /** A sound as the network takes it, [frames, features]: one channel, at its sampling rate. A sound shorter than a frame has silence behind it. */
  features(sound: Sound): Float32Array {
    const { sampleRate } = this.encoding.spectrogram
    const samples = resample(mixDown(sound), sound.sampleRate, sampleRate)
    if (this.spectrogram.frames(samples.length) > 0) return this.spectrogram.of(samples)
    const enough = new Float32Array(frameSamples(this.spectrogram))
    enough.set(samples)
    return this.spectrogram.of(enough)
  }

  /** The transcript of each sound; a sound without samples counts as silence. @throws ArgumentError for a sound without channels. */
  async transcribe(sounds: readonly Sound[], options: TranscribeOptions = {}): Promise<Transcript[]> {
    const features = sounds.map((sound) => this.features(sound))
    const logits = await this.logits(features)
    return logits.map((each, i) =>
      this.transcript(each, { ...options, seconds: sounds[i].channels[0].length / sounds[i].sampleRate }),
    )
  }

  /** The network's logits of each sound, [steps, symbols], from its features. */
  async logits(features: readonly Float32Array[]): Promise<Float32Array[]> {
    if (features.length === 0) return []
    const data = namedInMemory({
      name: 'sounds',
      inputs: { spectrogram: { values: features, shape: [this.spectrogram.features] } },
      target: { values: new Float32Array(features.length) },
    })
    try {
      return await this.logitsOf(data)
    } finally {
      this.#programs.get(data)?.dispose()
      this.#programs.delete(data)
    }
  }

  /** The same of the recordings of a set; its programs are kept for the next time. */
  async logitsOf(data: NamedDataset): Promise<Float32Array[]> {
    await checkFits(this.model, data)
    let programs = this.#programs.get(data)
    if (programs === undefined) {
      const trace = ({ inputs }: BatchTensors) => ({ inputs: {}, outputs: { y: traceInputs(this.model, inputs) } })
      programs = new BatchPrograms(this.model.backend, data, trace)
      this.#programs.set(data, programs)
    }
    const found = new Array<Float32Array>(data.length)
    const { size } = this.symbols
    for await (const { indices, ...batch } of allBatches(data, Math.min(together, data.length))) {
      const { y } = await programs.run(batch)
      const row = y.data.length / indices.length
      for (const [i, index] of indices.entries()) {
        const steps = this.network.outputLength(data.lengths!.spectrogram[index])
        found[index] = (y.data as Float32Array).slice(i * row, i * row + steps * size)
      }
    }
    return found
  }

  /** Frees the memory of its programs; the model remains usable. */
  dispose(): void {
    for (const programs of this.#programs.values()) programs.dispose()
    this.#programs.clear()
  }

  /** The text of logits, and its times. */
  transcript(
    logits: Float32Array,
    { decode = likeliest, seconds }: TranscribeOptions & { readonly seconds: number },
  ): Transcript {
    const numbers = withoutLooseBlanks(decode(logits, this.symbols.size), this.symbols)
    const stepOf = alignSymbols(logits, this.symbols.size, numbers)
    const step = this.network.stride * this.spectrogram.frameStep
    const letters = Array.from(numbers, (number, i) => ({
      symbol: this.symbols.symbols[number],
      at: Math.min(seconds, (stepOf[i] + 0.5) * step),
    }))
    return { text: this.symbols.decode(numbers), words: wordsAt(letters), letters, seconds }
  }

  /** Starts transcribing a sound while it arrives. @throws ArgumentError for a network that goes backwards, too. */
  async stream(sampleRate: number): Promise<StreamingTranscriber> {
    const stream = await SpeechStream.begin(this.model)
    return new StreamingTranscriber(this, stream, sampleRate)
  }
}

/** Transcribes a sound while it arrives. */
export class StreamingTranscriber {
  readonly #transcriber: Transcriber
  readonly #stream: SpeechStream
  readonly #rate: number
  readonly #resampled: ResampleStream
  readonly #frames: SpectrogramStream
  readonly #logits: Float32Array[] = []
  #samples = 0
  #hasFrames = false

  /** See `Transcriber.stream`. */
  constructor(transcriber: Transcriber, stream: SpeechStream, sampleRate: number) {
    this.#transcriber = transcriber
    this.#stream = stream
    this.#rate = sampleRate
    this.#resampled = new ResampleStream(sampleRate, transcriber.encoding.spectrogram.sampleRate)
    this.#frames = new SpectrogramStream(transcriber.spectrogram)
  }

  /** Takes samples of one channel, and returns the text so far, by the likeliest symbol of each step. */
  async push(samples: Float32Array): Promise<string> {
    this.#samples += samples.length
    const frames = this.#frames.push(this.#resampled.push(samples))
    this.#hasFrames ||= frames.length > 0
    this.#append(await this.#stream.push(frames))
    return this.#transcriber.symbols.decode(
      likeliest(joined(Float32Array, this.#logits), this.#transcriber.symbols.size),
    )
  }

  /** Ends the sound: the whole transcript, as `transcribe` gives it for the whole sound. */
  async end(options: TranscribeOptions = {}): Promise<Transcript> {
    const { spectrogram } = this.#transcriber
    let rest = this.#frames.push(this.#resampled.end())
    if (!this.#hasFrames && rest.length === 0) {
      // A sound shorter than a frame has silence behind it.
      rest = this.#frames.push(new Float32Array(frameSamples(spectrogram))).subarray(0, spectrogram.features)
    }
    this.#append(await this.#stream.end(rest))
    return this.#transcriber.transcript(joined(Float32Array, this.#logits), {
      ...options,
      seconds: this.#samples / this.#rate,
    })
  }

  #append(logits: Float32Array): void {
    if (logits.length > 0) this.#logits.push(logits)
  }
}

const likeliest: DecodeSymbols = (logits, symbols) => ctcGreedy(logits, symbols).symbols

/** Without blanks before and behind the text, and with one between words. */
function withoutLooseBlanks(numbers: ArrayLike<number>, { symbols }: SymbolTable): number[] {
  const blank = symbols.indexOf(' ')
  const single = Array.from(numbers).filter((number, i, all) => number !== blank || (i > 0 && all[i - 1] !== blank))
  return single.at(-1) === blank ? single.slice(0, -1) : single
}

/** Samples of a frame. */
const frameSamples = ({ options: { frameLength = 20, sampleRate } }: Spectrogram): number =>
  Math.round((frameLength * sampleRate) / 1000)

function wordsAt(letters: Transcript['letters']): WordTiming[] {
  const words: WordTiming[] = []
  let open: { word: string; begin: number; end: number } | undefined
  for (const { symbol, at } of [...letters, { symbol: ' ', at: 0 }]) {
    if (symbol === ' ') {
      if (open !== undefined) words.push(open)
      open = undefined
    } else if (open === undefined) open = { word: symbol, begin: at, end: at }
    else open = { word: open.word + symbol, begin: open.begin, end: at }
  }
  return words
}

/** The encoding that a file tells. @throws FormatError for what is none. */
export function speechEncodingFrom(encoding: unknown, name: string): SpeechEncoding {
  const { symbols, spectrogram, text } = (encoding ?? {}) as Partial<SpeechEncoding>
  try {
    new SymbolTable(symbols!)
    new Spectrogram(spectrogram!)
  } catch (cause) {
    const why = cause instanceof GentleError ? `: ${cause.message}` : ''
    throw new FormatError(`${name}: it does not say how sounds become its input and its output becomes letters${why}`, {
      cause,
    })
  }
  return { symbols: symbols!, spectrogram: spectrogram!, ...(text === undefined ? {} : { text }) }
}

/**
 * Opens a model of speech from the folder of its training or from its file.
 * @throws as `openInputsModel`; FormatError for a model that is not for speech.
 */
export async function openTranscriber(
  place: string,
  options: { readonly backend?: Backend } = {},
): Promise<Transcriber> {
  const { model, encoding } = await openInputsModel(place, options)
  return new Transcriber(model, speechEncodingFrom(encoding, place))
}
