/** Where data is NaN or infinite; looked for when a loss is not a number, not before. */
import { type Field, lengthsOf } from '../core/field.ts'
import { sizeOf } from '../core/shape.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import { allBatches, type Batch, memoryOf } from './batches.ts'
import { exampleOf, placeIn } from './example-of.ts'
import { fieldsOf } from './steps.ts'

/** The first value of a batch that is NaN or infinite, as `example 17 of data set points (class 'b') holds NaN at [1] of its input`. */
export function nonFiniteIn(batch: Batch, dataset: AnyDataset): string | undefined {
  const { inputs, target } = fieldsOf(dataset)
  for (const [name, field] of Object.entries(inputs)) {
    const found = firstIn(batch.inputs[name], field, batch.inputs[lengthsOf(name)], batch)
    if (found !== undefined) return describe(found, isNamed(dataset) ? `input ${name}` : 'input', batch, dataset)
  }
  const found = firstIn(batch.targets, target, batch.targetLengths, batch)
  return found && describe(found, 'target', batch, dataset)
}

/**
 * As `nonFiniteIn`, of a whole set that is in memory; of one that decodes files, whose pictures have no such numbers and take their time,
 * undefined.
 */
export async function firstNonFinite(dataset: AnyDataset): Promise<string | undefined> {
  if (!readsAtOnce(dataset)) return undefined
  for await (const batch of allBatches(dataset, Math.min(256, dataset.length))) {
    const found = nonFiniteIn(batch, dataset)
    if (found !== undefined) return found
  }
  return undefined
}

interface Found {
  readonly example: number
  readonly value: number
  readonly place: string
}

function firstIn(
  values: ArrayLike<number> | undefined,
  field: Field,
  lengths: ArrayLike<number> | undefined,
  { examples }: Batch,
): Found | undefined {
  if (field.dtype !== 'float32' || values === undefined) return undefined
  const row = values.length / examples
  const size = sizeOf(field.shape)
  for (let example = 0; example < examples; example++) {
    const count = lengths === undefined ? row : lengths[example] * size
    for (let i = 0; i < count; i++) {
      const value = values[example * row + i]
      if (!Number.isFinite(value)) return { example, value, place: placeIn(field, i) }
    }
  }
  return undefined
}

function describe({ example, value, place }: Found, what: string, batch: Batch, dataset: AnyDataset): string {
  const { classes, target } = dataset
  const labelled = target.dtype === 'int32' && target.shape.length === 0 && batch.targetLengths === undefined
  const name = labelled ? classes?.[batch.targets[example]] : undefined
  const ofClass = name === undefined ? '' : `, of class '${name}',`
  return `${exampleOf(dataset, batch, example)}${ofClass} holds ${value}${place} of its ${what}`
}

/** Whether a set has its examples in memory. */
function readsAtOnce(dataset: AnyDataset): boolean {
  const { inputs, target } = fieldsOf(dataset)
  const memoryFor = (name: string, { dtype, shape }: Field) =>
    memoryOf(dtype, sizeOf(shape) * ((isNamed(dataset) ? dataset.lengths?.[name]?.[0] : undefined) ?? 1))
  const targets = memoryFor('target', target)
  const reading = isNamed(dataset)
    ? dataset.read(
        0,
        Object.fromEntries(Object.entries(inputs).map(([name, field]) => [name, memoryFor(name, field)])),
        targets,
        0,
      )
    : dataset.read([0], memoryFor('x', inputs['x']) as Float32Array, targets)
  if (!(reading instanceof Promise)) return true
  // Whether it can be read is another question.
  reading.catch(() => {})
  return false
}
