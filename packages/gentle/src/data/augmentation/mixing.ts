/** Mixing: an example and the next of its batch become one, and so do their labels. */
import { ArgumentError, DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shape.ts'
import type { Dataset } from '../dataset.ts'
import { symmetricBeta } from './beta.ts'
import type { PictureSize } from './drawing.ts'

/** How two pictures are mixed. It changes the first in place and gives the share that is left of it. */
export type Mix = (random: Random, own: Float32Array, other: Float32Array, size: PictureSize) => number

/** λ own + (1 - λ) other, λ of Beta(α, α) (Zhang, Cissé, Dauphin, Lopez-Paz: "mixup: Beyond Empirical Risk Minimization", 2018, equation 1). */
export const mixUp =
  (alpha: number): Mix =>
  (random, own, other) => {
    const share = symmetricBeta(random, alpha)
    for (let i = 0; i < own.length; i++) own[i] = share * own[i] + (1 - share) * other[i]
    return share
  }

/**
 * A rectangle of the other, of 1 - λ of the area, about a place drawn evenly and cut off at the edges; the share is then that of the
 * pixels (Yun et al.: "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", 2019, equation 2).
 */
export const cutMix =
  (alpha: number): Mix =>
  (random, own, other, { channels, height, width }) => {
    const side = Math.sqrt(1 - symmetricBeta(random, alpha))
    const [x, y] = [random.integer(width), random.integer(height)]
    const [halfAcross, halfDown] = [Math.trunc((side * width) / 2), Math.trunc((side * height) / 2)]
    const [left, right] = [Math.max(0, x - halfAcross), Math.min(width, x + halfAcross)]
    const [top, bottom] = [Math.max(0, y - halfDown), Math.min(height, y + halfDown)]
    for (let c = 0; c < channels; c++)
      for (let i = top; i < bottom; i++) {
        const row = (c * height + i) * width
        for (let j = left; j < right; j++) own[row + j] = other[row + j]
      }
    return 1 - ((right - left) * (bottom - top)) / (height * width)
  }

/**
 * A data set of labels whose batches are mixed; with several ways, each example draws one. Its targets are probabilities,
 * float32 [classes]. `read` throws a DataError for a label outside the classes.
 * @throws ArgumentError where targets are not labels of named classes.
 */
export function mixed(dataset: Dataset, ways: readonly Mix[], probability: number, seed: number): Dataset {
  const { target, classes, inputShape, name } = dataset
  if (target.dtype !== 'int32' || target.shape.length > 0 || classes === undefined)
    throw new ArgumentError(`mixing needs labels of named classes; data set ${name} has others`)
  const [channels, height, width] = inputShape
  const size: PictureSize = { channels, height, width }
  const values = sizeOf(inputShape)
  const stream = new Random(seed, 'mixing')
  const own = new Random(0)
  const first = new Float32Array(values)
  let labels = new Int32Array(0)
  const mix = (indices: ArrayLike<number>, inputs: Float32Array, targets: Float32Array, pass: number): void => {
    const examples = indices.length
    for (let i = 0; i < examples; i++)
      if (!(labels[i] >= 0 && labels[i] < classes.length))
        throw new DataError(
          `data set ${name}: example ${indices[i]} has label ${labels[i]}; expected 0 to ${classes.length - 1} for ${classes.length} classes`,
        )
    targets.fill(0, 0, examples * classes.length)
    // The first is changed before it is the last one's other.
    first.set(inputs.subarray(0, values))
    for (let i = 0; i < examples; i++) {
      stream.fork(pass, indices[i], own)
      const isMixed = own.uniform() < probability
      const way = ways[own.integer(ways.length)]
      const next = i + 1 < examples ? inputs.subarray((i + 1) * values, (i + 2) * values) : first
      const share = isMixed ? way(own, inputs.subarray(i * values, (i + 1) * values), next, size) : 1
      targets[i * classes.length + labels[i]] += share
      targets[i * classes.length + labels[(i + 1) % examples]] += 1 - share
    }
  }
  return {
    ...dataset,
    target: { dtype: 'float32', shape: [classes.length] },
    read(indices, inputs, targets, pass = 0) {
      if (labels.length < indices.length) labels = new Int32Array(indices.length)
      const reading = dataset.read(indices, inputs, labels, pass)
      if (reading instanceof Promise) return reading.then(() => mix(indices, inputs, targets as Float32Array, pass))
      mix(indices, inputs, targets as Float32Array, pass)
    },
  }
}
