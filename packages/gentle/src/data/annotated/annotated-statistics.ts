/** Figures of sets of pictures with boxes and masks. */
import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shape.ts'
import { ignoredPixel } from '../../nn/segmentation-losses.ts'
import { boxArea } from '../../vision/boxes.ts'
import { Moments, type PartName, type PerPart, partNames } from '../statistics.ts'
import type { AnnotatedSet, AnnotatedSplits, Annotations } from './annotated-set.ts'

export interface ObjectCounts {
  readonly pictures: number
  readonly withoutObjects: number
  /** Objects that count, and those that count neither as found nor as missed. */
  readonly objects: number
  readonly ignored: number
  readonly perClass: Readonly<Record<string, number>>
  /** Undefined for a part without pictures. */
  readonly objectsPerPicture?: { readonly min: number; readonly median: number; readonly max: number }
}

/** Shares of boxes' values that are at most those of `BoxSizes`. */
export const boxQuantiles = [0.05, 0.25, 0.5, 0.75, 0.95] as const

export interface BoxSizes {
  /** Boxes by their areas in the pictures as they are read: below 32 x 32 pixels, from there to 96 x 96, above (COCO's small, medium and large). */
  readonly small: number
  readonly medium: number
  readonly large: number
  /** Shares of the picture's width, height and area at each of `boxQuantiles`. */
  readonly width: readonly number[]
  readonly height: readonly number[]
  readonly area: readonly number[]
}

export interface AnnotatedStatistics {
  readonly counts: PerPart<ObjectCounts>
  /** Of the training set's objects that count; undefined where there are none. */
  readonly boxes?: BoxSizes
  /** Training pictures that the following figures are of. */
  readonly sampled: number
  /** The share of pixels of each class of the masks, and of those ignored; undefined without masks. */
  readonly pixelShares?: { readonly perClass: Readonly<Record<string, number>>; readonly ignored: number }
  /** Of each channel. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** Pictures whose pixels are looked at. */
const maxSampled = 2000

/** Reads every picture once. Pixels are looked at in up to 2,000 of the training set, chosen by seed. */
export async function annotatedStatistics(splits: AnnotatedSplits, seed = 0): Promise<AnnotatedStatistics> {
  const { train } = splits
  const sample = new Set(new Random(seed, 'described pixels').permutation(train.length).slice(0, maxSampled))
  const moments = new Moments(train.inputShape)
  const pixels = new Float64Array(256)
  const boxes = new BoxCollector(train)
  const counts = {} as Record<PartName, ObjectCounts>
  for (const part of partNames) {
    const counter = new ObjectCounter(splits[part].classes)
    for await (const { index, picture, truth } of annotatedPictures(splits[part])) {
      counter.add(truth)
      if (part !== 'train') continue
      boxes.add(truth)
      if (!sample.has(index)) continue
      moments.add(picture)
      for (const value of truth.mask ?? []) pixels[value]++
    }
    counts[part] = counter.result()
  }
  return {
    counts,
    boxes: boxes.result(),
    sampled: sample.size,
    pixelShares: train.maskClasses && pixelShares(pixels, train.maskClasses),
    ...moments.result(),
  }
}

/** Pictures read at once. */
const batchSize = 16

/** A set's pictures one by one, all or those given; `picture` is overwritten by later ones. */
export async function* annotatedPictures(
  set: AnnotatedSet,
  indices: readonly number[] = Array.from({ length: set.length }, (_, index) => index),
) {
  const size = sizeOf(set.inputShape)
  const pictures = Array.from({ length: batchSize }, () => new Float32Array(size))
  for (let start = 0; start < indices.length; start += batchSize) {
    const batch = indices.slice(start, start + batchSize)
    const truths = await Promise.all(batch.map((index, i) => set.read(index, pictures[i])))
    for (const [i, truth] of truths.entries()) yield { index: batch[i], picture: pictures[i], truth }
  }
}

class ObjectCounter {
  readonly #classes: readonly string[]
  readonly #perClass: number[]
  readonly #perPicture: number[] = []
  #ignored = 0

  constructor(classes: readonly string[]) {
    this.#classes = classes
    this.#perClass = classes.map(() => 0)
  }

  add({ labels, ignored }: Annotations): void {
    let objects = 0
    for (const [i, label] of labels.entries())
      if (ignored?.[i]) this.#ignored++
      else {
        this.#perClass[label]++
        objects++
      }
    this.#perPicture.push(objects)
  }

  result(): ObjectCounts {
    const sorted = this.#perPicture.sort((a, b) => a - b)
    const [min, median, max] = [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]]
    return {
      pictures: sorted.length,
      withoutObjects: sorted.filter((objects) => objects === 0).length,
      objects: sorted.reduce((sum, objects) => sum + objects, 0),
      ignored: this.#ignored,
      perClass: Object.fromEntries(this.#classes.map((name, label) => [name, this.#perClass[label]])),
      ...(sorted.length > 0 && { objectsPerPicture: { min, median, max } }),
    }
  }
}

class BoxCollector {
  readonly #picture: { readonly height: number; readonly width: number }
  readonly #widths: number[] = []
  readonly #heights: number[] = []
  readonly #areas: number[] = []

  constructor({ inputShape }: AnnotatedSet) {
    const [, height, width] = inputShape
    this.#picture = { height, width }
  }

  add({ boxes, ignored }: Annotations): void {
    for (const [i, box] of boxes.entries()) {
      if (ignored?.[i]) continue
      this.#widths.push(box.right - box.left)
      this.#heights.push(box.bottom - box.top)
      this.#areas.push(boxArea(box))
    }
  }

  result(): BoxSizes | undefined {
    if (this.#areas.length === 0) return undefined
    const { height, width } = this.#picture
    const shares = (values: number[], whole: number): number[] => {
      const sorted = values.sort((a, b) => a - b)
      return boxQuantiles.map((quantile) => sorted[Math.floor(quantile * sorted.length)] / whole)
    }
    const small = this.#areas.filter((area) => area < 32 * 32).length
    const large = this.#areas.filter((area) => area > 96 * 96).length
    return {
      small,
      medium: this.#areas.length - small - large,
      large,
      width: shares(this.#widths, width),
      height: shares(this.#heights, height),
      area: shares(this.#areas, height * width),
    }
  }
}

function pixelShares(pixels: Float64Array, maskClasses: readonly string[]) {
  const all = pixels.reduce((sum, count) => sum + count, 0)
  const share = (index: number): number => (all > 0 ? pixels[index] / all : 0)
  return {
    perClass: Object.fromEntries(maskClasses.map((name, index) => [name, share(index)])),
    ignored: share(ignoredPixel),
  }
}
