/** Segmentations of COCO: outlines or runs, and what of them can be read. */
import { FormatError } from '../../core/errors.ts'
import type { Box } from '../../vision/boxes.ts'
import { fillPolygons, type Polygon, polygonFault } from '../../vision/masks/polygon.ts'
import { decodeRunLengths, type RunLengthMask, runLengthBox } from '../../vision/masks/run-length.ts'
import { cocoBox, type SizedBox } from '../../vision/metrics/objects.ts'
import type { Size } from '../../vision/resize.ts'

/** Whether a segmentation says which pixels are an object's. */
export const isSegmented = (segmentation: unknown): boolean =>
  Array.isArray(segmentation) ? segmentation.length > 0 : typeof segmentation === 'object' && segmentation !== null

/** What of a segmentation can be read. */
export interface ReadOutline {
  /** Row-major, not 0 inside; missing where nothing can be read. */
  readonly pixels?: Uint8Array
  /** What is wrong with it. */
  readonly fault?: string
  /** What was made of it in spite of that, as `Mended` has it. */
  readonly what?: string
}

const inPart = 'partly broken outlines, read as far as possible'

/**
 * The pixels of an object in a picture. Of several polygons those that are broken are left out. Runs whose size is [width, height] are taken for the picture's if they are
 * where the object's box is.
 */
export function readOutline(segmentation: unknown, box: Box, size: Size): ReadOutline {
  try {
    if (!Array.isArray(segmentation)) return readRuns(segmentation, box, size)
    const { polygons, fault } = polygonsOf(segmentation)
    if (polygons.length === 0) return { fault }
    const pixels = fillPolygons(polygons, size.height, size.width)
    return fault === undefined ? { pixels } : { pixels, fault, what: inPart }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { fault: error.message }
  }
}

/** The box around a segmentation; undefined where it cannot be read. Runs are read only in a picture whose size is known, for another size makes another box of them. */
export function outlineBox(segmentation: unknown, size: Size | undefined): SizedBox | undefined {
  if (!isSegmented(segmentation)) return undefined
  if (!Array.isArray(segmentation)) {
    try {
      return size && sized(runLengthBox(runsOf(segmentation, size)))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return undefined
    }
  }
  const corners = polygonsOf(segmentation).polygons.flat()
  if (corners.length === 0) return undefined
  const [across, down] = [0, 1].map((axis) => corners.filter((_, i) => i % 2 === axis))
  const min = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
  const max = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))
  return sized({ left: min(across), top: min(down), right: max(across), bottom: max(down) })
}

const sized = ({ left, top, right, bottom }: Box): SizedBox | undefined =>
  right > left && bottom > top ? cocoBox([left, top, right - left, bottom - top]) : undefined

const widthFirst = 'runs whose size has the width first, read that way, since they then match their boxes'

function readRuns(segmentation: unknown, box: Box, picture: Size): ReadOutline {
  try {
    return { pixels: decodeRunLengths(runsOf(segmentation, picture)) }
  } catch (error) {
    const { size, ...runs } = segmentation as { size?: unknown }
    const { height, width } = picture
    if (!(error instanceof FormatError && Array.isArray(size)) || size.join() !== `${width},${height}`) throw error
    const turned = runsOf({ ...runs, size: [height, width] }, picture)
    if (!isNear(runLengthBox(turned), box)) throw error
    return { pixels: decodeRunLengths(turned), fault: `its size is [${size}], the width first`, what: widthFirst }
  }
}

/** Whether two boxes are the same but for rounding to pixels. */
const isNear = (a: Box, b: Box): boolean =>
  (['left', 'top', 'right', 'bottom'] as const).every((edge) => Math.abs(a[edge] - b[edge]) <= 1)

/** The polygons that can be read, and what is wrong with the first other one. A list of numbers is one polygon. */
function polygonsOf(segmentation: readonly unknown[]): { polygons: readonly Polygon[]; fault?: string } {
  const all = segmentation.every((each) => typeof each === 'number') ? [segmentation] : segmentation
  const faults = all.map(faultOf)
  const fault = faults.find((each) => each !== undefined)
  return {
    polygons: all.filter((_, i) => faults[i] === undefined) as Polygon[],
    ...(fault === undefined ? {} : { fault }),
  }
}

function faultOf(polygon: unknown, i: number): string | undefined {
  if (Array.isArray(polygon) && polygon.every((value) => typeof value === 'number')) return polygonFault(polygon, i)
  return 'expected polygons, [[x, y, x, y, ...], ...], or runs, { size, counts }'
}

/** Runs of a picture. @throws FormatError for what is none, or of another size. */
function runsOf(segmentation: unknown, picture: Size): RunLengthMask {
  const { size, counts } = segmentation as { size?: unknown; counts?: unknown }
  if (!Array.isArray(size) || size.length !== 2 || !(Array.isArray(counts) || typeof counts === 'string'))
    throw new FormatError('expected runs as { "size": [height, width], "counts": [...] }, or as a string')
  const { height, width } = picture
  if (size[0] !== height || size[1] !== width)
    throw new FormatError(`its size is [${size}]; expected that of its picture, [${height},${width}]`)
  return { height, width, counts }
}
