/** The picture of `gentle explain`. */
import { Canvas, type Colour, contrasted, cutText, heatOver, type Image, image, signed } from 'gentle-dl/vision'
import { percent } from '../terminal/terminal.ts'
import type { Explanation } from './explanation.ts'

const ink: Colour = [0.12, 0.16, 0.2]
const muted: Colour = [0.38, 0.43, 0.49]
const line: Colour = [0.8, 0.82, 0.85]
const blue: Colour = [0.15, 0.39, 0.92]
const grey: Colour = [0.62, 0.68, 0.75]

const margin = 16
const large = 224
const small = 56
const gap = 6
const columns = 16

/** Maps and filters of a layer that are shown: two rows. */
const most = 2 * columns

const width = 2 * margin + columns * (small + gap) - gap

/** Scaled to a side, enlarged by whole numbers where that is possible. */
function drawFitted(canvas: Canvas, picture: Image, left: number, top: number, side: number): void {
  const factor = side / Math.max(picture.height, picture.width)
  const by = factor >= 1 ? Math.floor(factor) : factor
  const size = { width: Math.round(picture.width * by), height: Math.round(picture.height * by) }
  canvas.draw(picture, left, top, size)
  canvas.frame(left - 1, top - 1, size.width + 2, size.height + 2, line)
}

const rowsOf = (count: number): number => Math.ceil(Math.min(count, most) / columns)

/** Height of a titled block of small pictures. */
const blockHeight = (count: number): number => 24 + rowsOf(count) * (small + gap) + margin

function drawBlock(canvas: Canvas, top: number, title: string, pictures: readonly Image[]): void {
  canvas.text(margin, top, cutText(title, width - 2 * margin), { colour: ink })
  for (const [i, picture] of pictures.slice(0, most).entries())
    drawFitted(
      canvas,
      picture,
      margin + (i % columns) * (small + gap),
      top + 20 + Math.floor(i / columns) * (small + gap),
      small,
    )
}

/** A filter in colours where it has three channels, else by its signs. */
const shownFilter = (filter: Image): Image => (filter.channels === 3 ? contrasted(filter) : signed(filter))

/** One channel of maps. */
function channelOf({ height, width: across, data }: Image, channel: number): Image {
  const size = height * across
  return image(1, height, across, data.slice(channel * size, (channel + 1) * size))
}

const counted = (shown: number, all: number): string => (all > shown ? `the first ${shown} of ${all}` : `${all}`)

export function explanationPicture(explanation: Explanation): Image {
  const { title, picture, predictions, label, cam, occluded, first, layers } = explanation
  const head = margin + 28
  const below = head + 16 + large + margin
  const filters = first === undefined ? [] : first.filters.map(shownFilter)
  const blocks = [
    ...(first === undefined
      ? []
      : [
          {
            title: `weights ${first.name}, ${first.filters[0].height} x ${first.filters[0].width}: ${counted(Math.min(most, filters.length), filters.length)}`,
            pictures: filters,
          },
        ]),
    ...layers.map(({ layer, type, maps }) => ({
      title: `what ${layer || 'the network'} (${type}) gives, ${maps.height} x ${maps.width}: ${counted(Math.min(most, maps.channels), maps.channels)} maps`,
      pictures: Array.from({ length: Math.min(most, maps.channels) }, (_, c) => contrasted(channelOf(maps, c))),
    })),
  ]
  const height = below + blocks.reduce((sum, { pictures }) => sum + blockHeight(pictures.length), 0) + margin
  const canvas = new Canvas(width, height)
  canvas.text(margin, margin, cutText(title, width - 2 * margin, 2), { colour: ink, scale: 2 })
  const step = large + margin
  const heads: { caption: string; draw: (left: number) => void }[] = [
    { caption: 'the picture', draw: (left) => drawFitted(canvas, picture, left, head + 16, large) },
    {
      caption: 'what the network takes it for',
      draw: (left) => drawBars(canvas, left, head + 16, predictions, label),
    },
    ...(cam === undefined
      ? []
      : [
          {
            caption: `where it sees ${label}: Grad-CAM`,
            draw: (left: number) => drawFitted(canvas, heatOver(cam, picture), left, head + 16, large),
          },
        ]),
    {
      caption: `what ${label} needs: occlusion`,
      draw: (left) => drawFitted(canvas, heatOver(occluded, picture), left, head + 16, large),
    },
  ]
  for (const [i, { caption, draw }] of heads.entries()) {
    canvas.text(margin + i * step, head, cutText(caption, large), { colour: muted })
    draw(margin + i * step)
  }
  let top = below
  for (const { title: own, pictures } of blocks) {
    drawBlock(canvas, top, own, pictures)
    top += blockHeight(pictures.length)
  }
  return canvas.toImage()
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
    const y = top + i * 36
    const colour = label === explained ? blue : grey
    const share = percent(probability)
    canvas.text(left, y, cutText(label, large - 60), { colour: ink })
    canvas.text(left + large - share.length * 6, y, share, { colour: ink })
    canvas.fill(left, y + 12, large, 10, [0.94, 0.95, 0.96])
    canvas.fill(left, y + 12, Math.round(large * probability), 10, colour)
  }
}
