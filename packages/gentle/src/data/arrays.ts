/** Data sets of NumPy's arrays. */
import { DataError } from '../core/errors.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import type { StoredTensor } from '../formats/elements.ts'
import { printable } from '../formats/failure.ts'
import { npyType, readNpy } from '../formats/npy.ts'
import { arrayOf, unpackNpz } from '../formats/npz.ts'
import type { Dataset } from './dataset.ts'
import { filesAt } from './files.ts'
import type { Splits } from './idx-folder.ts'
import { inMemory } from './memory.ts'
import { areBytes } from './pixel-bytes.ts'
import { splits } from './splits.ts'

export interface ArrayOptions {
  /**
   * Where pictures [N, ., ., .] have their channels. Unless given: last where the last axis is 1 or 3 and the second is not, else first.
   */
  readonly layout?: 'channelsFirst' | 'channelsLast'
  /** Examples that are split off for validation, a number or a share below 1; a twelfth unless given. */
  readonly validation?: number
  /** Examples that are split off for the test where the arrays have none; a sixth unless given. */
  readonly test?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
  /** Names of the classes; the numbers unless given. */
  readonly classes?: readonly string[]
  readonly name?: string
}

/** How arrays were read, as plain data. */
export interface ArrayReading {
  /** Whether the inputs are bytes, which are read as themselves / 255, or numbers as they are. */
  readonly values: 'bytes' | 'numbers'
  /** Where the channels of pictures with several stand in the arrays. */
  readonly channels?: 'first' | 'last'
}

/** The three sets of arrays. */
export interface ArraySplits extends Splits {
  readonly reading: ArrayReading
}

/** An array of a file, and NumPy's name of its elements, such as 'u1'. */
interface FileArray extends StoredTensor {
  readonly type: string
}

const readArray = (bytes: Uint8Array, where: string): FileArray => ({
  ...readNpy(bytes, where),
  type: npyType(bytes, where),
})

/** Labels below it are numbers of classes, however few examples there are; above it only where there are as many examples. */
const manyClasses = 65_536

/** Axes of one example, and whether its channels stand last. */
function exampleShape(shape: Shape, layout: ArrayOptions['layout']): { inputShape: Shape; last: boolean } {
  const [, ...rest] = shape
  if (rest.length === 2) return { inputShape: [1, ...rest], last: false }
  if (rest.length !== 3) return { inputShape: rest, last: false }
  const isCount = (size: number): boolean => size === 1 || size === 3
  const last = layout === undefined ? isCount(rest[2]) && !isCount(rest[0]) : layout === 'channelsLast'
  return { inputShape: last ? [rest[2], rest[0], rest[1]] : rest, last }
}

/** [N, height, width, channels] as [N, channels, height, width]. */
function channelsFirst<Data extends Float32Array | Uint8Array>(data: Data, [channels, height, width]: Shape): Data {
  const result = data.slice() as Data
  const [pixels, size] = [height * width, channels * height * width]
  for (let first = 0; first < data.length; first += size)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < pixels; i++) result[first + c * pixels + i] = data[first + i * channels + c]
  return result
}

/**
 * Whether inputs are bytes: whole numbers of pictures, but flags of 0 and 1, and rows of numbers that can be nothing else.
 * @throws DataError for pictures of whole numbers that are not bytes.
 */
function holdBytes({ dtype, data, type }: FileArray, { length, [0]: features }: Shape, where: string): boolean {
  if (dtype !== 'int32') return false
  if (length === 1) return areBytes(data, { features, stored: type === 'u1' })
  if (length !== 3) return false
  const outside = data.findIndex((value) => value < 0 || value > 255)
  if (outside >= 0) throw new DataError(`${where}: a pixel is ${data[outside]}; expected 0 to 255, or floats`)
  return data.some((value) => value > 1)
}

/** What the inputs of a training set are, by which those of its test set are read. */
interface KnownInputs {
  readonly x: FileArray
  readonly isBytes: boolean
}

/**
 * Whether inputs of a test set are bytes, as those of training are. Numbers in rows may happen to be within bytes there.
 * @throws DataError for bytes beside others: they would be read at another scale.
 */
function holdBytesAs(training: KnownInputs, test: KnownInputs, where: string): boolean {
  const { data, shape } = test.x
  if (training.isBytes) {
    if (data.every((value) => value >= 0 && value <= 255 && Number.isInteger(value))) return true
    throw new DataError(
      `${where}: the training inputs are bytes, but the test inputs are not; expected one type for both`,
    )
  }
  if (test.isBytes && (training.x.dtype === 'float32' || shape.length > 2))
    throw new DataError(
      `${where}: the test inputs are bytes, but the training inputs are not; expected one type for both`,
    )
  return false
}

/** The examples of an array of inputs [N, ...] and one of labels [N] or [N, 1]; those of a test set as its training set is read. */
function paired(
  x: FileArray,
  y: FileArray,
  where: string,
  options: ArrayOptions,
  training?: KnownInputs,
): { readonly dataset: Dataset; readonly reading: ArrayReading } {
  const [count] = x.shape
  if (x.shape.length < 2 || count === 0)
    throw new DataError(`${where}: the inputs are ${formatShape(x.shape)}; expected [N, ...] with examples`)
  if (!sameShape(y.shape, [count]) && !sameShape(y.shape, [count, 1]))
    throw new DataError(`${where}: the labels are ${formatShape(y.shape)}; expected [${count}], one for each input`)
  const labels = Int32Array.from(y.data)
  const odd = labels.findIndex((label, i) => label !== y.data[i] || label < 0)
  if (odd >= 0) throw new DataError(`${where}: label ${odd} is ${y.data[odd]}; expected whole numbers of at least 0`)
  const { inputShape, last } = exampleShape(x.shape, options.layout)
  const found = holdBytes(x, inputShape, where)
  const isBytes = training === undefined ? found : holdBytesAs(training, { x, isBytes: found }, where)
  const plain = isBytes ? Uint8Array.from(x.data) : Float32Array.from(x.data)
  const inputs = last ? channelsFirst(plain, inputShape) : plain
  const largest = labels.reduce((a, b) => Math.max(a, b), 0)
  if (options.classes === undefined && largest >= Math.max(manyClasses, count))
    throw new DataError(
      `${where}: label ${labels.indexOf(largest)} is ${largest}, which would make ${largest + 1} classes of ${count} examples; number the classes from 0 on`,
    )
  const classes = options.classes ?? Array.from({ length: largest + 1 }, (_, i) => String(i))
  const reading: ArrayReading = {
    values: isBytes ? 'bytes' : 'numbers',
    ...(inputShape.length === 3 && x.shape.length === 4 && inputShape[0] > 1
      ? { channels: last ? 'last' : 'first' }
      : {}),
  }
  const dataset = inMemory({ name: where, inputs, inputShape, targets: labels, classes })
  return { dataset: { ...dataset, description: reading }, reading }
}

/** The first of some names that there is. */
const named = (arrays: ReadonlyMap<string, FileArray>, names: readonly string[]): FileArray | undefined =>
  names.map((name) => arrays.get(name)).find((array) => array !== undefined)

/**
 * Arrays `x_train`, `y_train`, `x_test`, `y_test`, as Keras' files have them, or `x` and `y` alone: inputs [N, features], [N, height, width], or pictures with channels, and
 * labels [N]. What is not there is split off by seed, of each class its share.
 * @throws DataError for arrays that are missing or do not go together; ArgumentError for options out of range.
 */
function arraySplits(arrays: ReadonlyMap<string, FileArray>, name: string, options: ArrayOptions): ArraySplits {
  const { validation = 1 / 12, test = 1 / 6, seed = 0 } = options
  const [x, y] = [named(arrays, ['x_train', 'x']), named(arrays, ['y_train', 'y'])]
  if (x === undefined || y === undefined)
    throw new DataError(
      `${name} has the arrays ${[...arrays.keys()].map(printable).join(', ') || 'none'}; expected x_train, y_train, x_test and y_test, or x and y`,
    )
  const [unseenX, unseenY] = [arrays.get('x_test'), arrays.get('y_test')]
  if ((unseenX === undefined) !== (unseenY === undefined)) {
    const [there, missing] = unseenX === undefined ? ['y_test', 'x_test'] : ['x_test', 'y_test']
    throw new DataError(`${name} has the array ${there}, but no ${missing}; expected both, or neither`)
  }
  const { dataset: known, reading } = paired(x, y, name, options)
  if (unseenX === undefined || unseenY === undefined) return { ...splits(known, { validation, test, seed }), reading }
  const ofKnown = { ...options, classes: options.classes ?? known.classes }
  const training: KnownInputs = { x, isBytes: reading.values === 'bytes' }
  const { dataset: unseen } = paired(unseenX, unseenY, name, ofKnown, training)
  if (!sameShape(unseen.inputShape, known.inputShape))
    throw new DataError(
      `${name}: training inputs are ${formatShape(known.inputShape)}, test inputs ${formatShape(unseen.inputShape)}; they must be equal`,
    )
  const { train, validation: chosen } = splits(known, { validation, seed })
  return { train, validation: chosen, test: unseen, reading }
}

const arrayNames = ['x_train', 'y_train', 'x_test', 'y_test', 'x', 'y']

/**
 * A data set of a .npz file's arrays, or of the .npy files of a folder, by the names of `x_train.npy` and so on: see `arraySplits` for the names. The
 * arrays are kept in memory, bytes as bytes. Bytes, which become [0, 1], are whole numbers of 0 to 255 in pictures, unless they are 0 and 1 alone, and in rows
 * [N, features] such with bright ones among them that are stored as unsigned bytes or are 64 at least; all else is read as it is. `reading` says which.
 * @param place bytes of a .npz file, or a folder, base URL or files in memory with .npy files
 * @throws DataError for arrays that are missing or do not go together, and labels of at least 65,536 that are more than there are examples; FormatError for broken files; ArgumentError for options out of range.
 */
export async function numpySet(
  place: Uint8Array | string | ReadonlyMap<string, Uint8Array>,
  options: ArrayOptions = {},
): Promise<ArraySplits> {
  if (place instanceof Uint8Array) {
    const name = options.name ?? '.npz file'
    const files = await unpackNpz(place, name)
    const arrays = new Map([...files].map(([array, bytes]) => [array, readArray(bytes, arrayOf(array, name))]))
    return arraySplits(arrays, name, options)
  }
  const files = filesAt(place, 'numpySet')
  const name = options.name ?? files.place
  const arrays = new Map<string, FileArray>()
  for (const array of arrayNames) {
    const bytes = await files.read(`${array}.npy`)
    if (bytes !== undefined) arrays.set(array, readArray(bytes, `${array}.npy of ${files.place}`))
  }
  return arraySplits(arrays, name, options)
}
