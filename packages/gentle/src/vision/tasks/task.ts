/** What a task asks of a network, and what the network's numbers mean for it. */
import type { DType } from '../../core/dtype.ts'
import type { Shape } from '../../core/shape.ts'
import type { Loss } from '../../nn/losses.ts'
import type { Metric } from '../../nn/metrics.ts'
import type { Box } from '../boxes.ts'
import type { TaskName } from './task-names.ts'

/** What is in a picture, as far as a task wants to know. */
export interface Truth {
  readonly boxes: readonly Box[]
  readonly labels: readonly number[]
  readonly ignored?: readonly boolean[]
  readonly mask?: Uint8Array
}

/** How a picture's truth is written as a target for the loss. */
export interface TargetEncoding {
  readonly dtype: DType
  readonly shape: Shape
  /** Writes one target to the front of `target`. @throws ArgumentError for truth that lacks what the task needs. */
  write(truth: Truth, target: Float32Array | Int32Array): void
}

/** A task: targets and loss for training, and what an output says. */
export interface Task<Answer> {
  /** Which task it is: it tells which of a set's classes the outputs are of, and how many of them. */
  readonly name: TaskName
  readonly target: TargetEncoding
  readonly loss: Loss
  /** What can be counted while it is trained; the first is the one that says how good a network is. */
  readonly metrics: readonly Metric[]
  /**
   * What the network says of a picture.
   * @param output of the picture, without the axis of the batch
   * @param mirrored the output for the picture's mirror image, left and right exchanged: both are then asked
   */
  decode(output: Float32Array, mirrored?: Float32Array): Answer
}
