import { sizeOf } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'
import { rememberOrigin } from './picture-source.ts'

/** The most bytes that are kept of a set unless given otherwise: 512 MiB. */
const defaultBytes = 2 ** 29

/**
 * A data set that reads each example once and keeps its values, so that files are decoded in the first epoch only. A set whose values take more than `bytes` is
 * given back as it is. What `augmented` crops first of files still comes from the files' own pixels, and is read in each epoch.
 * @param dataset one whose examples are the same in every pass: cache first, augment then
 * @param options `bytes`: the most memory that it may take, 4 bytes per value; 512 MiB unless given
 */
export function cached(dataset: Dataset, { bytes = defaultBytes }: { readonly bytes?: number } = {}): Dataset {
  const { length, inputShape, target } = dataset
  const [size, targetSize] = [sizeOf(inputShape), sizeOf(target.shape)]
  if (4 * length * (size + targetSize) > bytes) return dataset
  const kept = new Array<{ inputs: Float32Array; targets: Float32Array | Int32Array } | undefined>(length)
  const keeping: Dataset = {
    ...dataset,
    read(indices, inputs, targets) {
      const copyKept = (): void => {
        for (let i = 0; i < indices.length; i++) {
          const example = kept[indices[i]]!
          inputs.set(example.inputs, i * size)
          targets.set(example.targets, i * targetSize)
        }
      }
      const keep = (): void => {
        for (let i = 0; i < indices.length; i++)
          kept[indices[i]] ??= {
            inputs: inputs.slice(i * size, (i + 1) * size),
            targets: targets.slice(i * targetSize, (i + 1) * targetSize),
          }
      }
      for (let i = 0; i < indices.length; i++)
        if (kept[indices[i]] === undefined) {
          const reading = dataset.read(indices, inputs, targets)
          return reading instanceof Promise ? reading.then(keep) : keep()
        }
      copyKept()
    },
  }
  rememberOrigin(keeping, dataset)
  return keeping
}
