/** Pictures with truth: what is in them, and where. */
import type { Shape } from '../../core/shape.ts'
import type { Box } from '../../vision/boxes.ts'

export { ignoredPixel } from '../../nn/segmentation-losses.ts'

/** What is in one picture, in the pixels of the picture as it is read. */
export interface Annotations {
  /** Around the objects. */
  readonly boxes: readonly Box[]
  /** The class of each object, an index of the set's `classes`. */
  readonly labels: readonly number[]
  /** Objects that count neither as found nor as missed, such as COCO's crowds and VOC's difficult ones; none unless given. */
  readonly ignored?: readonly boolean[]
  /** The class of every pixel, an index of the set's `maskClasses` or `ignoredPixel`: row-major [height, width]. */
  readonly mask?: Uint8Array
}

/** A set of pictures of one size with boxes, masks, or both. */
export interface AnnotatedSet {
  readonly name: string
  readonly length: number
  /** [channels, height, width] of every picture. */
  readonly inputShape: Shape
  /** Names of the objects' classes. */
  readonly classes: readonly string[]
  /** Names of the masks' classes, often 'background' before `classes`; without them there are no masks. */
  readonly maskClasses?: readonly string[]
  /** Indices of `maskClasses` that are in its masks, where that is known without reading them. */
  readonly classesInMasks?: readonly number[]
  /** What else the examples depend on, as plain JSON, such as an augmentation's policy: a training goes on only where it is the same. */
  readonly description?: unknown
  /** What is in a picture beside its mask, where that is known without reading the picture. */
  objects?(index: number): Omit<Annotations, 'mask'>
  /**
   * Writes a picture's values [channels, height, width] to the front of `picture` and gives what is in it. What depends on chance, such as
   * augmentation, depends on index and pass alone.
   * @throws ArgumentError for an index outside, or less room than the picture takes.
   */
  read(index: number, picture: Float32Array, pass?: number): Annotations | Promise<Annotations>
}

/** A set in three parts. */
export interface AnnotatedSplits {
  readonly train: AnnotatedSet
  readonly validation: AnnotatedSet
  readonly test: AnnotatedSet
}
