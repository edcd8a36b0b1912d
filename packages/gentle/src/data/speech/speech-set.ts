/** Recordings as a network of speech wants them: spectrograms, and the symbols of what is said. */
import { ArgumentError, DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { augmentSound, lengthAtSpeed, randomSpeed } from '../../speech/augmentation/augment-sound.ts'
import { maskSpectrogram } from '../../speech/augmentation/mask-spectrogram.ts'
import { checkSoundPolicy, type SoundPolicy } from '../../speech/augmentation/sound-policy.ts'
import { resample } from '../../speech/resample.ts'
import { durationOf, mixDown } from '../../speech/sound.ts'
import type { Spectrogram } from '../../speech/spectra/spectrogram.ts'
import type { SymbolTable } from '../../speech/text/symbol-table.ts'
import type { NamedDataset } from '../dataset.ts'
import { checkIndex } from '../memory.ts'
import { type SampleReader, type Stretch, samplesOf } from './samples.ts'
import { readSoundFile } from './sound-file.ts'

/** A recording of a set. */
export interface SpeechExample {
  /** Path of the sound file. */
  readonly file: string
  /** As it is written. */
  readonly transcript: string
  /** As the network writes it. */
  readonly text: string
  readonly seconds: number
  readonly stretch: Stretch
}

/** A data set of one sequence `spectrogram`, float32 [frames, features], whose target is a sequence of symbols. */
export interface SpeechSet extends NamedDataset {
  readonly examples: readonly SpeechExample[]
  readonly spectrogram: Spectrogram
  readonly symbols: SymbolTable
  /** All of it, in seconds. */
  readonly seconds: number
  /** The samples of a recording at the rate of the spectrogram, of one channel, as they are before augmentation. They are kept; do not change them. */
  samples(index: number): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>>
}

/** What a speech set is made of. */
export interface SpeechParts {
  readonly name: string
  readonly examples: readonly SpeechExample[]
  readonly spectrogram: Spectrogram
  readonly symbols: SymbolTable
  readonly reader: SampleReader
  /** What the set tells of itself, beside the augmentation. */
  readonly description: unknown
}

/** By what examples are changed when they are read. */
interface Change {
  readonly policy: SoundPolicy
  readonly seed: number
  readonly noises: readonly Float32Array[]
}

/** What sets are made of, so that others can be made of the same. */
const partsOf = new WeakMap<object, SpeechParts>()

/** Which recordings a set has does not depend on `change`; how long they are does, where it changes their speed. */
export function speechSet(parts: SpeechParts, change?: Change): SpeechSet {
  const { name, examples, spectrogram, symbols, reader, description } = parts
  const { sampleRate } = spectrogram.options
  const samples = examples.map(({ stretch }) => samplesOf(stretch, sampleRate))
  const targets = examples.map(({ text }) => symbols.encode(text))
  const targetLengths = Int32Array.from(targets, ({ length }) => length)
  const stream = new Random(change?.seed ?? 0, 'augmentation of sounds')
  const { speed } = change?.policy ?? {}
  const speedOf = (pass: number, index: number): number =>
    speed === undefined ? 100 : randomSpeed(change!.policy, stream.fork(pass, index))
  const framesIn = (pass: number): Int32Array =>
    Int32Array.from(samples, (count, index) => spectrogram.frames(lengthAtSpeed(count, speedOf(pass, index))))
  const max = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => Math.max(a, b), 1)
  const slowest = Math.round(100 * (speed?.[0] ?? 1))
  const longest = max(samples.map((count) => spectrogram.frames(lengthAtSpeed(count, slowest))))
  const lengths = { spectrogram: framesIn(0), target: targetLengths }
  const write = (recording: Float32Array<ArrayBuffer>, index: number, into: Float32Array, pass: number): void => {
    if (change === undefined) {
      spectrogram.of(recording, into)
      return
    }
    const random = stream.fork(pass, index)
    spectrogram.of(augmentSound(recording, sampleRate, change.policy, random, change.noises), into)
    if (change.policy.mask !== undefined) maskSpectrogram(into, spectrogram.features, change.policy.mask, random)
  }
  const set: SpeechSet = {
    name,
    length: examples.length,
    examples,
    spectrogram,
    symbols,
    seconds: examples.reduce((sum, { seconds }) => sum + seconds, 0),
    inputs: { spectrogram: { dtype: 'float32', shape: [spectrogram.features], sequence: longest } },
    target: { dtype: 'int32', shape: [], sequence: max(targetLengths) },
    lengths,
    ...(speed && { lengthsIn: (pass: number) => (pass === 0 ? lengths : { ...lengths, spectrogram: framesIn(pass) }) }),
    description:
      change === undefined ? description : { augmentation: change.policy, seed: change.seed, of: description },
    nameOf: (index) => examples[index].file,
    samples(index) {
      checkIndex(name, index, examples.length)
      return reader.read(examples[index].stretch)
    },
    read(index, inputs, target, pass) {
      checkIndex(name, index, examples.length)
      target.set(targets[index])
      const into = inputs['spectrogram'] as Float32Array
      const recording = reader.read(examples[index].stretch)
      if (recording instanceof Promise) return recording.then((values) => write(values, index, into, pass))
      write(recording, index, into, pass)
    },
  }
  partsOf.set(set, parts)
  return set
}

/**
 * The recordings of these indices, in this order.
 * @throws ArgumentError for a set that is not a speech set, or augmented, and for an index outside.
 */
export function speechSubset(set: SpeechSet, indices: readonly number[]): SpeechSet {
  const parts = partsOf.get(set)
  if (parts === undefined || set.description !== parts.description)
    throw new ArgumentError(`speechSubset: ${set.name} is not a set that speechFolder returned; augment after that`)
  for (const index of indices) checkIndex(set.name, index, set.length)
  return speechSet({ ...parts, examples: indices.map((index) => parts.examples[index]) })
}

/**
 * The same recordings, each time they are read at another speed, moved, with noise, louder or quieter, and with stripes of their spectrograms wiped out: what a policy says. What happens to a
 * recording depends only on the seed, the pass and its index.
 *
 * ```ts
 * const train = await augmentedSpeech(set, { speed: [0.9, 1.1], noise: { ratio: [10, 30], probability: 0.5 }, mask: maskPolicies.SM })
 * ```
 * @throws ArgumentError for a set that is not a speech set, or augmented already, and a policy with numbers out of range; DataError for files of noise that cannot be read or have no samples.
 */
export async function augmentedSpeech(
  set: SpeechSet,
  policy: SoundPolicy,
  { seed = 0 }: { readonly seed?: number } = {},
): Promise<SpeechSet> {
  const parts = partsOf.get(set)
  if (parts === undefined)
    throw new ArgumentError(`augmentedSpeech: ${set.name} is not a set that speechFolder returned; augment that first`)
  checkSoundPolicy(policy)
  const { sampleRate } = parts.spectrogram.options
  const noises = await Promise.all(
    (policy.noise?.files ?? []).map(async (file) => {
      const sound = await readSoundFile(file)
      if (durationOf(sound) === 0) throw new DataError(`sound ${file}: it is used as noise, but has no samples`)
      return resample(mixDown(sound), sound.sampleRate, sampleRate)
    }),
  )
  return speechSet(parts, { policy, seed, noises })
}
