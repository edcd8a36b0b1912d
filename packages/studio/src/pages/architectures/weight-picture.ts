/** Weights as a picture: grey is 0, black the lowest and white the highest of the largest absolute value. */
import type { Shape } from 'gentle-dl'
import { type Pixels, tiled } from '../../engine/pixels.ts'

export interface WeightPicture {
  readonly pixels: Pixels
  readonly caption: string
}

/** Kernels, and rows and columns of a matrix, that are drawn at most. */
const [mostKernels, mostSide] = [96, 256]

/** Kernels of convolutions side by side, and matrices as they are; undefined for what is neither. */
export function weightPicture(data: ArrayLike<number>, shape: Shape): WeightPicture | undefined {
  if (data.length === 0) return undefined
  if (shape.length === 2) return matrix(data, shape)
  if (shape.length !== 4 || shape[2] * shape[3] === 1) return undefined
  const [outputs, inputs, height, width] = shape
  const area = height * width
  // Kernels on the three colours of a picture are shown in colour.
  const channels = inputs === 3 ? 3 : 1
  const all = channels === 3 ? outputs : outputs * inputs
  const shown = Math.min(all, mostKernels)
  const grey = shading(data, shown * channels * area)
  const kernels = Array.from({ length: shown }, (_, i) => ({
    channels,
    height,
    width,
    data: Float32Array.from({ length: channels * area }, (_, j) => grey(i * channels * area + j)),
  }))
  const scale = Math.max(1, Math.floor(28 / Math.max(height, width)))
  const what = channels === 3 ? 'kernels, in the colours that they look for' : 'kernels'
  return {
    pixels: tiled(kernels, { columns: 16, scale }),
    caption: all > shown ? `the first ${shown} of ${all.toLocaleString('en')} ${what}` : `all ${all} ${what}`,
  }
}

function matrix(data: ArrayLike<number>, [rows, columns]: Shape): WeightPicture {
  const [height, width] = [Math.min(rows, mostSide), Math.min(columns, mostSide)]
  const grey = shading(data, data.length)
  const values = Float32Array.from({ length: height * width }, (_, i) =>
    grey(Math.floor(i / width) * columns + (i % width)),
  )
  const scale = Math.max(1, Math.floor(256 / Math.max(height, width)))
  return {
    pixels: tiled([{ channels: 1, height, width, data: values }], { columns: 1, scale }),
    caption:
      height < rows || width < columns
        ? `the first ${height} rows and ${width} columns of ${rows} × ${columns}`
        : `${rows} rows, ${columns} columns`,
  }
}

/** The grey of a value by its place, 0 to 1; what is no number is black. */
function shading(data: ArrayLike<number>, count: number): (at: number) => number {
  let most = 0
  for (let i = 0; i < count; i++) if (Number.isFinite(data[i])) most = Math.max(most, Math.abs(data[i]))
  return (at) => (Number.isFinite(data[at]) ? 0.5 + (most === 0 ? 0 : data[at] / most / 2) : 0)
}
