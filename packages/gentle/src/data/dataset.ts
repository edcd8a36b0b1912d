import type { DType } from '../core/dtype.ts'
import type { Shape } from '../core/shape.ts'

/** Examples with targets, read a batch at a time into memory that the caller owns. */
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
