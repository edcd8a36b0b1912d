import { ArgumentError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import { type Box, boxArea, clipBox } from '../../vision/boxes.ts'
import { invertMap, mapPoint, type PlaneMap, type Point } from '../../vision/geometry.ts'
import type { Image } from '../../vision/image.ts'
import type { Size } from '../../vision/resize.ts'
import { Warp } from '../../vision/warp.ts'
import { borderColour, shiftColours } from './border.ts'
import { Drawing, type PictureSize, type Window } from './drawing.ts'
import { type Policy, type SettledPolicy, settlePolicy } from './policy.ts'

/** Whether a map does nothing but to exchange left and right. */
const isMirror = (back: PlaneMap, { width }: PictureSize): boolean =>
  [-1, 0, width, 0, 1, 0, 0, 0, 1].every((value, i) => back[i] === value)

/** Each row backwards, in place. */
function mirror(pixels: Float32Array, { width }: PictureSize): void {
  for (let at = 0; at < pixels.length; at += width) pixels.subarray(at, at + width).reverse()
}

/** Points along an edge of a box that are followed through a map that bends it. */
const pointsAnEdge = 9

/**
 * What a policy does to pictures of one size. `draw` lets chance decide; until the next draw, the same happens to everything that belongs to one
 * example: its picture, masks, boxes and points.
 */
export class Augmentation {
  /** How batches are mixed, where the policy says so; that is not done here. */
  readonly mixing: SettledPolicy['mixing']
  /** Whether the policy crops before it does anything else to places. */
  readonly cropsFirst: boolean
  readonly #steps: SettledPolicy['steps']
  readonly #drawing: Drawing
  readonly #warp: Warp
  #maskWarp: Warp | undefined

  /**
   * @param size in pixels; 1 or 3 channels
   * @throws ArgumentError for an invalid policy, and another number of channels.
   */
  constructor(policy: Policy, size: PictureSize) {
    const { steps, cropsFirst, mixing } = settlePolicy(policy)
    const { channels, height, width } = size
    if (channels !== 1 && channels !== 3)
      throw new ArgumentError(`augmentation: the pictures have ${channels} channels; expected 1 or 3`)
    this.mixing = mixing
    this.cropsFirst = cropsFirst
    this.#steps = steps
    this.#drawing = new Drawing(size)
    this.#warp = new Warp(channels, height, width)
  }

  /**
   * Draws what shall happen.
   * @param source the size of the picture's file, where what the policy crops is taken from the file: `window` tells it then
   */
  draw(random: Random, source?: Size): void {
    this.#drawing.clear()
    this.#drawing.source = source
    for (const step of this.#steps) step(random, this.#drawing)
  }

  /** What is cropped of the file; undefined for all of it. */
  get window(): Window | undefined {
    return this.#drawing.window
  }

  /** Whether `change` moves values at most, whole ones. */
  get keepsValues(): boolean {
    const { back, displacements, moves, changes, size } = this.#drawing
    return changes.length === 0 && (!moves || (displacements === undefined && isMirror(back, size)))
  }

  /** A picture's values [channels, height, width], in place. What comes from outside is black, unless the policy says otherwise. */
  change(pixels: Float32Array): void {
    const { back, displacements, moves, changes, size, outside } = this.#drawing
    if (moves && displacements === undefined && isMirror(back, size)) mirror(pixels, size)
    else if (moves) {
      const around = outside === 'border' ? borderColour(pixels, size) : undefined
      if (around !== undefined) shiftColours(pixels, around, -1)
      this.#warp.bilinear(pixels, pixels, back, 0, displacements)
      if (around !== undefined) shiftColours(pixels, around, 1)
    }
    for (const change of changes) change(pixels, size)
  }

  /** A picture, as `change` makes it. */
  picture(image: Image): Image {
    const data = image.data.slice()
    this.change(data)
    return { ...image, data }
  }

  /**
   * A mask [height, width], whose values are classes: moved as the picture is, never mixed.
   * @param outside the class of what comes from outside
   */
  mask(values: Float32Array, outside = 0): Float32Array {
    const { back, displacements, moves, size } = this.#drawing
    if (!moves) return values.slice()
    this.#maskWarp ??= new Warp(1, size.height, size.width)
    const result = new Float32Array(values.length)
    this.#maskWarp.nearest(values, result, back, outside, displacements)
    return result
  }

  /** Where points of the picture are now; they may lie outside. */
  points(points: readonly Point[]): Point[] {
    const { back, displacements, moves } = this.#drawing
    if (!moves) return [...points]
    const forth = invertMap(back)
    return points.map((point) => {
      const moved = mapPoint(forth, point)
      return displacements === undefined ? moved : this.#against(displacements, moved)
    })
  }

  /**
   * The upright boxes around what boxes of the picture have become, cut off at its edges.
   * @param options `minVisibility`: a box of which less than this share of its area is still in the picture is left out, as undefined; 0 unless given
   */
  boxes(boxes: readonly Box[], { minVisibility = 0 }: { readonly minVisibility?: number } = {}): (Box | undefined)[] {
    const { height, width } = this.#drawing.size
    return boxes.map((box) => {
      const edge = this.points(outline(box))
      const [across, down] = [edge.map(({ x }) => x), edge.map(({ y }) => y)]
      const whole = {
        left: Math.min(...across),
        top: Math.min(...down),
        right: Math.max(...across),
        bottom: Math.max(...down),
      }
      const visible = clipBox(whole, height, width)
      const part = boxArea(visible) / boxArea(whole)
      return part > 0 && part >= minVisibility ? visible : undefined
    })
  }

  /** The place whose displacement leads to a point: p with p + d(p) = point, by iteration, which converges where no two places meet. */
  #against(displacements: Float32Array, point: Point): Point {
    const { height, width } = this.#drawing.size
    let at = point
    for (let i = 0; i < 12; i++) {
      const row = Math.min(height - 1, Math.max(0, Math.floor(at.y)))
      const column = Math.min(width - 1, Math.max(0, Math.floor(at.x)))
      const place = row * width + column
      at = { x: point.x - displacements[place], y: point.y - displacements[height * width + place] }
    }
    return at
  }
}

/** Points all around a box, its corners among them. */
function outline({ left, top, right, bottom }: Box): Point[] {
  return Array.from({ length: pointsAnEdge }, (_, i) => {
    const share = i / (pointsAnEdge - 1)
    const [x, y] = [left + share * (right - left), top + share * (bottom - top)]
    return [
      { x, y: top },
      { x, y: bottom },
      { x: left, y },
      { x: right, y },
    ]
  }).flat()
}
