/** Keras' layers of neurons, and those that change shapes. */
import { sizeOf } from '../../../core/shape.ts'
import { add, cast, notEqual } from '../../../ops/elementwise.ts'
import { gather } from '../../../ops/indexing.ts'
import { matmul } from '../../../ops/matmul.ts'
import { broadcastTo, reshape, transpose } from '../../../ops/structure.ts'
import { Placed } from '../placed.ts'
import { activationOf } from './activations.ts'
import { type BuildKerasLayer, kernelAndBias, learned, ofOne } from './keras-layer.ts'

const dense: BuildKerasLayer = (config) => {
  const units = config.count('units')
  const bias = config.flag('use_bias', true)
  const activation = activationOf(config)
  // Old files tell the size of the input so, too.
  config.value('input_dim')
  return {
    weights: kernelAndBias(bias),
    run([x], scope) {
      const inputs = x.shape[x.shape.length - 1]
      const rows = reshape(x.written, [sizeOf(x.shape) / inputs, inputs])
      const product = matmul(rows, learned(scope, 'kernel', [inputs, units]))
      const sums = bias ? add(product, learned(scope, 'bias', [units])) : product
      return activation(Placed.written(reshape(sums, [...x.shape.slice(0, -1), units])))
    },
  }
}

const embedding: BuildKerasLayer = (config) => {
  const outputs = config.count('output_dim')
  const masksZero = config.flag('mask_zero', false)
  const words = config.count('input_dim')
  return {
    weights: [{ name: 'embeddings' }],
    readsMasks: true,
    run([x], scope) {
      const numbers = cast(x.written, 'int32')
      const rows = Placed.written(gather(learned(scope, 'embeddings', [words, outputs]), numbers, 0))
      return rows.masked(masksZero ? notEqual(numbers, 0) : undefined)
    },
  }
}

/** Sizes of a shape of which one may be -1 or null: what is left. */
function sizesFor(shape: readonly (number | null)[], values: number): number[] {
  const known = shape.reduce<number>((product, n) => (n === null || n === -1 ? product : product * n), 1)
  return shape.map((n) => (n === null || n === -1 ? values / known : n))
}

const reshaped: BuildKerasLayer = (config) => {
  const target = config.value('target_shape')
  if (!Array.isArray(target)) return config.fail('has no target_shape')
  return ofOne((x) => {
    const [batch, ...sizes] = x.shape
    return Placed.written(reshape(x.written, [batch, ...sizesFor(target, sizeOf(sizes))]))
  })
}

const flatten: BuildKerasLayer = (config) => {
  const format = config.choice('data_format', ['channels_last', 'channels_first'], 'channels_last')
  return ofOne((x) => {
    // Of channels first, Keras brings the channels to the end before it flattens.
    const [batch, ...sizes] = x.shape
    const order = [0, ...sizes.slice(1).map((_, i) => i + 2), 1]
    const values = format === 'channels_first' && sizes.length > 1 ? transpose(x.written, order) : x.written
    return Placed.written(reshape(values, [batch, sizeOf(sizes)]))
  })
}

const permute: BuildKerasLayer = (config) => {
  const axes = config.integers('dims')
  return ofOne((x) => Placed.written(transpose(x.written, [0, ...axes])))
}

const repeatVector: BuildKerasLayer = (config) => {
  const times = config.count('n')
  return ofOne((x) => {
    const [batch, size] = x.shape
    return Placed.written(broadcastTo(reshape(x.written, [batch, 1, size]), [batch, times, size]))
  })
}

export const denseLayers: Readonly<Record<string, BuildKerasLayer>> = {
  Dense: dense,
  Embedding: embedding,
  Flatten: flatten,
  Permute: permute,
  RepeatVector: repeatVector,
  Reshape: reshaped,
}
