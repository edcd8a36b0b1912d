import { ArgumentError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shape.ts'
import type { Dataset } from '../dataset.ts'
import { changedPictures, originOf } from '../picture-source.ts'
import { Augmentation } from './augmentation.ts'
import { mixed } from './mixing.ts'
import type { Policy } from './policy.ts'

/**
 * A data set whose pictures are changed randomly each time they are read. What happens to a picture depends on the seed, the
 * pass and its index alone; where the policy mixes, also on the next of its batch, and the targets become probabilities. What a policy crops first of pictures in
 * files, by `resizedCrop`, comes from the file's own pixels, as in torchvision: a small part is not a few large pixels of a picture that was shrunk before.
 * @throws ArgumentError for examples that are not pictures [1 or 3, height, width], and for an invalid policy.
 */
export function augmented(dataset: Dataset, policy: Policy, { seed = 0 }: { readonly seed?: number } = {}): Dataset {
  const [channels, height, width] = dataset.inputShape
  if (dataset.inputShape.length !== 3)
    throw new ArgumentError(`augmented: the examples of data set ${dataset.name} are not pictures`)
  const augmentation = new Augmentation(policy, { channels, height, width })
  const stream = new Random(seed, 'augmentation')
  const own = new Random(0)
  const size = sizeOf(dataset.inputShape)
  const change = (indices: ArrayLike<number>, inputs: Float32Array, pass: number): void => {
    for (let i = 0; i < indices.length; i++) {
      augmentation.draw(stream.fork(pass, indices[i], own))
      augmentation.change(inputs.subarray(i * size, (i + 1) * size))
    }
  }
  const description = { augmentation: policy, seed, of: dataset.description }
  const source = augmentation.cropsFirst ? originOf(dataset) : dataset
  const changed = changedPictures(source, { kind: 'augment', policy, seed }, { description }) ?? {
    ...dataset,
    description,
    read(indices, inputs, targets, pass = 0) {
      const reading = dataset.read(indices, inputs, targets, pass)
      if (reading instanceof Promise) return reading.then(() => change(indices, inputs, pass))
      change(indices, inputs, pass)
    },
  }
  const { mixing } = augmentation
  return mixing === undefined ? changed : mixed(changed, mixing.ways, mixing.probability, seed)
}
