/** The batches of a data set. */
import type { DType, TypedArray } from '../core/dtype.ts'
import { type Field, lengthsOf } from '../core/field.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shape.ts'
import { batchesByLength, batchesFrom, type PaddedBatch } from '../data/buckets.ts'
import { type AnyDataset, type Dataset, isNamed, type NamedDataset } from '../data/dataset.ts'

/** Examples for a step. */
export interface Batch {
  /** How many. */
  readonly examples: number
  /**
   * The network's inputs by name, row-major with the examples as the first axis; `x` is the only one of a network that takes one tensor. Sequences are
   * padded to one length; how long the examples `tokens` are is `tokensLengths`.
   */
  readonly inputs: Readonly<Record<string, TypedArray>>
  readonly targets: TypedArray
  /** How long targets are that are sequences. */
  readonly targetLengths?: Int32Array
  /** The lengths to which sequences are padded, by their names, the targets' as `target`; where there are none, undefined. */
  readonly padded?: Readonly<Record<string, number>>
}

/** Examples that have been read. The memory is the reader's: it holds them until the next batch is asked for. */
export interface ReadBatch extends Batch {
  readonly indices: Uint32Array
  readonly inputs: { readonly x: Float32Array }
  readonly targets: Float32Array | Int32Array
}

/** Stretches of an order, each a batch; the last may be smaller. */
function* stretches(order: Uint32Array, batchSize: number): Generator<Uint32Array> {
  for (let start = 0; start < order.length; start += batchSize) yield order.subarray(start, start + batchSize)
}

/** The numbers 0 to length - 1. */
export const inOrder = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i)

/** Where a training stands in its data. */
export interface Place {
  readonly seed: number
  /** From 1. */
  readonly epoch: number
  /** Examples of the epoch that were taken before. */
  readonly position: number
}

/** What is left of an epoch's batches, in an order from the seed; see `batchesByLength` for sequences. */
export function epochBatches(
  dataset: AnyDataset,
  batchSize: number,
  { seed, epoch, position }: Place,
): AsyncGenerator<Batch> {
  const order = new Random(seed, `order of epoch ${epoch}`).permutation(dataset.length)
  if (!isNamed(dataset)) return readBatches(dataset, order.subarray(position), batchSize, epoch - 1)
  const batches = batchesByLength(dataset, order, batchSize, new Random(seed, `order of batches of epoch ${epoch}`))
  return readNamedBatches(dataset, batchesFrom(batches, position), epoch - 1)
}

/** All examples, each once, in an order that is always the same. */
export function allBatches(dataset: AnyDataset, batchSize: number): AsyncGenerator<Batch & { indices: Uint32Array }> {
  const order = inOrder(dataset.length)
  return isNamed(dataset)
    ? readNamedBatches(dataset, batchesByLength(dataset, order, batchSize))
    : readBatches(dataset, order, batchSize)
}

/**
 * The examples of an order, batch by batch. While the caller works on one batch the next is being read into other memory, so that
 * it need not wait for files that are decoded meanwhile.
 */
export function readBatches(
  dataset: Dataset,
  order: Uint32Array,
  batchSize: number,
  pass = 0,
): AsyncGenerator<ReadBatch> {
  const { inputShape, target } = dataset
  const room = Math.min(batchSize, order.length)
  const [inputSize, targetSize] = [sizeOf(inputShape), sizeOf(target.shape)]
  const memory = Array.from({ length: 2 }, () => ({
    x: new Float32Array(room * inputSize),
    y: memoryOf(target.dtype, room * targetSize),
  }))
  const read = async (indices: Uint32Array, turn: number): Promise<ReadBatch> => {
    const { x, y } = memory[turn % 2]
    const examples = indices.length
    const inputs = { x: x.subarray(0, examples * inputSize) }
    const targets = y.subarray(0, examples * targetSize)
    await dataset.read(indices, inputs.x, targets, pass)
    return { examples, indices, inputs, targets }
  }
  return ahead(stretches(order, batchSize), read)
}

/** As `readBatches`, of named inputs; sequences are padded. */
function readNamedBatches(
  dataset: NamedDataset,
  batches: readonly PaddedBatch[],
  pass = 0,
): AsyncGenerator<Batch & { indices: Uint32Array }> {
  const fields = Object.entries({ ...dataset.inputs, target: dataset.target })
  const hasSequences = fields.some(([, { sequence }]) => sequence !== undefined)
  const valuesOf = (name: string, { shape, sequence }: Field, { indices, padded }: PaddedBatch): number =>
    indices.length * (sequence === undefined ? 1 : padded[name]) * sizeOf(shape)
  const most = batches.reduce((a, { indices }) => Math.max(a, indices.length), 0)
  const memory = Array.from({ length: 2 }, () =>
    fields.map(([name, field]) => ({
      values: memoryOf(
        field.dtype,
        batches.reduce((a, batch) => Math.max(a, valuesOf(name, field, batch)), 0),
      ),
      lengths: new Int32Array(field.sequence === undefined ? 0 : most),
    })),
  )
  const read = async (batch: PaddedBatch, turn: number) => {
    const { indices, padded } = batch
    const examples = indices.length
    const parts = fields.map(([name, field], f) => {
      const { values, lengths } = memory[turn % 2][f]
      const own = field.sequence === undefined ? undefined : dataset.lengths![name]
      const whole = values.subarray(0, valuesOf(name, field, batch))
      if (own !== undefined) {
        whole.fill(field.padding ?? 0)
        for (let i = 0; i < examples; i++) lengths[i] = own[indices[i]]
      }
      const row = whole.length / examples
      const size = sizeOf(field.shape)
      /** The place of an example, as long as it is. */
      const placeOf = (i: number) => whole.subarray(i * row, i * row + (own === undefined ? row : lengths[i] * size))
      return { name, whole, lengths: own && lengths.subarray(0, examples), placeOf }
    })
    const inputParts = parts.slice(0, -1)
    const target = parts[parts.length - 1]
    const waiting: Promise<void>[] = []
    for (let i = 0; i < examples; i++) {
      const into = Object.fromEntries(inputParts.map(({ name, placeOf }) => [name, placeOf(i)]))
      const reading = dataset.read(indices[i], into, target.placeOf(i), pass)
      if (reading instanceof Promise) waiting.push(reading)
    }
    await Promise.all(waiting)
    const inputs = Object.fromEntries(
      inputParts.flatMap(({ name, whole, lengths }): [string, TypedArray][] =>
        lengths === undefined
          ? [[name, whole]]
          : [
              [name, whole],
              [lengthsOf(name), lengths],
            ],
      ),
    )
    return {
      examples,
      indices,
      inputs,
      targets: target.whole,
      targetLengths: target.lengths,
      padded: hasSequences ? padded : undefined,
    }
  }
  return ahead(batches, read)
}

const memoryOf = (dtype: DType, length: number): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> =>
  dtype === 'int32' ? new Int32Array(length) : new Float32Array(length)

/** Reads a batch ahead of the one that is being worked on; `turn` counts them. */
async function* ahead<Plan, Read>(
  plans: Iterable<Plan>,
  read: (plan: Plan, turn: number) => Promise<Read>,
): AsyncGenerator<Read> {
  let coming: Promise<Read> | undefined
  let turn = 0
  for (const plan of plans) {
    const batch = await coming
    coming = read(plan, turn++)
    // Whoever asks for the batch is told; nobody may ask for it, where the caller stopped before.
    coming.catch(() => {})
    if (batch !== undefined) yield batch
  }
  if (coming !== undefined) yield await coming
}
