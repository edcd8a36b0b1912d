/** What `gentle filter` prints: kernels, and one output pixel term by term. */
import { type FilterExplanation, filterPreset, filterPresets } from 'gentle-dl/vision'
import { bold, dim, terminalWidth } from '../terminal/terminal.ts'

/** Seven digits, as a float32 has; no negative zero. */
const figure = (value: number): string => String(Number(value.toPrecision(7)) + 0)

/** Cells of one width, each right in its own; of rows too long for the terminal the first. */
function grid(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.flat().map((cell) => cell.length))
  const fitting = Math.max(1, Math.floor((terminalWidth() - 3) / (width + 2)))
  return rows.map((row) => {
    const shown = row.slice(0, fitting).map((cell) => `  ${cell.padStart(width)}`)
    return `${shown.join('')}${row.length > fitting ? '  …' : ''}`
  })
}

/** Cells row by row. */
const inRows = <Cell>(cells: readonly Cell[], columns: number): Cell[][] =>
  Array.from({ length: cells.length / columns }, (_, row) => cells.slice(row * columns, (row + 1) * columns))

/** Two digits; what is nothing but for rounding is 0. */
const short = (weight: number): string => String(Math.abs(weight) < 1e-9 ? 0 : Number(weight.toPrecision(2)))

const settingText = (name: string, value: number): string =>
  Number.isNaN(value) ? `${name} (2 ceil(3 sigma) + 1)` : `${name} (${value})`

/** The presets with their numbers, and what may be set. */
export function presetsText(): string {
  const blocks = Object.entries(filterPresets).map(([name, { description, settings }]) => {
    const defaults = Object.entries(settings).map(([setting, value]) => settingText(setting, value))
    const { columns, data } = filterPreset(name)
    return [
      `${bold(name)}  ${description}`,
      ...(defaults.length === 0 ? [] : [dim(`settings: ${defaults.join(', ')}`)]),
      ...grid(inRows(Array.from(data, short), columns)),
    ].join('\n')
  })
  return blocks.join('\n\n')
}

/** Where the pixel is, and how its number came about. */
export function explanationText(
  { rows, columns, weights, channels }: FilterExplanation,
  place: { readonly x: number; readonly y: number },
  picture: { readonly height: number; readonly width: number },
  operation: string,
): string {
  const isInside = (row: number, column: number): boolean =>
    row >= 0 && row < picture.height && column >= 0 && column < picture.width
  const isPadded = rows.some((row) => columns.some((column) => !isInside(row, column)))
  const across = columns.length
  const blocks = channels.map(({ values, products, sum }, channel) => {
    const field = Array.from(values, (value, tap) =>
      isInside(rows[Math.floor(tap / across)], columns[tap % across]) ? figure(value) : `(${figure(value)})`,
    )
    const lines = [
      `receptive field: columns ${columns[0]} to ${columns[across - 1]} and rows ${rows[0]} to ${rows.at(-1)} of the picture${isPadded ? '; padding in parentheses' : ''}`,
      ...grid([['', ...columns.map(String)], ...inRows(field, across).map((row, i) => [String(rows[i]), ...row])]),
      operation === 'convolution' ? 'kernel, rotated by 180 degrees for the convolution' : 'kernel',
      ...grid(inRows(Array.from(weights, figure), across)),
      'products, and the sum of each row',
      ...grid(
        inRows(Array.from(products), across).map((row) => [
          ...row.map(figure),
          '=',
          figure(row.reduce((total, product) => total + product, 0)),
        ]),
      ),
      bold(`sum: ${figure(sum)}`),
    ]
    return [...(channels.length === 1 ? [] : [dim(`channel ${channel}`)]), ...lines].join('\n')
  })
  return [bold(`output pixel x = ${place.x}, y = ${place.y}`), ...blocks].join('\n\n')
}
