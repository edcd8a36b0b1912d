/** The picture of `gentle explain`. */
import {
  Canvas,
  type Colour,
  contrasted,
  cutText,
  heatOver,
  type Image,
  image,
  textWidth,
  warmed,
} from 'gentle-dl/vision'
import { percent } from '../terminal/terminal.ts'
import type { Explanation } from './explanation.ts'
import { shownFilters } from './first-filters.ts'

const ink: Colour = [0.12, 0.16, 0.2]
const muted: Colour = [0.38, 0.43, 0.49]
const line: Colour = [0.8, 0.82, 0.85]
const blue: Colour = [0.15, 0.39, 0.92]
const grey: Colour = [0.62, 0.68, 0.75]

/** Of titles, and of what stands beside pictures: shown on a phone, both can be read. */
const [titleScale, textScale] = [1.8, 1.5]
const textLine = 24

const margin = 16
const gap = 8
const columns = 8
/** Every map and every filter is as large as this. */
const small = 68

/** Maps and filters of a layer that are shown: two rows. */
const maxMaps = 2 * columns

const width = 2 * margin + columns * (small + gap) - gap

/** Side of the pictures at the top, two in a row. */
const large = (width - 3 * margin) / 2

/** A picture at a side's length, whatever its own is; of one that is not square, the longer side. */
function drawFitted(canvas: Canvas, picture: Image, left: number, top: number, side: number): void {
  const by = side / Math.max(picture.height, picture.width)
  const size = {
    width: Math.max(1, Math.round(picture.width * by)),
    height: Math.max(1, Math.round(picture.height * by)),
  }
  canvas.draw(picture, left, top, size)
  canvas.frame(left - 1, top - 1, size.width + 2, size.height + 2, line)
}

const rowsOf = (count: number): number => Math.ceil(Math.min(count, maxMaps) / columns)

/** Small pictures below a title. */
interface Block {
  readonly title: string
  readonly pictures: readonly Image[]
}

const blockHeight = ({ pictures }: Block): number => textLine + rowsOf(pictures.length) * (small + gap) + margin

function drawBlock(canvas: Canvas, top: number, { title, pictures }: Block): void {
  canvas.text(margin, top, cutText(title, width - 2 * margin, textScale), { colour: ink, scale: textScale })
  for (const [i, picture] of pictures.slice(0, maxMaps).entries())
    drawFitted(
      canvas,
      picture,
      margin + (i % columns) * (small + gap),
      top + textLine + Math.floor(i / columns) * (small + gap),
      small,
    )
}

/** One channel of maps. */
function channelOf({ height, width: across, data }: Image, channel: number): Image {
  const size = height * across
  return image(1, height, across, data.slice(channel * size, (channel + 1) * size))
}

const counted = (shown: number, all: number): string => (all > shown ? `${shown} of ${all}` : String(all))

function blocksOf({ first, layers }: Explanation): Block[] {
  return [
    ...(first === undefined
      ? []
      : [
          {
            title: `Weights ${first.name}, ${first.filters[0].height} x ${first.filters[0].width}: ${counted(Math.min(maxMaps, first.filters.length), first.filters.length)}; ${first.filters[0].channels === 3 ? 'grey is 0' : 'red above 0, blue below'}`,
            pictures: shownFilters(first.filters),
          },
        ]),
    ...layers.map(({ layer, type, maps }) => ({
      title: `Output of ${layer || 'the network'} (${type}), ${maps.height} x ${maps.width}: ${counted(Math.min(maxMaps, maps.channels), maps.channels)} maps`,
      pictures: Array.from({ length: Math.min(maxMaps, maps.channels) }, (_, c) => contrasted(channelOf(maps, c))),
    })),
  ]
}

/** One of the pictures at the top, below its caption. */
interface Head {
  readonly caption: string
  readonly draw: (canvas: Canvas, left: number, top: number) => void
}

/** Height of a scale with its numbers. */
const scaleHeight = 38

/** Of the picture and the prediction, and of the maps below them. */
const [headHeight, mapHeight] = [textLine + large + margin, textLine + large + scaleHeight + margin]

function headsOf({ picture, predictions, label, cam, occluded }: Explanation): Head[] {
  const maximum = occluded.data.reduce((a, b) => Math.max(a, b), 0)
  const heat = (map: Image, caption: string, highest: string): Head => ({
    caption,
    draw(canvas, left, top) {
      drawFitted(canvas, heatOver(map, picture), left, top, large)
      drawScale(canvas, left, top + large + 8, highest)
    },
  })
  return [
    { caption: 'The picture', draw: (canvas, left, top) => drawFitted(canvas, picture, left, top, large) },
    { caption: 'Prediction', draw: (canvas, left, top) => drawBars(canvas, left, top, predictions, label) },
    ...(cam === undefined ? [] : [heat(cam, `Evidence for ${label}: Grad-CAM`, 'most')]),
    heat(occluded, 'Drop when hidden: occlusion', `−${percent(maximum)}`),
  ]
}

export function explanationPicture(explanation: Explanation): Canvas {
  const blocks = blocksOf(explanation)
  const heads = headsOf(explanation)
  const top = margin + 34
  const below = top + headHeight + mapHeight
  const canvas = new Canvas(width, below + blocks.reduce((sum, block) => sum + blockHeight(block), 0) + margin)
  const title = cutText(explanation.title, width - 2 * margin, titleScale)
  canvas.text(margin, margin, title, { colour: ink, scale: titleScale })
  for (const [i, { caption, draw }] of heads.entries()) {
    const left = margin + (i % 2) * (large + margin)
    const down = i < 2 ? top : top + headHeight
    canvas.text(left, down, cutText(caption, large, textScale), { colour: muted, scale: textScale })
    draw(canvas, left, down + textLine)
  }
  let down = below
  for (const block of blocks) {
    drawBlock(canvas, down, block)
    down += blockHeight(block)
  }
  return canvas
}

/** Colours of heat over white, from nothing to the highest. */
function drawScale(canvas: Canvas, left: number, top: number, highest: string): void {
  for (let x = 0; x < large; x++) {
    const share = x / (large - 1)
    canvas.fill(left + x, top, 1, 10, [warmed(1, share, 0), warmed(1, share, 1), warmed(1, share, 2)])
  }
  canvas.frame(left - 1, top - 1, large + 2, 12, line)
  canvas.text(left, top + 15, '0', { colour: muted, scale: textScale })
  canvas.text(left + large - textWidth(highest, textScale), top + 15, highest, { colour: muted, scale: textScale })
}

/** A bar a class, the one explained in blue. */
function drawBars(
  canvas: Canvas,
  left: number,
  top: number,
  predictions: Explanation['predictions'],
  explained: string,
): void {
  for (const [i, { label, probability }] of predictions.entries()) {
    const y = top + i * 46
    const colour = label === explained ? blue : grey
    const share = percent(probability)
    const room = large - textWidth(share, textScale) - 12
    canvas.text(left, y, cutText(label, room, textScale), { colour: ink, scale: textScale })
    canvas.text(left + large - textWidth(share, textScale), y, share, { colour: ink, scale: textScale })
    canvas.fill(left, y + 18, large, 12, [0.94, 0.95, 0.96])
    canvas.fill(left, y + 18, Math.round(large * probability), 12, colour)
  }
}
