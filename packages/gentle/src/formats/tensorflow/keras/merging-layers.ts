/** Keras' layers of several tensors. */
import type { Tensor } from '../../../graph/tensor.ts'
import { add, div, maximum, minimum, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { sum } from '../../../ops/reduce.ts'
import { concat, reshape } from '../../../ops/structure.ts'
import { combine, Placed } from '../placed.ts'
import type { BuildKerasLayer } from './keras-layer.ts'

/** Tensors of elements that meet: of fewer axes than others, one has those that it lacks behind the batch, and NumPy would put them before it. */
function merged(inputs: readonly Placed[], of: (...tensors: Tensor[]) => Tensor): Placed {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length))
  const alike = inputs.map((x) => {
    const missing = Array.from({ length: rank - x.shape.length }, () => 1)
    return missing.length === 0 ? x : Placed.written(reshape(x.written, x.shape.toSpliced(1, 0, ...missing)))
  })
  return combine(alike, of)
}

const folding =
  (of: (a: Tensor, b: Tensor) => Tensor): BuildKerasLayer =>
  () => ({ merges: true, run: (inputs) => merged(inputs, (...tensors) => tensors.reduce(of)) })

const average: BuildKerasLayer = () => ({
  merges: true,
  run: (inputs) =>
    merged(inputs, (...tensors) =>
      mul(
        tensors.reduce((a, b) => add(a, b)),
        1 / tensors.length,
      ),
    ),
})

const subtract: BuildKerasLayer = (config) => ({
  merges: true,
  run(inputs) {
    if (inputs.length !== 2) config.fail(`takes 2 tensors, and gets ${inputs.length}`)
    return merged(inputs, sub)
  },
})

const concatenate: BuildKerasLayer = (config) => {
  const [axis] = config.integers('axis', [-1])
  return {
    merges: true,
    run(inputs) {
      const rank = inputs[0].shape.length
      const asImages = rank > 2 && inputs.some((x) => x.liesChannelsFirst)
      if (!asImages)
        return Placed.written(
          concat(
            inputs.map((x) => x.written),
            axis,
          ),
        )
      const tensors = inputs.map((x) => x.channelsFirst)
      const meant = axis < 0 ? axis + rank : axis
      return Placed.channelsFirst(concat(tensors, Placed.channelsFirst(tensors[0]).axisAsItLies(meant)))
    },
  }
}

const unit = (x: Tensor, axis: number): Tensor => div(x, sqrt(maximum(sum(mul(x, x), axis, { keepDims: true }), 1e-12)))

/** The product of two vectors a row, or of two matrices along one axis of each. */
const dot: BuildKerasLayer = (config) => {
  const axes = config.integers('axes')
  const normalize = config.flag('normalize', false)
  return {
    merges: true,
    run(inputs) {
      if (inputs.length !== 2) config.fail(`takes 2 tensors, and gets ${inputs.length}`)
      const [a, b] = inputs.map((x) => x.written)
      const [along, across] = [axes[0], axes[axes.length - 1]]
      const of = (x: Tensor, axis: number): number => (axis < 0 ? axis + x.shape.length : axis)
      const [i, j] = [of(a, along), of(b, across)]
      const [left, right] = normalize ? [unit(a, i), unit(b, j)] : [a, b]
      if (a.shape.length === 2 && b.shape.length === 2 && i === 1 && j === 1)
        return Placed.written(sum(mul(left, right), 1, { keepDims: true }))
      if (a.shape.length === 3 && b.shape.length === 3 && i > 0 && j > 0)
        return Placed.written(matmul(left, right, { transposeA: i === 1, transposeB: j === 2 }))
      return config.fail(
        `multiplies tensors of ${a.shape.length} and ${b.shape.length} axes along ${i} and ${j}; expected vectors, or matrices`,
      )
    },
  }
}

export const mergingLayers: Readonly<Record<string, BuildKerasLayer>> = {
  Add: folding(add),
  Average: average,
  Concatenate: concatenate,
  Dot: dot,
  Maximum: folding(maximum),
  Minimum: folding(minimum),
  Multiply: folding(mul),
  Subtract: subtract,
}
