/** Mean and standard deviation of numbers, by which they are standardized. */
import { DataError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'

/** Of each feature, in the order of the features. */
export interface FeatureMoments {
  readonly mean: readonly number[]
  /** Standard deviation; 1 for a feature that is the same in all examples, which so becomes 0. */
  readonly std: readonly number[]
}

/** Examples read at once. */
const batch = 256

/** Sums of what is less a first value, which keep their digits where features are far from 0 for their spread. */
class FeatureSums {
  readonly #origin: Float64Array
  readonly #sums: Float64Array
  readonly #squares: Float64Array
  #count = 0

  constructor(features: number) {
    this.#origin = new Float64Array(features)
    this.#sums = new Float64Array(features)
    this.#squares = new Float64Array(features)
  }

  add(values: ArrayLike<number>, from: number): void {
    for (let i = 0; i < this.#sums.length; i++) {
      if (this.#count === 0) this.#origin[i] = values[from + i]
      const apart = values[from + i] - this.#origin[i]
      this.#sums[i] += apart
      this.#squares[i] += apart * apart
    }
    this.#count++
  }

  moments(): FeatureMoments {
    const apart = Array.from(this.#sums, (sum) => sum / this.#count)
    const variance = Array.from(this.#squares, (sum, i) => Math.max(0, sum / this.#count - apart[i] * apart[i]))
    return {
      mean: apart.map((value, i) => this.#origin[i] + value),
      std: variance.map((value) => Math.sqrt(value) || 1),
    }
  }
}

/**
 * Mean and standard deviation of each input, and of each target where those are numbers, over all examples of a set: of the training examples, for `Standardize`.
 * @throws DataError for an empty set.
 */
export async function featureMoments(
  dataset: Dataset,
): Promise<{ readonly inputs: FeatureMoments; readonly targets?: FeatureMoments }> {
  const { name, length, inputShape, target } = dataset
  if (length === 0) throw new DataError(`featureMoments: data set ${name} is empty; expected at least one example`)
  const [features, outputs] = [sizeOf(inputShape), sizeOf(target.shape)]
  const areNumbers = target.dtype === 'float32'
  const x = new Float32Array(batch * features)
  const y = areNumbers ? new Float32Array(batch * outputs) : new Int32Array(batch * outputs)
  const [inputs, targets] = [new FeatureSums(features), new FeatureSums(outputs)]
  for (let start = 0; start < length; start += batch) {
    const count = Math.min(batch, length - start)
    await dataset.read(
      Array.from({ length: count }, (_, i) => start + i),
      x,
      y,
    )
    for (let i = 0; i < count; i++) {
      inputs.add(x, i * features)
      if (areNumbers) targets.add(y, i * outputs)
    }
  }
  return { inputs: inputs.moments(), ...(areNumbers ? { targets: targets.moments() } : {}) }
}
