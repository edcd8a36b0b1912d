/** Below a chart of curves: what each is called, and the area below it. */
import { type Block, chartWidth, margin } from './stack.ts'
import { fontSize, line, text } from './svg.ts'
import { cutText, textWidth } from './text-width.ts'

export interface Area {
  readonly name: string
  readonly colour: string
  /** 0 to 1. */
  readonly area: number
}

/** `81.25 %`, with the digits that a terminal tells. */
export const areaText = (share: number): string => `${(100 * share).toFixed(2)} %`

export const meanArea = (areas: readonly Area[]): number =>
  areas.reduce((sum, { area }) => sum + area, 0) / areas.length

/** Names with their areas in the order in which they are given, in two columns. */
export function areasBlock(entries: readonly Area[]): Block {
  const rows = Math.ceil(entries.length / 2)
  const width = (chartWidth - 2 * margin - 24) / 2
  return {
    height: rows * 18 + 6,
    draw: (top) =>
      entries
        .map(({ name, colour, area }, i) => {
          const x = margin + Math.floor(i / rows) * (width + 24)
          const y = top + (i % rows) * 18 + 13
          const figure = areaText(area)
          const shown = cutText(name, width - 24 - textWidth(figure, fontSize) - 8, fontSize)
          return (
            line(x, y - 4, x + 18, y - 4, `stroke="${colour}" stroke-width="3"`) +
            text(x + 24, y, shown) +
            text(x + width, y, figure, 'text-anchor="end"')
          )
        })
        .join(''),
  }
}
