/** A scene that somebody has drawn: painted as the library's generator paints its own, with all that is true of it. */
import type { Annotations } from 'gentle-dl/data'
import type { Box } from 'gentle-dl/vision'
import { sceneSide } from './scene-side.ts'
import { distanceTo } from './shapes.ts'

/** A shape by number, its middle in pixels, the side of the square that it is drawn in, and how far it is turned, in degrees clockwise. */
export interface SceneObject {
  readonly shape: number
  readonly x: number
  readonly y: number
  readonly size: number
  readonly turn: number
}

export interface Scene {
  /** Values in [0, 1] of 64 x 64 pixels. */
  readonly picture: Float32Array
  readonly truth: Required<Pick<Annotations, 'boxes' | 'labels' | 'mask'>>
}

/** As bright as the middle of those that the generator draws. */
const brightness = 0.8

/** Half of a shape's extent, as a share of the square that it is drawn in: 13 of 28 pixels, as in the pictures that the generator takes. */
export const radiusShare = 13 / 28

/** Paints shapes over one another, later ones over earlier ones. A box is tight around what the shape covers, seen or not; one that lies outside has none. */
export function painted(objects: readonly SceneObject[]): Scene {
  const picture = new Float32Array(sceneSide * sceneSide)
  const mask = new Uint8Array(sceneSide * sceneSide)
  const boxes: Box[] = []
  const labels: number[] = []
  for (const { shape, x, y, size, turn } of objects) {
    const radius = radiusShare * size
    const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
    let [left, top, right, bottom] = [sceneSide, sceneSide, 0, 0]
    for (let row = 0; row < sceneSide; row++)
      for (let column = 0; column < sceneSide; column++) {
        const [across, down] = [(column + 0.5 - x) / radius, (row + 0.5 - y) / radius]
        if (Math.hypot(across, down) > 1.2 + 1 / radius) continue
        const distance = radius * distanceTo(shape, cos * across + sin * down, cos * down - sin * across)
        const ink = Math.min(1, Math.max(0, 0.5 - distance))
        if (ink === 0) continue
        const at = row * sceneSide + column
        picture[at] += ink * (brightness - picture[at])
        if (ink < 0.5) continue
        mask[at] = shape + 1
        left = Math.min(left, column)
        top = Math.min(top, row)
        right = Math.max(right, column + 1)
        bottom = Math.max(bottom, row + 1)
      }
    if (right <= left) continue
    boxes.push({ left, top, right, bottom })
    labels.push(shape)
  }
  return { picture, truth: { boxes, labels, mask } }
}
