import type { DType, TypedArray } from '../core/dtype.ts'
import type { Field, Fields } from '../core/field.ts'
import type { Shape } from '../core/shape.ts'

/** By what an epoch's order is told. */
export interface EpochOrder {
  readonly seed: number
  /** From 1. */
  readonly epoch: number
  readonly batchSize: number
}

/** Examples with one input of floating-point numbers and a target, read a batch at a time into memory that the caller owns. */
export interface Dataset {
  readonly name: string
  /** Number of examples. */
  readonly length: number
  /** Shape of one example's input: [1, 28, 28] for MNIST (channels first), [2] for points. */
  readonly inputShape: Shape
  /** One example's target: int32 of shape [] is a label. */
  readonly target: { readonly dtype: DType; readonly shape: Shape }
  /** Names of the classes, for labels. */
  readonly classes?: readonly string[]
  /** The label of every example, where they are known without reading the inputs; a set that decodes files has to list them. */
  readonly labels?: ArrayLike<number>
  /** What else the examples depend on, as plain JSON, such as an augmentation's policy: a training goes on only where it is the same. */
  readonly description?: unknown
  /** Where an example is from, such as its file, for messages; where that is known. */
  nameOf?(index: number): string
  /**
   * The order in which an epoch of training takes the examples, each once, as indices; any order at random unless given. For a set that reads some faster
   * after each other, as those of one archive. It depends on nothing but what it is told.
   */
  order?(epoch: EpochOrder): Uint32Array
  /**
   * Copies the examples with these indices, in order, to the front of `inputs` and `targets`. It is called for every batch, and
   * allocates nothing where the examples are in memory. A set that decodes files gives a promise: the training loop asks for the next
   * batch while it computes this one, and reads one batch at a time. `pass` says how often the examples have been seen before, 0 unless given: an
   * augmented set draws anew for each. The result depends on index and pass alone, never on what was read before.
   * @throws ArgumentError for an index outside, or less room than the examples take.
   */
  read(
    indices: ArrayLike<number>,
    inputs: Float32Array,
    targets: Float32Array | Int32Array,
    pass?: number,
  ): void | Promise<void>
}

/**
 * Examples with inputs by their names: floating-point numbers and integers, of one shape or sequences, each as long as it is. For networks that take
 * several, or tell how long a text is.
 */
export interface NamedDataset {
  readonly name: string
  /** Number of examples. */
  readonly length: number
  readonly inputs: Fields
  readonly target: Field
  /** Names of the classes, for labels. */
  readonly classes?: readonly string[]
  /** The label of every example, where targets are labels. */
  readonly labels?: ArrayLike<number>
  /** How long each example is, of every input that is a sequence, by its name, and of a target that is one as `target`; from 1. */
  readonly lengths?: Readonly<Record<string, ArrayLike<number>>>
  /**
   * `lengths` in a pass, where they differ from pass to pass, as those of sounds at another speed each time; `lengths` are those of pass 0 then. None is
   * longer than its field says.
   */
  lengthsIn?(pass: number): Readonly<Record<string, ArrayLike<number>>>
  /** What else the examples depend on, as plain JSON, such as an augmentation's policy: a training goes on only where it is the same. */
  readonly description?: unknown
  /** Where an example is from, such as its file, for messages; where that is known. */
  nameOf?(index: number): string
  /**
   * The order in which an epoch of training takes the examples, each once, as indices; any order at random unless given. For a set that reads some faster
   * after each other, as those of one archive. It depends on nothing but what it is told.
   */
  order?(epoch: EpochOrder): Uint32Array
  /**
   * Writes an example: into each input's memory, and the target's, which have room for its own length and no more. It gives a promise where it
   * decodes files. The result depends on index and pass alone; `pass` says how often the examples have been seen before.
   * @throws ArgumentError for an index outside.
   */
  read(
    index: number,
    inputs: Readonly<Record<string, TypedArray>>,
    target: TypedArray,
    pass: number,
  ): void | Promise<void>
}

/** What networks are trained and evaluated on. */
export type AnyDataset = Dataset | NamedDataset

export const isNamed = (dataset: AnyDataset): dataset is NamedDataset => 'inputs' in dataset
