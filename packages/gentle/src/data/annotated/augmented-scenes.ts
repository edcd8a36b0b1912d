import { ArgumentError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shape.ts'
import { Augmentation } from '../augmentation/augmentation.ts'
import type { Policy } from '../augmentation/policy.ts'
import { type AnnotatedSet, type Annotations, ignoredPixel } from './annotated-set.ts'

/** An object of which less than this share of its box is left in the picture is not an object any more. */
const minVisibility = 0.25

/**
 * An annotated set whose pictures are changed randomly each time they are read, boxes and masks with them. What happens depends on the seed, the pass and the
 * index alone. What comes into a mask from outside is ignored.
 * @throws ArgumentError for an invalid policy, and for one that mixes pictures: boxes do not mix.
 */
export function augmentedScenes(
  set: AnnotatedSet,
  policy: Policy,
  { seed = 0 }: { readonly seed?: number } = {},
): AnnotatedSet {
  const [channels, height, width] = set.inputShape
  const augmentation = new Augmentation(policy, { channels, height, width })
  if (augmentation.mixing !== undefined)
    throw new ArgumentError(
      'augmentedScenes: the policy mixes pictures, which works only for classification; leave out mixUp and cutMix',
    )
  const stream = new Random(seed, 'augmentation')
  const size = sizeOf(set.inputShape)
  const change = (index: number, picture: Float32Array, pass: number, read: Annotations): Annotations => {
    augmentation.draw(stream.fork(pass, index))
    augmentation.change(picture.subarray(0, size))
    const boxes = augmentation.boxes(read.boxes, { minVisibility })
    const kept = boxes.flatMap((box, i) => (box === undefined ? [] : [i]))
    const { ignored, mask } = read
    return {
      boxes: kept.map((i) => boxes[i]!),
      labels: kept.map((i) => read.labels[i]),
      ...(ignored === undefined ? {} : { ignored: kept.map((i) => ignored[i]) }),
      ...(mask === undefined
        ? {}
        : { mask: Uint8Array.from(augmentation.mask(Float32Array.from(mask), ignoredPixel)) }),
    }
  }
  // Where objects are depends on what is drawn.
  const { objects: _, ...unchanged } = set
  return {
    ...unchanged,
    description: { augmentation: policy, seed, of: set.description },
    read(index, picture, pass = 0) {
      const reading = set.read(index, picture, pass)
      return reading instanceof Promise
        ? reading.then((read) => change(index, picture, pass, read))
        : change(index, picture, pass, reading)
    },
  }
}
