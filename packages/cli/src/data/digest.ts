/** By what it is seen that a data set is another than it was. */
import { createHash, type Hash } from 'node:crypto'
import { sizeOf } from 'gentle-dl'
import {
  type AnnotatedSet,
  type Annotations,
  type AnyDataset,
  type Dataset,
  type NamedDataset,
  partNames,
} from 'gentle-dl/data'

/** A part of the data that a training takes. */
export type DataPart = AnyDataset | AnnotatedSet

/** Examples of a part that are looked at, spread evenly over all, where not all are. */
const sampled = 64

/** Of sets in memory with inputs of at most so many numbers all are looked at: some 0.1 seconds of a core. */
const allBelow = 2 ** 24

/** Digests begin with it since all labels, and all examples of small sets, are looked at. */
const second = '2:'

/** Those of pictures with boxes or masks. */
const annotated = 'annotated:'

const memoryFor = (dtype: string, size: number) => (dtype === 'int32' ? new Int32Array(size) : new Float32Array(size))

const isAnnotated = (part: DataPart): part is AnnotatedSet => !('target' in part)

/** Adds examples to a hash. */
async function addExamples(part: Dataset, hash: Hash, all: boolean): Promise<void> {
  const input = new Float32Array(sizeOf(part.inputShape))
  const target = memoryFor(part.target.dtype, sizeOf(part.target.shape))
  const read = async (index: number): Promise<boolean> => {
    const reading = part.read([index], input, target)
    await reading
    hash.update(input).update(part.classes?.[target[0]] ?? target.join())
    return reading === undefined
  }
  const isInMemory = part.length > 0 && (await read(0))
  const count =
    all && isInMemory && part.length * input.length <= allBelow ? part.length : Math.min(sampled, part.length)
  for (let i = 1; i < count; i++) await read(Math.floor((i * part.length) / count))
}

/** As `addExamples`, of inputs by their names: some. */
async function addNamed(part: NamedDataset, hash: Hash): Promise<void> {
  const count = Math.min(sampled, part.length)
  for (let i = 0; i < count; i++) {
    const index = Math.floor((i * part.length) / count)
    const room = (name: string, { dtype, shape, sequence }: NamedDataset['target']) =>
      memoryFor(dtype, sizeOf(shape) * (sequence === undefined ? 1 : part.lengths![name][index]))
    const inputs = Object.fromEntries(Object.entries(part.inputs).map(([name, field]) => [name, room(name, field)]))
    const target = room('target', part.target)
    await part.read(index, inputs, target, 0)
    for (const values of Object.values(inputs)) hash.update(values)
    hash.update(target)
  }
}

/** As `addExamples`, of pictures with what is in them: boxes and classes of all where they are known without reading the pictures; pictures and masks of some. */
async function addAnnotated(set: AnnotatedSet, hash: Hash): Promise<void> {
  const { classes, inputShape, length } = set
  const add = ({ boxes, labels, ignored = [] }: Pick<Annotations, 'boxes' | 'labels' | 'ignored'>): void => {
    hash.update(JSON.stringify([boxes, labels.map((label) => classes[label]), ignored]))
  }
  if (set.objects !== undefined) for (let i = 0; i < length; i++) add(set.objects(i))
  const picture = new Float32Array(sizeOf(inputShape))
  const count = Math.min(sampled, length)
  for (let i = 0; i < count; i++) {
    const found = await set.read(Math.floor((i * length) / count), picture)
    add(found)
    hash.update(picture).update(found.mask ?? '')
  }
}

/**
 * A digest of a part: of how many examples it has, of the classes of all, and of the examples, of all where the set is in memory and small, else of some.
 * @param like a digest to compare with: one of an earlier version is made as that version did
 */
export async function digestOf(part: DataPart, like = second): Promise<string> {
  if (isAnnotated(part)) {
    const hash = createHash('sha256').update(`${part.length} of ${part.inputShape.join('x')}`)
    await addAnnotated(part, hash)
    return annotated + hash.digest('hex').slice(0, 16)
  }
  if ('inputs' in part) {
    const hash = createHash('sha256').update(`${part.length} of ${Object.keys(part.inputs).join()}`)
    for (const lengths of Object.values(part.lengths ?? {})) hash.update(Int32Array.from(lengths))
    await addNamed(part, hash)
    return second + hash.digest('hex').slice(0, 16)
  }
  const hash = createHash('sha256').update(`${part.length} of ${part.inputShape.join('x')}`)
  const isFirst = !like.startsWith(second)
  if (!isFirst && part.labels !== undefined)
    hash.update(Array.from(part.labels, (label) => part.classes?.[label] ?? label).join())
  await addExamples(part, hash, !isFirst)
  return (isFirst ? '' : second) + hash.digest('hex').slice(0, 16)
}

/** The digests of all three parts. */
export async function digestsOf(splits: Readonly<Record<(typeof partNames)[number], DataPart>>) {
  const digests: Record<string, string> = {}
  for (const name of partNames) digests[name] = await digestOf(splits[name])
  return digests
}

/** What was written down of a data set. */
export interface KnownData {
  /** Examples a part. */
  readonly examples: Readonly<Record<string, number>>
  readonly digests?: Readonly<Record<string, string>>
}

/** How a part is another than it was, in words; undefined where it is the same as far as is known. */
export async function changeOf({ examples, digests }: KnownData, name: string, part: DataPart) {
  const before = examples[name]
  if (before !== undefined && before !== part.length)
    return `${part.length} examples in its ${name} part, where there were ${before}`
  const digest = digests?.[name]
  // Older versions told nothing of what is in all pictures.
  if (isAnnotated(part) && digest?.startsWith(annotated) === false) return undefined
  return digest === undefined || digest === (await digestOf(part, digest))
    ? undefined
    : `other examples in its ${name} part`
}
