/** The batches of a data set. */
import type { TypedArray } from '../core/dtype.ts'
import { sizeOf } from '../core/shape.ts'
import type { Dataset } from '../data/dataset.ts'

/** Examples for a step. */
export interface Batch {
  /** How many. */
  readonly examples: number
  /** The network's inputs by name, row-major with the examples as the first axis; `x` is the only one of a network that takes one. */
  readonly inputs: Readonly<Record<string, TypedArray>>
  readonly targets: TypedArray
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

/**
 * The examples of an order, batch by batch. While the caller works on one batch the next is being read into other memory, so that
 * it need not wait for files that are decoded meanwhile.
 */
export async function* readBatches(
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
    y: target.dtype === 'int32' ? new Int32Array(room * targetSize) : new Float32Array(room * targetSize),
  }))
  let turn = 0
  const read = async (indices: Uint32Array): Promise<ReadBatch> => {
    const { x, y } = memory[turn++ % 2]
    const examples = indices.length
    const inputs = { x: x.subarray(0, examples * inputSize) }
    const targets = y.subarray(0, examples * targetSize)
    await dataset.read(indices, inputs.x, targets, pass)
    return { examples, indices, inputs, targets }
  }
  let coming: Promise<ReadBatch> | undefined
  for (const indices of stretches(order, batchSize)) {
    const batch = await coming
    coming = read(indices)
    // Whoever asks for the batch is told; nobody may ask for it, where the caller stopped before.
    coming.catch(() => {})
    if (batch !== undefined) yield batch
  }
  if (coming !== undefined) yield await coming
}
