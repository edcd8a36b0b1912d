/** Learns to write what it hears, a letter after the other, from sounds and their texts alone: by CTC. */
import {
  adam,
  type Backend,
  compile,
  constant,
  createTrainer,
  ctc,
  ctcLoss,
  type InputsModel,
  Random,
  type Trainer,
} from 'gentle-dl'
import { namedInMemory } from 'gentle-dl/data'
import { characterErrorRate } from 'gentle-dl/language'
import { deepSpeech } from 'gentle-dl/models'
import {
  alignSymbols,
  augmentSound,
  Spectrogram,
  type SpectrogramOptions,
  SymbolTable,
  Transcriber,
} from 'gentle-dl/speech'
import { joined } from './joined.ts'
import { trainEpoch } from './train-epoch.ts'
import { sampleRate, say, words } from './voice.ts'

export interface Example {
  readonly text: string
  readonly samples: Float32Array<ArrayBuffer>
}

/** Sounds to learn from, and others that tell how well it learns. */
export const [heardSounds, testedSounds] = [160, 40]

export const speechEpochs = 12
export const speechUnits = 32
export const speechRate = 0.008
export const speechBatch = 16

export const spectrogramOptions: SpectrogramOptions = {
  sampleRate,
  frameLength: 25,
  frameStep: 10,
  fourierLength: 256,
  mel: { filters: 24, low: 60 },
  normalization: 'frequency',
}

/** One to three of some things, at random. */
const few = <Thing>(things: readonly Thing[], most: number, random: Random): Thing[] =>
  Array.from({ length: 1 + random.integer(most) }, () => things[random.integer(things.length)])

/** Words that the voice says. */
export function saidExamples(seed: number): Example[] {
  const random = new Random(seed, 'examples')
  return Array.from({ length: heardSounds + testedSounds }, () => {
    const text = few(words, 3, random).join(' ')
    return { text, samples: say(text, random) }
  })
}

/** How takes differ each time they are heard: few of them have to do. */
export const takePolicy = { speed: [0.88, 1.14], gain: [-6, 6], shift: 40, noise: { ratio: [15, 35] } } as const

/** One or two takes after each other, each a little different: what is heard of them is not always the same. */
export function takenExamples(takes: readonly Example[], seed: number): Example[] {
  const random = new Random(seed, 'takes')
  return Array.from({ length: heardSounds + testedSounds }, () => {
    const some = few(takes, 2, random)
    const parts = some.map(({ samples }) => augmentSound(samples, sampleRate, takePolicy, random))
    return { text: some.map(({ text }) => text).join(' '), samples: joined(parts) }
  })
}

export interface Heard {
  readonly text: string
  /** When each letter is likeliest, in seconds. */
  readonly letters: readonly { readonly symbol: string; readonly at: number }[]
  /** All that it can write, the blank first. */
  readonly symbols: readonly string[]
  /** Of each symbol at each step, row-major [steps, symbols]. */
  readonly probabilities: Float32Array
  readonly steps: number
  /** From one step to the next. */
  readonly stepSeconds: number
  /** Of what was said, where that is known and it has a path: its loss, and the step of each letter on the likeliest path. */
  readonly said?: { readonly text: string; readonly loss: number; readonly path: readonly number[] }
}

export interface HeardEpoch {
  readonly loss: number
  /** Share of the letters that are wrong in other sounds. */
  readonly wrong: number
}

function softmax(logits: Float32Array, symbols: number): Float32Array {
  const result = new Float32Array(logits.length)
  for (let row = 0; row < logits.length; row += symbols) {
    const values = logits.subarray(row, row + symbols)
    const max = Math.max(...values)
    const sum = values.reduce((all, value) => all + Math.exp(value - max), 0)
    for (let k = 0; k < symbols; k++) result[row + k] = Math.exp(values[k] - max) / sum
  }
  return result
}

export class Recogniser {
  readonly epochs: HeardEpoch[] = []
  readonly #trainer: Trainer<InputsModel>
  readonly #transcriber: Transcriber
  readonly #tested: readonly Example[]
  readonly #features: readonly Float32Array[]
  readonly #backend: Backend

  static async begin(examples: readonly Example[], seed: number, backend: Backend): Promise<Recogniser> {
    const symbols = SymbolTable.of([...examples.map(({ text }) => text), ' '])
    const network = deepSpeech({
      symbols: symbols.size,
      convolutions: [{ channels: 8, kernel: [5, 5], stride: [2, 2] }],
      layers: 1,
      units: speechUnits,
    })
    const spectrogram = new Spectrogram(spectrogramOptions)
    const learned = examples.slice(0, heardSounds)
    const data = namedInMemory({
      name: 'sounds',
      inputs: {
        spectrogram: { values: learned.map(({ samples }) => spectrogram.of(samples)), shape: [spectrogram.features] },
      },
      target: { values: learned.map(({ text }) => symbols.encode(text)) },
    })
    const trainer = await createTrainer(network, data, {
      loss: ctc({
        lengthsOf: ({ spectrogramLengths }) => network.outputLengths(spectrogramLengths),
        zeroInfinity: true,
      }),
      metrics: [],
      optimizer: adam({ learningRate: speechRate, clipNorm: 5 }),
      batchSize: speechBatch,
      epochs: speechEpochs,
      shortestFirst: true,
      seed,
      backend,
    })
    const encoding = { symbols: symbols.symbols, spectrogram: spectrogramOptions }
    return new Recogniser(trainer, new Transcriber(trainer.model, encoding), examples.slice(heardSounds), backend)
  }

  private constructor(
    trainer: Trainer<InputsModel>,
    transcriber: Transcriber,
    tested: readonly Example[],
    backend: Backend,
  ) {
    this.#trainer = trainer
    this.#transcriber = transcriber
    this.#tested = tested
    this.#features = tested.map(({ samples }) => transcriber.spectrogram.of(samples))
    this.#backend = backend
  }

  async epoch(): Promise<void> {
    const loss = await trainEpoch(this.#trainer)
    await this.#trainer.endEpoch()
    const logits = await this.#transcriber.logits(this.#features)
    const heard = logits.map((each) => this.#transcriber.transcript(each, { seconds: Number.POSITIVE_INFINITY }).text)
    const { rate } = characterErrorRate(
      this.#tested.map(({ text }) => text),
      heard,
    )
    this.epochs.push({ loss, wrong: rate })
  }

  /** @param said what the sound says, where that is known */
  async hear(samples: Float32Array<ArrayBuffer>, said?: string): Promise<Heard> {
    const sound = { sampleRate, channels: [samples] }
    const seconds = samples.length / sampleRate
    const [logits] = await this.#transcriber.logits([this.#transcriber.features(sound)])
    const { symbols, size } = this.#transcriber.symbols
    const { text, letters } = this.#transcriber.transcript(logits, { seconds })
    const steps = logits.length / size
    const known = said !== undefined && said !== '' && this.#transcriber.symbols.unknown(said).length === 0
    return {
      text,
      letters,
      symbols,
      probabilities: softmax(logits, size),
      steps,
      stepSeconds: this.#transcriber.network.stride * this.#transcriber.spectrogram.frameStep,
      ...(known ? { said: await this.#lossOf(logits, steps, said) } : {}),
    }
  }

  /** The CTC loss of a text, and its likeliest path; undefined where it has more letters than there are steps. */
  async #lossOf(logits: Float32Array, steps: number, text: string): Promise<Heard['said']> {
    const { symbols } = this.#transcriber
    const labels = symbols.encode(text)
    const loss = ctcLoss(
      constant(Float32Array.from(logits), [1, steps, symbols.size]),
      constant(labels, [1, labels.length], 'int32'),
    )
    const program = await compile({ inputs: {}, outputs: { loss } }, { backend: this.#backend })
    try {
      const [value] = (await program.run()).loss.data
      if (!Number.isFinite(value)) return undefined
      return { text, loss: value, path: [...alignSymbols(logits, symbols.size, labels)] }
    } finally {
      program.dispose()
    }
  }

  dispose(): void {
    this.#transcriber.dispose()
    this.#trainer.dispose()
  }
}
