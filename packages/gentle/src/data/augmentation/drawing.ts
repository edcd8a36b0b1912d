/** What chance decided for one picture. */
import type { Random } from '../../core/random.ts'
import { composeMaps, type PlaneMap } from '../../vision/geometry.ts'
import type { Size } from '../../vision/resize.ts'
import type { Displacements } from '../../vision/warp.ts'

/** The size of the pictures of a data set, in pixels. */
export interface PictureSize {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** A rectangle of a picture, in its pixels. */
export interface Window {
  readonly left: number
  readonly top: number
  readonly across: number
  readonly down: number
}

/** Changes the values of a picture [channels, height, width] in place. */
export type PixelChange = (pixels: Float32Array, size: PictureSize) => void

/** A transform with its options settled: it draws what it needs, and adds to the drawing. */
export type Step = (random: Random, drawing: Drawing) => void

/** What one picture goes through: it is cropped, then goes through one map, then through changes of its values. */
export class Drawing {
  readonly size: PictureSize
  /** From places of the result to places of the picture. */
  readonly back: PlaneMap = new Float64Array(9)
  /** Whether `back` or `displacements` do anything. */
  moves = false
  /** Added to the places of the result before they go back. */
  displacements: Displacements | undefined
  /** What comes from outside of the picture: black, or the colour of the picture's own border. */
  outside: 'black' | 'border' = 'black'
  readonly changes: PixelChange[] = []
  /** The size of the picture's file, where what is cropped comes from the file's own pixels. */
  source: Size | undefined
  /** What is cropped of the file. */
  window: Window | undefined

  constructor(size: PictureSize) {
    this.size = size
    this.clear()
  }

  clear(): void {
    this.back.fill(0)
    this.back[0] = 1
    this.back[4] = 1
    this.back[8] = 1
    this.moves = false
    this.displacements = undefined
    this.outside = 'black'
    this.changes.length = 0
    this.source = undefined
    this.window = undefined
  }

  /** Adds a map of the plane, given by the one that leads back. */
  move(back: PlaneMap): void {
    composeMaps(this.back, back, this.back)
    this.moves = true
  }
}
