/** The batches of a data set of named inputs. */
import type { TypedArray } from '../core/dtype.ts'
import { type Field, lengthsOf } from '../core/field.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shape.ts'
import { batchesByLength, batchesFrom, checkLengths, type PaddedBatch, paddedBatch } from '../data/buckets.ts'
import type { NamedDataset } from '../data/dataset.ts'
import { ahead, type Batch, memoryOf, type Place, type PlannedBatches, trainingStretches } from './batches.ts'

/**
 * The examples of an order by their lengths, as `batchesByLength` puts them together; in training, what is left of an epoch's batches. They are read ahead as
 * those of one input are, and sequences are padded.
 * @throws DataError for sequences without lengths, or with wrong ones.
 */
export function planNamedBatches(
  wanted: NamedDataset,
  order: Uint32Array,
  batchSize: number,
  place?: Place,
): PlannedBatches {
  const pass = place === undefined ? 0 : place.epoch - 1
  const dataset = wanted.lengthsIn === undefined ? wanted : { ...wanted, lengths: wanted.lengthsIn(pass) }
  checkLengths(dataset)
  const random = place && new Random(place.seed, `order of batches of epoch ${place.epoch}`)
  const together = place?.inOrder
    ? [...trainingStretches(order, batchSize)].map((indices) => paddedBatch(dataset, indices))
    : batchesByLength(dataset, order, batchSize, { random, byLength: place?.byLength })
  return {
    batches: batchesFrom(together, place?.position ?? 0),
    read: (batches) => read(dataset, batches as readonly PaddedBatch[], pass),
  }
}

function read(
  dataset: NamedDataset,
  batches: readonly PaddedBatch[],
  pass: number,
): AsyncGenerator<Batch & { indices: Uint32Array }> {
  const fields = Object.entries({ ...dataset.inputs, target: dataset.target })
  const hasSequences = fields.some(([, { sequence }]) => sequence !== undefined)
  const valuesOf = (name: string, { shape, sequence }: Field, { indices, padded }: PaddedBatch): number =>
    indices.length * (sequence === undefined ? 1 : padded[name]) * sizeOf(shape)
  const max = batches.reduce((a, { indices }) => Math.max(a, indices.length), 0)
  const memory = Array.from({ length: 2 }, () =>
    fields.map(([name, field]) => ({
      values: memoryOf(
        field.dtype,
        batches.reduce((a, batch) => Math.max(a, valuesOf(name, field, batch)), 0),
      ),
      lengths: new Int32Array(field.sequence === undefined ? 0 : max),
    })),
  )
  const readBatch = async (batch: PaddedBatch, turn: number) => {
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
  return ahead(batches, readBatch)
}
