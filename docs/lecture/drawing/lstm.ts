/** Chapter 21: one step of an LSTM. */
import { arrowHead, type Block, drawBlock } from './blocks.ts'
import { blue, ink, muted, orange, svg, text } from './svg.ts'

const path = (d: string): string =>
  `<path d="${d}" fill="none" stroke="${ink}" stroke-width="1.3" marker-end="url(#arrow)"/>`

/** What goes on to the next step: a thick line to the right, with or without its head. */
const stream = (from: number, to: number, y: number, colour: string, head = false): string =>
  `<path d="M${from},${y}H${head ? to - 8 : to}" stroke="${colour}" stroke-width="2.5"/>${head ? `<path d="M${to - 10},${y - 5}L${to},${y}L${to - 10},${y + 5}z" fill="${colour}"/>` : ''}`

const join = (x: number, y: number, label: string): Block => ({ x, y, width: 28, kind: 'join', label })
const gate = (x: number, label: string, detail: string): Block => ({
  x,
  y: 214,
  width: 74,
  kind: 'convolution',
  label,
  detail,
})

export function lstm(): string {
  const [cell, shown] = [80, 80]
  const gates = [gate(150, 'f', 'forget'), gate(260, 'i', 'write'), gate(350, 'g', 'new'), gate(520, 'o', 'show')]
  const [forget, write, add, show] = [
    join(150, cell, '×'),
    join(305, 146, '×'),
    join(305, shown, '+'),
    join(610, 146, '×'),
  ]
  const squash: Block = { x: 520, y: 118, width: 54, kind: 'plain', label: 'tanh' }
  return svg(
    720,
    310,
    [
      arrowHead,
      // The cell goes straight through.
      stream(20, 136, cell, blue),
      stream(164, 291, cell, blue),
      stream(319, 700, cell, blue, true),
      text(20, cell - 10, 'c, the cell before', 'start', `fill="${blue}"`),
      text(700, cell - 10, "c'", 'end', `fill="${blue}"`),
      path('M150,193V96'),
      path('M260,193V166Q260,146 280,146H289'),
      path('M350,193V166Q350,146 330,146H321'),
      path('M305,132V96'),
      path(`M520,${cell}V102`),
      path('M547,118H590Q610,118 610,128V130'),
      path('M557,214H590Q610,214 610,204V162'),
      stream(624, 700, 146, orange, true),
      text(700, 136, "h'", 'end', `fill="${orange}"`),
      // All gates see the input and the state before.
      path('M20,276H508Q520,276 520,264V237'),
      path('M150,276V237'),
      path('M260,276V237'),
      path('M350,276V237'),
      text(20, 266, 'x, h before', 'start', `fill="${muted}"`),
      ...[...gates, forget, write, add, show, squash].map(drawBlock),
    ].join(''),
  )
}
