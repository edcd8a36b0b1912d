/** Figures of a data set: examples a class, mean and standard deviation, duplicates. */
import { type Shape, sizeOf } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'
import type { Splits } from './idx-folder.ts'
import { labelsOf } from './memory.ts'

/** The parts of a data set. */
export const partNames = ['train', 'validation', 'test'] as const

export type PartName = (typeof partNames)[number]

/** One of each part. */
export type PerPart<T> = Readonly<Record<PartName, T>>

const eachPart = <T>(of: (name: PartName) => T): PerPart<T> => ({
  train: of('train'),
  validation: of('validation'),
  test: of('test'),
})

export interface PartCounts {
  readonly examples: number
  readonly perClass: Readonly<Record<string, number>>
}

/** Examples of each part, and of each class in it. */
export function countExamples(splits: Splits): PerPart<PartCounts> {
  return eachPart((name) => {
    const part = splits[name]
    const classes = part.classes ?? []
    const counts = new Array<number>(classes.length).fill(0)
    for (const label of labelsOf(part)) counts[label]++
    return { examples: part.length, perClass: Object.fromEntries(classes.map((label, i) => [label, counts[i]])) }
  })
}

/** Classes of the training set with the most and the fewest examples. */
export interface ClassImbalance {
  readonly largest: { readonly label: string; readonly examples: number }
  readonly smallest: { readonly label: string; readonly examples: number }
  /** Examples of the one over those of the other. */
  readonly ratio: number
}

/** How unequal classes are in the training set. */
export function classImbalance({ train }: PerPart<PartCounts>): ClassImbalance {
  const sorted = Object.entries(train.perClass)
    .map(([label, examples]) => ({ label, examples }))
    .sort((a, b) => b.examples - a.examples)
  const [largest, smallest] = [sorted[0], sorted[sorted.length - 1]]
  return { largest, smallest, ratio: largest.examples / smallest.examples }
}

/** Where an example is. */
export interface ExamplePlace {
  readonly part: PartName
  readonly index: number
  readonly label: number
}

/** Examples that are the same number for number. */
export interface Duplicates {
  /** Examples of a part that have come in it before. */
  readonly within: PerPart<number>
  /** Examples of the later part that are in the earlier, too. */
  readonly between: readonly { readonly earlier: PartName; readonly later: PartName; readonly examples: number }[]
  /** Duplicates whose label is another than their first one's. */
  readonly contradicting: number
  /** The first few: an example, and what it repeats. */
  readonly found: readonly { readonly example: ExamplePlace; readonly repeats: ExamplePlace }[]
}

export interface DataStatistics {
  /** Of each channel over the training set, or of each coordinate of points. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly duplicates: Duplicates
}

/** Examples read at once. */
const batchSize = 64

/** Duplicates that are named. */
const named = 10

/** What has to be read to be known: every example of every part, and those that may be duplicates again. */
export async function dataStatistics(splits: Splits): Promise<DataStatistics> {
  const { inputShape } = splits.train
  const size = sizeOf(inputShape)
  const moments = new Moments(inputShape)
  const seen = new SeenExamples(splits, size)
  const within = { train: 0, validation: 0, test: 0 }
  const between = [
    { earlier: 'train', later: 'validation', examples: 0 },
    { earlier: 'train', later: 'test', examples: 0 },
    { earlier: 'validation', later: 'test', examples: 0 },
  ] as const satisfies Duplicates['between']
  const counted = between.map((pair) => ({ ...pair, examples: 0 as number }))
  const found: { example: ExamplePlace; repeats: ExamplePlace }[] = []
  let contradicting = 0
  for (const part of partNames)
    for await (const { index, label, values } of examplesOf(splits[part], size)) {
      if (part === 'train') moments.add(values)
      const example: ExamplePlace = { part, index, label }
      const before = await seen.equalTo(values)
      if (before.length === 0) {
        seen.add(values, example)
        continue
      }
      if (before.some((place) => place.part === part)) within[part]++
      for (const pair of counted)
        if (pair.later === part && before.some((place) => place.part === pair.earlier)) pair.examples++
      if (before[0].label !== label) contradicting++
      if (found.length < named) found.push({ example, repeats: before[0] })
      before.push(example)
    }
  return { ...moments.result(), duplicates: { within, between: counted, contradicting, found } }
}

/** The examples of a set one by one; `values` is overwritten by later ones. */
async function* examplesOf(part: Dataset, size: number) {
  const [inputs, labels] = [new Float32Array(batchSize * size), new Int32Array(batchSize)]
  for (let start = 0; start < part.length; start += batchSize) {
    const length = Math.min(batchSize, part.length - start)
    await part.read(
      Array.from({ length }, (_, i) => start + i),
      inputs,
      labels,
    )
    for (let i = 0; i < length; i++)
      yield { index: start + i, label: labels[i], values: inputs.subarray(i * size, (i + 1) * size) }
  }
}

/** A number of 32 bits that depends on all bits of the values (FNV-1a over words). */
function hashOf(values: Float32Array): number {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length)
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i], 0x01000193)
    hash ^= hash >>> 15
  }
  return hash
}

/** Whether all bits are the same. */
function areSame(a: Float32Array, b: Float32Array): boolean {
  const [x, y] = [a, b].map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length))
  return x.every((word, i) => word === y[i])
}

/** Examples by what they hold. Of each kind the places are kept alone: its first example is read again where a hash says that another may be like it. */
class SeenExamples {
  readonly #splits: Splits
  readonly #kinds = new Map<number, ExamplePlace[][]>()
  readonly #values: Float32Array
  readonly #label = new Int32Array(1)

  constructor(splits: Splits, size: number) {
    this.#splits = splits
    this.#values = new Float32Array(size)
  }

  /** The examples of these very values, to which a further one may be added; none where there are none. */
  async equalTo(values: Float32Array): Promise<ExamplePlace[]> {
    for (const kind of this.#kinds.get(hashOf(values)) ?? []) {
      const [{ part, index }] = kind
      await this.#splits[part].read([index], this.#values, this.#label)
      if (areSame(this.#values, values)) return kind
    }
    return []
  }

  /** Adds the first example of its kind. */
  add(values: Float32Array, example: ExamplePlace): void {
    const hash = hashOf(values)
    const kinds = this.#kinds.get(hash)
    if (kinds === undefined) this.#kinds.set(hash, [[example]])
    else kinds.push([example])
  }
}

/** Mean and standard deviation of each channel, in float64. */
export class Moments {
  readonly #sums: Float64Array
  readonly #squares: Float64Array
  #count = 0

  constructor(shape: Shape) {
    this.#sums = new Float64Array(shape[0])
    this.#squares = new Float64Array(shape[0])
  }

  add(values: Float32Array): void {
    const channels = this.#sums.length
    const each = values.length / channels
    for (let c = 0; c < channels; c++) {
      let [sum, squares] = [0, 0]
      for (let i = c * each; i < (c + 1) * each; i++) {
        sum += values[i]
        squares += values[i] * values[i]
      }
      this.#sums[c] += sum
      this.#squares[c] += squares
    }
    this.#count += each
  }

  result(): { mean: number[]; std: number[] } {
    const mean = Array.from(this.#sums, (sum) => sum / this.#count)
    const std = Array.from(this.#squares, (sum, c) => Math.sqrt(Math.max(0, sum / this.#count - mean[c] * mean[c])))
    return { mean, std }
  }
}
