/** Chapter 21: a recurrent network as a loop, and unrolled in time. */
import { arrowHead, type Block, drawBlock } from './blocks.ts'
import { heading, ink, muted, svg, text } from './svg.ts'

/** How far the unrolled steps are below the loop. */
const down = 196

const cell = (x: number): Block => ({ x, y: 130, width: 56, kind: 'convolution', label: 'cell' })
const said = (x: number, label: string): Block => ({ x, y: 66, width: 50, kind: 'plain', label })
const read = (x: number, label: string): Block => ({ x, y: 194, width: 54, kind: 'plain', label })

/** From the right side of one cell to the left side of the next. */
const onward = (from: number, to: number, label: string): string =>
  `<path d="M${from},130H${to - 2}" fill="none" stroke="${ink}" stroke-width="1.3" marker-end="url(#arrow)"/>` +
  text((from + to) / 2, 122, label, 'middle', `font-size="12" fill="${muted}"`)

/** A cell with what it reads below and what it says above. */
const step = (x: number, input: string, output: string): string => {
  const blocks = [said(x, output), cell(x), read(x, input)]
  const up = (from: Block, to: Block): string =>
    `<path d="M${x},${from.y - 14}V${to.y + 16}" fill="none" stroke="${ink}" stroke-width="1.3" marker-end="url(#arrow)"/>`
  return up(blocks[2], blocks[1]) + up(blocks[1], blocks[0]) + blocks.map(drawBlock).join('')
}

export function unrolled(): string {
  const loop =
    `<path d="M112,130H150Q162,130 162,118V100Q162,92 152,92H20Q8,92 8,104V118Q8,130 20,130H46" fill="none" stroke="${ink}" stroke-width="1.3" marker-end="url(#arrow)"/>` +
    text(152, 86, 'state', 'middle', `font-size="12" fill="${muted}"`)
  const xs = [100, 205, 310, 415]
  const steps = xs.map((x, i) => step(x, `x(${i + 1})`, `h(${i + 1})`))
  const hands = [
    onward(22, xs[0] - 28, 'h(0)'),
    ...xs.slice(1).map((x, i) => onward(xs[i] + 28, x - 28, `h(${i + 1})`)),
    onward(xs[3] + 28, 476, 'h(4)'),
  ]
  return svg(
    480,
    240 + down,
    [
      arrowHead,
      heading(16, 26, 'The loop'),
      step(80, 'x', 'h'),
      loop,
      heading(16, 26 + down, 'The same, unrolled over four steps'),
      text(16, 44 + down, 'All cells have the same weights.', 'start', `fill="${muted}"`),
      `<g transform="translate(0 ${down + 12})">${[...steps, ...hands].join('')}</g>`,
    ].join(''),
  )
}
