/** From a file to what a network is shown: decoded, cropped, placed and changed in one go, on whichever thread. */
import { Random } from '../core/random.ts'
import { normalizedBytes, normalizePixels, type Preprocessing } from '../vision/preprocessing.ts'
import type { Placement } from '../vision/resize.ts'
import { Augmentation } from './augmentation/augmentation.ts'
import type { PictureSize } from './augmentation/drawing.ts'
import type { Policy } from './augmentation/policy.ts'
import { decode, type ImageFileInfo, type ImageSource, takesLevels } from './decode.ts'
import type { JpegDecoder } from './jpeg/decode-jpeg.ts'
import type { PictureChange } from './picture-source.ts'

/** A picture to be made. What is random about it depends on `pass` and `index` alone. */
export interface PictureJob {
  readonly source: ImageSource
  readonly info: ImageFileInfo
  /** How messages call it, where its path does not. */
  readonly name?: string
  /** Where all of it comes to lie, where nothing is cropped before. */
  readonly placement: Placement
  readonly pass: number
  readonly index: number
}

/** A change that is ready to be done. */
interface ReadyChange {
  /** Draws for a picture what the change does then. */
  draw(job: PictureJob): void
  /** Where what is cropped of the file comes to lie; undefined where nothing is. */
  placement(job: PictureJob): Placement | undefined
  change(pixels: Float32Array): void
  /** What it makes of each byte, where it changes values each by itself. */
  readonly levels?: Float32Array
  /** Whether it leaves values as they are, wherever they come to lie. */
  keepsValues(): boolean
}

/** Makes pictures of one size. */
export class PictureMaker {
  readonly #channels: 1 | 3
  readonly #changes: readonly ReadyChange[]
  readonly #jpeg: JpegDecoder | undefined

  /**
   * @param jpeg decodes JPEG files in memory on this thread, as far as it can; as others are decoded unless given
   * @throws ArgumentError for an invalid policy.
   */
  constructor(size: PictureSize & { readonly channels: 1 | 3 }, changes: readonly PictureChange[], jpeg?: JpegDecoder) {
    this.#channels = size.channels
    this.#jpeg = jpeg
    // What changes pixels one by one may come before or after a part of the picture is taken.
    const first = changes.findIndex(({ kind }) => kind === 'augment')
    this.#changes = changes.map((change, i) =>
      change.kind === 'normalize' ? normalizing(change.preprocessing) : augmenting(change, size, i === first),
    )
  }

  /**
   * Makes a picture into memory of its size.
   * @throws DataError for a file that is missing or broken.
   */
  async make(job: PictureJob, into: Float32Array): Promise<void> {
    let { placement } = job
    // The first change of values can be done while the picture is placed, as long as others have only moved them by then.
    let levelled: ReadyChange | undefined
    let areMoved = true
    for (const each of this.#changes) {
      each.draw(job)
      placement = each.placement(job) ?? placement
      if (areMoved && each.levels !== undefined) levelled = each
      areMoved &&= each.keepsValues()
    }
    if (!takesLevels(job.info, this.#channels, placement)) levelled = undefined
    await decode(job.source, job.info, {
      channels: this.#channels,
      placement,
      name: job.name,
      into,
      jpeg: this.#jpeg,
      levels: levelled?.levels,
    })
    for (const each of this.#changes) {
      if (each === levelled) continue
      // Another picture may have been drawn for while this one was decoded.
      each.draw(job)
      each.change(into)
    }
  }
}

function normalizing(preprocessing: Preprocessing): ReadyChange {
  const { scale, mean, std } = preprocessing
  const changesNothing = scale === 1 / 255 && mean.every((value) => value === 0) && std.every((value) => value === 1)
  return {
    draw() {},
    placement: () => undefined,
    change(pixels) {
      if (!changesNothing) normalizePixels(pixels, preprocessing)
    },
    levels: changesNothing ? undefined : normalizedBytes(preprocessing),
    keepsValues: () => changesNothing,
  }
}

/** @param isFirst whether the pixels are those of the file, so that what is cropped first is cropped of the file */
function augmenting(
  { policy, seed }: { readonly policy: Policy; readonly seed: number },
  size: PictureSize,
  isFirst: boolean,
): ReadyChange {
  const augmentation = new Augmentation(policy, size)
  const stream = new Random(seed, 'augmentation')
  const own = new Random(0)
  const crops = isFirst && augmentation.cropsFirst
  return {
    draw({ pass, index, info }) {
      augmentation.draw(stream.fork(pass, index, own), crops ? info : undefined)
    },
    placement({ placement: { bytes } }) {
      const { window } = augmentation
      if (window === undefined) return undefined
      const { left, top, across, down } = window
      return {
        height: size.height,
        width: size.width,
        padding: 0,
        bytes,
        rows: { from: top, to: top + down, length: size.height, before: 0 },
        columns: { from: left, to: left + across, length: size.width, before: 0 },
      }
    },
    change: (pixels) => augmentation.change(pixels),
    keepsValues: () => augmentation.keepsValues,
  }
}
