/** What is drawn in a terminal: colours, tables, small pictures, the progress bar. */
import { SingleBar } from 'cli-progress'
import type { StepReport } from 'gentle-dl'

/** Whether notes may move the cursor and be coloured. */
const lively = process.stderr.isTTY === true
const coloured = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env.NO_COLOR

const style =
  (code: number) =>
  (text: string): string =>
    coloured(process.stdout) ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = style(1)
export const dim = style(2)
export const green = style(32)
export const red = style(31)

/** A note for the reader, beside the results. */
export const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** Columns of the terminal, also where results go through a pager or to a file. */
export const terminalWidth = (): number => process.stdout.columns ?? process.stderr.columns ?? 120

/** `98.79 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

/** A score from 0 to 1; one below is of something of which there was nothing to measure. */
export const scoreText = (score: number): string => (score < 0 ? 'none' : percent(score))

/** `1:07` */
export const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

export const thousands = (n: number): string => Math.round(n).toLocaleString('en-US')

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

/** A number, or one with a unit. */
const isFigure = (cell: string | number): boolean =>
  typeof cell === 'number' || /^(-|<?[\d.,]+( ?[%kKMGT]?i?B?)?)$/.test(cell)

/** Rows with columns as wide as their longest cell; figures stand right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? thousands(cell) : cell)))
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

/** Words in columns as wide as the longest, so that a line has at most so many letters; they are read line by line. */
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

/** What a training shows as it goes on. */
export interface ProgressView {
  step(report: StepReport): void
  /** What is to stay above the bar: an epoch's figures, a warning. */
  line(text: string): void
  end(): void
}

/** A bar among the notes, which goes away at its end. */
export const progressBar = (format: string): SingleBar =>
  new SingleBar({
    stream: process.stderr,
    format,
    barsize: 16,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    fps: 8,
    clearOnComplete: true,
  })

/** A bar, with the score where it is counted in training, where notes go to a terminal, a line an epoch elsewhere, nothing when quiet. */
export function progressView(
  epochs: number,
  { batchSize, quiet, score }: { batchSize: number; quiet: boolean; score: { of: string; name: string } | undefined },
): ProgressView {
  if (quiet) return { step() {}, line() {}, end() {} }
  if (!lively) return { step() {}, line: note, end() {} }
  const bar = progressBar(
    `epoch {epoch}/${epochs} {bar} loss {loss}${score === undefined ? '' : `  ${score.name} {score}`}  {speed} examples/s  {left} left`,
  )
  let begun: { step: number; time: number } | undefined
  let drawn = false
  const state = { epoch: 1, loss: '-', score: '-', speed: '-', left: '-' }
  return {
    step({ step, steps, epoch, train }) {
      const now = performance.now()
      begun ??= { step, time: now }
      if (step % 16 !== 0 && drawn) return
      if (step > begun.step) {
        const rate = (step - begun.step) / ((now - begun.time) / 1000)
        state.speed = thousands(rate * batchSize)
        state.left = clock((steps - step) / rate)
      }
      const value = score === undefined ? undefined : train[score.of]
      Object.assign(state, {
        epoch,
        loss: train.loss.toFixed(4),
        score: value === undefined ? '-' : scoreText(value),
      })
      if (drawn) bar.update(step, state)
      else bar.start(steps, step, state)
      drawn = true
    },
    // The bar ends and begins again below the line: it goes back to where it began when it ends.
    line(text) {
      bar.stop()
      drawn = false
      process.stderr.write(`\r\u001b[K${text}\n`)
    },
    end: () => bar.stop(),
  }
}
