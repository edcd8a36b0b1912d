/** Label files of YOLO: one line per object, `class x y width height` or `class x y x y x y ...`, in shares of the picture. */
import { DataError } from '../../core/errors.ts'
import type { Box } from '../../vision/boxes.ts'

export interface YoloObject {
  /** Where it stands, as messages call it. */
  readonly where: string
  readonly label: number
  /** In shares of the picture's width and height. */
  readonly box: Box
  /** Corners x, y, x, y, ... in shares, where it is an outline. */
  readonly polygon?: readonly number[]
}

/** What rounding may add to a share. */
const slack = 0.01

export interface YoloLabels {
  readonly objects: readonly YoloObject[]
  /** Where lines are that stand there already. */
  readonly repeated: readonly string[]
}

/**
 * Reads the text of a label file. An object whose line comes twice is one.
 * @throws DataError for a line with something that is not a number, no share or too few of them, and a class that has no name.
 */
export function parseYoloLabels(text: string, file: string, classes: readonly string[]): YoloLabels {
  const objects = new Map<string, YoloObject>()
  const repeated: string[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '') continue
    const where = `${file}: line ${i + 1}`
    const key = words.join(' ')
    if (objects.has(key)) repeated.push(where)
    else objects.set(key, objectOf(words, where, classes))
  }
  return { objects: [...objects.values()], repeated }
}

function objectOf(words: readonly string[], where: string, classes: readonly string[]): YoloObject {
  const form = 'expected class x y width height, or class x y x y x y ...'
  const wrong = words.find((word) => !Number.isFinite(Number(word)))
  if (wrong !== undefined) throw new DataError(`${where} has '${wrong}', which is not a number; ${form}`)
  const [label, ...shares] = words.map(Number)
  if (shares.length !== 4 && (shares.length < 6 || shares.length % 2 === 1))
    throw new DataError(`${where} has ${words.length} numbers; ${form}`)
  if (classes[label] === undefined)
    throw new DataError(
      `${where} is of class ${words[0]}; expected 0 to ${classes.length - 1} for ${classes.length} classes`,
    )
  const outside = shares.find((share) => share < -slack || share > 1 + slack)
  if (outside !== undefined)
    throw new DataError(`${where} has ${outside}; expected fractions of the picture's width and height, 0 to 1`)
  if (shares.length === 4) {
    const [x, y, width, height] = shares
    const box = { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 }
    return { where, label, box }
  }
  const [across, down] = [0, 1].map((axis) => shares.filter((_, i) => i % 2 === axis))
  const box = {
    left: Math.min(...across),
    top: Math.min(...down),
    right: Math.max(...across),
    bottom: Math.max(...down),
  }
  return { where, label, box, polygon: shares }
}
