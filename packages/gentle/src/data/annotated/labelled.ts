import { ArgumentError } from '../../core/errors.ts'
import { largestBox } from '../../vision/boxes.ts'
import type { Dataset } from '../dataset.ts'
import type { AnnotatedSet, Annotations } from './annotated-set.ts'
import { taskSet } from './task-set.ts'

/**
 * An annotated set as examples for classification: the label of a picture is that of its largest object that counts; where it is does not matter.
 * @throws ArgumentError for a picture without one, at once where the set tells its objects, else when it is read.
 */
export function labelled(set: AnnotatedSet): Dataset {
  const { classes, length } = set
  const labelOf = ({ boxes, labels, ignored }: Omit<Annotations, 'mask'>): number => {
    const largest = largestBox(boxes, ignored)
    if (largest < 0)
      throw new ArgumentError(`${set.name}: a picture has no object that counts; classification expects one in each`)
    return labels[largest]
  }
  const examples = taskSet(set, {
    dtype: 'int32',
    shape: [],
    write(truth, target) {
      target[0] = labelOf(truth)
    },
  })
  if (set.objects === undefined) return { ...examples, classes }
  return { ...examples, classes, labels: Int32Array.from({ length }, (_, index) => labelOf(set.objects!(index))) }
}
