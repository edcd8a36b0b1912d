/** A network's decoder as programs: one that reads sources, and one of a single step. */
import { constant, input, type Tensor, type Variable, variable } from '../graph/tensor.ts'
import type { DecodingLayer } from '../nn/decoding-layer.ts'
import type { Tensors } from '../nn/inputs-layer.ts'
import type { InputsModel } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { logSoftmax } from '../ops/activations.ts'
import { gather } from '../ops/indexing.ts'

export interface DecoderSize {
  readonly sentences: number
  readonly beamSize: number
  /** Of the padded sources. */
  readonly length: number
}

/** The two programs of a size, which meet in variables of the backend: what was encoded, and each row's state. */
export interface Decoder {
  encode(sources: readonly ArrayLike<number>[]): Promise<void>
  step(tokens: Int32Array, parents: Int32Array): Promise<{ logProbabilities: Float32Array; attention: Float32Array }>
  dispose(): void
}

export async function makeDecoder(model: InputsModel, layer: DecodingLayer, size: DecoderSize): Promise<Decoder> {
  const { parameters, state, backend } = model
  const { sentences, beamSize, length } = size
  const scope = (): Scope => new Scope({ parameters, state, seed: 0, training: false })
  const rows = sentences * beamSize
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

  const tokens = input([sentences, beamSize], 'int32')
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
