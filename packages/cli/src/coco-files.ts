/** Files of COCO: annotations, and the results that a detector writes. */
import { cocoBox, type DetectedObject, type SizedBox, type TruthObject } from 'gentle-dl/vision'
import { UsageError } from './usage.ts'
import { bytesOf } from './weights-file.ts'

/** What annotations say of boxes. */
export interface CocoTruth {
  readonly file: string
  readonly objects: readonly TruthObject[]
  readonly images: ReadonlySet<number>
  /** Names by id. */
  readonly categories: ReadonlyMap<number, string>
}

type Entry = Readonly<Record<string, unknown>>

/**
 * Reads the boxes of a COCO annotations file.
 * @throws UsageError for a file that is missing, no JSON or no COCO, a box that is broken, and an annotation whose image or category the
 * file does not have.
 */
export async function readCocoTruth(file: string): Promise<CocoTruth> {
  const content = await readJson(file, 'the truth')
  const listOf = (name: string): Entry[] => {
    const list: unknown = isEntry(content) ? content[name] : undefined
    if (!Array.isArray(list) || !list.every(isEntry))
      throw new UsageError(
        `${file} has no list of ${name}; expected COCO annotations: { "images": [...], "annotations": [...], "categories": [...] }`,
      )
    return list
  }
  const [pictures, annotations, kinds] = [listOf('images'), listOf('annotations'), listOf('categories')]
  const images = new Set(pictures.map(({ id }, i) => idOf(id, 'id', `${file}: image ${i}`)))
  const categories = new Map(
    kinds.map(({ id, name }, i) => {
      const number = idOf(id, 'id', `${file}: category ${i}`)
      return [number, typeof name === 'string' ? name : String(number)]
    }),
  )
  const objects = annotations.map((entry, i) => {
    const where = `${file}: annotation ${entry.id ?? i}`
    const { area, iscrowd = 0 } = entry
    if (area !== undefined && !(isNumber(area) && area >= 0))
      throw new UsageError(`${where} has the area ${shown(area)}; expected square pixels, a number from 0`)
    if (Number(iscrowd) !== 0 && Number(iscrowd) !== 1)
      throw new UsageError(`${where} has "iscrowd": ${shown(iscrowd)}; expected 0 or 1`)
    return { ...placed(entry, images, categories, where, file), area, crowd: Number(iscrowd) === 1 }
  })
  return { file, objects, images, categories }
}

/** The objects that a detector found, and how many it found of categories that the truth does not have. */
export interface CocoResults {
  readonly objects: readonly DetectedObject[]
  /** Left out, as pycocotools leaves them out. */
  readonly strangers: number
}

/**
 * Reads the boxes of a COCO results file: a list of { image_id, category_id, bbox, score }.
 * @throws UsageError for a file that is missing, no JSON or no such list, a box or score that is broken, and an image that is not in the truth.
 */
export async function readCocoResults(file: string, truth: CocoTruth): Promise<CocoResults> {
  const content = await readJson(file, 'the predictions')
  if (!Array.isArray(content) || !content.every(isEntry))
    throw new UsageError(
      `${file} is no list of results; expected COCO results: [{ "image_id", "category_id", "bbox": [x, y, width, height], "score" }, ...]`,
    )
  const objects = content.map((entry, i) => {
    const where = `${file}: result ${i}`
    const { score } = entry
    if (!isNumber(score)) throw new UsageError(`${where} has the score ${shown(score)}; expected a finite number`)
    return { ...placed(entry, truth.images, undefined, where, truth.file), score }
  })
  const known = objects.filter(({ category }) => truth.categories.has(category))
  return { objects: known, strangers: objects.length - known.length }
}

/** Image, category and box of an entry. */
function placed(
  entry: Entry,
  images: ReadonlySet<number>,
  categories: ReadonlyMap<number, string> | undefined,
  where: string,
  truthFile: string,
): { image: number; category: number; box: SizedBox } {
  const [image, category] = [idOf(entry.image_id, 'image_id', where), idOf(entry.category_id, 'category_id', where)]
  if (!images.has(image))
    throw new UsageError(`${where} is of image ${image}, which is not among the images of ${truthFile}`)
  if (categories?.has(category) === false)
    throw new UsageError(`${where} is of category ${category}, which is not among the categories of ${truthFile}`)
  const { bbox } = entry
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(isNumber))
    throw new UsageError(`${where} has the bbox ${shown(bbox)}; expected [x, y, width, height] in pixels`)
  const [x, y, width, height] = bbox
  if (width < 0 || height < 0)
    throw new UsageError(`${where} has the bbox ${shown(bbox)} of negative size; expected [x, y, width, height]`)
  return { image, category, box: cocoBox([x, y, width, height]) }
}

function idOf(id: unknown, name: string, where: string): number {
  if (!Number.isSafeInteger(id)) throw new UsageError(`${where} has the ${name} ${shown(id)}; expected a whole number`)
  return id as number
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)

const isNumber = (value: unknown): value is number => Number.isFinite(value)

/** A value as it stands in a file, cut short. */
const shown = (value: unknown): string => (value === undefined ? 'missing' : (JSON.stringify(value) ?? '').slice(0, 60))

async function readJson(file: string, what: string): Promise<unknown> {
  const content = new TextDecoder().decode(await bytesOf(file, what))
  try {
    return JSON.parse(content)
  } catch (error) {
    // Python writes NaN and Infinity, which JSON does not have; as words they are refused where they stand for a number that counts.
    const words = content.replace(/([:[,]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"')
    try {
      return JSON.parse(words)
    } catch {
      throw new UsageError(`${file} is no JSON: ${(error as Error).message.replace(/\s+/g, ' ').slice(0, 120)}`)
    }
  }
}
