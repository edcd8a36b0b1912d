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
  /** The label of every example, where they are known without reading the inputs. */
  readonly labels?: ArrayLike<number>
  /**
   * Copies the examples with these indices, in order, to the front of `inputs` and `targets`. It allocates nothing, and is called
   * for every batch.
   * @throws ArgumentError for an index outside, or less room than the examples take.
   */
  read(indices: ArrayLike<number>, inputs: Float32Array, targets: Float32Array | Int32Array): void
}
