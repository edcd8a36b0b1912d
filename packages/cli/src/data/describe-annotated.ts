/** `gentle data describe` of sets with boxes and masks. */
import { Random } from 'gentle-dl'
import {
  type AnnotatedSet,
  type AnnotatedSplits,
  type AnnotatedStatistics,
  annotatedPictures,
  annotatedStatistics,
  type BoxSizes,
  boxQuantiles,
  type Findings,
  partNames,
  writeImageFile,
} from 'gentle-dl/data'
import { type Image, image } from 'gentle-dl/vision'
import { annotatedTile, resultSheet } from '../pictures/annotated-picture.ts'
import { maskLegend } from '../pictures/mask-colours.ts'
import { shapeText } from '../terminal/shapes.ts'
import { bold, classesText, note, percent, print, table, thousands } from '../terminal/terminal.ts'

export interface DescribeAnnotatedOptions {
  /** Where to write a sheet of training pictures. */
  readonly out?: string
  readonly seed: number
  readonly json?: boolean
}

/** Prints what is in a set, and draws some of it. */
export async function describeAnnotated(
  name: string,
  splits: AnnotatedSplits & Partial<Findings>,
  { out, seed, json }: DescribeAnnotatedOptions,
): Promise<void> {
  const statistics = await annotatedStatistics(splits, seed)
  if (out !== undefined) {
    await writeImageFile(out, await annotatedSheet(splits.train, name, seed))
    note(`wrote annotated pictures to ${out}`)
  }
  const { inputShape, classes, maskClasses } = splits.train
  const { counts, ...figures } = statistics
  const { skipped, corrected, remarks } = splits
  const found = { skipped, corrected, remarks }
  if (json)
    console.log(JSON.stringify({ name, inputShape, classes, maskClasses, ...counts, ...figures, ...found }, null, 2))
  else print(describedText(name, splits.train, statistics))
}

function describedText(name: string, { inputShape, classes, maskClasses }: AnnotatedSet, told: AnnotatedStatistics) {
  const { counts, boxes, pixelShares, sampled, mean, std } = told
  const channels = inputShape[0] === 3 ? ['red', 'green', 'blue'] : ['grey']
  const kinds = [
    ...(classes.length > 0 ? [`objects of ${classesText(classes.length)}`] : []),
    ...(maskClasses === undefined ? [] : [`masks of ${classesText(maskClasses.length)}`]),
  ]
  const paragraphs = [
    bold(`${name}: pictures of ${shapeText(inputShape)}, ${kinds.join(', ')}`),
    ...(classes.length > 0 ? [objectsTable(classes, counts)] : []),
    picturesTable(counts, classes.length > 0),
    ...(boxes === undefined ? [] : [boxesText(boxes)]),
    ...(pixelShares === undefined ? [] : [pixelsTable(maskClasses!, pixelShares)]),
    table([
      ['training set', 'mean', 'standard deviation'],
      ...mean.map((value, c) => [channels[c], value.toFixed(4), std[c].toFixed(4)]),
    ]),
    ...(sampled < counts.train.pictures
      ? [`pixel statistics are of ${thousands(sampled)} random training pictures`]
      : []),
  ]
  return paragraphs.join('\n\n')
}

function objectsTable(classes: readonly string[], counts: AnnotatedStatistics['counts']): string {
  const ignored = partNames.some((part) => counts[part].ignored > 0)
  return table([
    ['objects', ...partNames],
    ...classes.map((label) => [label, ...partNames.map((part) => counts[part].perClass[label])]),
    ['all', ...partNames.map((part) => counts[part].objects)],
    ...(ignored ? [['ignored', ...partNames.map((part) => counts[part].ignored)]] : []),
  ])
}

const picturesTable = (counts: AnnotatedStatistics['counts'], objects: boolean): string =>
  table([
    ['pictures', 'all', ...(objects ? ['without objects', 'objects per picture: min', 'median', 'max'] : [])],
    ...partNames.map((part) => {
      const { pictures, withoutObjects, objectsPerPicture: each } = counts[part]
      if (!objects) return [part, pictures]
      return [part, pictures, withoutObjects, each?.min ?? '-', each?.median ?? '-', each?.max ?? '-']
    }),
  ])

const boxesText = ({ small, medium, large, width, height, area }: BoxSizes): string =>
  [
    table([
      ['boxes of the training set', ...boxQuantiles.map((share) => (share === 0.5 ? 'median' : `${100 * share} %`))],
      ...Object.entries({ width, height, area }).map(([what, shares]) => [
        `share of the picture's ${what}`,
        ...shares.map(percent),
      ]),
    ]),
    `${thousands(small)} small (below 32 x 32 pixels), ${thousands(medium)} medium, ${thousands(large)} large (above 96 x 96)`,
  ].join('\n')

const pixelsTable = (
  maskClasses: readonly string[],
  { perClass, ignored }: NonNullable<AnnotatedStatistics['pixelShares']>,
): string =>
  table([
    ['pixels', 'share'],
    ...maskClasses.map((label) => [label, percent(perClass[label])]),
    ...(ignored > 0 ? [['ignored', percent(ignored)]] : []),
  ])

/** Least and most pixels of a picture's longer side on a sheet. */
const tileSides = [192, 320] as const

/** Rows of a sheet. */
const rows = 4

/** Pixels of all tiles of a row. */
const rowWidth = 1200

/** Pictures chosen by seed with their boxes and masks. */
async function annotatedSheet(set: AnnotatedSet, title: string, seed: number): Promise<Image> {
  const { inputShape, classes, maskClasses } = set
  const [channels, height, width] = inputShape
  const side = Math.min(tileSides[1], Math.max(tileSides[0], height, width))
  const columns = Math.max(1, Math.floor(rowWidth / (maskClasses === undefined ? side : 2 * side)))
  const chosen = new Random(seed, 'described pictures').permutation(set.length).slice(0, rows * columns)
  const tiles = []
  for await (const { index, picture, truth } of annotatedPictures(set, Array.from(chosen))) {
    const objects = truth.labels.length
    tiles.push({
      image: annotatedTile(image(channels, height, width, picture), { truth, classes, maskClasses }, { side }),
      caption: classes.length > 0 ? `${index}: ${objects} ${objects === 1 ? 'object' : 'objects'}` : `${index}`,
    })
  }
  return resultSheet(tiles, title, maskLegend(classes, maskClasses))
}
