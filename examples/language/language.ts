/**
 * What language is this? The same text in four representations, each with a network that fits it:
 *
 *   one-hot characters   [80 x alphabet] of 0 and 1, a 1 in each row    -> MLP
 *   n-gram counts        how often each of 3000 trigrams occurs         -> MLP
 *   learned embeddings   [80] numbers of characters -> [80 x 16] learned -> MLP
 *   the same, shared     embeddings -> 128 learned detectors of three characters, wherever they stand -> linear
 *
 * Read it from top to bottom. A representation is a shape, a function from text to numbers, and a network for such numbers.
 */
import {
  AdaptiveMaxPool2d,
  adam,
  Conv2d,
  Embedding,
  Flatten,
  fit,
  type Layer,
  Linear,
  linearDecay,
  type Model,
  predict,
  ReLU,
  Sequential,
  sizeOf,
} from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { type Article, type Articles, clean, languages } from './text.ts'

/** Lengths of text in characters, between which training varies. */
const [shortest, longest] = [5, 80]

// ---------------------------------------------------------------------------------------------------------- representation

export interface Representation {
  readonly name: string
  readonly inputShape: readonly number[]
  /** Writes a cleaned text into numbers, which are 0 before. */
  encode(text: string, numbers: Float32Array): void
  readonly network: Layer
}

/** The same neurons behind each representation. */
const mlp = (): Layer[] => [Flatten(), Linear(64, { weightInit: 'heNormal' }), ReLU(), Linear(languages.length)]

/** The most frequent items, at most `count` of them, each with its place from 0. */
function mostFrequent(items: Iterable<string>, count: number): Map<string, number> {
  const occurrences = new Map<string, number>()
  for (const item of items) occurrences.set(item, (occurrences.get(item) ?? 0) + 1)
  const sorted = [...occurrences].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return new Map(sorted.slice(0, count).map(([item], place) => [item, place]))
}

/** A place for each character of the training texts; the space comes first, for it is the most frequent. */
export const alphabetOf = (train: readonly Article[]): Map<string, number> =>
  mostFrequent(
    train.flatMap(({ text }) => [...text]),
    Number.POSITIVE_INFINITY,
  )

/** One row a character, 0 but for the 1 at its place in the alphabet: no two characters are more alike than two others. */
export function oneHotCharacters(train: readonly Article[]): Representation {
  const alphabet = alphabetOf(train)
  return {
    name: 'one-hot characters',
    inputShape: [longest, alphabet.size],
    encode(text, numbers) {
      for (const [i, character] of [...text].slice(0, longest).entries()) {
        const place = alphabet.get(character)
        if (place !== undefined) numbers[i * alphabet.size + place] = 1
      }
    },
    network: Sequential(...mlp()),
  }
}

/** Three characters at every place, with a space before the text and behind it: trigrams know how words begin and end. */
export const trigrams = (text: string): string[] =>
  Array.from({ length: text.length }, (_, i) => ` ${text} `.slice(i, i + 3))

/** How often each frequent trigram occurs, as log(1 + count), scaled to length 1: where in the text it stands is forgotten. */
export function trigramCounts(train: readonly Article[], count = 3000): Representation {
  const places = mostFrequent(
    train.flatMap(({ text }) => trigrams(text)),
    count,
  )
  return {
    name: 'trigram counts',
    inputShape: [places.size],
    encode(text, numbers) {
      const found = trigrams(text).flatMap((trigram) => places.get(trigram) ?? [])
      for (const place of found) numbers[place]++
      const distinct = [...new Set(found)]
      for (const place of distinct) numbers[place] = Math.log1p(numbers[place])
      const norm = Math.hypot(...distinct.map((place) => numbers[place]))
      for (const place of distinct) numbers[place] /= norm
    },
    network: Sequential(...mlp()),
  }
}

/** Characters as their places in the alphabet, from 1, and 0 for others and behind the end. What they mean is the network's to learn. */
function characterNumbers(
  name: string,
  train: readonly Article[],
  network: (symbols: number) => Layer,
): Representation {
  const alphabet = alphabetOf(train)
  return {
    name,
    inputShape: [1, longest],
    encode(text, numbers) {
      for (const [i, character] of [...text].slice(0, longest).entries())
        numbers[i] = (alphabet.get(character) ?? -1) + 1
    },
    network: network(alphabet.size + 1),
  }
}

/** Numbers that stand for a character. */
const dimensions = 16

const characterVectors = (symbols: number): Layer => Embedding(symbols, dimensions, { weightInit: { normal: 0.3 } })

/** A learned vector for each character, so that characters can be alike; as the one-hot rows, they stand at fixed places. */
export const embeddings = (train: readonly Article[]): Representation =>
  characterNumbers('learned embeddings', train, (symbols) => Sequential(characterVectors(symbols), ...mlp()))

/** The same vectors, seen by 128 detectors of three characters that are the same at all places: a convolution, on text. */
export const sharedEmbeddings = (train: readonly Article[]): Representation =>
  characterNumbers('embeddings, shared', train, (symbols) =>
    Sequential(
      characterVectors(symbols),
      Conv2d(128, [3, dimensions]),
      ReLU(),
      AdaptiveMaxPool2d(1),
      Flatten(),
      Linear(languages.length),
    ),
  )

// --------------------------------------------------------------------------------------------------------------- examples

/**
 * The stretches of text that begin with a word: of `length` characters, or of lengths that vary with the example and with the pass
 * over the set. They are put into numbers when they are read: as one-hot rows all at once they would fill memory.
 */
export function stretches(
  articles: readonly Article[],
  { inputShape, encode }: Representation,
  length?: number,
): Dataset {
  const max = length ?? longest
  const begins = articles.flatMap((article) =>
    [...article.text.matchAll(/(?<= |^)\S/g)]
      .map(({ index }) => ({ ...article, index }))
      .filter(({ text, index }) => index + max <= text.length),
  )
  const size = sizeOf(inputShape)
  const varied = (example: number, pass: number): number =>
    shortest + ((31 * example + 17 * pass) % (longest - shortest + 1))
  return {
    name: 'stretches of text',
    length: begins.length,
    inputShape,
    target: { dtype: 'int32', shape: [] },
    classes: languages,
    labels: begins.map(({ language }) => language),
    read(examples, inputs, labels, pass = 0) {
      for (let i = 0; i < examples.length; i++) {
        const { text, index, language } = begins[examples[i]]
        const end = index + (length ?? varied(examples[i], pass))
        encode(text.slice(index, end).trim(), inputs.subarray(i * size, (i + 1) * size).fill(0))
        labels[i] = language
      }
    },
  }
}

// --------------------------------------------------------------------------------------------------------------- learning

/** Learns from stretches of the training articles; of all epochs the best on the validation articles is kept. */
export async function learn(
  representation: Representation,
  { train, validation }: Articles,
  { epochs = 6, seed = 1 } = {},
): Promise<Model> {
  const { model } = await fit(representation.network, stretches(train, representation), {
    validation: stretches(validation, representation),
    optimizer: adam({ learningRate: linearDecay(0.003) }),
    batchSize: 64,
    epochs,
    seed,
  })
  return model
}

/** The languages that a text may be in, the most probable first; probabilities sum to 1. */
export async function nameLanguage(
  model: Model,
  { inputShape, encode }: Representation,
  text: string,
): Promise<{ language: string; probability: number }[]> {
  const numbers = new Float32Array(sizeOf(inputShape))
  encode(clean(text), numbers)
  const { data } = await predict(model, numbers, { probabilities: true })
  return languages
    .map((language, i) => ({ language, probability: data[i] }))
    .sort((a, b) => b.probability - a.probability)
}
