/** Pictures of shapes that are drawn when they are read: as many as one likes, of which everything is known. */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { Random } from '../core/random.ts'
import type { Dataset } from './dataset.ts'
import type { Splits } from './idx-folder.ts'
import { checkIndex, checkRoom, subset } from './memory.ts'

export interface ShapeOptions {
  /** Number of pictures; 1,000 unless given. */
  readonly examples?: number
  /** Pixels of a side; 32 unless given. */
  readonly size?: number
  /** 1 for grey, 3 for colours; 3 unless given. */
  readonly channels?: 1 | 3
  /** Standard deviation of what is added to each value; 0.05 unless given. */
  readonly noise?: number
  /** Whether shapes are turned by any angle; true unless given. */
  readonly turned?: boolean
  /** 0 unless given. */
  readonly seed?: number
}

/** Distance from a point to a shape of radius 1 around the origin: below 0 inside. */
type Distance = (x: number, y: number) => number

/** Distance to a polygon (Quilez, "2D distance functions"), corners anticlockwise or clockwise. */
function polygon(corners: readonly (readonly [number, number])[]): Distance {
  return (x, y) => {
    let nearest = Infinity
    let sign = 1
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const [ax, ay] = corners[i]
      const [bx, by] = corners[j]
      const [ex, ey, wx, wy] = [bx - ax, by - ay, x - ax, y - ay]
      const share = Math.min(1, Math.max(0, (wx * ex + wy * ey) / (ex * ex + ey * ey)))
      nearest = Math.min(nearest, portableMath.hypot(wx - ex * share, wy - ey * share))
      const crosses = [y >= ay, y < by, ex * wy > ey * wx]
      if (crosses.every(Boolean) || !crosses.some(Boolean)) sign = -sign
    }
    return sign * nearest
  }
}

/** Corners at these distances from the middle, in turn, at equal angles. */
const around = (count: number, radii: readonly number[]): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2
    const radius = radii[i % radii.length]
    return [radius * portableMath.cos(angle), radius * portableMath.sin(angle)]
  })

const arm = 0.36

const distances: Readonly<Record<string, Distance>> = {
  circle: (x, y) => portableMath.hypot(x, y) - 0.85,
  square: polygon([
    [-0.75, -0.75],
    [0.75, -0.75],
    [0.75, 0.75],
    [-0.75, 0.75],
  ]),
  triangle: polygon(around(3, [1])),
  cross: (x, y) => {
    const bar = (a: number, b: number): number => Math.max(Math.abs(a) - 0.95, Math.abs(b) - arm)
    return Math.min(bar(x, y), bar(y, x))
  },
  ring: (x, y) => Math.abs(portableMath.hypot(x, y) - 0.68) - 0.22,
  star: polygon(around(10, [1, 0.42])),
}

/** The shapes, in the order of their labels. */
export const shapeNames: readonly string[] = Object.keys(distances)

/**
 * Pictures [channels, size, size] in [0, 1], one shape each, of any place, size, turn and colour, on a ground of another colour. An example depends on
 * seed and index alone; labels go round.
 * @throws ArgumentError for options out of range.
 */
export function shapes(options: ShapeOptions = {}): Dataset {
  const { examples = 1000, size = 32, channels = 3, noise = 0.05, turned = true, seed = 0 } = options
  for (const [what, value, min] of [
    ['examples', examples, 1],
    ['size', size, 8],
  ] as const)
    if (!Number.isInteger(value) || value < min)
      throw new ArgumentError(`shapes: ${what} is ${value}; expected a whole number of at least ${min}`)
  if (channels !== 1 && channels !== 3) throw new ArgumentError(`shapes: channels is ${channels}; expected 1 or 3`)
  if (!(noise >= 0 && noise < Infinity))
    throw new ArgumentError(`shapes: noise is ${noise}; expected a number of at least 0`)
  const stream = new Random(seed, 'shapes')
  const own = new Random(0)
  const pixels = size * size
  const draw = (index: number, inputs: Float32Array, at: number): void => {
    stream.fork(index, 0, own)
    const distance = distances[shapeNames[index % shapeNames.length]]
    const radius = size * (0.18 + 0.2 * own.uniform())
    const [x, y] = [radius + (size - 2 * radius) * own.uniform(), radius + (size - 2 * radius) * own.uniform()]
    const angle = turned ? 2 * Math.PI * own.uniform() : 0
    const [cos, sin] = [portableMath.cos(angle), portableMath.sin(angle)]
    // Shape and ground differ by at least 0.3 in brightness, either way.
    const ground = own.uniform()
    const ink = ground < 0.5 ? ground + 0.3 + (0.7 - ground) * own.uniform() : (ground - 0.3) * own.uniform()
    const tints = Array.from({ length: channels }, () => (channels === 1 ? [0, 0] : [own.uniform(), own.uniform()]))
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const [right, down] = [(j + 0.5 - x) / radius, (i + 0.5 - y) / radius]
        // The edge fades over a pixel.
        const cover = Math.min(
          1,
          Math.max(0, 0.5 - radius * distance(cos * right + sin * down, cos * down - sin * right)),
        )
        for (let c = 0; c < channels; c++) {
          const [inkTint, groundTint] = tints[c]
          const value = cover * (ink + 0.3 * (inkTint - 0.5)) + (1 - cover) * (ground + 0.3 * (groundTint - 0.5))
          const noisy = noise === 0 ? value : value + noise * own.normal()
          inputs[at + c * pixels + i * size + j] = Math.min(1, Math.max(0, noisy))
        }
      }
  }
  return {
    name: 'shapes',
    length: examples,
    inputShape: [channels, size, size],
    target: { dtype: 'int32', shape: [] },
    classes: shapeNames,
    labels: Int32Array.from({ length: examples }, (_, i) => i % shapeNames.length),
    read(indices, inputs, targets) {
      checkRoom('shapes', indices.length, channels * pixels, inputs.length, 'inputs')
      checkRoom('shapes', indices.length, 1, targets.length, 'targets')
      for (let i = 0; i < indices.length; i++) {
        checkIndex('shapes', indices[i], examples)
        draw(indices[i], inputs, i * channels * pixels)
        targets[i] = indices[i] % shapeNames.length
      }
    },
  }
}

/** 6,000 shapes to learn from, and 1,000 each for validation and test. */
export function shapeSplits(seed = 0, options: Omit<ShapeOptions, 'examples' | 'seed'> = {}): Splits {
  const all = shapes({ ...options, examples: 8000, seed })
  const part = (from: number, to: number): Dataset =>
    subset(
      all,
      Uint32Array.from({ length: to - from }, (_, i) => from + i),
    )
  return { train: part(0, 6000), validation: part(6000, 7000), test: part(7000, 8000) }
}
