import { ArgumentError } from '../../core/errors.ts'
import type { Model } from '../../nn/model.ts'
import { classProbabilities } from '../../nn/scores.ts'
import { type Image, image } from '../image.ts'
import { checkPicture, scoresOfClass, traceLayers } from './layers.ts'

export interface OcclusionOptions {
  /** Side of the square that is hidden, in pixels. */
  readonly patch: number
  /** Pixels from one place of it to the next. */
  readonly stride: number
  /** What hides: a value for each channel, as the network sees it; 0 unless given. */
  readonly fill?: readonly number[]
}

/** Pictures that are looked at in a run. */
const batchSize = 32

/**
 * How much a class's probability falls when a square of the picture is hidden, at each place of the square (Zeiler and Fergus, "Visualizing and
 * Understanding Convolutional Networks", 2014, section 4.3). The first squares stand half outside the picture, so that edges are hidden as often as the
 * middle.
 * @param picture [channels, height, width], as the network sees it
 * @returns one channel, a value a place of the square: above 0 where hiding it makes the class less likely
 * @throws ArgumentError for another picture, a class that there is not, and options out of range.
 */
export async function occlusion(
  model: Model,
  picture: Float32Array,
  classIndex: number,
  { patch, stride, fill }: OcclusionOptions,
): Promise<Image> {
  checkPicture(model, picture, 'occlusion')
  for (const [what, value] of Object.entries({ patch, stride }))
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`occlusion: ${what} is ${value}; expected a whole number of pixels from 1`)
  const [channels, height, width] = model.inputShape
  const values = fill ?? new Array<number>(channels).fill(0)
  if (values.length !== channels)
    throw new ArgumentError(`occlusion: fill has ${values.length} values for ${channels} channels`)
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  // Square 0 hides nothing; square k stands at place k - 1.
  const hidden = (k: number): Float32Array => {
    const copy = picture.slice()
    if (k === 0) return copy
    const middle = (place: number): number => Math.floor((place + 0.5) * stride)
    const top = middle(Math.floor((k - 1) / columns)) - (patch >> 1)
    const left = middle((k - 1) % columns) - (patch >> 1)
    for (let c = 0; c < channels; c++)
      for (let i = Math.max(0, top); i < Math.min(height, top + patch); i++) {
        const row = (c * height + i) * width
        copy.fill(values[c], row + Math.max(0, left), row + Math.min(width, left + patch))
      }
    return copy
  }
  const count = rows * columns + 1
  const examples = Math.min(batchSize, count)
  const { x, output } = traceLayers(model, examples)
  const y = classProbabilities(scoresOfClass(output, classIndex, 'occlusion'))
  const program = await model.backend.compile({ inputs: { x }, outputs: { y } })
  const batch = new Float32Array(examples * picture.length)
  const [, classes] = y.shape
  const probabilities = new Float32Array(count)
  for (let first = 0; first < count; first += examples) {
    // The last batch is filled up by squares that were seen before.
    const start = Math.min(first, count - examples)
    for (let i = 0; i < examples; i++) batch.set(hidden(start + i), i * picture.length)
    const { data } = (await program.run({ x: batch })).y
    for (let i = 0; i < examples; i++) probabilities[start + i] = data[i * classes + classIndex]
  }
  program.dispose()
  const map = image(1, rows, columns)
  for (let k = 0; k < rows * columns; k++) map.data[k] = probabilities[0] - probabilities[k + 1]
  return map
}
