/** Masks as lengths of runs, as COCO keeps them. */
import { FormatError } from '../../core/errors.ts'
import type { Box } from '../boxes.ts'
import { compressCounts, parseCounts } from './compressed-counts.ts'

/** A mask as the lengths of runs outside and inside in turn, beginning outside, down the columns from the left to the right. */
export interface RunLengthMask {
  /** Pixels. */
  readonly height: number
  readonly width: number
  /** Lengths of the runs, whose sum is height * width; or those as COCO's string. */
  readonly counts: readonly number[] | string
}

/**
 * The runs of a mask, row-major [height, width], inside where it is not 0.
 * @throws FormatError for a mask of another length.
 */
export function encodeRunLengths(
  mask: Uint8Array,
  height: number,
  width: number,
): RunLengthMask & { readonly counts: number[] } {
  if (mask.length !== height * width)
    throw new FormatError(`A mask of ${mask.length} pixels; expected ${height} x ${width} = ${height * width}`)
  const counts: number[] = []
  let [inside, run] = [false, 0]
  for (let x = 0; x < width; x++)
    for (let y = 0, at = x; y < height; y++, at += width) {
      if ((mask[at] !== 0) !== inside) {
        counts.push(run)
        inside = !inside
        run = 0
      }
      run++
    }
  counts.push(run)
  return { height, width, counts }
}

/** The same with its runs as COCO's string, which JSON files of masks hold. */
export const compressRunLengths = (mask: RunLengthMask): RunLengthMask & { readonly counts: string } => ({
  ...mask,
  counts: compressCounts(runsOf(mask)),
})

/**
 * The mask, row-major [height, width]: 1 inside, 0 outside.
 * @throws FormatError for runs that are broken or do not fill the mask.
 */
export function decodeRunLengths(mask: RunLengthMask): Uint8Array {
  const { height, width } = mask
  const pixels = new Uint8Array(height * width)
  let place = 0
  for (const [i, run] of runsOf(mask).entries()) {
    const end = place + run
    if (i % 2 === 0) place = end
    else
      while (place < end) {
        const x = Math.floor(place / height)
        const last = Math.min(end, (x + 1) * height)
        for (let at = (place - x * height) * width + x; place < last; place++, at += width) pixels[at] = 1
      }
  }
  return pixels
}

/**
 * Pixels inside.
 * @throws FormatError as decodeRunLengths.
 */
export const runLengthArea = (mask: RunLengthMask): number =>
  runsOf(mask).reduce((sum, run, i) => (i % 2 === 1 ? sum + run : sum), 0)

/**
 * The smallest box around what is inside; of nothing, a box without area at the top left.
 * @throws FormatError as decodeRunLengths.
 */
export function runLengthBox(mask: RunLengthMask): Box {
  const { height } = mask
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
  let place = 0
  for (const [i, run] of runsOf(mask).entries()) {
    const [first, last] = [place, place + run - 1]
    place += run
    if (i % 2 === 0 || run === 0) continue
    const [from, to] = [first, last].map((at) => Math.floor(at / height))
    left = Math.min(left, from)
    right = Math.max(right, to + 1)
    // A run from one column into the next reaches from the bottom to the top.
    top = from < to ? 0 : Math.min(top, first - from * height)
    bottom = from < to ? height : Math.max(bottom, last - to * height + 1)
  }
  return right === 0 ? { left: 0, top: 0, right: 0, bottom: 0 } : { left, top, right, bottom }
}

/** The runs as numbers, after a look at them. */
function runsOf({ height, width, counts }: RunLengthMask): readonly number[] {
  const runs = typeof counts === 'string' ? parseCounts(counts) : counts
  let sum = 0
  for (let i = 0; i < runs.length; i++) {
    if (!(Number.isInteger(runs[i]) && runs[i] >= 0))
      throw new FormatError(`Run ${i} of a run-length mask is ${runs[i]}; expected a whole number of at least 0`)
    sum += runs[i]
  }
  if (sum !== height * width)
    throw new FormatError(
      `The runs of a run-length mask sum to ${sum}; expected ${height} x ${width} = ${height * width}`,
    )
  return runs
}
