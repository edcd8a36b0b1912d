/** What is told in a terminal: lines, colours, tables, small pictures. */
import { inertLines } from './inert.ts'
import { fitted, wrapped } from './wrap.ts'

/** What mpirun started has a terminal of its own for its output, also where that of mpirun goes to a file. */
const coloured = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR && process.env.OMPI_COMM_WORLD_SIZE === undefined

const style =
  (code: number) =>
  (text: string): string =>
    coloured(process.stdout) ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = style(1)
export const dim = style(2)
export const green = style(32)
export const red = style(31)

/** A text as a stream takes it: without control characters, which texts of files may have; in a terminal, lines end between words. */
export const shownOn = (stream: NodeJS.WriteStream, text: string): string => fitted(inertLines(text), columnsOf(stream))

let isSilent = false

/** From here on nothing is told: another process tells it. */
export const silence = (): void => {
  isSilent = true
}

/** Notes that were told while each is told once. */
let told: Set<string> | undefined

/** A note for the reader, beside the results. */
export const note = (text: string): void => {
  if (isSilent || told?.has(text)) return
  told?.add(text)
  process.stderr.write(`${shownOn(process.stderr, text)}\n`)
}

/** Does what may come to the same notes again and again, such as on data that is opened several times; each is told once. */
export async function tellingOnce<T>(work: () => Promise<T>): Promise<T> {
  told = new Set()
  try {
    return await work()
  } finally {
    told = undefined
  }
}

/** Results for a reader. */
export const print = (text: string): void => {
  if (!isSilent) console.log(shownOn(process.stdout, text))
}

/** Columns of a stream: as many as one likes where it is no terminal. One that mpirun stands behind says 0. */
export const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY

/** Columns of the terminal, also where results go through a pager or to a file; 80 where it does not tell them, as that which mpirun gives. */
export const terminalWidth = (): number =>
  process.stdout.columns || (process.stdout.isTTY === true ? 80 : process.stderr.columns || 120)

/** `98.79 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

/** `0.0474`; `1.23e+9` from 100,000 on, where a training went astray and its lines would not fit. */
export const lossText = (loss: number): string => (Math.abs(loss) < 1e5 ? loss.toFixed(4) : loss.toExponential(2))

/** A score from 0 to 1; one below, or NaN, is of something of which there was nothing to measure. */
export const scoreText = (score: number): string => (score >= 0 ? percent(score) : 'none')

/** What `scoreText` makes of shares, of a number such as R²: `0.8731`. */
export const scoreFormat = (isShare: boolean): ((score: number) => string) =>
  isShare ? scoreText : (score) => (Number.isNaN(score) ? 'none' : score.toFixed(4))

/** A measured number with four digits or more: `312,451`, `18.70`, `0.01234`. */
export const figure = (value: number): string => (Math.abs(value) >= 1000 ? thousands(value) : value.toPrecision(4))

/** `1:07` */
export const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

export const thousands = (n: number): string => Math.round(n).toLocaleString('en-US')

/** `1 class`, `10 classes` */
export const classesText = (n: number): string => (n === 1 ? '1 class' : `${thousands(n)} classes`)

/** `4.7 MiB` */
export const bytes = (n: number): string => {
  if (n < 1024) return `${n} B`
  return n < 2 ** 20
    ? `${(n / 1024).toFixed(1)} KiB`
    : n < 2 ** 30
      ? `${(n / 2 ** 20).toFixed(1)} MiB`
      : `${(n / 2 ** 30).toFixed(2)} GiB`
}

/** `138.4 M`: four digits, with the prefix that keeps them short; whole numbers below 1000 as they are. */
export function quantity(n: number): string {
  const prefixes = ['', ' k', ' M', ' G', ' T']
  const power = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(n, 1)) / 3)))
  return power === 0 ? String(n) : `${(n / 1000 ** power).toPrecision(4)}${prefixes[power]}`
}

/** A number, or one with a unit, or nothing. */
const isFigure = (cell: string | number): boolean =>
  typeof cell === 'number' || /^(-|<?[\d.,]+( ?[%kKMGT]?i?B?)?)?$/.test(cell)

/** Rows with columns as wide as their longest cell; figures stand right. @param columns of the terminal, for which the texts of the last column are broken */
export function table(rows: readonly (readonly (string | number)[])[], columns = Number.POSITIVE_INFINITY): string {
  const whole = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? thousands(cell) : cell)))
  const before = whole[0].slice(0, -1).map((_, column) => Math.max(...whole.map((row) => row[column].length)) + 2)
  const room = columns - before.reduce((sum, width) => sum + width, 0)
  const text = whole.flatMap((row) =>
    wrapped(row.at(-1)!, room).map((line, i) => [...row.slice(0, -1).map((cell) => (i === 0 ? cell : '')), line]),
  )
  const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)))
  const right = text[0].map((_, column) => rows.slice(1).every((row) => isFigure(row[column])))
  return text
    .map((row) =>
      row
        .map((cell, column) => (right[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Words in columns as wide as the longest, so that a line has at most this many letters; they are read line by line. */
export function columns(words: readonly string[], width: number): string[] {
  const column = Math.max(0, ...words.map((word) => word.length)) + 2
  const perLine = Math.max(1, Math.floor(width / column))
  return Array.from({ length: Math.ceil(words.length / perLine) }, (_, line) =>
    words
      .slice(line * perLine, (line + 1) * perLine)
      .map((word) => word.padEnd(column))
      .join('')
      .trimEnd(),
  )
}

/** A grey picture in braille dots, two columns and four rows of pixels a character; brighter than half is a dot. */
export function braille(pixels: ArrayLike<number>, rows: number, columns: number): string[] {
  const bits = [
    [0x01, 0x08],
    [0x02, 0x10],
    [0x04, 0x20],
    [0x40, 0x80],
  ]
  return Array.from({ length: Math.ceil(rows / 4) }, (_, line) =>
    Array.from({ length: Math.ceil(columns / 2) }, (_, place) => {
      let dots = 0
      for (let i = 0; i < 4; i++)
        for (let j = 0; j < 2; j++) {
          const [row, column] = [4 * line + i, 2 * place + j]
          if (row < rows && column < columns && pixels[row * columns + column] > 0.45) dots |= bits[i][j]
        }
      return String.fromCharCode(0x2800 + dots)
    }).join(''),
  )
}

/** Pictures side by side, each with a line below: the first of them, as many as have room. */
export function gallery(
  pictures: readonly { lines: readonly string[]; caption: string; colour: (text: string) => string }[],
  room = terminalWidth(),
): string {
  const shown: { lines: readonly string[]; caption: string; width: number; colour: (text: string) => string }[] = []
  let used = 0
  for (const picture of pictures) {
    const width = Math.max(picture.lines[0].length, picture.caption.length)
    used += 2 + width
    if (used > room && shown.length > 0) break
    shown.push({ ...picture, width })
  }
  const height = Math.max(...shown.map(({ lines }) => lines.length))
  const rows = Array.from({ length: height }, (_, i) =>
    shown.map(({ lines, width }) => (lines[i] ?? '').padEnd(width)).join('  '),
  )
  const captions = shown.map(({ caption, width, colour }) => colour(caption.padEnd(width))).join('  ')
  return [...rows, captions].map((line) => `  ${line}`).join('\n')
}
