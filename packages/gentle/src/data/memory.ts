/** Data sets in memory, parts of data sets, and splits by seed. */
import { ArgumentError, DataError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import { type AnyDataset, type Dataset, type EpochOrder, isNamed, type NamedDataset } from './dataset.ts'
import { rememberPart } from './picture-source.ts'

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

// One loop a type: a loop that meets both types is compiled for neither.
function copyBytes(from: Uint8Array, start: number, size: number, to: Float32Array, at: number): void {
  for (const end = start + size; start < end; ) to[at++] = unitInterval[from[start++]]
}

function copyFloats(from: Float32Array, start: number, size: number, to: Float32Array, at: number): void {
  for (const end = start + size; start < end; ) to[at++] = from[start++]
}

/**
 * A data set from arrays, which it keeps without copying them.
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
  const target: Dataset['target'] = {
    dtype: targets instanceof Float32Array ? 'float32' : 'int32',
    shape: targetShape,
  }
  const labels = isLabel(target) ? targets : undefined
  if (labels !== undefined && classes !== undefined) {
    const outside = labels.findIndex((label) => label < 0 || label >= classes.length)
    if (outside >= 0)
      throw new DataError(
        `data set ${name}: example ${outside} has label ${labels[outside]}; expected 0 to ${classes.length - 1} for ${classes.length} classes`,
      )
  }
  return {
    name,
    length,
    inputShape,
    target,
    classes,
    labels,
    read(indices, x, y) {
      checkRoom(name, indices.length, size, x.length, 'inputs')
      checkRoom(name, indices.length, targetSize, y.length, 'targets')
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]
        checkIndex(name, index, length)
        if (inputs instanceof Uint8Array) copyBytes(inputs, index * size, size, x, i * size)
        else copyFloats(inputs, index * size, size, x, i * size)
        for (let j = 0; j < targetSize; j++) y[i * targetSize + j] = targets[index * targetSize + j]
      }
    },
  }
}

/** Whether a target is a label. */
const isLabel = ({ dtype, shape }: Dataset['target']): boolean => dtype === 'int32' && shape.length === 0

/** @throws ArgumentError for an example that there is not. */
export function checkIndex(name: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new ArgumentError(`data set ${name}: there is no example ${index}; expected 0 to ${length - 1}`)
}

/** @throws ArgumentError where a batch does not fit into the memory that is to hold it. */
export function checkRoom(name: string, examples: number, size: number, room: number, what: string): void {
  if (room < examples * size)
    throw new ArgumentError(
      `data set ${name}: there is room for ${room} values of ${what}, but ${examples} examples have ${examples * size}`,
    )
}

/**
 * The examples of a data set with these indices, in this order.
 * @throws ArgumentError for an index outside.
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>, name?: string): Dataset
export function subset(dataset: NamedDataset, indices: ArrayLike<number>, name?: string): NamedDataset
export function subset(dataset: AnyDataset, indices: ArrayLike<number>, name: string = dataset.name): AnyDataset {
  for (let i = 0; i < indices.length; i++) checkIndex(dataset.name, indices[i], dataset.length)
  const order = Uint32Array.from(indices)
  return isNamed(dataset) ? namedSubset(dataset, order, name) : plainSubset(dataset, order, name)
}

/** Where an example of a part is from: as the whole says, else its index there. */
const nameInWhole =
  (dataset: AnyDataset, order: Uint32Array) =>
  (index: number): string =>
    dataset.nameOf?.(order[index]) ?? `${order[index]} of the whole set`

/** The order of the whole with what is not in the part left out. */
function orderInWhole({ length, order: orderOfWhole }: AnyDataset, order: Uint32Array): Pick<AnyDataset, 'order'> {
  if (orderOfWhole === undefined) return { order: undefined }
  return {
    order(epoch: EpochOrder) {
      // An example may be in the part more than once.
      const [first, next] = [new Int32Array(length).fill(-1), new Int32Array(order.length)]
      for (let i = order.length - 1; i >= 0; i--) {
        next[i] = first[order[i]]
        first[order[i]] = i
      }
      const ordered = new Uint32Array(order.length)
      let count = 0
      for (const index of orderOfWhole(epoch)) for (let i = first[index]; i >= 0; i = next[i]) ordered[count++] = i
      return ordered
    },
  }
}

function namedSubset(dataset: NamedDataset, order: Uint32Array, name: string): NamedDataset {
  const part = (values: ArrayLike<number>): Int32Array => Int32Array.from(order, (index) => values[index])
  const { labels, lengths = {} } = dataset
  const parts = (whole: Readonly<Record<string, ArrayLike<number>>>) =>
    Object.fromEntries(Object.entries(whole).map(([field, own]) => [field, part(own)]))
  return {
    ...dataset,
    name,
    length: order.length,
    labels: labels && part(labels),
    lengths: parts(lengths),
    ...(dataset.lengthsIn && { lengthsIn: (pass: number) => parts(dataset.lengthsIn!(pass)) }),
    nameOf: nameInWhole(dataset, order),
    ...orderInWhole(dataset, order),
    read(index, inputs, target, pass) {
      checkIndex(name, index, order.length)
      return dataset.read(order[index], inputs, target, pass)
    },
  }
}

function plainSubset(dataset: Dataset, order: Uint32Array, name: string): Dataset {
  const { inputShape, target, classes, labels, description } = dataset
  let scratch = new Uint32Array(0)
  const part: Dataset = {
    name,
    length: order.length,
    inputShape,
    target,
    classes,
    labels: labels && Int32Array.from(order, (index) => labels[index]),
    description,
    nameOf: nameInWhole(dataset, order),
    ...orderInWhole(dataset, order),
    read(wanted, x, y, pass) {
      if (scratch.length !== wanted.length) scratch = new Uint32Array(wanted.length)
      for (let i = 0; i < wanted.length; i++) {
        checkIndex(name, wanted[i], order.length)
        scratch[i] = order[wanted[i]]
      }
      return dataset.read(scratch, x, y, pass)
    },
  }
  rememberPart(part, dataset, order)
  return part
}

/**
 * A copy of all labels of a data set.
 * @throws ArgumentError for a data set whose targets are not labels.
 */
export function labelsOf(dataset: Dataset): Int32Array {
  if (!isLabel(dataset.target))
    throw new ArgumentError(
      `labelsOf: the targets of data set ${dataset.name} are ${dataset.target.dtype} ${formatShape(dataset.target.shape)}; labels are int32 []`,
    )
  if (dataset.labels !== undefined) return new Int32Array(dataset.labels)
  const labels = new Int32Array(dataset.length)
  const inputs = new Float32Array(sizeOf(dataset.inputShape))
  const label = new Int32Array(1)
  for (let i = 0; i < dataset.length; i++) {
    if (dataset.read([i], inputs, label) instanceof Promise)
      throw new ArgumentError(
        `labelsOf: data set ${dataset.name} decodes files and does not list its labels; give it \`labels\``,
      )
    labels[i] = label[0]
  }
  return labels
}

/**
 * Splits off `count` examples by seed: [the rest, the part]. With labels, each class gives its share.
 * @throws ArgumentError unless both parts have at least one example.
 */
export function randomSplit(dataset: Dataset, count: number, seed?: number): [Dataset, Dataset]
export function randomSplit(dataset: NamedDataset, count: number, seed?: number): [NamedDataset, NamedDataset]
export function randomSplit(dataset: AnyDataset, count: number, seed = 0): [AnyDataset, AnyDataset] {
  if (isNamed(dataset)) {
    const { labels } = dataset
    const [rest, part] = drawIndices(dataset, count, seed, labels && new Int32Array(labels))
    return [subset(dataset, rest), subset(dataset, part)]
  }
  const [rest, part] = splitIndices(dataset, count, seed)
  return [subset(dataset, rest), subset(dataset, part)]
}

/** What `split` does, as the indices of both parts, each in order. */
export const splitIndices = (dataset: Dataset, count: number, seed: number): [Uint32Array, Uint32Array] =>
  drawIndices(dataset, count, seed, isLabel(dataset.target) ? labelsOf(dataset) : undefined)

/** Draws `count` of a set's indices by seed, by the share of each label where there are labels: the rest and those drawn, each in order. */
export function drawIndices(
  { name, length }: { readonly name: string; readonly length: number },
  count: number,
  seed: number,
  labels?: Int32Array,
): [Uint32Array, Uint32Array] {
  if (!Number.isInteger(count) || count < 1 || count >= length)
    throw new ArgumentError(
      `split: ${count} examples cannot be split off from the ${length} of data set ${name}; ${length < 2 ? 'it is too small' : `expected 1 to ${length - 1}`}`,
    )
  const order = new Random(seed, 'split').permutation(length)
  const taken = labels ? stratified(order, labels, count) : order.subarray(0, count)
  const isTaken = new Uint8Array(length)
  for (const index of taken) isTaken[index] = 1
  const indices = Uint32Array.from({ length }, (_, i) => i)
  return [indices.filter((i) => isTaken[i] === 0), indices.filter((i) => isTaken[i] === 1)]
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
