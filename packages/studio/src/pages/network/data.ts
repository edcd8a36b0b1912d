/** The points of a training, and where they lie. */
import { Random } from 'gentle-dl'
import {
  csvPoints,
  type Dataset,
  gaussians,
  inMemory,
  moons,
  noisyXor,
  randomSplit,
  rings,
  spirals,
} from 'gentle-dl/data'
import {
  classesIn,
  type DataSettings,
  examplesEach,
  farthest,
  maxClasses,
  maxOwn,
  NetworkError,
  predictsNumbers,
} from './settings.ts'

export interface Sets {
  readonly train: Dataset
  readonly validation: Dataset
}

/** Points as they are drawn: x₁, x₂, and class or number. */
export interface Points {
  readonly train: readonly (readonly number[])[]
  readonly validation: readonly (readonly number[])[]
  /** Of the square that shows them all. */
  readonly box: Box
}

export interface Box {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

/** Fewest own points of which some are kept for validation. */
const enoughToSplit = 8

/** Points of a function of the plane with noise. */
function surface({ data, noise, seed }: DataSettings, part: number): Dataset {
  const random = new Random(2 * seed + part, 'surface')
  const inputs = Float32Array.from({ length: 2 * examplesEach }, () => 2 * random.uniform() - 1)
  const targets = Float32Array.from({ length: examplesEach }, (_, i) => {
    const [x1, x2] = [inputs[2 * i], inputs[2 * i + 1]]
    const value = data === 'plane' ? (x1 + x2) / 2 : Math.sin(Math.PI * x1) * Math.cos((Math.PI * x2) / 2)
    return value + noise * random.normal()
  })
  return inMemory({ name: data, inputs, inputShape: [2], targets, targetShape: [1] })
}

function ownSets(settings: DataSettings): Sets {
  const { own, seed } = settings
  if (own.length < 2)
    throw new NetworkError('There are fewer than two points: press the plane to add some, or paste a table.')
  const numbers = predictsNumbers(settings)
  const wrong = numbers
    ? undefined
    : own.find(([, , target]) => !(Number.isInteger(target) && target >= 0 && target < maxClasses))
  if (wrong !== undefined)
    throw new NetworkError(
      `The point ${wrong.join(', ')} has no class: expected a whole number from 0 to ${maxClasses - 1}.`,
    )
  const values = own.map(([, , target]) => target)
  if (!numbers && new Set(values).size < 2) throw new NetworkError('All points are of one class: add some of another.')
  const all = inMemory({
    name: 'own points',
    inputs: Float32Array.from(own.flatMap((point) => point.slice(0, 2))),
    inputShape: [2],
    ...(numbers
      ? { targets: Float32Array.from(values), targetShape: [1] }
      : {
          targets: Int32Array.from(values),
          classes: Array.from({ length: classesIn(settings) }, (_, i) => String(i)),
        }),
  })
  if (own.length < enoughToSplit) return { train: all, validation: all }
  const [train, validation] = randomSplit(all, Math.round(own.length / 4), seed)
  return { train, validation }
}

/** The data sets that settings ask for. @throws NetworkError for own points that nothing can be learned from. */
export function setsOf(settings: DataSettings): Sets {
  if (settings.data === 'own') return ownSets(settings)
  const draw = (part: number): Dataset => {
    const { classes, noise, seed, data } = settings
    const options = { examples: examplesEach, noise, seed: 2 * seed + part }
    if (data === 'moons') return moons(options)
    if (data === 'xor') return noisyXor(options)
    if (data === 'rings') return rings({ ...options, classes })
    if (data === 'spirals') return spirals({ ...options, classes, turns: 1 })
    if (data === 'gaussians') return gaussians({ ...options, classes })
    return surface(settings, part)
  }
  return { train: draw(0), validation: draw(1) }
}

/** All examples of a set as rows. */
export async function rowsOf(set: Dataset): Promise<number[][]> {
  const inputs = new Float32Array(2 * set.length)
  const targets = set.target.dtype === 'int32' ? new Int32Array(set.length) : new Float32Array(set.length)
  const all = Array.from({ length: set.length }, (_, i) => i)
  await set.read(all, inputs, targets)
  return all.map((i) => [inputs[2 * i], inputs[2 * i + 1], targets[i]])
}

/** The square in which a preset lies. */
export const boxOf = ({ data }: Pick<DataSettings, 'data'>): Box =>
  data === 'moons' ? { x: [-1.5, 2.5], y: [-1.75, 2.25] } : { x: [-farthest, farthest], y: [-farthest, farthest] }

export async function pointsOf(settings: DataSettings): Promise<Points> {
  const { train, validation } = setsOf(settings)
  return {
    train: await rowsOf(train),
    validation: train === validation ? [] : await rowsOf(validation),
    box: boxOf(settings),
  }
}

/** Points of a table, and what was done to fit them in. */
export interface TablePoints {
  readonly rows: readonly (readonly number[])[]
  readonly remark: string
}

/**
 * Reads a table of two inputs and a label. What is outside of the plane is moved and scaled into it, each column by itself.
 * @throws FormatError for what is no such table, with the library's message; NetworkError for more than the page takes.
 */
export async function readTable(source: string | Uint8Array, targets: 'classes' | 'numbers'): Promise<TablePoints> {
  const set = csvPoints(source, { targets, name: 'table' })
  const [columns] = set.inputShape
  if (columns !== 2)
    throw new NetworkError(
      `The table has ${columns} input columns; expected 2, x₁ and x₂, and a column with the ${targets === 'classes' ? 'class' : 'number to predict'}.`,
    )
  if (set.length > maxOwn)
    throw new NetworkError(
      `The table has ${set.length} rows; this page takes at most ${maxOwn}, which its address can hold.`,
    )
  const classes = targets === 'classes' ? set.classes!.length : 0
  if (classes > maxClasses)
    throw new NetworkError(`The table has ${classes} classes; this page takes at most ${maxClasses}.`)
  const rows = await rowsOf(set)
  const scaled: string[] = []
  for (const column of targets === 'classes' ? [0, 1] : [0, 1, 2]) {
    const values = rows.map((row) => row[column])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    if (low >= -farthest && high <= farthest) continue
    const half = (high - low) / 2 || 1
    for (const row of rows) row[column] = (row[column] - (low + high) / 2) / half
    scaled.push(['x₁', 'x₂', 'the number to predict'][column])
  }
  const read = `${rows.length} points${classes > 0 ? ` of ${classes} classes (${set.classes!.map((name, i) => (name === String(i) ? name : `${i} is ${name}`)).join(', ')})` : ''}`
  return {
    rows: rows.map((row) => row.map((value) => Number(value.toFixed(3)))),
    remark: `${read}.${scaled.length > 0 ? ` Scaled to −1 to 1: ${scaled.join(', ')}.` : ''}`,
  }
}
