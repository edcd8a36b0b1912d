/** Google's neural machine translation system: an encoder and a decoder of LSTMs, and attention between them. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import type { DecoderStep, DecodingLayer } from '../nn/decoding-layer.ts'
import { uniformWithin } from '../nn/initializers.ts'
import type { InputsLayerTypes, Tensors } from '../nn/inputs-layer.ts'
import { checkCount, checkFlag, checkOptions, type LayerDescription } from '../nn/layer.ts'
import { AdditiveAttention, type AttentionMemory } from '../nn/layers/attention/additive.ts'
import { Dropout } from '../nn/layers/dropout.ts'
import { Embedding } from '../nn/layers/embedding.ts'
import { Linear } from '../nn/layers/linear.ts'
import { LSTM, lstmState } from '../nn/layers/recurrent/lstm.ts'
import type { Scope } from '../nn/scope.ts'
import { add } from '../ops/elementwise.ts'
import { matmul } from '../ops/matmul.ts'
import { scan } from '../ops/scan.ts'
import { split } from '../ops/split-stack.ts'
import { concat, reshape, transpose } from '../ops/structure.ts'

export interface GnmtOptions {
  /** How many tokens the language has that is read, and the one that is written; the same number where they share their embedding. */
  readonly sourceTokens: number
  readonly targetTokens: number
  /** Of each LSTM layer, of embeddings and of attention; 256 unless given (1,024 in the paper). */
  readonly units?: number
  /** LSTM layers of the encoder, and of the decoder, 2 to 8; 2 unless given (8 in the paper). */
  readonly layers?: number
  /** Share of the values that are dropped before each LSTM layer and before the softmax, in training; 0.2 unless given. */
  readonly dropout?: number
  /** Whether both languages have one embedding, for tokens that they have in common; false unless given. */
  readonly sharedEmbedding?: boolean
}

const times = (x: Tensor, weight: Tensor): Tensor => matmul(x, weight, { transposeB: true })

/**
 * The network of GNMT: from tokens of one language, `source`, and those of the other before each position, `previous`, the scores of the next
 * one, [N, T, targetTokens]. The encoder's first layer is an LSTM in both directions, the others in one; the decoder's are of one. From the third layer on, what goes
 * into a layer is added to what comes out. Before each step of the decoder, attention by the bottom layer's last output makes a mean of the encoder's
 * outputs, which goes into all of the decoder's layers beside what comes from below. So only the bottom layer and attention are a loop in which one
 * waits for the other; the layers above go through all steps by themselves.
 *
 * `source` ends with an end mark, `previous` begins with a mark of its own or the same; lengths say where padding begins. LSTM parameters are PyTorch's, such as
 * `encoder.1.weight_ih_l0`.
 * Source: Wu et al., "Google's Neural Machine Translation System: Bridging the Gap between Human and Machine Translation", 2016, section 3.
 * @throws ArgumentError for options out of range.
 */
export function gnmt(options: GnmtOptions): DecodingLayer {
  const known = ['sourceTokens', 'targetTokens', 'units', 'layers', 'dropout', 'sharedEmbedding']
  checkOptions(options, known, 'gnmt')
  const { sourceTokens, targetTokens, units = 256, layers = 2, dropout = 0.2, sharedEmbedding = false } = options
  checkCount(sourceTokens, 'gnmt: sourceTokens')
  checkCount(targetTokens, 'gnmt: targetTokens')
  checkCount(units, 'gnmt: units')
  checkFlag(sharedEmbedding, 'gnmt: sharedEmbedding')
  if (!(Number.isInteger(layers) && layers >= 2 && layers <= 8))
    throw new ArgumentError(`gnmt: layers is ${layers}; expected a whole number from 2 to 8`)
  if (sharedEmbedding && sourceTokens !== targetTokens)
    throw new ArgumentError(
      `gnmt: ${sourceTokens} source and ${targetTokens} target tokens share their embedding; expected equal numbers`,
    )
  const attention = AdditiveAttention(units)
  const drop = Dropout(dropout)
  const output = Linear(targetTokens)
  const embeddings = {
    encoder: Embedding(sourceTokens, units),
    decoder: Embedding(targetTokens, units),
  }
  const embed = (side: 'encoder' | 'decoder', tokens: Tensor, scope: Scope): Tensor =>
    scope.apply(sharedEmbedding ? 'embedding' : `${side}.embedding`, embeddings[side], tokens)
  /** Layers from the third on have a way around them. */
  const around = (i: number, x: Tensor, y: Tensor): Tensor => (i >= 2 ? add(x, y) : y)

  /** The parameters of one of the decoder's layers; its inputs are what comes from below and what was attended to. */
  const weightsOf = (i: number, scope: Scope) => {
    const initialize = uniformWithin(1 / Math.sqrt(units))
    const parameter = (name: string, ...shape: number[]): Tensor =>
      scope.parameter(`decoder.${i}.${name}_l0`, shape, initialize)
    return {
      input: parameter('weight_ih', 4 * units, 2 * units),
      state: parameter('weight_hh', 4 * units, units),
      bias: add(parameter('bias_ih', 4 * units), parameter('bias_hh', 4 * units)),
    }
  }

  const encode = ({ source, sourceLengths }: Tensors, scope: Scope): AttentionMemory => {
    const within = scope.part('encoder')
    let x = embed('encoder', source, scope)
    for (let i = 0; i < layers; i++) {
      const dropped = within.apply(`${i}.dropout`, drop, x)
      const layer = LSTM(units, { bidirectional: i === 0 })
      const { outputs } = within.applySequence(String(i), layer, dropped, { lengths: sourceLengths })
      x = around(i, x, outputs)
    }
    return attention.memory(x, scope.part('attention'), sourceLengths)
  }

  /** The bottom layer with attention, over all positions: its outputs and what was attended to, [N, T, units] each. */
  const bottomOver = (x: Tensor, memory: AttentionMemory, scope: Scope): readonly [Tensor, Tensor] => {
    const [n] = x.shape
    const { input, state, bias } = weightsOf(0, scope)
    const [ofToken, ofContext] = split(input, 2, 1)
    const within = scope.part('attention')
    const zero = constant(0, [n, units])
    const { outputs } = scan(
      ([h, c]: readonly Tensor[], token: Tensor) => {
        const { output: context } = attention.attend(h, memory, within)
        const fromToken = add(times(token, ofToken), bias)
        const next = lstmState(add(add(fromToken, times(context, ofContext)), times(h, state)), c)
        return { state: next, output: [next[0], context] as const }
      },
      [zero, zero] as readonly Tensor[],
      transpose(x, [1, 0, 2]),
    )
    const [hidden, contexts] = outputs.map((each) => transpose(each as Tensor, [1, 0, 2]))
    return [hidden, contexts]
  }

  const state: Record<string, Shape> = Object.fromEntries(
    Array.from({ length: layers }, (_, i) => [`h${i}`, `c${i}`])
      .flat()
      .map((name) => [name, [units]]),
  )
  const description: LayerDescription = { type: 'gnmt', options }
  return {
    description,
    state,
    applyInputs(inputs, scope) {
      checkInputs(inputs)
      const memory = encode(inputs, scope)
      const within = scope.part('decoder')
      const tokens = within.apply('0.dropout', drop, embed('decoder', inputs.previous, scope))
      const [bottom, context] = bottomOver(tokens, memory, scope)
      let x = bottom
      for (let i = 1; i < layers; i++) {
        const dropped = within.apply(`${i}.dropout`, drop, concat([x, context], 2))
        x = around(i, x, within.applySequence(String(i), LSTM(units), dropped).outputs)
      }
      return scope.apply('output', output, scope.apply('output.dropout', drop, x))
    },
    encode(inputs, scope) {
      const { keys, values, mask } = encode(inputs, scope)
      return { keys, values, ...(mask && { mask }) }
    },
    step(tokens, before, { keys, values, mask }, scope): DecoderStep {
      const [n, beam] = tokens.shape
      const rows = n * beam
      const query = reshape(before.h0, [n, beam, units])
      const { output: mean, weights } = attention.attend(query, { keys, values, mask }, scope.part('attention'))
      const context = reshape(mean, [rows, units])
      let x = reshape(embed('decoder', tokens, scope), [rows, units])
      const after: Record<string, Tensor> = {}
      for (let i = 0; i < layers; i++) {
        const { input, state: recurrent, bias } = weightsOf(i, scope)
        const gates = add(times(concat([x, context], 1), input), bias)
        const [h, c] = lstmState(add(gates, times(before[`h${i}`], recurrent)), before[`c${i}`])
        Object.assign(after, { [`h${i}`]: h, [`c${i}`]: c })
        x = around(i, x, h)
      }
      const attended = reshape(weights, [rows, keys.shape[1]])
      return { logits: scope.apply('output', output, x), state: after, attention: attended }
    },
  }
}

/** What builds this network from its description. */
export const gnmtTypes: InputsLayerTypes = {
  gnmt: ({ options }) => gnmt(options as GnmtOptions),
}

/** @throws ArgumentError for inputs that are missing; ShapeError for those that are not sequences of tokens. */
function checkInputs(inputs: Tensors): void {
  for (const name of ['source', 'previous']) {
    const x = inputs[name]
    if (x === undefined)
      throw new ArgumentError(
        `gnmt: there is no input '${name}' among ${Object.keys(inputs).join(', ')}; it takes the sequences of tokens 'source' and 'previous'`,
      )
    if (x.dtype !== 'int32' || x.shape.length !== 2)
      throw new ShapeError(
        `gnmt: ${name} is ${x.dtype} ${formatShape(x.shape)}; expected a sequence of int32 tokens, [N, T]`,
      )
  }
}
