/** What files of COCO say: annotations, and the results that a detector writes (cocodataset.org, "Data format" and "Results format"). */
import { DataError } from '../../core/errors.ts'
import { cocoBox, type DetectedObject, type SizedBox, type TruthObject } from '../../vision/metrics/objects.ts'
import { idOf, type WordIds, wordIdsOf } from './coco-ids.ts'
import { type Entry, isEntry, isNumber, parseJson, shown } from './coco-json.ts'
import { isSegmented, outlineBox } from './coco-outline.ts'
import type { Correction, SkippedObject } from './findings.ts'

/** A picture that annotations are about. */
export interface CocoImage {
  readonly id: number
  /** The name of its file, where it has one. */
  readonly file?: string
  /** In pixels, where it is told. */
  readonly size?: { readonly height: number; readonly width: number }
}

/** An annotation; image and category are ids. */
export interface CocoObject extends TruthObject {
  /** Where it stands, as messages call it. */
  readonly where: string
  readonly crowd: boolean
  /** As it stands: polygons or runs; missing where there is nothing of them. */
  readonly segmentation?: unknown
}

export interface CocoContent {
  /** How messages call the file. */
  readonly file: string
  /** By id. */
  readonly images: ReadonlyMap<number, CocoImage>
  readonly objects: readonly CocoObject[]
  /** Names by id. */
  readonly categories: ReadonlyMap<number, string>
  /** Numbers for ids that are words, which results have, too. */
  readonly wordIds: { readonly images: WordIds; readonly categories: WordIds }
  /** Annotations that were left out: of images or categories that the file does not have, without a box, or broken. */
  readonly skipped: readonly SkippedObject[]
  /** What was read differently from how it is written. */
  readonly corrected: readonly Correction[]
}

/** What entries of images refer to. */
type Images = Pick<CocoContent, 'file' | 'images' | 'wordIds'>

/**
 * Reads the text of a COCO annotations file. Ids may be strings, of digits or words; a width or height of 0 is not known; a box that is missing is taken from the
 * segmentation, which is not looked at otherwise. Annotations that cannot be used are listed as `skipped`, and what was read differently from how it is written as `corrected`.
 * @throws DataError for a text that is not JSON or no COCO, and an id of images or categories that is broken, or comes twice for different ones.
 */
export function parseCoco(text: string, file: string): CocoContent {
  const content = parseJson(text, file)
  const listOf = (name: string): unknown[] => {
    const list: unknown = isEntry(content) ? content[name] : undefined
    if (!Array.isArray(list))
      throw new DataError(
        `${file} has no list of ${name}; expected COCO annotations: { "images": [...], "annotations": [...], "categories": [...] }`,
      )
    return list
  }
  const skipped: SkippedObject[] = []
  const corrected: Correction[] = []
  const byId = <Value>(
    what: string,
    entries: readonly unknown[],
    words: WordIds,
    read: (entry: Entry, id: number) => Value,
  ) => {
    const values = new Map<number, { readonly value: Value; readonly text: string }>()
    for (const [i, entry] of entries.entries()) {
      const where = `${file}: ${what} ${i}`
      if (!isEntry(entry)) throw new DataError(`${where} is ${shown(entry)}; expected an object with an id`)
      const id = idOf(entry['id'], 'id', words, where)
      const value = read(entry, id)
      const known = values.get(id)
      if (known === undefined) values.set(id, { value, text: JSON.stringify(value) })
      else if (known.text !== JSON.stringify(value))
        throw new DataError(`${where} has the id ${shown(entry['id'])} again; expected each id once`)
      else
        corrected.push({
          file,
          what: `${what}s listed twice, counted once`,
          reason: `${where}, ${shown(entry['id'])}, is a duplicate`,
        })
    }
    return new Map(Array.from(values, ([id, { value }]) => [id, value]))
  }
  const [pictures, entries, kinds] = [listOf('images'), listOf('annotations'), listOf('categories')]
  const wordIds = { images: wordIdsOf(pictures), categories: wordIdsOf(kinds) }
  const images = byId('image', pictures, wordIds.images, ({ file_name: name, height, width }, id): CocoImage => {
    const size = isNumber(height) && isNumber(width) && height > 0 && width > 0 ? { size: { height, width } } : {}
    return { id, ...(typeof name === 'string' ? { file: name } : {}), ...size }
  })
  // Digits are often called by numbers.
  const categories = byId('category', kinds, wordIds.categories, ({ name, id }) =>
    String((typeof name === 'string' && name !== '') || isNumber(name) ? name : id),
  )
  const repeated = repetitions(entries)
  const objects = entries.flatMap((entry, i): CocoObject[] => {
    const where = `${file}: annotation ${isEntry(entry) ? (entry['id'] ?? i) : i}`
    try {
      if (!isEntry(entry)) throw new DataError(`${where} is ${shown(entry)}; expected an object`)
      if (repeated.has(i)) throw new DataError(`${where} is an exact duplicate`)
      const { object, notes } = objectOf(entry, where, { file, images, categories, wordIds })
      corrected.push(...notes)
      return [object]
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      skipped.push({ file, object: true, reason: error.message })
      return []
    }
  })
  return { file, images, objects, categories, wordIds, skipped, corrected }
}

/** Places of annotations that were listed before, with the same id and all that they say. */
function repetitions(entries: readonly unknown[]): ReadonlySet<number> {
  const byId = new Map<unknown, number>()
  const found = new Set<number>()
  for (const [i, entry] of entries.entries()) {
    if (!isEntry(entry) || entry['id'] === undefined) continue
    const before = byId.get(entry['id'])
    if (before === undefined) byId.set(entry['id'], i)
    else if (JSON.stringify(entries[before]) === JSON.stringify(entry)) found.add(i)
  }
  return found
}

/** An annotation. @throws DataError where it cannot be used. */
function objectOf(
  entry: Entry,
  where: string,
  { categories, ...truth }: Images & Pick<CocoContent, 'categories'>,
): { object: CocoObject; notes: Correction[] } {
  const { area, iscrowd, segmentation } = entry
  const notes: Correction[] = []
  const { file, images } = truth
  const { image, category } = idsOf(entry, truth, where)
  if (!categories.has(category))
    throw new DataError(
      `${where} is of category ${shown(entry['category_id'])}, which is not among the categories of ${file}`,
    )
  if (Number(iscrowd ?? 0) !== 0 && Number(iscrowd) !== 1)
    throw new DataError(`${where} has "iscrowd": ${shown(iscrowd)}; expected 0 or 1`)
  const missing = entry['bbox'] === null || entry['bbox'] === undefined
  const outline = missing ? outlineBox(segmentation, images.get(image)?.size) : undefined
  if (outline !== undefined)
    notes.push({
      file,
      what: 'missing boxes, computed from outlines',
      reason: `${where} has the bbox ${shown(entry['bbox'])}`,
    })
  const box = outline ?? boxOf(entry, where)
  const known = isNumber(area) && area >= 0
  if (area !== undefined && area !== null && !known)
    notes.push({
      file,
      what: 'invalid areas, computed from boxes',
      reason: `${where} has the area ${shown(area)}; expected square pixels, a number of at least 0`,
    })
  return {
    object: {
      where,
      image,
      category,
      box,
      ...(known ? { area } : {}),
      crowd: Number(iscrowd ?? 0) === 1,
      ...(isSegmented(segmentation) ? { segmentation } : {}),
    },
    notes,
  }
}

/**
 * Reads the text of a COCO results file: a list of { image_id, category_id, bbox, score }. Categories may be others than the truth's.
 * @throws DataError for a text that is not JSON or no such list, a box or score that is broken, and an image that is not in the truth.
 */
export function parseCocoResults(text: string, file: string, truth: Images) {
  const content = parseJson(text, file)
  if (!Array.isArray(content) || !content.every(isEntry))
    throw new DataError(
      `${file} is not a list of results; expected COCO results: [{ "image_id", "category_id", "bbox": [x, y, width, height], "score" }, ...]`,
    )
  return content.map((entry, i): DetectedObject => {
    const where = `${file}: result ${i}`
    const { score } = entry
    if (!isNumber(score)) throw new DataError(`${where} has the score ${shown(score)}; expected a finite number`)
    return { ...idsOf(entry, truth, where), box: boxOf(entry, where), score }
  })
}

/** Image and category of an entry. */
function idsOf(entry: Entry, { file, images, wordIds }: Images, where: string) {
  const image = idOf(entry['image_id'], 'image_id', wordIds.images, where)
  const category = idOf(entry['category_id'], 'category_id', wordIds.categories, where)
  if (!images.has(image))
    throw new DataError(`${where} is of image ${shown(entry['image_id'])}, which is not among the images of ${file}`)
  return { image, category }
}

function boxOf({ bbox }: Entry, where: string): SizedBox {
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(isNumber))
    throw new DataError(`${where} has the bbox ${shown(bbox)}; expected [x, y, width, height] in pixels`)
  const [x, y, width, height] = bbox
  if (width < 0 || height < 0)
    throw new DataError(`${where} has the bbox ${shown(bbox)} of negative size; expected [x, y, width, height]`)
  return cocoBox([x, y, width, height])
}
