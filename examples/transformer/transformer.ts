/**
 * What language is this, asked of a transformer: no loop and no convolution, only characters that look at each other.
 *
 *   characters [T] -> learned vectors [T x 32] + where they stand, as sines
 *   2 times: each character looks at all others, and then thinks for itself
 *   the mean of all characters -> 20 languages
 *
 * Read it from top to bottom. It is the encoder of Vaswani et al., "Attention Is All You Need", 2017, with the norms before the parts of a block, which
 * learns without a warm-up (Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020).
 */
import {
  adam,
  constant,
  Dropout,
  Embedding,
  fit,
  type InputsLayer,
  type InputsModel,
  LayerNorm,
  Linear,
  linearDecay,
  MultiHeadAttention,
  predict,
  ReLU,
  Scope,
  Sequential,
  type Tensor,
} from 'gentle-dl'
import { type NamedDataset, namedInMemory } from 'gentle-dl/data'
import { add, cast, div, lengthMask, mul, reshape, sum } from 'gentle-dl/ops'
import { type Article, type Articles, clean, languages } from '../language/text.ts'

/** Numbers that stand for a character, heads that look, and neurons behind them. */
const [units, heads, hidden, blocks] = [32, 4, 64, 2]
/** Lengths of text in characters. */
const [shortest, longest] = [5, 80]

// ----------------------------------------------------------------------------------------------------------------- network

/**
 * Where each character stands, [T, units]: sines and cosines of ever longer waves, from which a difference of places can be read (section 3.5).
 */
export function sinusoidalPositions(length: number): Tensor {
  const values = Float32Array.from({ length: length * units }, (_, i) => {
    const [position, unit] = [Math.floor(i / units), i % units]
    const angle = position / 10_000 ** ((unit - (unit % 2)) / units)
    return unit % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })
  return constant(values, [length, units])
}

/** A block: x + what each position finds in all positions, and to that what two layers of neurons make of each position by itself. */
function encoderBlock(x: Tensor, lengths: Tensor, scope: Scope): { readonly x: Tensor; readonly weights: Tensor } {
  const dropped = (name: string, y: Tensor): Tensor => scope.apply(name, Dropout(0.1), y)
  const seen = scope.apply('norm1', LayerNorm(), x)
  const { output, weights } = MultiHeadAttention(units, heads).attend(seen, seen, seen, scope.part('attention'), {
    lengths,
  })
  const attended = add(x, dropped('dropout1', output))
  const thinking = Sequential(Linear(hidden, { weightInit: 'heNormal' }), ReLU(), Linear(units))
  const thought = scope.apply('thinking', thinking, scope.apply('norm2', LayerNorm(), attended))
  return { x: add(attended, dropped('dropout2', thought)), weights }
}

export interface TransformerOptions {
  /** Whether it knows where characters stand; true unless given. */
  readonly positions?: boolean
}

/** The network, and the same with the weights of each block's heads, [N, heads, T, T]. */
export function transformer(symbols: number, { positions = true }: TransformerOptions = {}) {
  function trace({ characters, charactersLengths }: Readonly<Record<string, Tensor>>, scope: Scope) {
    const [n, length] = characters.shape
    let x = scope.apply('embedding', Embedding(symbols, units), characters)
    if (positions) x = add(x, sinusoidalPositions(length))
    const weights: Tensor[] = []
    for (let i = 0; i < blocks; i++) {
      const block = encoderBlock(x, charactersLengths, scope.part(`blocks.${i}`))
      x = block.x
      weights.push(block.weights)
    }
    x = scope.apply('norm', LayerNorm(), x)
    const own = reshape(lengthMask(charactersLengths, length), [n, length, 1])
    const mean = div(sum(mul(x, own), 1), reshape(cast(charactersLengths, 'float32'), [n, 1]))
    return { logits: scope.apply('languages', Linear(languages.length), mean), weights }
  }
  const network: InputsLayer = {
    description: { type: 'transformer of the example', symbols, positions },
    applyInputs: (inputs, scope) => trace(inputs, scope).logits,
  }
  return { network, trace }
}

// -------------------------------------------------------------------------------------------------------------------- data

export type Alphabet = ReadonlyMap<string, number>

/** Characters as their places in the alphabet, from 1; others are 0. */
export const encode = (text: string, alphabet: Alphabet): Int32Array =>
  Int32Array.from([...text], (character) => (alphabet.get(character) ?? -1) + 1)

/** A stretch of text from the beginning of each word: of one length, or of lengths from 5 to 80, by turns. */
export function stretches(articles: readonly Article[], alphabet: Alphabet, length?: number): NamedDataset {
  const values: Int32Array[] = []
  const labels: number[] = []
  for (const { text, language } of articles)
    for (const { index } of text.matchAll(/(?<= |^)\S/g)) {
      const own = length ?? shortest + ((31 * values.length) % (longest - shortest + 1))
      if (index + own > text.length) continue
      values.push(encode(text.slice(index, index + own), alphabet))
      labels.push(language)
    }
  return namedInMemory({
    name: 'stretches of text',
    inputs: { characters: { values } },
    target: { values: Int32Array.from(labels) },
    classes: languages,
  })
}

// ---------------------------------------------------------------------------------------------------------------- learning

/** Learns from the training articles; of all epochs the best on the validation articles is kept. */
export async function learn(
  { train, validation }: Articles,
  alphabet: Alphabet,
  { epochs = 3, seed = 1, ...options }: TransformerOptions & { epochs?: number; seed?: number } = {},
): Promise<InputsModel> {
  const { model } = await fit(transformer(alphabet.size + 1, options).network, stretches(train, alphabet), {
    validation: stretches(validation, alphabet),
    optimizer: adam({ learningRate: linearDecay(0.004), clipNorm: 1 }),
    batchSize: 64,
    epochs,
    seed,
  })
  return model
}

export interface Answer {
  /** The most probable first. */
  readonly ranking: readonly { readonly language: string; readonly probability: number }[]
  /** For each head of the last block, how much each character looked at each: a row a character. */
  readonly looks: readonly (readonly Float32Array[])[]
}

/** The languages that a text may be in, and what each of its characters looked at. */
export async function nameLanguage(model: InputsModel, alphabet: Alphabet, text: string): Promise<Answer> {
  const characters = encode(clean(text), alphabet)
  const { length } = characters
  const data = namedInMemory({ inputs: { characters: { values: [characters] } }, target: { values: Int32Array.of(0) } })
  const [{ data: probabilities }] = await predict(model, data, { probabilities: true })
  const scope = new Scope({ parameters: model.parameters, state: model.state, seed: 0, training: false })
  const inputs = {
    characters: constant(characters, [1, length], 'int32'),
    charactersLengths: constant([length], [1], 'int32'),
  }
  const { weights } = transformer(alphabet.size + 1).trace(inputs, scope)
  const program = await model.backend.compile({ inputs: {}, outputs: { last: weights[blocks - 1] } })
  const { last } = await program.run()
  program.dispose()
  const row = (head: number, i: number): Float32Array =>
    Float32Array.from(last.data.subarray((head * length + i) * length, (head * length + i + 1) * length))
  return {
    ranking: languages
      .map((language, i) => ({ language, probability: probabilities[i] }))
      .sort((a, b) => b.probability - a.probability),
    looks: Array.from({ length: heads }, (_, head) => Array.from({ length }, (_, i) => row(head, i))),
  }
}
