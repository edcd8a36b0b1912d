/** Kernels of the page: those that the library has a name for, others in the address, and their sizes. */
import { filterPreset, filterPresets, type Kernel } from 'gentle-dl/vision'
import { AddressError, type Field } from '../../app/fields.ts'

export type Rows = readonly (readonly number[])[]

/** Weights a side, at most. */
export const maxKernel = 7

/** The filter of the lecture's example: more on the right than on the left, lower rows count more. */
export const lectureKernel: Rows = [
  [-1, 0, 1],
  [-2, 1, 2],
  [-3, 0, 3],
]

const rowsOf = ({ rows, columns, data }: Kernel): Rows =>
  Array.from({ length: rows }, (_, row) => [...data.slice(row * columns, (row + 1) * columns)])

const mean = (side: number): Rows =>
  Array.from({ length: side }, () => Array.from({ length: side }, () => 1 / side ** 2))

/** All by their names: the library's, with those of any size cut to what the page shows, the lecture's, and two that are good to begin with. */
export const presets: Readonly<Record<string, Rows>> = {
  lecture: lectureKernel,
  identity: [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
  mean: mean(3),
  ...Object.fromEntries(
    Object.entries(filterPresets).map(([name, { settings }]) => [
      name,
      rowsOf(filterPreset(name, 'size' in settings ? { size: maxKernel } : {})),
    ]),
  ),
}

/** What each does, for the list. */
export const presetTitles: Readonly<Record<string, string>> = {
  lecture: 'lecture: more on the right than on the left',
  identity: 'identity: the picture itself',
  mean: 'mean: blurs',
  ...Object.fromEntries(
    Object.entries(filterPresets).map(([name, { description }]) => [name, `${name}: ${description}`]),
  ),
}

/** The name of a kernel that is one of the presets. Two of them are alike (edge, prewitt-x): one that was chosen keeps its own. */
export function presetOf(kernel: Rows): string | undefined {
  const names = Object.keys(presets)
  const text = JSON.stringify(kernel)
  return names.find((name) => presets[name] === kernel) ?? names.find((name) => JSON.stringify(presets[name]) === text)
}

/** Magnitude of a weight, at most. */
const largest = 1e6

/**
 * A weight that somebody wrote: a number, or a fraction such as 1/9.
 * @returns undefined for what is none
 */
export function parseWeight(text: string): number | undefined {
  const parts = text.replaceAll('−', '-').split('/')
  if (parts.length > 2 || parts.some((part) => part.trim() === '')) return undefined
  const value = parts.map(Number).reduce((over, under) => over / under)
  return Math.abs(value) <= largest ? value + 0 : undefined
}

/** A kernel in an address: its name, or its rows as `1,0,-1;1,0,-1`, with all digits. */
export const kernelField: Field<Rows> = {
  initial: lectureKernel,
  parse(text) {
    if (Object.hasOwn(presets, text)) return presets[text]
    const rows = text.split(';').map((row) => row.split(',').map(parseWeight))
    const side = (count: number): boolean => count >= 1 && count <= maxKernel
    if (!side(rows.length) || !side(rows[0].length) || rows.some((row) => row.length !== rows[0].length))
      throw new AddressError(
        `'${text.slice(0, 40)}' is not a kernel of 1 x 1 to ${maxKernel} x ${maxKernel}, such as 1,0,-1;1,0,-1, or the name of one`,
      )
    return rows.map((row) =>
      row.map((weight) => {
        if (weight === undefined)
          throw new AddressError(
            `'${text.slice(0, 40)}' has a weight that is not a number from -${largest} to ${largest}`,
          )
        return weight
      }),
    )
  },
  format: (kernel) => presetOf(kernel) ?? kernel.map((row) => row.join(',')).join(';'),
}

/** A kernel of another size, cut or surrounded by zeros so that its middle stays. */
export function resized(kernel: Rows, rows: number, columns: number): Rows {
  const [down, across] = [Math.trunc((rows - kernel.length) / 2), Math.trunc((columns - kernel[0].length) / 2)]
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => kernel[row - down]?.[column - across] ?? 0),
  )
}
