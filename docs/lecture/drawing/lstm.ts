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
  width: 52,
  kind: 'convolution',
  label,
  detail,
})

export function lstm(): string {
  const [cell, shown] = [80, 80]
  const gates = [gate(100, 'f', 'forget'), gate(173, 'i', 'write'), gate(233, 'g', 'new'), gate(347, 'o', 'show')]
  const [forget, write, add, show] = [
    join(100, cell, '×'),
    join(203, 146, '×'),
    join(203, shown, '+'),
    join(407, 146, '×'),
  ]
  const squash: Block = { x: 347, y: 118, width: 46, kind: 'plain', label: 'tanh' }
  return svg(
    480,
    310,
    [
      arrowHead,
      // The cell goes straight through.
      stream(13, 91, cell, blue),
      stream(109, 194, cell, blue),
      stream(213, 467, cell, blue, true),
      text(13, cell - 10, 'cell c', 'start', `fill="${blue}"`),
      text(467, cell - 10, "c'", 'end', `fill="${blue}"`),
      path('M100,193V96'),
      path('M173,193V166Q173,146 187,146H193'),
      path('M233,193V166Q233,146 220,146H214'),
      path('M203,132V96'),
      path(`M347,${cell}V102`),
      path('M365,118H393Q407,118 407,128V130'),
      path('M371,214H393Q407,214 407,204V162'),
      stream(416, 467, 146, orange, true),
      text(467, 136, "h'", 'end', `fill="${orange}"`),
      // All gates see the input and the state before.
      path('M13,276H339Q347,276 347,264V237'),
      path('M100,276V237'),
      path('M173,276V237'),
      path('M233,276V237'),
      text(13, 266, 'x, h before', 'start', `fill="${muted}"`),
      ...[...gates, forget, write, add, show, squash].map(drawBlock),
    ].join(''),
  )
}
