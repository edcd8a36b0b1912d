/** A run folder of the command line, or of `RunFolder`, read from the texts of its files. */
import { GentleError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'

/** What is not the folder of a run, or a broken one. */
export class RunError extends GentleError {}

/** A run as it was found: the texts of its files by their names. */
export interface RunTexts {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** When it changed last, in milliseconds since 1970. */
  readonly changed: number
  /** Names of its pictures. */
  readonly pictures: readonly string[]
}

/** A number for each epoch; NaN where none is told. */
export type RunSeries = readonly number[]

export type RunPart = 'train' | 'validation'

/** What the best epoch of a run is chosen by. */
export interface RunScore {
  /** Its name among the metrics. */
  readonly monitor: string
  /** What it is called. */
  readonly name: string
  /** Whether it is a share, 0 to 1, and told in percent. */
  readonly isShare: boolean
}

export interface RecordedRun {
  readonly name: string
  readonly epochs: RunSeries
  /** Since the beginning, at the end of each epoch. */
  readonly seconds: RunSeries
  /** Of each epoch; empty where it is not told. */
  readonly examplesPerSecond: RunSeries
  /** By the name of the metric; a part that tells nothing of it is empty. */
  readonly metrics: ReadonlyMap<string, Readonly<Record<RunPart, RunSeries>>>
  /** All that run.json tells, by its name: what was set, and what came with it, such as the machine. */
  readonly settings: ReadonlyMap<string, string>
  /** Names of those of `settings` that were set; all where run.json does not tell them apart. */
  readonly setNames: ReadonlySet<string>
  /** What its best epoch is chosen by; undefined where run.json does not tell. */
  readonly score: RunScore | undefined
  /** Of the test set, once it is finished. */
  readonly test: ReadonlyMap<string, number>
  /** How many epochs it shall have; undefined where it is not told. */
  readonly planned: number | undefined
  readonly finished: boolean
  /** Why it ended before its time, where its loss was not a number any more. */
  readonly diverged?: string
  readonly changed: number
  readonly pictures: readonly string[]
}

/** Epochs of a run that are read, at most. */
const mostEpochs = 100_000

/** Settings that are shown, at most, and letters of one. */
const [mostSettings, longest] = [300, 160]

const quoted = (text: string): string => `'${text.length > 60 ? `${text.slice(0, 60)}...` : text}'`

/** The cell as a number: NaN for an empty one. */
function numberOf(cell: string, place: string): number {
  const value = cell === '' || cell === 'NaN' ? Number.NaN : Number(cell)
  if (cell.trim() === '' ? cell !== '' : Number.isNaN(value) && cell !== 'NaN')
    throw new RunError(`${place}: ${quoted(cell)} is not a number`)
  return value
}

/** The columns of metrics.csv by their names. */
function columnsOf(text: string, place: string): Map<string, number[]> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const names = (lines.shift() ?? '').split(',')
  if (names[0] !== 'epoch' || !names.includes('learning_rate') || !names.some((name) => name.startsWith('train_')))
    throw new RunError(
      `${place} begins with ${quoted(names.join(','))}; expected the table that gentle train writes, with the columns epoch, train_loss, ..., learning_rate`,
    )
  if (new Set(names).size < names.length) throw new RunError(`${place} has two columns of the same name`)
  if (lines.length > mostEpochs)
    throw new RunError(`${place} has ${lines.length} epochs; at most ${mostEpochs} can be shown`)
  const columns = names.map((name): [string, number[]] => [name, []])
  for (const [row, line] of lines.entries()) {
    const cells = line.split(',')
    const at = `${place}, line ${row + 2}`
    if (cells.length !== names.length)
      throw new RunError(`${at} has ${cells.length} values; expected ${names.length}, as many as there are columns`)
    for (const [i, cell] of cells.entries()) columns[i][1].push(numberOf(cell, at))
    const [epoch, before] = [columns[0][1][row], row === 0 ? 0 : columns[0][1][row - 1]]
    if (!Number.isInteger(epoch) || epoch <= before)
      throw new RunError(`${at} is of epoch ${cells[0]}; expected a whole number above ${before}`)
  }
  return new Map(columns)
}

type Json = Readonly<Record<string, unknown>>

function objectOf(text: string, place: string): Json {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new RunError(`${place} is not JSON: ${(error as Error).message.slice(0, 100)}`)
  }
  if (!isRecord(value)) throw new RunError(`${place} holds no object; expected what gentle train writes there`)
  return value
}

/** What is told apart from `settings`: them, what differs at each run and sets nothing, and the score. */
const apart = new Set(['settings', 'command', 'started', 'resumed', 'score'])

/** All values of an object by the names that lead to them. */
function flat(object: Json, prefix = '', into = new Map<string, string>(), depth = 0): Map<string, string> {
  for (const [name, value] of Object.entries(object)) {
    if (into.size >= mostSettings) break
    const path = `${prefix}${name}`
    if (isRecord(value) && depth < 4) flat(value, `${path}.`, into, depth + 1)
    else into.set(path.slice(0, 80), (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, longest))
  }
  return into
}

/** Numbers of an evaluation, also those a level below: of a task on pictures `metrics` holds more. */
function figuresOf(evaluation: unknown): Map<string, number> {
  const found = new Map<string, number>()
  if (!isRecord(evaluation)) return found
  for (const [name, value] of Object.entries({
    ...evaluation,
    ...(isRecord(evaluation.metrics) ? evaluation.metrics : {}),
  }))
    if (typeof value === 'number') found.set(name, value)
  return found
}

function scoreIn(told: unknown): RunScore | undefined {
  if (!isRecord(told)) return undefined
  const { monitor, name, isShare } = told
  return typeof monitor === 'string' && typeof name === 'string' && typeof isShare === 'boolean'
    ? { monitor, name, isShare }
    : undefined
}

/** The seconds so far at the end of each epoch. */
function sums(seconds: RunSeries): number[] {
  let sum = 0
  return seconds.map((value) => {
    sum += Number.isFinite(value) ? value : 0
    return sum
  })
}

/**
 * Reads a run.
 * @throws RunError for files that are missing or broken, with the place.
 */
export function readRun({ name, files, changed, pictures }: RunTexts): RecordedRun {
  const table = files['metrics.csv']
  if (table === undefined)
    throw new RunError(`${name} has no metrics.csv; expected a folder that gentle train wrote, or RunFolder`)
  const columns = columnsOf(table, `${name}/metrics.csv`)
  const described = files['run.json'] === undefined ? {} : objectOf(files['run.json'], `${name}/run.json`)
  const told = files['summary.json'] === undefined ? undefined : objectOf(files['summary.json'], `${name}/summary.json`)
  const diverged =
    files['diverged.json'] === undefined ? undefined : objectOf(files['diverged.json'], `${name}/diverged.json`)
  const metrics = new Map<string, Record<RunPart, RunSeries>>()
  for (const part of ['train', 'validation'] as const)
    for (const [column, values] of columns) {
      if (!column.startsWith(`${part}_`)) continue
      const metric = column.slice(part.length + 1)
      metrics.set(metric, { train: [], validation: [], ...metrics.get(metric), [part]: values })
    }
  const { settings: set } = described
  const wasSet = isRecord(set) ? flat(set) : undefined
  const beside = flat(Object.fromEntries(Object.entries(described).filter(([key]) => !apart.has(key))))
  const settings = new Map([...(wasSet ?? []), ...beside])
  const planned = isRecord(set) && typeof set.epochs === 'number' ? set.epochs : undefined
  // That of a shorter training, which goes on, holds no more.
  const isOver = planned === undefined || typeof told?.epochs !== 'number' || told.epochs === planned
  const summary = isOver ? told : undefined
  return {
    name,
    epochs: columns.get('epoch')!,
    seconds: sums(columns.get('seconds') ?? []),
    examplesPerSecond: [...columns].find(([column]) => column.endsWith('_per_second'))?.[1] ?? [],
    metrics,
    settings,
    setNames: new Set((wasSet ?? settings).keys()),
    score: scoreIn(described.score),
    test: figuresOf(summary?.test),
    planned,
    finished: summary !== undefined,
    ...(typeof diverged?.message === 'string' ? { diverged: diverged.message } : {}),
    changed,
    pictures,
  }
}
