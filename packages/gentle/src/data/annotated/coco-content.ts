/** What files of COCO say: annotations, and the results that a detector writes (cocodataset.org, "Data format" and "Results format"). */
import { DataError } from '../../core/errors.ts'
import { cocoBox, type DetectedObject, type SizedBox, type TruthObject } from '../../vision/metrics/objects.ts'

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
  /** As it stands: polygons, runs, or nothing. */
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
}

type Entry = Readonly<Record<string, unknown>>

/**
 * Reads the text of a COCO annotations file. Segmentations are not looked at.
 * @throws DataError for a text that is no JSON or no COCO, an id that comes twice, a box that is broken, and an annotation whose image or category the
 * file does not have.
 */
export function parseCoco(text: string, file: string): CocoContent {
  const content = parseJson(text, file)
  const listOf = (name: string): Entry[] => {
    const list: unknown = isEntry(content) ? content[name] : undefined
    if (!Array.isArray(list) || !list.every(isEntry))
      throw new DataError(
        `${file} has no list of ${name}; expected COCO annotations: { "images": [...], "annotations": [...], "categories": [...] }`,
      )
    return list
  }
  const byId = <Value>(what: string, entries: Entry[], read: (entry: Entry, id: number) => Value) => {
    const values = new Map<number, Value>()
    for (const [i, entry] of entries.entries()) {
      const id = idOf(entry.id, 'id', `${file}: ${what} ${i}`)
      if (values.has(id)) throw new DataError(`${file}: ${what} ${i} has the id ${id} again; expected each id once`)
      values.set(id, read(entry, id))
    }
    return values
  }
  const [pictures, entries, kinds] = [listOf('images'), listOf('annotations'), listOf('categories')]
  const images = byId('image', pictures, ({ file_name: name, height, width }, id): CocoImage => {
    const size = isNumber(height) && isNumber(width) ? { size: { height, width } } : {}
    return { id, ...(typeof name === 'string' ? { file: name } : {}), ...size }
  })
  const categories = byId('category', kinds, ({ name }, id) => (typeof name === 'string' ? name : String(id)))
  const objects = entries.map((entry, i): CocoObject => {
    const where = `${file}: annotation ${entry.id ?? i}`
    const { area, iscrowd = 0, segmentation } = entry
    if (area !== undefined && !(isNumber(area) && area >= 0))
      throw new DataError(`${where} has the area ${shown(area)}; expected square pixels, a number from 0`)
    if (Number(iscrowd) !== 0 && Number(iscrowd) !== 1)
      throw new DataError(`${where} has "iscrowd": ${shown(iscrowd)}; expected 0 or 1`)
    const crowd = Number(iscrowd) === 1
    return { where, ...placed(entry, images, categories, where, file), area, crowd, segmentation }
  })
  return { file, images, objects, categories }
}

/**
 * Reads the text of a COCO results file: a list of { image_id, category_id, bbox, score }. Categories may be others than the truth's.
 * @throws DataError for a text that is no JSON or no such list, a box or score that is broken, and an image that is not in the truth.
 */
export function parseCocoResults(text: string, file: string, truth: Pick<CocoContent, 'file' | 'images'>) {
  const content = parseJson(text, file)
  if (!Array.isArray(content) || !content.every(isEntry))
    throw new DataError(
      `${file} is no list of results; expected COCO results: [{ "image_id", "category_id", "bbox": [x, y, width, height], "score" }, ...]`,
    )
  return content.map((entry, i): DetectedObject => {
    const where = `${file}: result ${i}`
    const { score } = entry
    if (!isNumber(score)) throw new DataError(`${where} has the score ${shown(score)}; expected a finite number`)
    return { ...placed(entry, truth.images, undefined, where, truth.file), score }
  })
}

/** Image, category and box of an entry. */
function placed(
  entry: Entry,
  images: ReadonlyMap<number, unknown>,
  categories: ReadonlyMap<number, string> | undefined,
  where: string,
  truthFile: string,
): { image: number; category: number; box: SizedBox } {
  const [image, category] = [idOf(entry.image_id, 'image_id', where), idOf(entry.category_id, 'category_id', where)]
  if (!images.has(image))
    throw new DataError(`${where} is of image ${image}, which is not among the images of ${truthFile}`)
  if (categories?.has(category) === false)
    throw new DataError(`${where} is of category ${category}, which is not among the categories of ${truthFile}`)
  const { bbox } = entry
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(isNumber))
    throw new DataError(`${where} has the bbox ${shown(bbox)}; expected [x, y, width, height] in pixels`)
  const [x, y, width, height] = bbox
  if (width < 0 || height < 0)
    throw new DataError(`${where} has the bbox ${shown(bbox)} of negative size; expected [x, y, width, height]`)
  return { image, category, box: cocoBox([x, y, width, height]) }
}

function idOf(id: unknown, name: string, where: string): number {
  if (!Number.isSafeInteger(id)) throw new DataError(`${where} has the ${name} ${shown(id)}; expected a whole number`)
  return id as number
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)

const isNumber = (value: unknown): value is number => Number.isFinite(value)

/** A value as it stands in a file, cut short. */
const shown = (value: unknown): string => (value === undefined ? 'missing' : (JSON.stringify(value) ?? '').slice(0, 60))

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Python writes NaN and Infinity, which JSON does not have; as words they are refused where they stand for a number that counts.
    const words = text.replace(/([:[,]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"')
    try {
      return JSON.parse(words)
    } catch {
      throw new DataError(`${file} is no JSON: ${(error as Error).message.replace(/\s+/g, ' ').slice(0, 120)}`)
    }
  }
}
