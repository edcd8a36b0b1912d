/** Data sets in memory, parts of data sets, and splits by seed. */
import { ArgumentError, DataError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'

export interface MemoryOptions {
  readonly name?: string
  /** All inputs, row-major: bytes are read as themselves / 255. */
  readonly inputs: Float32Array | Uint8Array
  /** Shape of one input. */
  readonly inputShape: Shape
  /** Labels, or real targets of `targetShape`. */
  readonly targets: Int32Array | Uint8Array | Float32Array
  /** Shape of one target; [] unless given. */
  readonly targetShape?: Shape
  readonly classes?: readonly string[]
}

/** byte / 255 for every byte. */
const unitInterval = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)

/**
 * A data set from arrays.
 * @throws DataError when numbers of inputs and targets differ, or a label is outside the classes.
 */
export function inMemory(options: MemoryOptions): Dataset {
  const { name = 'in memory', inputs, inputShape, targets, targetShape = [], classes } = options
  const [size, targetSize] = [sizeOf(inputShape), sizeOf(targetShape)]
  const length = inputs.length / size
  if (!Number.isInteger(length) || targets.length !== length * targetSize)
    throw new DataError(
      `data set ${name}: ${inputs.length} input values of shape ${formatShape(inputShape)} and ${targets.length} target values of shape ${formatShape(targetShape)} are not the same number of examples`,
    )
  const labels = !(targets instanceof Float32Array)
  if (labels && classes !== undefined) {
    const outside = targets.findIndex((label) => label < 0 || label >= classes.length)
    if (outside >= 0)
      throw new DataError(
        `data set ${name}: example ${outside} has label ${targets[outside]}; expected 0 to ${classes.length - 1} for ${classes.length} classes`,
      )
  }
  return {
    name,
    length,
    inputShape,
    target: { dtype: labels ? 'int32' : 'float32', shape: targetShape },
    classes,
    read(indices, x, y) {
      for (let i = 0; i < indices.length; i++) {
        const from = indices[i] * size
        if (inputs instanceof Float32Array) x.set(inputs.subarray(from, from + size), i * size)
        else for (let j = 0, to = i * size; j < size; j++) x[to + j] = unitInterval[inputs[from + j]]
        for (let j = 0; j < targetSize; j++) y[i * targetSize + j] = targets[indices[i] * targetSize + j]
      }
    },
  }
}

/**
 * The examples of a data set with these indices, in this order.
 * @throws ArgumentError for an index outside.
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>, name: string = dataset.name): Dataset {
  const order = Uint32Array.from(indices)
  const outside = order.find((index) => index >= dataset.length)
  if (outside !== undefined)
    throw new ArgumentError(
      `subset: index ${outside} is outside data set ${dataset.name} of ${dataset.length} examples`,
    )
  let scratch = new Uint32Array(0)
  return {
    ...dataset,
    name,
    length: order.length,
    read(wanted, x, y) {
      if (scratch.length !== wanted.length) scratch = new Uint32Array(wanted.length)
      for (let i = 0; i < wanted.length; i++) scratch[i] = order[wanted[i]]
      dataset.read(scratch, x, y)
    },
  }
}

/** All labels of a data set whose targets are labels. */
export function labelsOf(dataset: Dataset): Int32Array {
  const labels = new Int32Array(dataset.length)
  const inputs = new Float32Array(sizeOf(dataset.inputShape))
  const label = new Int32Array(1)
  for (let i = 0; i < dataset.length; i++) {
    dataset.read([i], inputs, label)
    labels[i] = label[0]
  }
  return labels
}

/**
 * Splits off `count` examples by seed: [the rest, the part]. With labels, each class gives its share.
 * @throws ArgumentError unless both parts have at least one example.
 */
export function split(dataset: Dataset, count: number, seed = 0): [Dataset, Dataset] {
  if (!Number.isInteger(count) || count < 1 || count >= dataset.length)
    throw new ArgumentError(
      `split: ${count} examples cannot be split off from the ${dataset.length} of data set ${dataset.name}; expected 1 to ${dataset.length - 1}`,
    )
  const order = new Random(seed, 'split').permutation(dataset.length)
  const chosen = new Uint8Array(dataset.length)
  for (const index of dataset.target.dtype === 'int32'
    ? stratified(order, labelsOf(dataset), count)
    : order.subarray(0, count))
    chosen[index] = 1
  const indices = Array.from({ length: dataset.length }, (_, i) => i)
  return [
    subset(
      dataset,
      indices.filter((i) => chosen[i] === 0),
    ),
    subset(
      dataset,
      indices.filter((i) => chosen[i] === 1),
    ),
  ]
}

/** The first `count` of an order, taken from each class by its share; what rounding leaves goes to the largest remainders. */
function stratified(order: Uint32Array, labels: Int32Array, count: number): number[] {
  const byClass = new Map<number, number[]>()
  for (const index of order) {
    const members = byClass.get(labels[index])
    if (members === undefined) byClass.set(labels[index], [index])
    else members.push(index)
  }
  const shares = [...byClass].map(([label, members]) => ({
    label,
    members,
    share: (members.length * count) / order.length,
  }))
  let left = count - shares.reduce((sum, { share }) => sum + Math.floor(share), 0)
  return [...shares]
    .sort((a, b) => (b.share % 1) - (a.share % 1) || a.label - b.label)
    .flatMap(({ members, share }) => members.slice(0, Math.floor(share) + (left-- > 0 ? 1 : 0)))
}
