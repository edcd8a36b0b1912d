/** A sheet of sample predictions: what a classifier is right about, what it is wrong about, and where it is least certain. */
import { type Confusion, sizeOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { Canvas, type Colour, image, sheet, type Tile } from 'gentle-dl/vision'

const columns = 5
/** Pixels of a picture's longer side. */
const tile = 112

const right: Colour = [0.08, 0.5, 0.24]
const wrong: Colour = [0.86, 0.15, 0.15]

/** 0.9999 is not told as certain. */
const percentOf = (share: number): string => (share > 0.99 && share < 1 ? '>99 %' : `${Math.round(100 * share)} %`)

/**
 * Rows of pictures with what they were taken for and how confidently: right and most confident, wrong and most confident, least confident. Rows without
 * pictures are left out.
 * @param part the pictures as they are to be seen, in the order of the confusion's examples
 * @param classes the model's classes
 */
export async function predictionSheet(
  part: Dataset,
  { predicted, labels, confidence }: Pick<Confusion, 'predicted' | 'labels' | 'confidence'>,
  classes: readonly string[],
): Promise<Canvas> {
  const [channels, height, width] = part.inputShape
  const mostConfident = Array.from(predicted.keys()).sort((a, b) => confidence[b] - confidence[a])
  const isRight = (index: number): boolean => predicted[index] === labels[index]
  const tileOf = async (index: number): Promise<Tile> => {
    const pixels = new Float32Array(sizeOf(part.inputShape))
    await part.read([index], pixels, new Int32Array(1))
    const answer = classes[predicted[index]]
    const share = percentOf(confidence[index])
    return {
      image: image(channels, height, width, pixels),
      caption: `${answer}\n${share}${isRight(index) ? '' : `\nis ${classes[labels[index]]}`}`,
      colour: isRight(index) ? right : wrong,
    }
  }
  const rows = [
    { title: 'Right, most confident', indices: varied(mostConfident.filter(isRight), labels) },
    {
      title: 'Wrong, most confident',
      indices: mostConfident.filter((index) => !isRight(index)).slice(0, columns),
    },
    { title: 'Least confident', indices: mostConfident.slice(-columns).reverse() },
  ].filter(({ indices }) => indices.length > 0)
  const sheets = []
  for (const { title, indices } of rows)
    sheets.push(sheet(await Promise.all(indices.map(tileOf)), { columns, tile, title }))
  return belowEachOther(sheets)
}

/** The first of a list, of different classes as long as there are. */
function varied(indices: readonly number[], labels: Int32Array): number[] {
  const seen = new Set<number>()
  const firsts = indices.filter((index) => !seen.has(labels[index]) && seen.add(labels[index]))
  const others = indices.filter((index) => !firsts.includes(index))
  return [...firsts, ...others].slice(0, columns)
}

function belowEachOther(sheets: readonly Canvas[]): Canvas {
  const canvas = new Canvas(
    Math.max(...sheets.map(({ width }) => width)),
    sheets.reduce((sum, { height }) => sum + height, 0),
  )
  let top = 0
  for (const each of sheets) {
    canvas.draw(each, 0, top)
    top += each.height
  }
  return canvas
}
