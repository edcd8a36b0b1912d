/** What stands between the cells of a table. */
import { FormatError } from '../../core/errors.ts'
import { Numbers } from './numbers.ts'
import { Rows, type Separator } from './rows.ts'

/** In case of doubt the first: a comma may be a decimal one. */
const separators: readonly Separator[] = ['\t', ';', '|', ',']

/** Rows that are looked at. */
const sampled = 50

interface Trial {
  readonly separator: Separator
  /** Cells of the first row. */
  readonly cells: number
  /** Whether all rows have as many, more than one. */
  readonly isEven: boolean
  /** Share of numbers among the cells, the first row left out. */
  readonly numbers: number
}

function tried(text: string, separator: Separator, name: string): Trial {
  const rows = new Rows(text, separator, name)
  const numbers = new Numbers()
  let [cells, isEven, found, seen] = [0, true, 0, 0]
  try {
    for (let row = 0; row < sampled && rows.next(); row++) {
      if (row === 0) cells = rows.count
      if (rows.count !== cells) isEven = false
      if (row === 0) continue
      seen += rows.count
      for (let cell = 0; cell < rows.count; cell++) if (!Number.isNaN(numbers.read(rows, cell))) found++
    }
  } catch (error) {
    // A quote within a cell, as it seems with this separator; the table itself is read later.
    if (!(error instanceof FormatError)) throw error
    isEven = false
  }
  return { separator, cells, isEven: isEven && cells > 1, numbers: seen === 0 ? 0 : found / seen }
}

/** The separator by which rows have the same number of cells, and most of them are numbers. */
export function separatorOf(text: string, name: string): Separator {
  const trials = separators.map((separator) => tried(text, separator, name))
  const even = trials.filter(({ isEven }) => isEven)
  if (even.length > 0) return even.reduce((best, each) => (each.numbers > best.numbers ? each : best)).separator
  // Rows of different lengths are told later, by their lines.
  const [max] = trials.toSorted((a, b) => b.cells - a.cells)
  return max.cells > 1 ? max.separator : ','
}
