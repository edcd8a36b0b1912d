import type { AnnotatedSet, Annotations } from './annotated-set.ts'

/** Pixels of none of the set's classes, such as those to ignore, stay what they are. */
const tableOf = (labels: Int32Array): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, value) => labels[value] ?? value)

/**
 * An annotated set with the classes of a model, of its objects or of its masks.
 * @param of which of them the model tells
 * @param classes names of the model's classes
 * @param labels for each label of the set, that of the model
 */
export function relabelledSet(
  set: AnnotatedSet,
  of: 'classes' | 'maskClasses',
  classes: readonly string[],
  labels: Int32Array,
): AnnotatedSet {
  const table = tableOf(labels)
  const ofObjects = <Part extends Omit<Annotations, 'mask'>>(truth: Part): Part =>
    of === 'classes' ? { ...truth, labels: truth.labels.map((label) => labels[label]) } : truth
  const ofAll = (truth: Annotations): Annotations =>
    of === 'maskClasses' && truth.mask !== undefined
      ? { ...truth, mask: truth.mask.map((value) => table[value]) }
      : ofObjects(truth)
  const { name, length, inputShape, description, objects, classesInMasks } = set
  return {
    ...{ name, length, inputShape, description, classes: set.classes, maskClasses: set.maskClasses, classesInMasks },
    [of]: classes,
    ...(of === 'maskClasses' && classesInMasks
      ? { classesInMasks: classesInMasks.map((label) => table[label]).sort((a, b) => a - b) }
      : {}),
    ...(objects === undefined ? {} : { objects: (index) => ofObjects(objects.call(set, index)) }),
    read(index, picture, pass) {
      const truth = set.read(index, picture, pass)
      return truth instanceof Promise ? truth.then(ofAll) : ofAll(truth)
    },
  }
}
