/** What a model says of the pictures of an annotated set. */
import { sizeOf } from '../core/shape.ts'
import type { AnnotatedSet, Annotations } from '../data/annotated/annotated-set.ts'
import type { Model } from '../nn/model.ts'
import type { Task } from '../vision/tasks/task.ts'
import { alignAnnotated } from './align-classes.ts'
import { Predictor } from './predictor.ts'

export interface AnswerOptions {
  /** Pictures a step; 32 unless given. */
  readonly batchSize?: number
  /** Whether to average with the prediction for the mirror image. Not for pictures whose mirror image means something else, such as digits. */
  readonly flip?: boolean
}

/** A picture with its truth, and what a model says of it. */
export interface PicturePrediction<Answer> {
  readonly index: number
  /** [channels, height, width]; valid until the next one is asked for. */
  readonly picture: Float32Array
  readonly truth: Annotations
  readonly answer: Answer
}

/** Exchanges left and right of every row, into other memory. */
function mirror(pictures: Float32Array, width: number): Float32Array {
  const mirrored = new Float32Array(pictures.length)
  for (let row = 0; row < pictures.length; row += width)
    for (let j = 0; j < width; j++) mirrored[row + j] = pictures[row + width - 1 - j]
  return mirrored
}

/**
 * Goes through an annotated set, picture by picture in order. Its truth comes as the model counts its classes: those of one name are the same.
 * @throws ClassesError for classes that the model does not have.
 */
export async function* answers<Answer>(
  model: Model,
  task: Task<Answer>,
  pictures: AnnotatedSet,
  { batchSize = 32, flip = false }: AnswerOptions = {},
): AsyncGenerator<PicturePrediction<Answer>> {
  const { data: set } = alignAnnotated(model, pictures, task.name)
  const [inputs, outputs] = [sizeOf(model.inputShape), sizeOf(model.outputShape)]
  const width = model.inputShape[model.inputShape.length - 1]
  const predictor = new Predictor(model, 'outputs')
  const room = Math.min(batchSize, set.length)
  const memory = new Float32Array(room * inputs)
  try {
    for (let first = 0; first < set.length; first += room) {
      const count = Math.min(room, set.length - first)
      const part = (values: Float32Array, i: number, size: number): Float32Array =>
        values.subarray(i * size, (i + 1) * size)
      const truths = await Promise.all(
        Array.from({ length: count }, (_, i) => set.read(first + i, part(memory, i, inputs))),
      )
      const shown = memory.subarray(0, count * inputs)
      // A program's results are overwritten by its next run.
      const said = (await predictor.run(shown, count)).slice()
      const mirrored = flip ? (await predictor.run(mirror(shown, width), count)).slice() : undefined
      for (let i = 0; i < count; i++)
        yield {
          index: first + i,
          picture: part(shown, i, inputs),
          truth: truths[i],
          answer: task.decode(part(said, i, outputs), mirrored && part(mirrored, i, outputs)),
        }
    }
  } finally {
    predictor.dispose()
  }
}
