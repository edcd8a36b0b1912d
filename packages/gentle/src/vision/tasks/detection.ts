/** All objects of a picture: what they are, and where (Tian, Shen, Chen, He, "FCOS: Fully Convolutional One-Stage Object Detection", 2019). */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'
import type { PyramidLevel } from '../../models/detector.ts'
import { nonMaximumSuppression, type ScoredBox } from '../suppression.ts'
import { detectionLoss } from './detection-loss.ts'
import { detectionTarget, placesOf } from './detection-targets.ts'
import type { Task } from './task.ts'

export interface DetectionOptions {
  /** Answers below are left out, 0 to 1; 0.05 unless given. */
  readonly scoreThreshold?: number
  /** Boxes of one class that overlap more are taken for the same object; 0.5 unless given. */
  readonly iouThreshold?: number
  /** Objects of a picture at most; 100 unless given. */
  readonly maxDetections?: number
}

/** Answers of a level that are looked at. */
const candidatesALevel = 1000

/**
 * Detection, for networks that `detector` makes; see `levelsOf` for their levels.
 * @throws ArgumentError for options out of range; `decode` throws one for an output that does not belong to the levels.
 */
export function detection(levels: readonly PyramidLevel[], options: DetectionOptions = {}): Task<ScoredBox[]> {
  const { scoreThreshold = 0.05, iouThreshold = 0.5, maxDetections = 100 } = options
  for (const [what, value] of Object.entries({ scoreThreshold, iouThreshold }))
    if (!(value >= 0 && value <= 1)) throw new ArgumentError(`detection: ${what} is ${value}; expected 0 to 1`)
  if (!Number.isInteger(maxDetections) || maxDetections < 1)
    throw new ArgumentError(`detection: maxDetections is ${maxDetections}; expected a whole number of at least 1`)
  const width = levels[0].columns * levels[0].stride[1]
  return {
    name: 'detect',
    target: detectionTarget(levels),
    loss: detectionLoss,
    metrics: [],
    decode(output, mirrored) {
      const seen = candidatesIn(output, levels, scoreThreshold)
      const again = mirrored === undefined ? [] : candidatesIn(mirrored, levels, scoreThreshold)
      const back = again.map(({ label, score, box }) => ({
        label,
        score,
        box: { ...box, left: width - box.right, right: width - box.left },
      }))
      return nonMaximumSuppression([...seen, ...back], { iouThreshold, maxDetections })
    },
  }
}

/**
 * The objects that a detector sees in one picture, many times each: score √(class × centreness), boxes in pixels, cut off at the picture's edges.
 * @param output [classes + 5, places] of one picture
 * @throws ArgumentError for an output that does not belong to the levels.
 */
function candidatesIn(output: Float32Array, levels: readonly PyramidLevel[], scoreThreshold: number): ScoredBox[] {
  const places = placesOf(levels)
  const classes = output.length / places - 5
  if (!Number.isInteger(classes) || classes < 1)
    throw new ArgumentError(`detection: ${output.length} values for ${places} places; expected classes + 5 for each`)
  const sigmoid = (x: number): number => 1 / (1 + portableMath.exp(-x))
  const candidates: ScoredBox[] = []
  let first = 0
  for (const { rows: down, columns, stride } of levels) {
    const [tall, wide] = stride
    const [height, width] = [down * tall, columns * wide]
    const found: ScoredBox[] = []
    for (let place = 0; place < down * columns; place++) {
      const at = first + place
      const centreness = sigmoid(output[(classes + 4) * places + at])
      for (let label = 0; label < classes; label++) {
        const score = Math.sqrt(sigmoid(output[label * places + at]) * centreness)
        if (!(score >= scoreThreshold)) continue
        const [x, y] = [((place % columns) + 0.5) * wide, (Math.floor(place / columns) + 0.5) * tall]
        const distance = (edge: number): number => output[(classes + edge) * places + at]
        const box = {
          left: Math.max(0, x - distance(0) * wide),
          top: Math.max(0, y - distance(1) * tall),
          right: Math.min(width, x + distance(2) * wide),
          bottom: Math.min(height, y + distance(3) * tall),
        }
        found.push({ label, score, box })
      }
    }
    candidates.push(...found.sort((a, b) => b.score - a.score).slice(0, candidatesALevel))
    first += down * columns
  }
  return candidates
}
