/** Pictures with truth and prediction drawn over them, and sheets of them. */
import { ArgumentError } from 'gentle-dl'
import type { Annotations } from 'gentle-dl/data'
import {
  type Box,
  Canvas,
  type Colour,
  classColour,
  type DrawnBox,
  drawBoxes,
  type Image,
  overlayMask,
  resizeImage,
  type Size,
  sheet,
  type Tile,
  textHeight,
  textWidth,
  white,
} from 'gentle-dl/vision'
import { type LegendEntry, maskColours } from './mask-colours.ts'

/** What a network sees in a picture, in the picture's pixels. */
export interface PicturePrediction {
  readonly objects?: readonly { readonly box: Box; readonly label: number; readonly score?: number }[]
  /** The class of every pixel: row-major [height, width]. */
  readonly mask?: Uint8Array
}

export interface Annotated {
  readonly truth?: Annotations
  readonly prediction?: PicturePrediction
  /** Names of the objects' classes. */
  readonly classes: readonly string[]
  /** Names of the masks' classes. */
  readonly maskClasses?: readonly string[]
}

const ink: Colour = [0.12, 0.16, 0.2]
const green: Colour = [0, 0.7, 0.2]
const grey: Colour = [0.6, 0.6, 0.6]

/** Pixels between pictures that stand side by side. */
const gap = 4

/**
 * A picture with what is in it and what a network sees, [3, height, width]. Boxes are on one picture: the truth in dashes of white and green (white and grey where it
 * is ignored), the prediction in its classes' colours as 'name 0.93'. Masks stand side by side: the picture, the truth, the prediction. Without a prediction
 * the truth's boxes have their classes' colours and names, and its mask stands beside.
 * @param options.side most pixels of the longer side of each picture, 192 unless given; a small picture is enlarged by a whole number
 * @throws ArgumentError for masks of another size than the picture.
 */
export function annotatedTile(
  picture: Image,
  { truth, prediction, classes, maskClasses }: Annotated,
  { side = 192 }: { readonly side?: number } = {},
): Image {
  const factor = side / Math.max(picture.height, picture.width)
  const scale = factor >= 1 ? Math.floor(factor) : factor
  const size = {
    height: Math.max(1, Math.round(picture.height * scale)),
    width: Math.max(1, Math.round(picture.width * scale)),
  }
  const scaled = scale >= 1 ? drawBoxes(picture, [], { scale }) : resizeImage(picture, size)
  const boxes = prediction === undefined ? named(truth, classes) : compared(truth, prediction, classes)
  const placed = boxes.map((each) => ({ ...each, box: scaledBox(each.box, picture, size) }))
  const masks = prediction === undefined || prediction.mask !== undefined ? [truth?.mask, prediction?.mask] : []
  const overlays = masks
    .filter((mask) => mask !== undefined)
    .map((mask) => overlayMask(scaled, scaledMask(mask, picture, size), { colours: maskColours(classes, maskClasses) }))
  return sideBySide([drawBoxes(scaled, placed), ...overlays])
}

/** The truth by itself. */
const named = (truth: Annotations | undefined, classes: readonly string[]): DrawnBox[] =>
  (truth?.boxes ?? []).map((box, i) => ({
    box,
    caption: classes[truth!.labels[i]],
    ...(truth!.ignored?.[i] ? { colour: grey, dashed: true } : { colour: classColour(truth!.labels[i]) }),
  }))

/** A prediction of objects over the truth. White frames with green dashes over them can be seen on any picture. */
const compared = (
  truth: Annotations | undefined,
  { objects }: PicturePrediction,
  classes: readonly string[],
): DrawnBox[] =>
  objects === undefined
    ? []
    : [
        ...(truth?.boxes ?? []).flatMap((box, i) => [
          { box, colour: white },
          { box, colour: truth!.ignored?.[i] ? grey : green, dashed: true },
        ]),
        ...objects.map(({ box, label, score }) => ({
          box,
          colour: classColour(label),
          caption: score === undefined ? classes[label] : `${classes[label]} ${score.toFixed(2)}`,
        })),
      ]

const scaledBox = ({ left, top, right, bottom }: Box, from: Size, to: Size): Box => ({
  left: (left * to.width) / from.width,
  top: (top * to.height) / from.height,
  right: (right * to.width) / from.width,
  bottom: (bottom * to.height) / from.height,
})

/** A mask at another size, each pixel that of the old one below its middle. */
function scaledMask(mask: Uint8Array, from: Size, { height, width }: Size): Uint8Array {
  if (mask.length !== from.height * from.width)
    throw new ArgumentError(
      `annotatedTile: the mask has ${mask.length} pixels; expected ${from.height * from.width} for a picture of ${from.height} x ${from.width}`,
    )
  const result = new Uint8Array(height * width)
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * from.height) / height) * from.width
    for (let x = 0; x < width; x++) result[y * width + x] = mask[row + Math.floor(((x + 0.5) * from.width) / width)]
  }
  return result
}

function sideBySide(pictures: readonly Image[]): Image {
  const [{ height, width }] = pictures
  const canvas = new Canvas(pictures.length * (width + gap) - gap, height)
  for (const [i, picture] of pictures.entries()) canvas.draw(picture, i * (width + gap), 0)
  return canvas
}

/** Pixels across that a sheet fills where its pictures allow it. */
const sheetWidth = 840

const margin = 12

/**
 * Annotated pictures in rows under a title, such as the best and the worst of a test set, with a legend of colours below.
 * @param tiles what `annotatedTile` gives, with captions
 */
export function resultSheet(tiles: readonly Tile[], title: string, legend: readonly LegendEntry[] = []): Image {
  const tile = Math.max(...tiles.flatMap(({ image }) => [image.height, image.width]))
  const columns = Math.max(1, Math.floor(sheetWidth / (tile + margin)))
  const rows = sheet(tiles, { columns, tile, title })
  return legend.length === 0 ? rows : withLegend(rows, legend)
}

const legendScale = 1.6
const swatch = 14

/** Colours and names in lines below a picture. */
function withLegend(picture: Image, legend: readonly LegendEntry[]): Image {
  let [left, line] = [margin, 0]
  const places = legend.map(({ name }) => {
    const width = swatch + 6 + textWidth(name, legendScale) + 20
    if (left > margin && left + width > picture.width) [left, line] = [margin, line + 1]
    const place = { left, top: Math.round(picture.height + line * (textHeight(legendScale) + 8)) }
    left += width
    return place
  })
  const canvas = new Canvas(picture.width, Math.ceil(places.at(-1)!.top + textHeight(legendScale) + margin))
  canvas.draw(picture, 0, 0)
  for (const [i, { name, colour }] of legend.entries()) {
    const { left, top } = places[i]
    canvas.fill(left, top, swatch, swatch, colour)
    canvas.text(left + swatch + 6, top, name, { colour: ink, scale: legendScale })
  }
  return canvas
}
