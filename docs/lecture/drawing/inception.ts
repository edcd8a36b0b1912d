/** Chapter 14: GoogLeNet's first inception module, 3a, as the paper has it. */
import { arrow, arrowHead, type Block, drawBlock } from './blocks.ts'
import { heading, muted, svg, text } from './svg.ts'

const columns = [66, 182, 298, 414]
const [top, upper, lower, bottom] = [82, 172, 272, 362]

export function inceptionModule(): string {
  const block = (x: number, y: number, kind: Block['kind'], label: string, detail: string, width = 110): Block => ({
    x,
    y,
    width,
    kind,
    label,
    detail,
  })
  const image = block(240, top, 'plain', 'input', '192 x 28 x 28')
  const concat = block(240, bottom, 'join', 'concatenation', '64 + 128 + 32 + 32 = 256 channels', 260)
  const wide = [
    block(columns[0], lower, 'convolution', '1 x 1', '64 channels'),
    block(columns[1], lower, 'convolution', '3 x 3', '128 channels'),
    block(columns[2], lower, 'convolution', '5 x 5', '32 channels'),
    block(columns[3], lower, 'convolution', '1 x 1', '32 channels'),
  ]
  const narrow = [
    block(columns[1], upper, 'convolution', '1 x 1', '96 channels'),
    block(columns[2], upper, 'convolution', '1 x 1', '16 channels'),
    block(columns[3], upper, 'pooling', '3 x 3 maximum', '192 channels'),
  ]
  const arrows = [
    arrow(image, wide[0], upper - 22),
    ...narrow.map((to, i) => arrow(image, to) + arrow(to, wide[i + 1])),
    ...wide.map((from) => arrow(from, concat)),
  ]
  const drawn = [image, ...wide, ...narrow, concat].map(drawBlock)
  return svg(
    480,
    398,
    arrowHead +
      heading(16, 26, 'inception 3a') +
      text(16, 44, 'every map 28 x 28, by padding', 'start', `font-size="11" fill="${muted}"`) +
      arrows.join('') +
      drawn.join(''),
  )
}
