/** Which examples a training uses: all, or, by --fraction, --overfit-batches and --fast-dev-run, some. */
import { Random } from 'gentle-dl'
import { type AnnotatedSet, type Dataset, subset } from 'gentle-dl/data'
import { thousands } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { fineTuningBatch } from '../train/fine-tuning.ts'
import type { Settings } from '../train/settings.ts'

type Limits = Pick<
  Settings,
  'task' | 'fraction' | 'overfitBatches' | 'fastDevRun' | 'batchSize' | 'seed' | 'pretrained' | 'augment'
>

interface Part {
  readonly length: number
  readonly labels?: ArrayLike<number>
}

interface Parts {
  readonly train: Part
  readonly validation: Part
  readonly test: Part
}

/** Examples of a batch: as given, else as the recipe has it, or that of fine-tuning. */
export const batchOf = (
  { batchSize, pretrained, task = 'classify' }: Limits,
  recipe: { readonly batchSize: number },
): number => batchSize ?? (pretrained === undefined || task !== 'classify' ? recipe.batchSize : fineTuningBatch)

/**
 * So many examples by the seed, in random order. Of labelled ones, one of each class comes first and then as many of each as there are of it, as far as they go;
 * fewer are among more.
 */
export function chosen({ length, labels }: Part, count: number, seed: number): number[] {
  const order = [...new Random(seed, 'used examples').permutation(length)]
  if (labels === undefined) return order.slice(0, count)
  const sizes = new Map<number, number>()
  for (const label of Array.from(labels)) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const seen = new Map<number, number>()
  const placed = order.map((index, at) => {
    const label = labels[index]
    const rank = seen.get(label) ?? 0
    seen.set(label, rank + 1)
    return { index, at, place: rank / sizes.get(label)! }
  })
  placed.sort((a, b) => a.place - b.place || a.at - b.at)
  return placed.slice(0, count).map(({ index }) => index)
}

/**
 * The parts that a training uses.
 * @param batch examples of a batch
 * @param take makes a part of some examples of another
 */
export function usedParts<P extends Parts>(
  parts: P,
  settings: Limits,
  batch: number,
  take: (set: P['train'], indices: readonly number[]) => P['train'],
): P {
  const { fraction, overfitBatches, fastDevRun, seed = 0 } = settings
  const some = (set: P['train'], count: number): P['train'] =>
    set.length <= count ? set : take(set, chosen(set, count, seed))
  const { train, validation, test } = parts
  if (fastDevRun)
    return { ...parts, train: some(train, batch), validation: some(validation, batch), test: some(test, batch) }
  if (overfitBatches !== undefined) {
    const few = some(train, overfitBatches * batch)
    return { ...parts, train: few, validation: few }
  }
  if (fraction === undefined) return parts
  const count = Math.max(1, Math.round(fraction * train.length))
  // In the order in which they lie in their files.
  return {
    ...parts,
    train: take(
      train,
      chosen(train, count, seed).sort((a, b) => a - b),
    ),
  }
}

/** The parts that a run used, whose settings tell the size of its batches; all of data that is not its own. */
export const partsOfRun = <P extends Parts>(
  parts: P,
  settings: Limits | undefined,
  take: (set: P['train'], indices: readonly number[]) => P['train'],
): P => (settings === undefined ? parts : usedParts(parts, settings, settings.batchSize ?? 0, take))

/** What is told of a training that does not use all training examples. */
export function limitRemarks({ fraction, overfitBatches, seed = 0 }: Limits, all: number): string[] {
  if (overfitBatches !== undefined)
    return [
      `overfitting ${overfitBatches === 1 ? 'one batch' : `${overfitBatches} batches`} of ${thousands(all)} training examples, which are the validation, too: in the same order, without augmentation`,
    ]
  return fraction === undefined
    ? []
    : [`a fraction of ${fraction} of ${thousands(all)} training examples, chosen by seed ${seed}`]
}

/** The examples of these indices, in this order. */
export const datasetPart = (set: Dataset, indices: readonly number[]): Dataset => subset(set, indices)

/** Pictures with truth of these indices, in this order. */
export const annotatedPart = (set: AnnotatedSet, indices: readonly number[]): AnnotatedSet => ({
  ...set,
  length: indices.length,
  ...(set.objects && { objects: (index) => set.objects!(indices[index]) }),
  read: (index, picture, pass) => set.read(indices[index], picture, pass),
})

/** @throws UsageError for limits that do not go together, or with what is given. */
export function checkLimits({ fraction, overfitBatches, fastDevRun, augment }: Limits): void {
  const given = [
    ...(fastDevRun ? ['--fast-dev-run'] : []),
    ...(overfitBatches === undefined ? [] : ['--overfit-batches']),
    ...(fraction === undefined ? [] : ['--fraction']),
  ]
  if (given.length > 1)
    throw new UsageError(`${given[0]} does not go with ${given[1]}; each says which examples are used`)
  if (overfitBatches !== undefined && augment !== undefined && augment !== 'none')
    throw new UsageError('--overfit-batches is without augmentation; leave --augment out')
}
