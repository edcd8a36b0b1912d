/** What detection is measured on: objects that are there, and objects that a detector found. */
import type { Box } from '../boxes.ts'

/**
 * A box that may say how large it is. Where boxes are kept as a corner and a size, as COCO keeps them, right - left is off by a rounding, and
 * that can decide whether an overlap reaches a threshold.
 */
export interface SizedBox extends Box {
  /** right - left unless given. */
  readonly width?: number
  /** bottom - top unless given. */
  readonly height?: number
}

/** An object that is in a picture. */
export interface TruthObject {
  /** Any number that tells pictures apart. */
  readonly image: number
  /** Any number that tells categories apart. */
  readonly category: number
  /** In pixels. */
  readonly box: SizedBox
  /** Of the object, in square pixels, which decides whether it is small; the box's unless given. */
  readonly area?: number
  /** A box around many objects: detections within it count neither as right nor as wrong. Not unless given. */
  readonly crowd?: boolean
}

/** An object as a detector found it. */
export interface DetectedObject {
  readonly image: number
  readonly category: number
  /** In pixels. */
  readonly box: SizedBox
  /** How sure the detector is, in any unit: only the order counts. */
  readonly score: number
}

/** A box as COCO writes it: [x, y, width, height], x and y of its top left corner. */
export const cocoBox = ([x, y, width, height]: readonly [number, number, number, number]): SizedBox => ({
  left: x,
  top: y,
  right: x + width,
  bottom: y + height,
  width,
  height,
})
