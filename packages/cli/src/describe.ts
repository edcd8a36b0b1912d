/** `gentle data`: what a data set consists of. */
import { sizeOf } from 'gentle-dl'
import { type Dataset, labelsOf } from 'gentle-dl/data'
import { openData } from './datasets.ts'
import { arePictures, drawn } from './report.ts'
import { bold, dim, gallery, table } from './terminal.ts'

interface PartDescription {
  readonly examples: number
  readonly perClass: Record<string, number>
}

function describe(part: Dataset): PartDescription {
  const classes = part.classes ?? []
  const counts = new Array<number>(classes.length).fill(0)
  for (const label of labelsOf(part)) counts[label]++
  return { examples: part.length, perClass: Object.fromEntries(classes.map((name, i) => [name, counts[i]])) }
}

/** What is in a data set. */
export async function data(name: string, flags: { json?: boolean; seed?: number; validation?: number }): Promise<void> {
  const splits = await openData(name, { seed: flags.seed ?? 0, validation: flags.validation })
  const { train } = splits
  const parts = { train: describe(splits.train), validation: describe(splits.validation), test: describe(splits.test) }
  const classes = train.classes ?? []
  if (flags.json) {
    console.log(JSON.stringify({ name, inputShape: train.inputShape, classes, ...parts }, null, 2))
    return
  }
  const rows = classes.map((label) => [
    label,
    parts.train.perClass[label],
    parts.validation.perClass[label],
    parts.test.perClass[label],
  ])
  const total = ['all', parts.train.examples, parts.validation.examples, parts.test.examples]
  console.log(
    [
      bold(`${name}: examples of ${train.inputShape.join(' x ')}, ${classes.length} classes`),
      '',
      table([['class', 'train', 'validation', 'test'], ...rows, total]),
      '',
      arePictures(train) ? examples(train) : points(train),
    ].join('\n'),
  )
}

/** The first pictures. */
function examples(part: Dataset): string {
  const [, , columns] = part.inputShape
  const pixels = new Float32Array(sizeOf(part.inputShape))
  const label = new Int32Array(1)
  return gallery(
    Array.from({ length: Math.min(5, part.length) }, (_, i) => {
      part.read([i], pixels, label)
      return {
        lines: drawn(pixels, part.inputShape),
        caption: part.classes?.[label[0]] ?? '',
        width: Math.ceil(columns / 2),
        colour: dim,
      }
    }),
  )
}

/** Points of a plane, each as the number of its class. */
function points(part: Dataset): string {
  const [rows, columns] = part.length < 50 ? [7, 17] : [20, 60]
  const place = new Float32Array(2)
  const label = new Int32Array(1)
  const all = Array.from({ length: part.length }, (_, i) => {
    part.read([i], place, label)
    return { x: place[0], y: place[1], mark: part.classes?.[label[0]] ?? '' }
  })
  const span = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)]
  const [left, right] = span(all.map(({ x }) => x))
  const [low, high] = span(all.map(({ y }) => y))
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '))
  for (const { x, y, mark } of all) {
    const column = Math.round(((x - left) / (right - left || 1)) * (columns - 1))
    const row = Math.round(((high - y) / (high - low || 1)) * (rows - 1))
    grid[row][column] = mark
  }
  return grid.map((line) => `  ${line.join('').trimEnd()}`).join('\n')
}
