/**
 * Pictures seen through a map of the plane: each pixel of the result asks where its middle comes from, and takes what is there. However
 * many transforms the map was composed of, there is one interpolation.
 */
import { isAffine, type PlaneMap } from './geometry.ts'

/** How far the middles of the result's pixels are moved before the map is asked: [2, height, width], x then y, in pixels. */
export type Displacements = Float32Array

/** Whether a place lies where its four neighbours are in the framed picture. */
const isWithin = (x: number, y: number, right: number, bottom: number): boolean =>
  x >= 0 && x < right && y >= 0 && y < bottom

/** Warps pictures of one size into pictures of one size. It has scratch memory, so that a call allocates nothing. */
export class Warp {
  readonly #channels: number
  readonly #height: number
  readonly #width: number
  readonly #outHeight: number
  readonly #outWidth: number
  /** The picture in a frame one pixel wide, so that no neighbour of a point inside is out of memory. */
  readonly #framed: Float32Array

  constructor(channels: number, height: number, width: number, outHeight = height, outWidth = width) {
    this.#channels = channels
    this.#height = height
    this.#width = width
    this.#outHeight = outHeight
    this.#outWidth = outWidth
    this.#framed = new Float32Array(channels * (height + 2) * (width + 2))
  }

  /**
   * Bilinear: a value is that of the four middles around it. What lies outside the picture is `fill`, to which its edge fades within a pixel, as in
   * torchvision's functional for tensors.
   * @param source [channels, height, width]; it may be `target`
   * @param target [channels, outHeight, outWidth]
   * @param back from places of the result to places of the picture
   */
  bilinear(source: Float32Array, target: Float32Array, back: PlaneMap, fill = 0, displacements?: Displacements): void {
    this.#frame(source, fill)
    if (displacements === undefined && isAffine(back)) this.#affine(target, back, fill)
    else this.#general(target, back, fill, displacements)
  }

  /** Each pixel's nearest, for masks and labels; what lies outside is `fill`. */
  nearest(source: Float32Array, target: Float32Array, back: PlaneMap, fill = 0, displacements?: Displacements): void {
    const [height, width, size] = [this.#height, this.#width, this.#outHeight * this.#outWidth]
    const from = source === target ? source.slice() : source
    for (let i = 0, at = 0; i < this.#outHeight; i++)
      for (let j = 0; j < this.#outWidth; j++, at++) {
        const x = j + 0.5 + (displacements === undefined ? 0 : displacements[at])
        const y = i + 0.5 + (displacements === undefined ? 0 : displacements[size + at])
        const scale = back[6] * x + back[7] * y + back[8]
        const column = Math.floor((back[0] * x + back[1] * y + back[2]) / scale)
        const row = Math.floor((back[3] * x + back[4] * y + back[5]) / scale)
        const inside = scale > 0 && row >= 0 && row < height && column >= 0 && column < width
        for (let c = 0; c < this.#channels; c++)
          target[c * size + at] = inside ? from[(c * height + row) * width + column] : fill
      }
  }

  #frame(source: Float32Array, fill: number): void {
    const [height, width, framed] = [this.#height, this.#width, this.#framed]
    framed.fill(fill)
    for (let c = 0, from = 0; c < this.#channels; c++)
      for (let i = 0; i < height; i++) {
        let to = (c * (height + 2) + i + 1) * (width + 2) + 1
        for (const end = from + width; from < end; ) framed[to++] = source[from++]
      }
  }

  /** Of a straight row of the result, what comes from inside the picture is one stretch: within it nothing has to be asked. */
  #affine(target: Float32Array, back: PlaneMap, fill: number): void {
    // Single numbers, since destructuring a typed array runs an iterator.
    const xAcross = back[0]
    const yAcross = back[3]
    const right = this.#width + 1
    const bottom = this.#height + 1
    const outWidth = this.#outWidth
    const size = this.#outHeight * outWidth
    for (let i = 0; i < this.#outHeight; i++) {
      // Half a pixel from a corner to the middle, and one for the frame.
      const x = back[1] * (i + 0.5) + back[2] + 0.5 * xAcross + 0.5
      const y = back[4] * (i + 0.5) + back[5] + 0.5 * yAcross + 0.5
      let start = 0
      let end = outWidth
      while (start < end && !isWithin(x + xAcross * start, y + yAcross * start, right, bottom)) start++
      while (start < end && !isWithin(x + xAcross * (end - 1), y + yAcross * (end - 1), right, bottom)) end--
      for (let c = 0; c < this.#channels; c++) {
        const row = c * size + i * outWidth
        for (let j = 0; j < start; j++) target[row + j] = fill
        this.#stretch(target, row, c, start, end, x, y, xAcross, yAcross)
        for (let j = end; j < outWidth; j++) target[row + j] = fill
      }
    }
  }

  /** Pixels start to end of a row of one channel, whose place in the framed picture is (x, y) + j (xAcross, yAcross). */
  #stretch(
    target: Float32Array,
    row: number,
    channel: number,
    start: number,
    end: number,
    x: number,
    y: number,
    xAcross: number,
    yAcross: number,
  ): void {
    const framed = this.#framed
    const pitch = this.#width + 2
    const plane = channel * (this.#height + 2) * pitch
    for (let j = start; j < end; j++) {
      const column = x + xAcross * j
      const line = y + yAcross * j
      const across = column - (column | 0)
      const first = plane + (line | 0) * pitch + (column | 0)
      const a = framed[first]
      const b = framed[first + pitch]
      const above = a + across * (framed[first + 1] - a)
      const below = b + across * (framed[first + pitch + 1] - b)
      target[row + j] = above + (line - (line | 0)) * (below - above)
    }
  }

  #general(target: Float32Array, back: PlaneMap, fill: number, displacements?: Displacements): void {
    const size = this.#outHeight * this.#outWidth
    for (let i = 0, at = 0; i < this.#outHeight; i++)
      for (let j = 0; j < this.#outWidth; j++, at++) {
        const x = j + 0.5 + (displacements === undefined ? 0 : displacements[at])
        const y = i + 0.5 + (displacements === undefined ? 0 : displacements[size + at])
        const scale = back[6] * x + back[7] * y + back[8]
        // Behind the horizon of a perspective there is nothing.
        const column = scale > 0 ? (back[0] * x + back[1] * y + back[2]) / scale + 0.5 : -1
        const row = scale > 0 ? (back[3] * x + back[4] * y + back[5]) / scale + 0.5 : -1
        this.#sample(target, at, column, row, fill)
      }
  }

  /** All channels at a place of the framed picture, in middles of its pixels. */
  #sample(target: Float32Array, at: number, x: number, y: number, fill: number): void {
    const height = this.#height
    const framed = this.#framed
    const size = this.#outHeight * this.#outWidth
    const pitch = this.#width + 2
    const inside = isWithin(x, y, this.#width + 1, height + 1)
    const column = x | 0
    const row = y | 0
    const across = x - column
    const down = y - row
    let first = row * pitch + column
    for (let c = 0; c < this.#channels; c++, first += (height + 2) * pitch, at += size) {
      if (inside) {
        const a = framed[first]
        const b = framed[first + pitch]
        const above = a + across * (framed[first + 1] - a)
        const below = b + across * (framed[first + pitch + 1] - b)
        target[at] = above + down * (below - above)
      } else target[at] = fill
    }
  }
}
