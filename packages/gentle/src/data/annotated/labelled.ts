import { ArgumentError } from '../../core/errors.ts'
import { largestBox } from '../../vision/boxes.ts'
import type { Dataset } from '../dataset.ts'
import type { AnnotatedSet } from './annotated-set.ts'
import { taskSet } from './task-set.ts'

/**
 * An annotated set as examples for classification: the label of a picture is that of its largest object; where it is does not matter.
 * Reading a picture without an object throws ArgumentError.
 */
export function labelled(set: AnnotatedSet): Dataset {
  const examples = taskSet(set, {
    dtype: 'int32',
    shape: [],
    write({ boxes, labels }, target) {
      if (boxes.length === 0)
        throw new ArgumentError(`${set.name}: a picture has no object; classification expects one in each`)
      target[0] = labels[largestBox(boxes)]
    },
  })
  return { ...examples, classes: set.classes }
}
