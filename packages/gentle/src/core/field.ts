/** What an input of a network, or a target, is for one example. */
import type { DType } from './dtype.ts'
import { ArgumentError } from './errors.ts'
import { formatShape, type Shape, sameShape } from './shape.ts'

export interface Field {
  readonly dtype: DType
  /** Of one example; of one element of a sequence. */
  readonly shape: Shape
  /**
   * The length of the longest, where each example is a sequence of elements: a batch is then [N, T, ...shape], T the length to which all are padded,
   * and comes with the examples' own lengths, int32 [N].
   */
  readonly sequence?: number
  /** What stands behind the end of shorter sequences; 0 unless given. */
  readonly padding?: number
}

/** Fields by their names. */
export type Fields = Readonly<Record<string, Field>>

/** The name under which the lengths of a sequence go into a network: `tokensLengths` of `tokens`. */
export const lengthsOf = (name: string): string => `${name}Lengths`

/** `float32 [1, 28, 28]`, `int32 sequence`, for messages. */
export const formatField = ({ dtype, shape, sequence }: Field): string =>
  `${dtype} ${formatShape(shape)}${sequence === undefined ? '' : ' sequence'}`

/** Whether examples of both go into the same network; how long sequences are is not looked at. */
export const sameField = (a: Field, b: Field): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape) && (a.sequence === undefined) === (b.sequence === undefined)

/** @throws ArgumentError for no field at all, names that are taken, and longest lengths that are not whole numbers of at least 1. */
export function checkFields(fields: Fields, where: string): void {
  const names = Object.keys(fields)
  if (names.length === 0) throw new ArgumentError(`${where}: there are no inputs; name at least one`)
  const taken = new Set(['target', lengthsOf('target')])
  for (const name of names) {
    const { sequence } = fields[name]
    if (sequence !== undefined && !(Number.isInteger(sequence) && sequence >= 1))
      throw new ArgumentError(`${where}: the longest ${name} is ${sequence}; expected a whole number of at least 1`)
    for (const each of sequence === undefined ? [name] : [name, lengthsOf(name)]) {
      if (taken.has(each)) throw new ArgumentError(`${where}: the name '${each}' is taken twice`)
      taken.add(each)
    }
  }
}

/** Shape of a batch of this many examples, padded to a length where they are sequences. */
export const batchShape = ({ shape, sequence }: Field, examples: number, padded: number | undefined): Shape =>
  sequence === undefined ? [examples, ...shape] : [examples, padded ?? sequence, ...shape]
