/** What a filter is set to, and which windows of a picture follow. */
import type { FilterOptions, filterOperations, filterPaddings, filterShapes } from 'gentle-dl/vision'

export type Pair = readonly [rows: number, columns: number]

export interface Settings {
  /** Row by row. */
  readonly kernel: readonly (readonly number[])[]
  readonly operation: (typeof filterOperations)[number]
  readonly stride: Pair
  readonly dilation: Pair
  /** Which windows count, and with that how far the picture is padded. */
  readonly shape: (typeof filterShapes)[number]
  /** What lies beyond the border. */
  readonly padding: (typeof filterPaddings)[number]
}

/** As `filter2d` takes them. */
export const filterOptions = ({ operation, stride, dilation, shape, padding }: Settings): Required<FilterOptions> => ({
  operation,
  stride,
  dilation,
  shape,
  padding,
})

/** The windows along one direction. */
export interface Windows {
  readonly size: number
  /** Weights of the kernel. */
  readonly weights: number
  readonly stride: number
  readonly dilation: number
  /** Pixels from a window's first to its last, both counted. */
  readonly extent: number
  /** Pixels of padding before the picture and after it. */
  readonly before: number
  readonly after: number
  /** How many windows there are: ⌊(size + before + after − extent) / stride⌋ + 1; below 1 where none fits in. */
  readonly count: number
}

function windows(size: number, weights: number, stride: number, dilation: number, shape: Settings['shape']): Windows {
  const extent = dilation * (weights - 1) + 1
  const [before, after] = {
    full: [extent - 1, extent - 1],
    same: [Math.floor((extent - 1) / 2), Math.ceil((extent - 1) / 2)],
    valid: [0, 0],
  }[shape]
  const count = Math.floor((size + before + after - extent) / stride) + 1
  return { size, weights, stride, dilation, extent, before, after, count }
}

/** The windows of a picture down and across. */
export function windowsOf(
  { kernel, stride, dilation, shape }: Settings,
  { height, width }: { readonly height: number; readonly width: number },
): { readonly rows: Windows; readonly columns: Windows } {
  return {
    rows: windows(height, kernel.length, stride[0], dilation[0], shape),
    columns: windows(width, kernel[0].length, stride[1], dilation[1], shape),
  }
}
