/** `gentle data`: what a data set consists of, at a glance. */
import { sizeOf } from 'gentle-dl'
import { countExamples, type Dataset } from 'gentle-dl/data'
import { describeSpeech } from '../speech/describe-speech.ts'
import { bold, classesText, dim, gallery, print, terminalWidth } from '../terminal/terminal.ts'
import { describePairs } from '../translation/describe-pairs.ts'
import { areAnnotated } from './annotated-sets.ts'
import { countsTable } from './counts-table.ts'
import { openData, readingOf } from './datasets.ts'
import { describe } from './describe.ts'
import { describeNumbers } from './describe-numbers.ts'
import { extent } from './extent.ts'
import { arePictures, drawn } from './pictures.ts'
import { areScenes } from './scenes.ts'

/** Sides at which image files are shown. */
const defaultSide = 28

/** Runs the command. */
export async function data(
  name: string,
  flags: { json?: boolean; seed?: number; validation?: number; strict?: boolean; label?: string },
): Promise<void> {
  if (name.startsWith('pairs:')) return describePairs(name, flags)
  if (name.startsWith('speech:')) return describeSpeech(name, flags)
  // Files with boxes and masks have more to tell than one label a picture, and some pictures have none.
  if (areAnnotated(name) && !areScenes(name)) return describe(name, flags)
  const splits = await openData(name, {
    seed: flags.seed ?? 0,
    validation: flags.validation,
    strict: flags.strict,
    label: flags.label,
    targets: 'auto',
    size: defaultSide,
  })
  const reading = readingOf(splits)
  if (reading !== undefined && splits.train.target.dtype === 'float32')
    return describeNumbers(name, splits, reading, flags.json)
  const { train } = splits
  const parts = countExamples(splits)
  const classes = train.classes ?? []
  if (flags.json) {
    console.log(JSON.stringify({ name, inputShape: train.inputShape, classes, ...parts }, null, 2))
    return
  }
  print(
    [
      bold(`${name}: examples of ${train.inputShape.join(' x ')}, ${classesText(classes.length)}`),
      '',
      countsTable(parts),
      '',
      ...(arePictures(train) ? [await examples(train)] : train.inputShape.join() === '2' ? [points(train)] : []),
    ].join('\n'),
  )
}

/** The first pictures. */
async function examples(part: Dataset): Promise<string> {
  const pixels = new Float32Array(sizeOf(part.inputShape))
  const label = new Int32Array(1)
  const shown = []
  for (let i = 0; i < Math.min(5, part.length); i++) {
    await part.read([i], pixels, label)
    const caption = part.classes?.[label[0]] ?? ''
    shown.push({
      lines: drawn(pixels, part.inputShape),
      caption,
      colour: dim,
    })
  }
  return gallery(shown)
}

/** Points of a plane, each as the number of its class. */
function points(part: Dataset): string {
  const [rows, columns] = part.length < 50 ? [7, 17] : [20, Math.min(60, Math.max(20, terminalWidth() - 2))]
  const place = new Float32Array(2)
  const label = new Int32Array(1)
  const all = Array.from({ length: part.length }, (_, i) => {
    part.read([i], place, label)
    return { x: place[0], y: place[1], mark: part.classes?.[label[0]] ?? '' }
  })
  const [left, right] = extent(all.map(({ x }) => x))
  const [low, high] = extent(all.map(({ y }) => y))
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '))
  for (const { x, y, mark } of all) {
    const column = Math.round(((x - left) / (right - left || 1)) * (columns - 1))
    const row = Math.round(((high - y) / (high - low || 1)) * (rows - 1))
    grid[row][column] = mark
  }
  return grid.map((line) => `  ${line.join('').trimEnd()}`).join('\n')
}
