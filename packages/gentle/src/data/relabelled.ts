/** Data sets whose labels become those of a model. */
import type { TypedArray } from '../core/dtype.ts'
import { ClassesError } from '../core/errors.ts'
import { type Field, formatField } from '../core/field.ts'
import { sizeOf } from '../core/shape.ts'
import { type AnyDataset, type Dataset, type EpochOrder, isNamed, type NamedDataset } from './dataset.ts'
import { isPictureSet } from './picture-set.ts'
import { rememberRelabelled } from './picture-source.ts'

/** How the targets of a set become others. */
interface Change {
  /** The targets afterwards. */
  readonly target: Field
  /** Makes the targets of this many examples, from what the set has written into memory of `room` values for each; it may be the same memory. */
  readonly write: (from: TypedArray, to: TypedArray, examples: number) => void
  /** Values of an example's targets before. */
  readonly room: number
}

/** A label that is none of the set's own is none of the model's. */
const none = -1

function changeOf(name: string, target: Field, classes: readonly string[], labels: Int32Array): Change {
  const { dtype, shape, sequence } = target
  if (dtype === 'int32')
    return {
      target,
      room: sizeOf(shape),
      write(from, to, examples) {
        for (let i = 0; i < examples * sizeOf(shape); i++) to[i] = labels[from[i]] ?? none
      },
    }
  const count = classes.length
  if (shape.length !== 1 || shape[0] !== labels.length || sequence !== undefined)
    throw new ClassesError(
      `data set ${name} has its classes in a different order from the model, and targets ${formatField(target)}, which cannot be reordered; expected int32 labels, or a probability for each class`,
    )
  return {
    target: { ...target, shape: [count] },
    room: labels.length,
    write(from, to, examples) {
      to.fill(0, 0, examples * count)
      for (let i = 0; i < examples; i++)
        for (let c = 0; c < labels.length; c++) to[i * count + labels[c]] = from[i * labels.length + c]
    },
  }
}

/**
 * A data set with the classes of a model: labels, or a probability for each class, are brought to the model's places.
 * @param classes names of the model's classes
 * @param labels for each label of the data set, that of the model
 * @throws ClassesError for targets that are neither.
 */
export function relabelled<Data extends AnyDataset>(
  dataset: Data,
  classes: readonly string[],
  labels: Int32Array,
): Data {
  const { name, length, target, description } = dataset
  const change = changeOf(name, target, classes, labels)
  const known = dataset.labels && Int32Array.from(dataset.labels, (label) => labels[label] ?? none)
  const common = {
    name,
    length,
    target: change.target,
    classes,
    labels: known,
    description,
    ...(dataset.nameOf === undefined ? {} : { nameOf: (index: number) => dataset.nameOf!(index) }),
    ...(dataset.order === undefined ? {} : { order: (epoch: EpochOrder) => dataset.order!(epoch) }),
  }
  const changed = isNamed(dataset)
    ? {
        ...common,
        inputs: dataset.inputs,
        lengths: dataset.lengths,
        ...(dataset.lengthsIn && { lengthsIn: (pass: number) => dataset.lengthsIn!(pass) }),
        read: readNamed(dataset, change),
      }
    : {
        ...common,
        inputShape: dataset.inputShape,
        read: readPlain(dataset, change),
        // What is around it may read its files itself.
        ...(isPictureSet(dataset) ? { picture: (index: number) => dataset.picture(index) } : {}),
      }
  if (!isNamed(dataset)) rememberRelabelled(changed as Dataset, dataset)
  return changed as AnyDataset as Data
}

/** Memory for what a set writes: the caller's own, where that has the room for it. */
const memoryFor = (to: TypedArray, values: number): Float32Array | Int32Array =>
  to instanceof Int32Array ? to : new Float32Array(values)

function readPlain(dataset: Dataset, { write, room }: Change): Dataset['read'] {
  return (indices, inputs, targets, pass) => {
    const from = memoryFor(targets, indices.length * room)
    const reading = dataset.read(indices, inputs, from, pass)
    const change = (): void => write(from, targets, indices.length)
    return reading instanceof Promise ? reading.then(change) : change()
  }
}

function readNamed(dataset: NamedDataset, { write, room, target: { shape } }: Change): NamedDataset['read'] {
  return (index, inputs, target, pass) => {
    const from = memoryFor(target, room)
    const reading = dataset.read(index, inputs, from, pass)
    // Of a sequence, each element.
    const change = (): void => write(from, target, target.length / sizeOf(shape))
    return reading instanceof Promise ? reading.then(change) : change()
  }
}
