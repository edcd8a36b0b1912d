/** Where a kernel lies on a picture: which windows there are, and what is beyond the picture's edge. */
import { ArgumentError } from '../core/errors.ts'
import type { Image } from './image.ts'
import { checkKernel, type Kernel } from './kernel.ts'

/** Full: every window that touches the picture; same: as many as pixels; valid: windows inside the picture. */
export const filterShapes = ['full', 'same', 'valid'] as const

/** Convolution turns the kernel by 180 degrees before it slides it over the picture; correlation slides it as it is. */
export const filterOperations = ['convolution', 'correlation'] as const

/**
 * Beyond the edge of a b c d lies: zero: 0 0; reflect: c b (the edge is not repeated, as in NumPy and PyTorch); replicate: a a; wrap: c d.
 */
export const filterPaddings = ['zero', 'reflect', 'replicate', 'wrap'] as const

export interface FilterOptions {
  /** Pixels from window to window, of one number or [down, across]; 1 unless given. */
  readonly stride?: number | readonly [rows: number, columns: number]
  /** Pixels from weight to weight within a window, of one number or [down, across]; 1 unless given. */
  readonly dilation?: number | readonly [rows: number, columns: number]
  /** `full` unless given, as Octave's conv2. */
  readonly shape?: (typeof filterShapes)[number]
  /** `convolution` unless given. */
  readonly operation?: (typeof filterOperations)[number]
  /** `zero` unless given. */
  readonly padding?: (typeof filterPaddings)[number]
}

/** The windows along one axis. */
export interface WindowAxis {
  /** How many there are. */
  readonly count: number
  readonly stride: number
  readonly dilation: number
  /** Pixels from a window's first to its last, both counted. */
  readonly extent: number
  /** Pixels beyond the edge that the first window covers. */
  readonly before: number
}

export interface FilterWindows {
  readonly rows: WindowAxis
  readonly columns: WindowAxis
  /** The weights as they lie on a window, row-major. */
  readonly weights: Float64Array
  /** The place in the picture whose value stands at a place that may be outside, or -1 for a zero. */
  readonly inside: (place: number, size: number) => number
}

const beyond: Record<(typeof filterPaddings)[number], (place: number, size: number) => number> = {
  zero: () => -1,
  replicate: (place, size) => Math.min(Math.max(place, 0), size - 1),
  wrap: (place, size) => ((place % size) + size) % size,
  reflect: (place, size) => {
    const period = Math.max(1, 2 * (size - 1))
    const phase = ((place % period) + period) % period
    return Math.min(phase, period - phase)
  },
}

/** @throws ArgumentError for a stride or dilation that is not a whole number of at least 1. */
function pair(what: string, value: FilterOptions['stride']): readonly [number, number] {
  const both = typeof value === 'object' ? value : [value ?? 1, value ?? 1]
  for (const step of both)
    if (!Number.isSafeInteger(step) || step < 1 || both.length !== 2)
      throw new ArgumentError(`filter: ${what} is ${both.join(' x ')}; expected whole numbers of at least 1`)
  return [both[0], both[1]]
}

/** @throws ArgumentError for a value that is none of the choices. */
function oneOf<Choice extends string>(what: string, value: Choice | undefined, choices: readonly Choice[]): Choice {
  const chosen = value ?? choices[0]
  if (!choices.includes(chosen))
    throw new ArgumentError(`filter: ${what} is '${chosen}'; expected one of ${choices.join(', ')}`)
  return chosen
}

/** The greatest result, and the greatest part of a padded picture that is held at a time. */
const maxValues = 2 ** 28

/**
 * The windows of a filter on a picture.
 * @throws ArgumentError for options out of range, a kernel that has no window inside the picture with `valid`, or a result that is enormous.
 */
export function filterWindows(picture: Image, kernel: Kernel, options: FilterOptions): FilterWindows {
  checkKernel(kernel)
  const shape = oneOf('shape', options.shape, filterShapes)
  const operation = oneOf('operation', options.operation, filterOperations)
  const padding = oneOf('padding', options.padding, filterPaddings)
  const strides = pair('stride', options.stride)
  const dilations = pair('dilation', options.dilation)
  const axis = (which: 0 | 1, size: number, taps: number): WindowAxis => {
    const [stride, dilation] = [strides[which], dilations[which]]
    const extent = (taps - 1) * dilation + 1
    // Of an even kernel, conv2 has one row more below the pixel than above it.
    const before = { full: extent - 1, same: Math.floor((extent - 1) / 2), valid: 0 }[shape]
    const places = { full: size + extent - 1, same: size, valid: size - extent + 1 }[shape]
    if (places < 1)
      throw new ArgumentError(
        `filter: the kernel covers ${extent} ${which === 0 ? 'rows' : 'columns'} and the picture has ${size}; with the shape valid it must fit in, so take same or full`,
      )
    return { count: Math.ceil(places / stride), stride, dilation, extent, before }
  }
  const rows = axis(0, picture.height, kernel.rows)
  const columns = axis(1, picture.width, kernel.columns)
  const values = picture.channels * rows.count * columns.count
  const held = rows.extent * (columns.count * columns.stride + columns.extent)
  if (Math.max(values, held) > maxValues)
    throw new ArgumentError(
      `filter: a result of ${picture.channels} x ${rows.count} x ${columns.count} by windows of ${rows.extent} x ${columns.extent} is too large; expected at most ${maxValues.toLocaleString('en-US')} values`,
    )
  const weights = Float64Array.from(kernel.data)
  if (operation === 'convolution') weights.reverse()
  const outside = beyond[padding]
  const inside = (place: number, size: number): number => (place >= 0 && place < size ? place : outside(place, size))
  return { rows, columns, weights, inside }
}
