/** Sequences that a trained network makes of others, by beam search. */
import { ArgumentError, DataError } from '../core/errors.ts'
import { Turns } from '../core/turns.ts'
import { bucketLength } from '../data/buckets.ts'
import { type BeamSearchOptions, beamSearch, type Hypothesis } from '../language/beam-search.ts'
import { decodes } from '../nn/decoding-layer.ts'
import { checkCount } from '../nn/layer.ts'
import type { InputsModel } from '../nn/model.ts'
import { type Decoder, makeDecoder } from './decoder.ts'

export interface TranslateOptions
  extends Partial<Pick<BeamSearchOptions, 'beamSize' | 'lengthPenalty' | 'coveragePenalty' | 'nBest'>> {
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
   * The likeliest translations of each source, best first: `nBest` of them, with what each token attended to. Sources are tokens as in training, with their
   * end mark if they had one there.
   * @throws DataError for sources without tokens, tokens that the network does not have, and a network whose probabilities are not numbers; ArgumentError for options out
   * of range.
   */
  translate(sources: readonly ArrayLike<number>[], options?: TranslateOptions): Promise<Hypothesis[][]>
  /** Gives back the memory of its programs. */
  dispose(): void
}

/**
 * What translates by a model of a network that decodes, such as `gnmt`. Sources of like length go through it together, each with its `beamSize` hypotheses; a
 * program is compiled for each number of sentences, beam and padded length when it first comes, and kept.
 *
 * @example
 * ```ts
 * const translator = createTranslator(model, { begin: 1, end: 1 })
 * const [[best]] = await translator.translate([[5, 8, 3, 1]], { beamSize: 4, lengthPenalty: 0.2 })
 * ```
 * @throws ArgumentError for a model of another network.
 */
export function createTranslator(model: InputsModel, marks: SequenceMarks): Translator {
  const { layer } = model
  if (!decodes(layer))
    throw new ArgumentError(
      `createTranslator: the network is of type ${layer.description.type}, which does not make sequences token by token; expected one such as gnmt`,
    )
  const decoders = new Map<string, Decoder>()
  const decoderFor = async (sentences: number, beamSize: number, length: number): Promise<Decoder> => {
    const key = [sentences, beamSize, length].join()
    const decoder = decoders.get(key) ?? (await makeDecoder(model, layer, { sentences, beamSize, length }))
    decoders.set(key, decoder)
    return decoder
  }
  // A decoder keeps what it is in the midst of: one translation goes after the other.
  const turns = new Turns()
  return {
    async translate(sources, options = {}) {
      const { maxLength = (length: number) => 2 * length + 16, rows = 256, onBatch, ...search } = options
      const { beamSize = 1 } = search
      checkCount(rows, 'translate: rows')
      checkCount(beamSize, 'translate: beamSize')
      for (const [i, { length }] of sources.entries())
        if (length === 0) throw new DataError(`translate: source ${i} has no tokens; give at least its end mark`)
      const order = [...sources.keys()].sort((a, b) => sources[a].length - sources[b].length)
      const max = Math.max(1, Math.floor(rows / beamSize))
      const found = new Array<Hypothesis[]>(sources.length)
      await turns.run(async () => {
        for (let start = 0; start < order.length; start += max) {
          const indices = order.slice(start, start + max)
          const batch = indices.map((i) => sources[i])
          // A power of two, so that few programs do for any number; what is left over is the last one again.
          const sentences = Math.min(max, 2 ** Math.ceil(Math.log2(batch.length)))
          while (batch.length < sentences) batch.push(batch[batch.length - 1])
          const length = bucketLength(batch[batch.length - 1].length, Number.POSITIVE_INFINITY)
          const decoder = await decoderFor(sentences, beamSize, length)
          await decoder.encode(batch)
          const positions = batch.map((source) => source.length)
          const hypotheses = await beamSearch(decoder.step, {
            ...search,
            ...marks,
            examples: sentences,
            positions,
            maxLength: positions.map((n) => (typeof maxLength === 'number' ? maxLength : maxLength(n))),
          }).catch(refuseNetwork)
          for (const [i, index] of indices.entries()) found[index] = hypotheses[i]
          onBatch?.(start + indices.length)
        }
      })
      return found
    },
    dispose() {
      for (const decoder of decoders.values()) decoder.dispose()
      decoders.clear()
    },
  }
}

/** A search that a network's own steps feed finds no way to go on only where their probabilities are not numbers. */
function refuseNetwork(cause: unknown): never {
  if (!(cause instanceof DataError)) throw cause
  throw new DataError(
    'the network cannot translate: the probabilities that it gives are not numbers, since its weights are too large, as after a training at too high a learning rate; train it again at a smaller one',
    { cause },
  )
}
