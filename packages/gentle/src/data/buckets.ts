/** Which examples of unequal length come into one batch, and how far they are padded. */
import { ArgumentError, DataError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import type { NamedDataset } from './dataset.ts'

/** Examples of a batch, and the length to which each sequence in it is padded, by its name. */
export interface PaddedBatch {
  readonly indices: Uint32Array
  readonly padded: Readonly<Record<string, number>>
}

/**
 * The length to which sequences up to a length are padded: 8, 12, 16, 24, 32, 48, and so on, by turns half as much again and a third, but never more than the
 * longest of the set. So a set of lengths up to 1,000 needs 15 programs, and from length 8 on less than a third of what is computed is padding.
 */
export function bucketLength(length: number, longest: number): number {
  let bucket = 8
  for (let half = true; bucket < length; half = !half) bucket = half ? bucket * 1.5 : bucket / 0.75
  return Math.min(Math.round(bucket), longest)
}

/** The lengths of the sequences of a set, by their names, with the longest of each; the inputs in order, then the target. */
function sequencesOf({ name, length, inputs, target, lengths = {} }: NamedDataset) {
  const fields = { ...inputs, target }
  return Object.entries(fields).flatMap(([field, { sequence }]) => {
    if (sequence === undefined) return []
    const own = lengths[field]
    if (own?.length !== length)
      throw new DataError(
        `data set ${name}: ${field} is a sequence, but there are ${own?.length ?? 'no'} lengths of ${length} examples; give one for each`,
      )
    return [{ field, longest: sequence, lengths: own }]
  })
}

/** @throws DataError for sequences without lengths, and lengths that are not whole numbers from 1 to the longest. */
export function checkLengths(dataset: NamedDataset): void {
  for (const { field, longest, lengths } of sequencesOf(dataset))
    for (let i = 0; i < lengths.length; i++)
      if (!(Number.isInteger(lengths[i]) && lengths[i] >= 1 && lengths[i] <= longest))
        throw new DataError(
          `data set ${dataset.name}: ${field} of example ${i} has length ${lengths[i]}; expected 1 to ${longest}, the longest`,
        )
}

/**
 * The batches of an order of examples. Those whose first sequence is padded to the same length come together, in their order; what is left of a length after
 * whole batches goes to the next longer one, so that only the last batch of all may be smaller. Other sequences are padded as far as any example needs whose
 * first one is no longer, and not as this batch does: a program is compiled for each pair of lengths. With `random`, in training, one example that is left over alone goes into the batch before, and then batches of several lengths are put in
 * random order, unless they shall stay by length. Without sequences they are stretches of the order.
 */
export function batchesByLength(
  dataset: NamedDataset,
  order: Uint32Array,
  batchSize: number,
  { random, byLength: keepOrder = false }: { readonly random?: Random; readonly byLength?: boolean } = {},
): PaddedBatch[] {
  const [first] = sequencesOf(dataset)
  const byLength = new Map<number, number[]>()
  for (const index of order) {
    const bucket = first === undefined ? 0 : bucketLength(first.lengths[index], first.longest)
    const members = byLength.get(bucket)
    if (members === undefined) byLength.set(bucket, [index])
    else members.push(index)
  }
  const upTo = [...byLength.keys()].sort((a, b) => a - b)
  const batches: Uint32Array[] = []
  let left: number[] = []
  for (const bucket of upTo) {
    const members = [...left, ...byLength.get(bucket)!]
    const whole = members.length - (members.length % batchSize)
    for (let start = 0; start < whole; start += batchSize)
      batches.push(Uint32Array.from(members.slice(start, start + batchSize)))
    left = members.slice(whole)
  }
  if (left.length === 1 && batches.length > 0 && random !== undefined) {
    // The longest of all come last, so that these are most alike.
    batches.push(Uint32Array.from([...batches.pop()!, ...left]))
  } else if (left.length > 0) batches.push(Uint32Array.from(left))
  const shuffled = random === undefined || keepOrder || byLength.size < 2 ? batches : shuffle(batches, random)
  const longest = longestUpTo(dataset, upTo, byLength)
  return shuffled.map((indices) => {
    const { padded } = paddedBatch(dataset, indices)
    return { indices, padded: first === undefined ? padded : longest.get(padded[first.field])! }
  })
}

/** The lengths to which all sequences are padded, of the examples up to each length of the first one. */
function longestUpTo(
  dataset: NamedDataset,
  lengths: readonly number[],
  members: ReadonlyMap<number, readonly number[]>,
): ReadonlyMap<number, PaddedBatch['padded']> {
  const found = new Map<number, PaddedBatch['padded']>()
  let before: PaddedBatch['padded'] = {}
  for (const length of lengths) {
    const { padded } = paddedBatch(dataset, Uint32Array.from(members.get(length)!))
    before = Object.fromEntries(
      Object.entries(padded).map(([field, own]) => [field, Math.max(own, before[field] ?? 0)]),
    )
    found.set(length, before)
  }
  return found
}

/** Examples as a batch, its sequences as long as the longest of each needs. */
export const paddedBatch = (dataset: NamedDataset, indices: Uint32Array): PaddedBatch => ({
  indices,
  padded: Object.fromEntries(
    sequencesOf(dataset).map(({ field, longest, lengths }) => [
      field,
      bucketLength(
        indices.reduce((max, index) => Math.max(max, lengths[index]), 0),
        longest,
      ),
    ]),
  ),
})

const shuffle = <T>(items: readonly T[], random: Random): T[] =>
  Array.from(random.permutation(items.length), (i) => items[i])

/**
 * The batches after those that hold the first `position` examples.
 * @throws ArgumentError where a batch ends elsewhere.
 */
export function batchesFrom(batches: readonly PaddedBatch[], position: number): readonly PaddedBatch[] {
  let [start, taken] = [0, 0]
  while (taken < position && start < batches.length) taken += batches[start++].indices.length
  if (taken !== position)
    throw new ArgumentError(`batches: none ends after ${position} examples; begin with another epoch`)
  return batches.slice(start)
}
