/** The list of runs, in as many columns as there is room for. */
import { sparkline } from '../terminal/sparkline.ts'
import { valueText } from './score.ts'
import type { Line } from './sweep-lines.ts'

/** Letters of a curve, at least and at most. */
const [shortest, longest] = [8, 16]

/** Letters of a path that are left when all that can go has gone. */
const shortestPath = 16

interface Column {
  readonly title: string
  readonly cells: readonly string[]
  /** What has the highest goes first where there is no room for all; 0 stays. */
  readonly spare: number
  readonly right?: boolean
}

/** `3 min ago` of a time in milliseconds since 1970. */
export function agoText(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000)
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** The end of a text, which tells paths apart. */
const cut = (text: string, width: number): string => (text.length <= width ? text : `…${text.slice(1 - width)}`)

const widthOf = ({ title, cells }: Column): number => Math.max(title.length, ...cells.map((cell) => cell.length))

const gap = 2

/** @param columns letters of a line, from 60; `now` in milliseconds since 1970 */
export function listText(runs: readonly Line[], columns: number, now: number): string {
  const metrics = new Set(runs.map(({ metric }) => metric))
  const [only] = metrics.size === 1 ? metrics : []
  const scoreText = (found: Line): string =>
    found.score === undefined
      ? ''
      : `${valueText(found, found.score.value)}${only === undefined ? ` ${found.metric}` : ''}`
  const column = (title: string, spare: number, cell: (run: Line) => string, right = false): Column => ({
    title,
    cells: runs.map(cell),
    spare,
    right,
  })
  const paths = column('run', 0, ({ path, trials }) =>
    trials === undefined ? path : `${path}, ${trials} ${trials === 1 ? 'trial' : 'trials'}`,
  )
  const all = [
    column('task', 5, ({ task }) => task),
    column('network', 4, ({ network }) => network),
    column('data', 6, ({ data }) => cut(data, 24)),
    column(only ?? 'score', 0, scoreText, true),
    column('of', 2, ({ score }) => score?.part ?? ''),
    column('epochs', 1, ({ run }) => `${run.epochs.at(-1) ?? 0}${run.planned ? `/${run.planned}` : ''}`, true),
    column('when', 3, ({ run }) => agoText(run.changed, now)),
    column('state', 0, ({ state }) => state),
  ]
  let shown = all
  const rest = (): number => columns - shown.reduce((sum, each) => sum + gap + widthOf(each), 0) - gap - shortest
  while (rest() < Math.min(widthOf(paths), 32) && shown.some(({ spare }) => spare > 0)) {
    const least = Math.max(...shown.map(({ spare }) => spare))
    if (least <= 2 && rest() >= shortestPath) break
    shown = shown.filter(({ spare }) => spare < least)
  }
  const pathWidth = Math.max(shortestPath, Math.min(widthOf(paths), rest()))
  const curveWidth = Math.max(shortest, Math.min(longest, shortest + rest() - pathWidth))
  const cells = [
    { ...paths, cells: paths.cells.map((path) => cut(path, pathWidth)) },
    ...shown,
    column('curve', 0, ({ curve }) => sparkline(curve, curveWidth)),
  ]
  const widths = cells.map(widthOf)
  const lineOf = (row: (each: Column) => string): string =>
    cells
      .map((each, i) => (each.right === true ? row(each).padStart(widths[i]) : row(each).padEnd(widths[i])))
      .join(' '.repeat(gap))
      .trimEnd()
  return [lineOf(({ title }) => title), ...runs.map((_, i) => lineOf((each) => each.cells[i]))].join('\n')
}
