/** Sequences that a trained network makes of others, by beam search. */
import { ArgumentError, DataError } from '../core/errors.ts'
import { bucketLength } from '../data/buckets.ts'
import { constant, input, type Tensor, type Variable, variable } from '../graph/tensor.ts'
import { type BeamSearchOptions, beamSearch, type Hypothesis } from '../language/beam-search.ts'
import { type DecodingLayer, decodes } from '../nn/decoding-layer.ts'
import type { Tensors } from '../nn/inputs-layer.ts'
import type { InputsModel } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { logSoftmax } from '../ops/activations.ts'
import { gather } from '../ops/indexing.ts'

export interface TranslateOptions
  extends Partial<Pick<BeamSearchOptions, 'beam' | 'lengthPenalty' | 'coveragePenalty' | 'best'>> {
  /** The most tokens of a translation with its end mark, also from the number of tokens of its source; twice as many and 16 unless given. */
  readonly maxLength?: number | ((sourceLength: number) => number)
  /** Called after each batch with how many sources have been translated. */
  readonly onBatch?: (done: number) => void
  /** Hypotheses a step, of all sentences; 256 unless given. It changes how long it takes, not what is found. */
  readonly rows?: number
}

/** The tokens that begin and end sequences, as the network was trained with them. */
export interface SequenceMarks {
  readonly begin: number
  readonly end: number
}

export interface Translator {
  /**
   * The likeliest translations of each source, best first: `best` of them, with what each token attended to. Sources are tokens as in training, with their
   * end mark if they had one there.
   * @throws DataError for sources without tokens and tokens that the network does not have; ArgumentError for options out of range.
   */
  translate(sources: readonly ArrayLike<number>[], options?: TranslateOptions): Promise<Hypothesis[][]>
  /** Gives back the memory of its programs. */
  dispose(): void
}

/**
 * What translates by a model of a network that decodes, such as `gnmt`. Sources of like length go through it together, each with its `beam` hypotheses; a
 * program is compiled for each number of sentences, beam and padded length when it first comes, and kept.
 *
 * @example
 * ```ts
 * const translator = createTranslator(model, { begin: 1, end: 1 })
 * const [[best]] = await translator.translate([[5, 8, 3, 1]], { beam: 4, lengthPenalty: 0.2 })
 * ```
 * @throws ArgumentError for a model of another network.
 */
export function createTranslator(model: InputsModel, marks: SequenceMarks): Translator {
  const { layer } = model
  if (!decodes(layer))
    throw new ArgumentError(
      `createTranslator: the network is of type ${layer.description.type}, which does not make sequences token by token; expected one such as gnmt`,
    )
  const decoders = new Map<string, Promise<Decoder>>()
  const decoderFor = (sentences: number, beam: number, length: number): Promise<Decoder> => {
    const key = [sentences, beam, length].join()
    const decoder = decoders.get(key) ?? makeDecoder(model, layer, { sentences, beam, length })
    decoders.set(key, decoder)
    return decoder
  }
  return {
    async translate(sources, options = {}) {
      const { maxLength = (length: number) => 2 * length + 16, rows = 256, onBatch, ...search } = options
      const { beam = 1 } = search
      if (!Number.isInteger(rows) || rows < 1)
        throw new ArgumentError(`translate: rows is ${rows}; expected a whole number from 1`)
      for (const [i, { length }] of sources.entries())
        if (length === 0) throw new DataError(`translate: source ${i} has no tokens; give at least its end mark`)
      const order = [...sources.keys()].sort((a, b) => sources[a].length - sources[b].length)
      const most = Math.max(1, Math.floor(rows / beam))
      const found = new Array<Hypothesis[]>(sources.length)
      for (let start = 0; start < order.length; start += most) {
        const indices = order.slice(start, start + most)
        const batch = indices.map((i) => sources[i])
        // A power of two, so that few programs do for any number; what is left over is the last one again.
        const sentences = Math.min(most, 2 ** Math.ceil(Math.log2(batch.length)))
        while (batch.length < sentences) batch.push(batch[batch.length - 1])
        const length = bucketLength(batch[batch.length - 1].length, Number.POSITIVE_INFINITY)
        const decoder = await decoderFor(sentences, beam, length)
        await decoder.encode(batch)
        const positions = batch.map((source) => source.length)
        const hypotheses = await beamSearch(decoder.step, {
          ...search,
          ...marks,
          examples: sentences,
          positions,
          maxLength: positions.map((n) => (typeof maxLength === 'number' ? maxLength : maxLength(n))),
        })
        for (const [i, index] of indices.entries()) found[index] = hypotheses[i]
        onBatch?.(start + indices.length)
      }
      return found
    },
    dispose() {
      for (const decoder of decoders.values()) decoder.then(({ dispose }) => dispose())
      decoders.clear()
    },
  }
}

interface DecoderSize {
  readonly sentences: number
  readonly beam: number
  /** Of the padded sources. */
  readonly length: number
}

/** The two programs of a size, which meet in variables of the backend: what was encoded, and each row's state. */
interface Decoder {
  encode(sources: readonly ArrayLike<number>[]): Promise<void>
  step(tokens: Int32Array, parents: Int32Array): Promise<{ logProbabilities: Float32Array; attention: Float32Array }>
  dispose(): void
}

async function makeDecoder(model: InputsModel, layer: DecodingLayer, size: DecoderSize): Promise<Decoder> {
  const { parameters, state, backend } = model
  const { sentences, beam, length } = size
  const scope = (): Scope => new Scope({ parameters, state, seed: 0, training: false })
  const rows = sentences * beam
  const variablesLike = (tensors: Tensors): Record<string, Variable> =>
    mapValues(tensors, ({ shape }) => variable(shape))

  const source = input([sentences, length], 'int32')
  const sourceLengths = input([sentences], 'int32')
  const encoded = layer.encode({ source, sourceLengths }, scope())
  const memory = variablesLike(encoded)
  const before = mapValues(layer.state, (shape) => variable([rows, ...shape]))
  const encoder = await backend.compile({
    inputs: { source, sourceLengths },
    outputs: {},
    updates: [...pairs(memory, encoded), ...Object.values(before).map((x) => [x, constant(0, x.shape)] as const)],
  })

  const tokens = input([sentences, beam], 'int32')
  const parents = input([rows], 'int32')
  const own = mapValues(before, (x) => gather(x, parents))
  const { logits, state: after, attention } = layer.step(tokens, own, memory, scope())
  const decoder = await backend.compile({
    inputs: { tokens, parents },
    outputs: { logProbabilities: logSoftmax(logits), attention },
    updates: pairs(before, after),
  })
  return {
    async encode(sources) {
      const padded = new Int32Array(sentences * length)
      for (const [i, each] of sources.entries()) padded.set(each, i * length)
      await encoder.run({ source: padded, sourceLengths: Int32Array.from(sources, (each) => each.length) })
    },
    async step(lastTokens, lastRows) {
      const results = await decoder.run({ tokens: lastTokens, parents: lastRows })
      return {
        logProbabilities: results.logProbabilities.data as Float32Array,
        attention: results.attention.data as Float32Array,
      }
    },
    dispose() {
      encoder.dispose()
      decoder.dispose()
      backend.release([...Object.values(memory), ...Object.values(before)])
    },
  }
}

const mapValues = <A, B>(values: Readonly<Record<string, A>>, of: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]))

/** Variables and what they become, by their names. */
const pairs = (variables: Readonly<Record<string, Variable>>, next: Tensors): [Variable, Tensor][] =>
  Object.entries(variables).map(([name, each]) => [each, next[name]])
