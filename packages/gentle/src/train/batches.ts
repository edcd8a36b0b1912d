/** The batches of a data set. */
import { batchRanges, wholeBatches } from '../core/batch-parts.ts'
import type { DType, TypedArray } from '../core/dtype.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shape.ts'
import { type AnyDataset, type Dataset, isNamed } from '../data/dataset.ts'

/** Examples for a step. */
export interface Batch {
  /** How many. */
  readonly examples: number
  /** Which of the data set's they are, for messages; a batch of your own need not tell. */
  readonly indices?: Uint32Array
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

/** As `stretches`, for training (`batchRanges`). */
export function* trainingStretches(order: Uint32Array, batchSize: number): Generator<Uint32Array> {
  for (const { start, end } of batchRanges(order.length, batchSize)) yield order.subarray(start, end)
}

/**
 * Steps that an epoch of this many examples takes: one per batch, and one for what is left over, unless that is a single example, which goes with the step before.
 * @param accumulate batches a step
 */
export function stepsOf(examples: number, batchSize: number, accumulate = 1): number {
  const whole = wholeBatches(examples, batchSize)
  return Math.ceil((whole / batchSize + (whole < examples ? 1 : 0)) / accumulate)
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
  /** Whether its batches go from short sequences to long ones. */
  readonly byLength?: boolean
  /** Whether they are stretches of the data's own order. */
  readonly inOrder?: boolean
}

/** Where the epoch behind a place begins. */
export const nextEpoch = (place: Place): Place => ({ ...place, epoch: place.epoch + 1, position: 0, byLength: false })

/** Batches that are settled, but not read yet. */
export interface PlannedBatches {
  readonly batches: readonly PlannedBatch[]
  /** Reads some of them, or parts of them, in their order. */
  read(batches: readonly PlannedBatch[]): AsyncGenerator<Batch & { indices: Uint32Array }>
}

/** The examples of a batch, and the lengths to which sequences in it are padded, where there are some. */
export interface PlannedBatch {
  readonly indices: Uint32Array
  readonly padded?: Batch['padded']
}

/** What is left of an epoch's batches, in an order from the seed: the data's own, where it has one. The last may be smaller, or have one example more: none has one alone beside others. */
export async function planEpoch(dataset: AnyDataset, batchSize: number, place: Place): Promise<PlannedBatches> {
  const { seed, epoch, position } = place
  const order = place.inOrder
    ? inOrder(dataset.length)
    : (dataset.order?.({ seed, epoch, batchSize }) ??
      new Random(seed, `order of epoch ${epoch}`).permutation(dataset.length))
  return isNamed(dataset)
    ? (await import('./named-batches.ts')).planNamedBatches(dataset, order, batchSize, place)
    : planned(dataset, [...trainingStretches(order.subarray(position), batchSize)], epoch - 1)
}

/** All examples, each once, in an order that is always the same. What reads named inputs is loaded where there are some. */
export async function planAll(dataset: AnyDataset, batchSize: number): Promise<PlannedBatches> {
  const order = inOrder(dataset.length)
  return isNamed(dataset)
    ? (await import('./named-batches.ts')).planNamedBatches(dataset, order, batchSize)
    : planned(dataset, [...stretches(order, batchSize)], 0)
}

const planned = (dataset: Dataset, batches: readonly Uint32Array[], pass: number): PlannedBatches => ({
  batches: batches.map((indices) => ({ indices })),
  read: (some) =>
    read(
      dataset,
      some.map(({ indices }) => indices),
      pass,
    ),
})

/** The batches that `planEpoch` settles, of which the first is being read when it gives them. */
export async function epochBatches(
  dataset: AnyDataset,
  batchSize: number,
  place: Place,
): Promise<AsyncGenerator<Batch & { indices: Uint32Array }>> {
  const { batches, read } = await planEpoch(dataset, batchSize, place)
  return read(batches)
}

/** The batches that `planAll` settles. */
export async function* allBatches(
  dataset: AnyDataset,
  batchSize: number,
): AsyncGenerator<Batch & { indices: Uint32Array }> {
  const { batches, read } = await planAll(dataset, batchSize)
  yield* read(batches)
}

/**
 * The examples of an order, batch by batch. While the caller works on one batch the next is being read into other memory, so that
 * it need not wait for files that are decoded meanwhile.
 */
export const readBatches = (
  dataset: Dataset,
  order: Uint32Array,
  batchSize: number,
  pass = 0,
): AsyncGenerator<ReadBatch> => read(dataset, [...stretches(order, batchSize)], pass)

/** Shared where that is allowed, so that threads that decode pictures write into it. */
const BatchMemory = typeof SharedArrayBuffer === 'undefined' ? ArrayBuffer : SharedArrayBuffer

function read(dataset: Dataset, batches: readonly Uint32Array[], pass: number): AsyncGenerator<ReadBatch> {
  const { inputShape, target } = dataset
  const room = batches.reduce((max, { length }) => Math.max(max, length), 0)
  const [inputSize, targetSize] = [sizeOf(inputShape), sizeOf(target.shape)]
  const memory = Array.from({ length: 2 }, () => ({
    x: new Float32Array(new BatchMemory(4 * room * inputSize)),
    y: memoryOf(target.dtype, room * targetSize),
  }))
  const readBatch = async (indices: Uint32Array, turn: number): Promise<ReadBatch> => {
    const { x, y } = memory[turn % 2]
    const examples = indices.length
    const inputs = { x: x.subarray(0, examples * inputSize) }
    const targets = y.subarray(0, examples * targetSize)
    await dataset.read(indices, inputs.x, targets, pass)
    return { examples, indices, inputs, targets }
  }
  return ahead(batches, readBatch)
}

export const memoryOf = (dtype: DType, length: number): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> =>
  dtype === 'int32' ? new Int32Array(length) : new Float32Array(length)

/** Reads a batch ahead of the one that is being worked on, the first one at once; `turn` counts them. */
export function ahead<Plan, Read>(
  plans: readonly Plan[],
  read: (plan: Plan, turn: number) => Promise<Read>,
): AsyncGenerator<Read> {
  const begun = (turn: number): Promise<Read> | undefined => {
    const coming = turn < plans.length ? read(plans[turn], turn) : undefined
    // Whoever asks for the batch is told; nobody may ask for it, where the caller stopped before.
    coming?.catch(() => {})
    return coming
  }
  const first = begun(0)
  return (async function* () {
    for (let [turn, coming] = [1, first]; coming; turn++) {
      const batch = await coming
      coming = begun(turn)
      yield batch
    }
  })()
}
