/** Data sets in memory with inputs by their names. */
import type { TypedArray } from '../core/dtype.ts'
import { DataError } from '../core/errors.ts'
import { checkFields, type Field } from '../core/field.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import type { NamedDataset } from './dataset.ts'
import { checkIndex } from './memory.ts'

/** The values of an input, or of the targets, of all examples. */
export interface FieldValues {
  /** One example after another, row-major; or an array an example, for sequences, each as long as it is. Int32Array for integers. */
  readonly values: TypedArray | readonly TypedArray[]
  /** Shape of one example; of one element of a sequence. [] unless given. */
  readonly shape?: Shape
  /** What stands behind the end of shorter sequences; 0 unless given. */
  readonly padding?: number
}

export interface NamedMemoryOptions {
  readonly name?: string
  readonly inputs: Readonly<Record<string, FieldValues>>
  readonly target: FieldValues
  /** Names of the classes, for labels. */
  readonly classes?: readonly string[]
}

const isSequences = (values: FieldValues['values']): values is readonly TypedArray[] => Array.isArray(values)

const typeOf = (values: TypedArray): Field['dtype'] => (values instanceof Int32Array ? 'int32' : 'float32')

/**
 * A data set from arrays, which it keeps without copying them: inputs of any names, numbers or integers, and sequences of unequal length.
 * @throws DataError for fields of different numbers of examples, values that are not whole elements, and labels outside the classes.
 */
export function namedInMemory({ name = 'in memory', inputs, target, classes }: NamedMemoryOptions): NamedDataset {
  const sources = new Map(
    Object.entries({ ...inputs, target }).map(([field, source]) => [field, opened(source, field, name)]),
  )
  const [[firstName, { length }]] = sources
  for (const [field, { length: other }] of sources)
    if (other !== length)
      throw new DataError(`data set ${name}: ${firstName} has ${length} examples, but ${field} has ${other}`)
  const fields = Object.fromEntries(Object.keys(inputs).map((field) => [field, sources.get(field)!.field]))
  checkFields(fields, `data set ${name}`)
  const own = sources.get('target')!
  const isLabel = own.field.dtype === 'int32' && own.field.sequence === undefined && own.field.shape.length === 0
  const labels = isLabel ? (target.values as Int32Array) : undefined
  const outside = labels && classes ? labels.findIndex((label) => label < 0 || label >= classes.length) : -1
  if (labels && outside >= 0)
    throw new DataError(
      `data set ${name}: example ${outside} has label ${labels[outside]}; expected 0 to ${classes!.length - 1} for ${classes!.length} classes`,
    )
  const lengths = [...sources].flatMap(([field, source]) =>
    source.lengths === undefined ? [] : [[field, source.lengths]],
  )
  return {
    name,
    length,
    inputs: fields,
    target: own.field,
    classes,
    labels,
    lengths: Object.fromEntries(lengths),
    read(index, into, targets) {
      checkIndex(name, index, length)
      for (const field in fields) sources.get(field)!.copy(index, into[field])
      own.copy(index, targets)
    },
  }
}

interface Source {
  readonly field: Field
  readonly length: number
  readonly lengths?: Int32Array
  copy(index: number, into: TypedArray): void
}

function opened({ values, shape = [], padding }: FieldValues, field: string, name: string): Source {
  const size = sizeOf(shape)
  if (!isSequences(values)) {
    const length = values.length / size
    if (!Number.isInteger(length) || length < 1)
      throw new DataError(
        `data set ${name}: ${values.length} values of ${field} are not a whole number of examples of ${size} values`,
      )
    return {
      field: { dtype: typeOf(values), shape },
      length,
      copy: (index, into) => into.set(values.subarray(index * size, (index + 1) * size)),
    }
  }
  const lengths = Int32Array.from(values, (sequence) => sequence.length / size)
  const odd = values.findIndex((sequence, i) => sequence.length !== lengths[i] * size || lengths[i] < 1)
  if (odd >= 0)
    throw new DataError(
      `data set ${name}: ${field} of example ${odd} has ${values[odd].length} values; expected one element of ${size} or more`,
    )
  const [first] = values
  const mixed = values.findIndex((sequence) => typeOf(sequence) !== typeOf(first))
  if (mixed >= 0)
    throw new DataError(`data set ${name}: ${field} of example ${mixed} has a different type from the first`)
  if (values.length === 0) throw new DataError(`data set ${name}: ${field} has no examples`)
  return {
    field: {
      dtype: typeOf(first),
      shape,
      sequence: lengths.reduce((a, b) => Math.max(a, b)),
      ...(padding === undefined ? {} : { padding }),
    },
    length: values.length,
    lengths,
    copy: (index, into) => into.set(values[index]),
  }
}
