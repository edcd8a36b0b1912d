/** Pictures on a larger black canvas, moved from its middle by whole pixels. */
import { sizeOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'

/** Each picture with `margin` pixels around it, moved by this many to the right and down; what leaves the canvas is cut off. */
export function moved(dataset: Dataset, margin: number, right: number, down: number): Dataset {
  const [channels, height, width] = dataset.inputShape
  const [outHeight, outWidth] = [height + 2 * margin, width + 2 * margin]
  const inputShape = [channels, outHeight, outWidth]
  const size = sizeOf(inputShape)
  let scratch = new Float32Array(0)
  const place = (examples: number, inputs: Float32Array): void => {
    inputs.fill(0, 0, examples * size)
    for (let plane = 0; plane < examples * channels; plane++)
      for (let i = 0; i < height; i++) {
        const row = margin + down + i
        if (row < 0 || row >= outHeight) continue
        for (let j = 0; j < width; j++) {
          const column = margin + right + j
          if (column >= 0 && column < outWidth)
            inputs[(plane * outHeight + row) * outWidth + column] = scratch[(plane * height + i) * width + j]
        }
      }
  }
  return {
    ...dataset,
    inputShape,
    read(indices, inputs, targets, pass) {
      const needed = indices.length * sizeOf(dataset.inputShape)
      if (scratch.length < needed) scratch = new Float32Array(needed)
      const reading = dataset.read(indices, scratch, targets, pass)
      if (reading instanceof Promise) return reading.then(() => place(indices.length, inputs))
      place(indices.length, inputs)
    },
  }
}
