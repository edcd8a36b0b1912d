/** CIFAR-10 and CIFAR-100 in their binary versions (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009). */
import { ArgumentError, DataError } from '../core/errors.ts'
import type { RandomAccess } from '../core/random-access.ts'
import type { Dataset } from './dataset.ts'
import { type FileSource, filesAt } from './files.ts'
import type { Splits } from './idx-folder.ts'
import { checkIndex, checkRoom, randomSplit } from './memory.ts'

export interface CifarOptions {
  /** Training examples that are split off for validation, of each class its share; 5,000, or a tenth of fewer, unless given. */
  readonly validation?: number
  /** By which they are chosen; 0 unless given. */
  readonly seed?: number
}

export interface Cifar100Options extends CifarOptions {
  /** The 100 classes, or the 20 that each hold five of them; 'fine' unless given. */
  readonly labels?: 'fine' | 'coarse'
}

/** Red, green and blue, 32 x 32 each: row-major planes, one after the other. */
const inputShape = [3, 32, 32] as const
const pixels = 3 * 32 * 32

/** A record is labels, a byte each, and then the picture. */
interface Layout {
  readonly name: string
  readonly labels: number
  /** Which of the labels is meant. */
  readonly label: number
  readonly trainFiles: readonly string[]
  readonly testFiles: readonly string[]
  readonly classFile: string
  readonly classes: number
}

const cifar10Layout: Layout = {
  name: 'cifar10',
  labels: 1,
  label: 0,
  trainFiles: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  testFiles: ['test_batch.bin'],
  classFile: 'batches.meta.txt',
  classes: 10,
}

const cifar100Layout = (labels: 'fine' | 'coarse'): Layout => ({
  name: 'cifar100',
  labels: 2,
  label: labels === 'coarse' ? 0 : 1,
  trainFiles: ['train.bin'],
  testFiles: ['test.bin'],
  classFile: `${labels}_label_names.txt`,
  classes: labels === 'coarse' ? 20 : 100,
})

/** The records of some files, one after the other. Pictures are read from the files when they are asked for. */
function recordsOf(files: readonly RandomAccess[], layout: Layout, classes: readonly string[]): Dataset {
  const { name, labels: labelBytes, label } = layout
  const size = labelBytes + pixels
  const counts = files.map(({ length }) => length / size)
  const firsts = counts.map((_, i) => counts.slice(0, i).reduce((sum, count) => sum + count, 0))
  const length = counts.reduce((sum, count) => sum + count, 0)
  const labels = new Uint8Array(length)
  for (const [i, file] of files.entries()) {
    const one = new Uint8Array(labelBytes)
    for (let record = 0; record < counts[i]; record++) {
      file.read(record * size, one)
      labels[firsts[i] + record] = one[label]
    }
  }
  const outside = labels.findIndex((value) => value >= classes.length)
  if (outside >= 0)
    throw new DataError(
      `${name}: example ${outside} has label ${labels[outside]}; expected 0 to ${classes.length - 1}: these are not files of ${name}`,
    )
  const bytes = new Uint8Array(pixels)
  return {
    name,
    length,
    inputShape,
    target: { dtype: 'int32', shape: [] },
    classes,
    labels,
    read(indices, inputs, targets) {
      checkRoom(name, indices.length, pixels, inputs.length, 'inputs')
      checkRoom(name, indices.length, 1, targets.length, 'targets')
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]
        checkIndex(name, index, length)
        let file = files.length - 1
        while (firsts[file] > index) file--
        files[file].read((index - firsts[file]) * size + labelBytes, bytes)
        for (let j = 0, at = i * pixels; j < pixels; j++, at++) inputs[at] = bytes[j] / 255
        targets[i] = labels[index]
      }
    },
  }
}

async function readCifar(files: FileSource, layout: Layout, { validation, seed = 0 }: CifarOptions): Promise<Splits> {
  const { name, labels, trainFiles, testFiles, classFile } = layout
  const names = [...trainFiles, ...testFiles]
  const opened = await Promise.all(names.map((file) => files.open(file)))
  const missing = names.filter((_, i) => opened[i] === undefined)
  if (missing.length > 0)
    throw new DataError(
      `${files.place} has no ${missing.join(', ')}; expected the binary version of ${name}: ${names.join(', ')}`,
    )
  const all = opened as RandomAccess[]
  const size = labels + pixels
  const odd = all.findIndex(({ length }) => length === 0 || length % size !== 0)
  if (odd >= 0)
    throw new DataError(
      `${names[odd]} of ${files.place} has ${all[odd].length} bytes; expected a multiple of ${size}: it is cut off or another file`,
    )
  const text = await files.read(classFile)
  const classes =
    text === undefined
      ? Array.from({ length: layout.classes }, (_, i) => String(i))
      : new TextDecoder().decode(text).split(/\r?\n/).filter(Boolean)
  const whole = recordsOf(all.slice(0, trainFiles.length), layout, classes)
  const [train, chosen] = randomSplit(
    whole,
    validation ?? Math.min(5000, Math.max(1, Math.round(whole.length / 10))),
    seed,
  )
  return { train, validation: chosen, test: recordsOf(all.slice(trainFiles.length), layout, classes) }
}

/**
 * CIFAR-10 from a folder (in Node), below a base URL or in memory: `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin`, and the names of the
 * classes in `batches.meta.txt` where it is there. Pictures are [3, 32, 32] in [0, 1]; in Node they are read from the files for each batch.
 * @throws DataError for files that are missing or of another size, and for labels beyond the classes; ArgumentError for options out of range.
 */
export const cifar10 = (place: string | ReadonlyMap<string, Uint8Array>, options: CifarOptions = {}): Promise<Splits> =>
  readCifar(filesAt(place, 'cifar10'), cifar10Layout, options)

/**
 * CIFAR-100, as `cifar10`: `train.bin`, `test.bin`, and the names of the classes in `fine_label_names.txt` or `coarse_label_names.txt`.
 * @throws as cifar10.
 */
export async function cifar100(
  place: string | ReadonlyMap<string, Uint8Array>,
  { labels = 'fine', ...options }: Cifar100Options = {},
): Promise<Splits> {
  if (labels !== 'fine' && labels !== 'coarse')
    throw new ArgumentError(`cifar100: labels is '${labels}'; expected fine or coarse`)
  return readCifar(filesAt(place, 'cifar100'), cifar100Layout(labels), options)
}
