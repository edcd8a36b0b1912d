import type { Tensor } from '../../graph/tensor.ts'
import { cast, equal, where } from '../../ops/elementwise.ts'
import { gather } from '../../ops/indexing.ts'
import { type Initialization, initializerFrom } from '../initializers.ts'
import { checkCount, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface EmbeddingOptions {
  /** How vectors begin, such as { normal: 0.1 }; { normal: 1 } unless given, as in PyTorch. */
  readonly weightInit?: Initialization
}

/**
 * A learned vector of `dimensions` numbers for each of `count` symbols, such as the characters of an alphabet: whole numbers from 0 to
 * count - 1, as float32 or int32 [N, ...], become [N, ..., dimensions]. It gives what a one-hot vector times a matrix would, without the
 * vector and the product. A number outside, or NaN, gives NaN. Parameter `weight` [count, dimensions].
 * Source: Bengio, Ducharme, Vincent, Jauvin, "A Neural Probabilistic Language Model", 2003, section 2.
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function Embedding(count: number, dimensions: number, options: EmbeddingOptions = {}): Layer {
  checkCount(count, 'embedding: count')
  checkCount(dimensions, 'embedding: dimensions')
  checkOptions(options, ['weightInit'], 'embedding')
  const initialize = initializerFrom(options.weightInit ?? { normal: 1 })
  const description = { type: 'embedding', count, dimensions, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () =>
        gather(scope.parameter('weight', [count, dimensions], initialize), symbolsOf(x)),
      ),
  }
}

/** NaN, which as int32 would be 0, is not a symbol. */
const symbolsOf = (x: Tensor): Tensor => (x.dtype === 'int32' ? x : cast(where(equal(x, x), x, -1), 'int32'))

/** What builds these layers from their descriptions. */
export const embeddingTypes: LayerTypes = {
  embedding: ({ count, dimensions, options }) =>
    Embedding(count as number, dimensions as number, (options ?? {}) as EmbeddingOptions),
}
