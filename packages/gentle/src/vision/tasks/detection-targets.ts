/** Which place of which level answers for which object of a picture. */
import type { PyramidLevel } from '../../models/detector.ts'
import { type Box, boxArea } from '../boxes.ts'
import type { TargetEncoding } from './task.ts'

/** What a place without an object has for a label, and one that may say what it likes. */
export const [background, ignore] = [-1, -2]

/** Rows of a target: label, four distances, centreness. */
export const targetRows = 6

/** A place answers for an object if it is this many strides from its centre at most (FCOS's centre sampling). */
const centreRadius = 1.5

/** An object belongs to the level whose stride times this its largest distance just does not exceed; the last level takes all that are larger. */
const reach = 4

export const placesOf = (levels: readonly PyramidLevel[]): number =>
  levels.reduce((total, { rows: down, columns }) => total + down * columns, 0)

/**
 * The target of detection, float32 [6, places]: for each place the label of the object that it answers for, or -1 for none and -2 for a place in something ignored;
 * the distances to the left, top, right and bottom edge of the object's box in strides; and its centreness (FCOS, equation 3). A place answers for the smallest object
 * of its level's size near whose centre it lies (sections 3.1 and 3.2).
 */
export function detectionTarget(levels: readonly PyramidLevel[]): TargetEncoding {
  const places = placesOf(levels)
  return {
    dtype: 'float32',
    shape: [targetRows, places],
    write({ boxes, labels, ignored }, target) {
      target.fill(0, 0, targetRows * places)
      target.fill(background, 0, places)
      // Large objects first, so that small ones take their places from them.
      const order = boxes.map((_, i) => i).sort((a, b) => boxArea(boxes[b]) - boxArea(boxes[a]))
      let first = 0
      for (const [index, level] of levels.entries()) {
        const range: readonly [number, number] = [
          index === 0 ? 0 : reach * Math.max(...levels[index - 1].stride),
          index === levels.length - 1 ? Infinity : reach * Math.max(...level.stride),
        ]
        for (const i of order) if (ignored?.[i]) assignIgnored(level, first, boxes[i], target)
        for (const i of order) if (!ignored?.[i]) assignLevel(level, range, first, places, boxes[i], labels[i], target)
        first += level.rows * level.columns
      }
    },
  }
}

function assignIgnored(level: PyramidLevel, first: number, box: Box, target: Float32Array | Int32Array): void {
  const [down, across] = level.stride
  for (let row = 0; row < level.rows; row++)
    for (let column = 0; column < level.columns; column++) {
      const [x, y] = [(column + 0.5) * across, (row + 0.5) * down]
      if (x > box.left && x < box.right && y > box.top && y < box.bottom)
        target[first + row * level.columns + column] = ignore
    }
}

function assignLevel(
  { rows: down, columns, stride }: PyramidLevel,
  [min, max]: readonly [number, number],
  first: number,
  places: number,
  box: Box,
  label: number,
  target: Float32Array | Int32Array,
): void {
  const [tall, wide] = stride
  const [middleX, middleY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2]
  const from = (middle: number, step: number): number => Math.max(0, Math.floor(middle / step - 0.5 - centreRadius))
  const to = (middle: number, step: number, count: number): number =>
    Math.min(count - 1, Math.ceil(middle / step - 0.5 + centreRadius))
  for (let row = from(middleY, tall); row <= to(middleY, tall, down); row++)
    for (let column = from(middleX, wide); column <= to(middleX, wide, columns); column++) {
      const [x, y] = [(column + 0.5) * wide, (row + 0.5) * tall]
      if (Math.abs(x - middleX) > centreRadius * wide || Math.abs(y - middleY) > centreRadius * tall) continue
      const left = x - box.left
      const top = y - box.top
      const right = box.right - x
      const bottom = box.bottom - y
      const largest = Math.max(left, top, right, bottom)
      if (Math.min(left, top, right, bottom) <= 0 || largest <= min || largest > max) continue
      const at = first + row * columns + column
      target[at] = label
      target[places + at] = left / wide
      target[2 * places + at] = top / tall
      target[3 * places + at] = right / wide
      target[4 * places + at] = bottom / tall
      target[5 * places + at] = Math.sqrt(
        (Math.min(left, right) / Math.max(left, right)) * (Math.min(top, bottom) / Math.max(top, bottom)),
      )
    }
}
