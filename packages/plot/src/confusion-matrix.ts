/** Which classes are mistaken for which. */
import { colourOf, faint, muted, paper } from './colours.ts'
import { type Block, chartWidth, heading, margin, notes, stacked } from './stack.ts'
import { fontSize, line, short, smallSize, text } from './svg.ts'
import { cutText, textWidth } from './text-width.ts'

export interface ConfusionMatrixOptions {
  /** Above the matrix; 'Confusion matrix' unless given. */
  readonly title?: string
}

/** Light, so that a count can be read on it. */
const rightColour = '#dcfce7'
const wrongColour = colourOf(4)

/** Below this many pixels a cell has no name beside it: the rows are told by a list of the largest. */
const minNamed = 13

const maxListed = 10

/** Counts in smaller letters could not be read. */
const minDigits = 8.5

interface Mistake {
  readonly row: number
  readonly column: number
  readonly count: number
}

/**
 * How often each class was mistaken for each. Mistakes are shaded by their own largest; of many classes, the most frequent are listed below.
 * @param counts the matrix row by row, [classes, classes]; rows are the true classes, columns the predicted ones
 */
export function plotConfusionMatrix(
  counts: ArrayLike<number>,
  classes: readonly string[],
  { title = 'Confusion matrix' }: ConfusionMatrixOptions = {},
): string {
  const n = classes.length
  const all = Array.from({ length: n * n }, (_, i) => ({ row: Math.floor(i / n), column: i % n, count: counts[i] }))
  const total = all.reduce((sum, { count }) => sum + count, 0)
  const right = all.reduce((sum, { row, column, count }) => (row === column ? sum + count : sum), 0)
  const accuracy = total > 0 ? `${((100 * right) / total).toFixed(2)} %` : 'none'
  const wrong = all.filter(({ row, column, count }) => row !== column && count > 0).sort((a, b) => b.count - a.count)
  const { block, named } = matrix(classes, all, wrong[0]?.count ?? 1)
  const subtitle = `${total.toLocaleString('en-US')} ${total === 1 ? 'example' : 'examples'}, ${accuracy} right`
  return stacked([
    heading(title, subtitle),
    block,
    notes([
      'Green: right. Red: mistakes, the stronger the more frequent.',
      ...(named ? [] : wrong.slice(0, maxListed).map((each) => mistakeText(each, classes))),
    ]),
  ])
}

const mistakeText = ({ row, column, count }: Mistake, classes: readonly string[]): string =>
  `${classes[row]} mistaken for ${classes[column]}: ${count.toLocaleString('en-US')}`

function matrix(
  classes: readonly string[],
  all: readonly Mistake[],
  largest: number,
): { readonly block: Block; readonly named: boolean } {
  const n = classes.length
  const widest = Math.max(0, ...classes.map((name) => textWidth(name, smallSize)))
  // Long names have more room where there are few classes.
  const roomForNames = Math.min(widest, Math.max(110, Math.min(180, chartWidth - 2 * margin - 24 - 44 * n)))
  const cellBeside = (names: number): number => Math.floor((chartWidth - 2 * margin - 24 - names) / Math.max(n, 1))
  const named = cellBeside(roomForNames) >= minNamed
  const names = classes.map((name) => cutText(name, roomForNames, smallSize))
  const cell = named ? Math.min(56, cellBeside(roomForNames)) : Math.max(1, cellBeside(0))
  const left = margin + 24 + (named ? roomForNames : 0)
  // Names stand upright over columns that they are too wide for.
  const upright = widest > cell - 4
  const above = 24 + (named ? (upright ? roomForNames : 14) + 6 : 0)
  const side = n * cell
  const digits = Math.max(0, ...all.map(({ count }) => textWidth(String(count), 1)))
  const size = Math.min(fontSize, (cell - 4) / digits)
  return {
    named,
    block: {
      height: above + side + 12,
      draw(down) {
        const top = down + above
        const small = `font-size="${smallSize}"`
        const ground = `<rect x="${short(left)}" y="${short(top)}" width="${side}" height="${side}" fill="${faint}" fill-opacity="0.35"/>`
        const seen = all.filter(({ row, column, count }) => row === column || count > 0)
        const cells = seen.map(({ row, column, count }) => {
          const share = row === column ? 0 : count / largest
          const [x, y] = [left + column * cell, top + row * cell]
          const look =
            row === column
              ? `fill="${rightColour}"`
              : `fill="${wrongColour}" fill-opacity="${(0.12 + 0.78 * share).toFixed(2)}"`
          const box = `<rect x="${short(x)}" y="${short(y)}" width="${cell}" height="${cell}" ${look}/>`
          if (count === 0 || size < minDigits) return box
          const letters = `text-anchor="middle" font-size="${short(size)}"${share > 0.85 ? ' fill="white"' : ''}`
          return box + text(x + cell / 2, y + cell / 2 + size * 0.36, String(count), letters)
        })
        const between = Array.from({ length: cell < 6 ? 0 : Math.max(0, n - 1) }, (_, i) => {
          const [x, y] = [left + (i + 1) * cell, top + (i + 1) * cell]
          const thin = `stroke="${paper}"`
          return line(x, top, x, top + side, thin) + line(left, y, left + side, y, thin)
        })
        const rows = names.map((name, i) =>
          text(left - 6, top + (i + 0.5) * cell + 4, name, `text-anchor="end" ${small}`),
        )
        const columns = names.map((name, i) => {
          const middle = left + (i + 0.5) * cell
          return upright
            ? text(0, 0, name, `${small} transform="translate(${short(middle + 4)} ${top - 6}) rotate(-90)"`)
            : text(middle, top - 6, name, `text-anchor="middle" ${small}`)
        })
        const axes = [
          text(left + side / 2, down + 12, 'predicted', `text-anchor="middle" ${small} fill="${muted}"`),
          text(
            0,
            0,
            'true',
            `text-anchor="middle" ${small} fill="${muted}" transform="translate(${margin + 8} ${short(top + side / 2)}) rotate(-90)"`,
          ),
        ]
        return [...axes, ground, ...cells, ...between, ...(named ? [...rows, ...columns] : [])].join('')
      },
    },
  }
}
