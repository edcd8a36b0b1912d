import { DataError } from '../../core/errors.ts'
import { sizeOf } from '../../core/shape.ts'
import type { TargetEncoding, Truth } from '../../vision/tasks/task.ts'
import type { Dataset } from '../dataset.ts'
import { checkRoom } from '../memory.ts'
import type { AnnotatedFileSet } from './annotated-files.ts'
import type { AnnotatedSet } from './annotated-set.ts'

const isOfFiles = (set: AnnotatedSet): set is AnnotatedFileSet => 'files' in set

/** @throws DataError for an object of no class of the set. */
function checkObjects({ labels }: Truth, index: number, { name, classes }: AnnotatedSet): void {
  for (const label of labels)
    if (!(label >= 0 && label < classes.length))
      throw new DataError(
        `data set ${name}: example ${index} has an object of label ${label}; expected 0 to ${classes.length - 1} for ${classes.length} classes`,
      )
}

/**
 * An annotated set as examples for `fit`: pictures, and their truth as a task's loss wants it.
 * @param encoding a task's `target`
 * @throws DataError when it reads an object of no class of the set
 */
export function taskSet(set: AnnotatedSet, encoding: TargetEncoding): Dataset {
  const { name, length, inputShape, description } = set
  const size = sizeOf(inputShape)
  const targetSize = sizeOf(encoding.shape)
  return {
    name,
    length,
    inputShape,
    target: { dtype: encoding.dtype, shape: encoding.shape },
    description,
    ...(isOfFiles(set) ? { nameOf: (index: number) => set.files[index] } : {}),
    read(indices, inputs, targets, pass = 0) {
      checkRoom(name, indices.length, size, inputs.length, 'inputs')
      checkRoom(name, indices.length, targetSize, targets.length, 'targets')
      const waiting: Promise<void>[] = []
      for (let i = 0; i < indices.length; i++) {
        const write = (truth: Truth): void => {
          checkObjects(truth, indices[i], set)
          encoding.write(truth, targets.subarray(i * targetSize, (i + 1) * targetSize))
        }
        const truth = set.read(indices[i], inputs.subarray(i * size, (i + 1) * size), pass)
        if (truth instanceof Promise) waiting.push(truth.then(write))
        else write(truth)
      }
      if (waiting.length > 0) return Promise.all(waiting).then(() => {})
    },
  }
}
