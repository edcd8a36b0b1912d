/** Scenes: pictures of one object each, such as digits, placed on canvases by seed, of which label, box and mask are known exactly. */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'
import { Random } from '../../core/random.ts'
import type { Box } from '../../vision/boxes.ts'
import type { Dataset } from '../dataset.ts'
import type { Splits } from '../idx-folder.ts'
import { checkIndex, checkRoom } from '../memory.ts'
import type { AnnotatedSet, AnnotatedSplits, Annotations } from './annotated-set.ts'

export interface SceneOptions {
  /** Pixels of a side; 96 unless given. */
  readonly side?: number
  /** Objects of a scene, least and most; [1, 8] unless given. */
  readonly objects?: readonly [min: number, max: number]
  /** Side of the square that an object's picture is brought to, in pixels, least and most; [20, 40] unless given. */
  readonly size?: readonly [min: number, max: number]
  /** Objects are turned by at most this many degrees either way; 15 unless given. */
  readonly rotation?: number
  /** The largest share of a box that one other may cover, 0 to 1; 0.3 unless given. An object that finds no place in twenty trials is left out. */
  readonly overlap?: number
  /** Pieces of other objects that are strewn about, as in cluttered MNIST (Mnih, Heess, Graves, Kavukcuoglu, 2014, section 4.1); 6 unless given. */
  readonly clutter?: number
  /** From which all derives; 0 unless given. */
  readonly seed?: number
}

/** What is placed, and where: drawn before any pixel is. */
interface Placement {
  /** Index in the source. */
  readonly source: number
  readonly x: number
  readonly y: number
  /** Pixels of the scene for one of the source. */
  readonly scale: number
  readonly angle: number
  readonly brightness: number
}

const trials = 20

/** Side of a piece of clutter, as a share of its object's. */
const pieceShare = 0.3

/** Ink from which on a pixel belongs to an object. */
const threshold = 0.5

function checkOptions({ side, objects, size, rotation, overlap, clutter }: Required<SceneOptions>): void {
  const whole = (value: number, min: number): boolean => Number.isInteger(value) && value >= min
  const wrong: readonly (readonly [boolean, string, unknown, string])[] = [
    [whole(side, 16), 'side', side, 'a whole number of pixels from 16'],
    [
      whole(objects[0], 0) && whole(objects[1], 1) && objects[0] <= objects[1],
      'objects',
      objects.join(' to '),
      'two whole numbers, the smallest and the largest',
    ],
    [
      size[0] >= 8 && size[0] <= size[1] && size[1] <= side,
      'size',
      size.join(' to '),
      `pixels from 8 to the side of ${side}, the smallest and the largest`,
    ],
    [rotation >= 0 && rotation <= 180, 'rotation', rotation, '0 to 180 degrees'],
    [overlap >= 0 && overlap <= 1, 'overlap', overlap, '0 to 1'],
    [whole(clutter, 0), 'clutter', clutter, 'a whole number of at least 0'],
  ]
  const first = wrong.find(([holds]) => !holds)
  if (first !== undefined) throw new ArgumentError(`scenes: ${first[1]} is ${first[2]}; expected ${first[3]}`)
}

/** The share of the smaller of two squares that the other covers. */
function covered(a: Placement, b: Placement, side: number): number {
  const [halfA, halfB] = [(a.scale * side) / 2, (b.scale * side) / 2]
  const across = Math.min(a.x + halfA, b.x + halfB) - Math.max(a.x - halfA, b.x - halfB)
  const down = Math.min(a.y + halfA, b.y + halfB) - Math.max(a.y - halfA, b.y - halfB)
  return across <= 0 || down <= 0 ? 0 : (across * down) / portableMath.pow(2 * Math.min(halfA, halfB), 2)
}

/**
 * Scenes [1, side, side] in [0, 1] of a source's pictures, grey ones on black: bright objects, each within the scene, later ones over earlier ones. A box is tight around
 * the ink of the whole object, covered or not; the mask has 0 for the background and label + 1 for the object that is seen. A scene depends on seed and
 * index alone; nothing is kept.
 * @param source pictures [1, height, width] with labels
 * @param length number of scenes
 * @throws ArgumentError for options out of range and a source that is none.
 */
export function scenes(source: Dataset, length: number, options: SceneOptions = {}): AnnotatedSet {
  const settled: Required<SceneOptions> = {
    side: options.side ?? 96,
    objects: options.objects ?? [1, 8],
    size: options.size ?? [20, 40],
    rotation: options.rotation ?? 15,
    overlap: options.overlap ?? 0.3,
    clutter: options.clutter ?? 6,
    seed: options.seed ?? 0,
  }
  checkOptions(settled)
  const { side, objects, size, rotation, overlap, clutter, seed } = settled
  const { inputShape, classes } = source
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || channels !== 1 || classes === undefined)
    throw new ArgumentError(`scenes: the examples of ${source.name} are not grey pictures with labels`)
  if (!Number.isInteger(length) || length < 1)
    throw new ArgumentError(`scenes: length is ${length}; expected a whole number of at least 1`)
  const name = `scenes of ${source.name}`
  const sourceSide = Math.max(height, width)
  const stream = new Random(seed, 'scenes')
  const own = new Random(0)
  const between = ([min, max]: readonly [number, number]): number => min + (max - min) * own.uniform()

  const place = (): Placement => {
    const scale = between(size) / sourceSide
    const half = (scale * sourceSide) / 2
    return {
      source: own.integer(source.length),
      x: between([half, side - half]),
      y: between([half, side - half]),
      scale,
      angle: (rotation * (2 * own.uniform() - 1) * Math.PI) / 180,
      brightness: 0.6 + 0.4 * own.uniform(),
    }
  }
  const placements = (): Placement[] => {
    const count = objects[0] + own.integer(objects[1] - objects[0] + 1)
    const placed: Placement[] = []
    for (let i = 0; i < count; i++)
      for (let trial = 0; trial < trials; trial++) {
        const next = place()
        if (placed.some((other) => covered(next, other, sourceSide) > overlap)) continue
        placed.push(next)
        break
      }
    return placed
  }

  return {
    name,
    length,
    inputShape: [1, side, side],
    classes,
    maskClasses: ['background', ...classes],
    read(index, picture) {
      checkIndex(name, index, length)
      checkRoom(name, 1, side * side, picture.length, 'picture')
      stream.fork(index, 0, own)
      const placed = placements()
      const strewn = Array.from({ length: clutter }, place)
      const cuts = strewn.map(() => [own.uniform(), own.uniform()] as const)
      const needed = [...strewn, ...placed]
      const pixels = new Float32Array(needed.length * height * width)
      const labels = new Int32Array(needed.length)
      const finish = (): Annotations => {
        picture.fill(0, 0, side * side)
        const mask = new Uint8Array(side * side)
        const painter = new Painter(picture, side, height, width)
        for (const [i, piece] of strewn.entries()) {
          const [share, from] = [pieceShare, cuts[i]]
          const window = [
            from[1] * (1 - share) * width,
            from[0] * (1 - share) * height,
            share * width,
            share * height,
          ] as const
          painter.paint(pixels.subarray(i * height * width), piece, window)
        }
        const boxes: Box[] = []
        const found: number[] = []
        for (const [i, object] of placed.entries()) {
          const at = strewn.length + i
          const box = painter.paint(
            pixels.subarray(at * height * width),
            object,
            [0, 0, width, height],
            mask,
            labels[at] + 1,
          )
          if (box === undefined) continue
          boxes.push(box)
          found.push(labels[at])
        }
        return { boxes, labels: found, mask }
      }
      if (needed.length === 0) return finish()
      const reading = source.read(
        needed.map(({ source: from }) => from),
        pixels,
        labels,
      )
      return reading instanceof Promise ? reading.then(finish) : finish()
    },
  }
}

/** Paints pictures over a scene. */
class Painter {
  readonly #scene: Float32Array
  readonly #side: number
  readonly #height: number
  readonly #width: number

  constructor(scene: Float32Array, side: number, height: number, width: number) {
    this.#scene = scene
    this.#side = side
    this.#height = height
    this.#width = width
  }

  /**
   * Paints what a window of a picture shows, its middle at the placement's, bilinear; ink covers what is below.
   * @param window left, top, width and height within the picture
   * @param mask gets `value` where the ink is
   * @returns the box around the ink, or undefined where there is none
   */
  paint(
    pixels: Float32Array,
    { x, y, scale, angle, brightness }: Placement,
    window: readonly [left: number, top: number, width: number, height: number],
    mask?: Uint8Array,
    value = 0,
  ): Box | undefined {
    const side = this.#side
    const height = this.#height
    const width = this.#width
    const [windowLeft, windowTop, windowWidth, windowHeight] = window
    const [cos, sin] = [portableMath.cos(angle) / scale, portableMath.sin(angle) / scale]
    const reach = (portableMath.hypot(windowWidth, windowHeight) * scale) / 2
    const fromRow = Math.max(0, Math.floor(y - reach))
    const toRow = Math.min(side, Math.ceil(y + reach))
    const fromColumn = Math.max(0, Math.floor(x - reach))
    const toColumn = Math.min(side, Math.ceil(x + reach))
    const middleX = windowLeft + windowWidth / 2
    const middleY = windowTop + windowHeight / 2
    let left = side
    let top = side
    let right = 0
    let bottom = 0
    for (let row = fromRow; row < toRow; row++)
      for (let column = fromColumn; column < toColumn; column++) {
        const dx = column + 0.5 - x
        const dy = row + 0.5 - y
        const across = cos * dx + sin * dy
        const down = cos * dy - sin * dx
        if (Math.abs(across) > windowWidth / 2 || Math.abs(down) > windowHeight / 2) continue
        const u = middleX + across - 0.5
        const v = middleY + down - 0.5
        const j = Math.floor(u)
        const i = Math.floor(v)
        const shareX = u - j
        const shareY = v - i
        let ink = 0
        if (i >= 0) {
          if (j >= 0) ink += (1 - shareY) * (1 - shareX) * pixels[i * width + j]
          if (j + 1 < width) ink += (1 - shareY) * shareX * pixels[i * width + j + 1]
        }
        if (i + 1 < height) {
          if (j >= 0) ink += shareY * (1 - shareX) * pixels[(i + 1) * width + j]
          if (j + 1 < width) ink += shareY * shareX * pixels[(i + 1) * width + j + 1]
        }
        if (ink === 0) continue
        const at = row * side + column
        this.#scene[at] += ink * (brightness - this.#scene[at])
        if (ink < threshold || mask === undefined) continue
        mask[at] = value
        left = Math.min(left, column)
        top = Math.min(top, row)
        right = Math.max(right, column + 1)
        bottom = Math.max(bottom, row + 1)
      }
    return right > left ? { left, top, right, bottom } : undefined
  }
}

/** Scenes of each part by default. */
const defaultSizes = { train: 20_000, validation: 500, test: 1000 }

/**
 * Scenes in three parts: those for training show objects of the source's training part alone, those for the test objects of its test part.
 * @param options those of `scenes`, and `train`: how many scenes there are to train on; 20,000 unless given. Validation has 500 and the test 1,000.
 */
export function sceneSplits(
  source: Splits,
  { train = defaultSizes.train, ...options }: SceneOptions & { readonly train?: number } = {},
): AnnotatedSplits {
  const seed = options.seed ?? 0
  return {
    train: scenes(source.train, train, options),
    validation: scenes(source.validation, defaultSizes.validation, { ...options, seed: seed + 1 }),
    test: scenes(source.test, defaultSizes.test, { ...options, seed: seed + 2 }),
  }
}
