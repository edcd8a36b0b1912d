import { greatestCommonDivisor } from '../../../core/divisor.ts'
import { range } from '../../../core/range.ts'

/**
 * One direction of a convolution, as what its inner loops need: which source positions the taps of an output position read.
 * Output `outStart + i outStep` reads, at tap t, source `a i + b + c t` with filter tap `weightStart + t weightStep`. The forward
 * pass is one such axis; the gradient to the input with stride s is s of them, one for each remainder of the position.
 */
export interface SlidingAxis {
  readonly outStart: number
  readonly outStep: number
  readonly outCount: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly taps: number
  readonly weightStart: number
  readonly weightStep: number
  /** Positions of the source; taps outside read padding and are left out. */
  readonly sourceSize: number
}

export interface AxisGeometry {
  readonly size: number
  readonly outSize: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
}

export const forwardAxes = ({ size, outSize, kernel, stride, padding, dilation }: AxisGeometry): SlidingAxis[] => [
  {
    outStart: 0,
    outStep: 1,
    outCount: outSize,
    a: stride,
    b: -padding,
    c: dilation,
    taps: kernel,
    weightStart: 0,
    weightStep: 1,
    sourceSize: size,
  },
]

/** Axes of the gradient to the input: position p receives from output (p + padding - tap dilation) / stride, where whole. */
export function inputGradientAxes({ size, outSize, kernel, stride, padding, dilation }: AxisGeometry): SlidingAxis[] {
  const weightStep = stride / greatestCommonDivisor(stride, dilation)
  return range(Math.min(stride, size)).map((remainder) => {
    const whole = (tap: number): boolean => (remainder + padding - tap * dilation) % stride === 0
    const first = range(kernel).find(whole)
    return {
      outStart: remainder,
      outStep: stride,
      outCount: Math.ceil((size - remainder) / stride),
      a: 1,
      b: first === undefined ? 0 : (remainder + padding - first * dilation) / stride,
      c: -(weightStep * dilation) / stride,
      taps: first === undefined ? 0 : Math.ceil((kernel - first) / weightStep),
      weightStart: first ?? 0,
      weightStep,
      sourceSize: outSize,
    }
  })
}

/** Neighbouring output positions whose taps inside the source are the same. */
export interface Segment {
  /** First index i of the axis. */
  readonly from: number
  readonly count: number
  readonly firstTap: number
  readonly taps: number
}

/** Cuts an axis where the padding takes taps away: a few positions at each end, and the whole middle. */
export function segmentsOf({ outCount, a, b, c, taps, sourceSize }: SlidingAxis): Segment[] {
  const segments: { from: number; count: number; firstTap: number; taps: number }[] = []
  for (let i = 0; i < outCount; i++) {
    const inside = range(taps).filter((t) => {
      const source = a * i + b + c * t
      return source >= 0 && source < sourceSize
    })
    const firstTap = inside[0] ?? 0
    const last = segments.at(-1)
    if (last !== undefined && last.firstTap === firstTap && last.taps === inside.length) last.count++
    else segments.push({ from: i, count: 1, firstTap, taps: inside.length })
  }
  return segments
}
