/**
 * Pictures seen through a map of the plane: each pixel of the result asks where its middle comes from, and takes what is there. However
 * many transforms the map was composed of, there is one interpolation.
 */
import { isAffine, type PlaneMap } from './geometry.ts'
import { type WarpKernel, warpKernel } from './warp-kernel.ts'

/** How far the middles of the result's pixels are moved before the map is asked: [2, height, width], x then y, in pixels. */
export type Displacements = Float32Array

/** Copies rows of one pitch to rows of another. */
function copyRows(from: Float32Array, fromPitch: number, to: Float32Array, toPitch: number, rows: number): void {
  if (fromPitch === toPitch) {
    to.set(from)
    return
  }
  const width = Math.min(fromPitch, toPitch)
  for (let row = 0; row < rows; row++) for (let j = 0; j < width; j++) to[row * toPitch + j] = from[row * fromPitch + j]
}

/** Warps pictures of one size into pictures of one size. It is compiled for them, and a call allocates nothing. */
export class Warp {
  readonly #channels: number
  readonly #height: number
  readonly #width: number
  readonly #outHeight: number
  readonly #outWidth: number
  #kernel: WarpKernel | undefined
  /** What is in the kernel's frame, and whether its displacements are all 0. */
  #framedWith = 0
  #still = true

  constructor(channels: number, height: number, width: number, outHeight = height, outWidth = width) {
    this.#channels = channels
    this.#height = height
    this.#width = width
    this.#outHeight = outHeight
    this.#outWidth = outWidth
  }

  /**
   * Bilinear: a value is that of the four middles around it. What lies outside the picture is `fill`, to which its edge fades within a pixel, as in
   * torchvision's functional for tensors. Places are computed in float32.
   * @param source [channels, height, width]; it may be `target`
   * @param target [channels, outHeight, outWidth]
   * @param back from places of the result to places of the picture
   * @throws MemoryError for pictures that do not fit into 4 GiB with their result.
   */
  bilinear(source: Float32Array, target: Float32Array, back: PlaneMap, fill = 0, displacements?: Displacements): void {
    this.#kernel ??= warpKernel({
      channels: this.#channels,
      height: this.#height,
      width: this.#width,
      outHeight: this.#outHeight,
      outWidth: this.#outWidth,
    })
    const kernel = this.#kernel
    if (this.#framedWith !== fill) kernel.framed.fill(fill)
    this.#framedWith = fill
    kernel.source.set(source)
    kernel.frame()
    const isStraight = displacements === undefined && isAffine(back)
    if (displacements !== undefined) {
      copyRows(displacements, this.#outWidth, kernel.displacements, kernel.pitch, 2 * this.#outHeight)
      this.#still = false
    } else if (!isStraight && !this.#still) {
      kernel.displacements.fill(0)
      this.#still = true
    }
    const warp = isStraight ? kernel.affine : kernel.general
    warp(back[0], back[1], back[2], back[3], back[4], back[5], back[6], back[7], back[8], fill)
    copyRows(kernel.target, kernel.pitch, target, this.#outWidth, this.#channels * this.#outHeight)
  }

  /** Each pixel's nearest, for masks and labels; what lies outside is `fill`. */
  nearest(source: Float32Array, target: Float32Array, back: PlaneMap, fill = 0, displacements?: Displacements): void {
    const height = this.#height
    const width = this.#width
    const size = this.#outHeight * this.#outWidth
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
}
