/** How messages tell of an example, and of a place in it. */
import type { Field } from '../core/field.ts'
import { formatShape, stridesOf } from '../core/shape.ts'
import type { AnyDataset } from '../data/dataset.ts'

/** `example 17 of data set flowers (flowers/rose/3.jpg)`, from its place in a batch. */
export function exampleOf(
  dataset: AnyDataset,
  { indices }: { readonly indices?: ArrayLike<number> },
  i: number,
): string {
  if (indices === undefined) return `example ${i} of the batch`
  const from = dataset.nameOf?.(indices[i])
  return `example ${indices[i]} of data set ${dataset.name}${from === undefined ? '' : ` (${from})`}`
}

/** ` at [0, 3, 5]`, from an element's number within an example; nothing where there is one alone. */
export function placeIn({ shape, sequence }: Field, element: number): string {
  const strides = sequence === undefined ? stridesOf(shape) : stridesOf([sequence, ...shape])
  const sizes = sequence === undefined ? shape : [sequence, ...shape]
  if (sizes.length === 0) return ''
  return ` at ${formatShape(strides.map((stride, axis) => Math.floor(element / stride) % sizes[axis]))}`
}
