import { DataError } from '../../core/errors.ts'
import type { AnnotatedSet } from './annotated-set.ts'

/**
 * That a set has something to learn from, as far as it tells that without reading its pictures: an object that counts, or masks of two classes.
 * @param what what is to be learned
 * @throws DataError for a set without objects or of ignored ones alone, such as COCO's crowds, and for masks of one class.
 */
export function checkLearnable(set: AnnotatedSet, what: 'boxes' | 'masks'): void {
  const { name, length, maskClasses, classesInMasks } = set
  if (what === 'masks') {
    if (classesInMasks === undefined || classesInMasks.length > 1) return
    const [only] = classesInMasks
    const has = only === undefined ? 'only ignored pixels' : `no class but '${maskClasses?.[only]}'`
    throw new DataError(
      `${name}: the masks of its ${length} training pictures have ${has}; expected at least two classes`,
    )
  }
  if (set.objects === undefined) return
  let ignored = 0
  for (let i = 0; i < length; i++) {
    const { labels, ignored: mine = [] } = set.objects(i)
    const own = mine.filter((each) => each).length
    if (own < labels.length) return
    ignored += own
  }
  const has =
    ignored === 0 ? 'no objects' : `no objects but ${ignored} that are ignored, as crowds and difficult ones are`
  throw new DataError(`${name}: its ${length} training pictures have ${has}; expected one to learn from`)
}
