/** `gentle filter`: a kernel slid over a picture, as Octave's conv2 does it. */
import { existsSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { readImageFile, writeImageFile } from 'gentle-dl/data'
import {
  explainFilter,
  type FilterOptions,
  filter2d,
  filterOperations,
  filterPaddings,
  filterPreset,
  filterPresets,
  filterShapes,
  type Image,
  type Kernel,
  parseKernel,
  toGrey,
} from 'gentle-dl/vision'
import { note, percent, print, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import { explanationText, presetsText } from './filter-text.ts'
import { holdsNumbers, readNumbers, writeNumbers } from './number-files.ts'

export interface FilterFlags {
  readonly kernel?: string
  readonly preset?: string
  readonly out?: string
  readonly channels: string
  readonly stride?: string
  readonly dilation?: string
  readonly shape?: string
  readonly operation?: string
  readonly padding?: string
  readonly abs?: boolean
  readonly normalize?: boolean
  readonly explain?: string
  readonly list?: boolean
}

const endings = ['.png', '.jpg', '.jpeg', '.webp', '.npy', '.csv']

/** Runs the command. Gives the exit code. */
export async function filter(path: string | undefined, flags: FilterFlags): Promise<number> {
  if (flags.list) {
    print(presetsText())
    return exitCodes.done
  }
  if (path === undefined)
    throw new UsageError('no picture given; example: gentle filter photo.jpg --preset sobel-x --out edges.png')
  const kernel = kernelOfFlags(flags)
  const options = optionsOfFlags(flags)
  const channels = choice('channels', flags.channels, ['grey', 'each'])
  const { out, explain } = flags
  if (out === undefined && explain === undefined)
    throw new UsageError('--out is missing; give a .png, .jpg, .webp, .npy or .csv file, or a pixel with --explain X,Y')
  if (out !== undefined) checkOut(out)
  const pixel = explain === undefined ? undefined : pixelOf(explain)
  // The scale of bytes, 0 to 255, as Octave's imread gives them.
  const read = holdsNumbers(path) ? await readNumbers(path) : scaled(await readImageFile(path), 255)
  const picture = channels === 'grey' ? toGrey(read) : read
  if (pixel !== undefined) {
    const explanation = explainFilter(picture, kernel, pixel.x, pixel.y, options)
    print(explanationText(explanation, pixel, picture, options.operation ?? filterOperations[0]))
  }
  if (out !== undefined) await write(out, finished(filter2d(picture, kernel, options), flags), flags)
  return exitCodes.done
}

function kernelOfFlags({ kernel, preset }: FilterFlags): Kernel {
  if ((kernel === undefined) === (preset === undefined))
    throw new UsageError(
      kernel === undefined
        ? "no kernel given; use --kernel '1 0 -1; 1 0 -1', or --preset NAME (--list prints the names)"
        : '--kernel and --preset cannot be used together',
    )
  if (kernel !== undefined) return parseKernel(kernel)
  const [name, list] = preset!.split(/:(.*)/s)
  if (!Object.hasOwn(filterPresets, name)) throw unknownChoice('preset', name, Object.keys(filterPresets))
  const known = Object.keys(filterPresets[name].settings)
  const settings = (list ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [setting, text = ''] = part.split('=').map((word) => word.trim())
      if (known.length > 0 && !known.includes(setting)) throw unknownChoice(`setting of ${name}`, setting, known)
      const value = Number(text)
      if (text === '' || !Number.isFinite(value))
        throw new UsageError(`--preset sets ${setting} to '${text}'; expected a number, such as ${name}:${setting}=2`)
      return [setting, value] as const
    })
  return filterPreset(name, Object.fromEntries(settings))
}

function choice<Choice extends string>(flag: string, word: string, choices: readonly Choice[]): Choice {
  const found = choices.find((each) => each === word)
  if (found === undefined) throw unknownChoice(`--${flag}`, word, choices)
  return found
}

const optionsOfFlags = ({ stride, dilation, shape, operation, padding }: FilterFlags): FilterOptions => ({
  stride: stride === undefined ? 1 : stepsOf('stride', stride),
  dilation: dilation === undefined ? 1 : stepsOf('dilation', dilation),
  shape: shape === undefined ? undefined : choice('shape', shape, filterShapes),
  operation: operation === undefined ? undefined : choice('operation', operation, filterOperations),
  padding: padding === undefined ? undefined : choice('padding', padding, filterPaddings),
})

/** `2x1` as [rows, columns]; one number for both. */
function stepsOf(flag: string, text: string): [number, number] {
  const found = /^(\d{1,9})(?:x(\d{1,9}))?$/.exec(text.trim())
  const [rows, columns] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])]
  if (!(rows >= 1 && columns >= 1))
    throw new UsageError(`--${flag} is '${text}'; expected whole numbers of at least 1, down x across, such as 2x1`)
  return [rows, columns]
}

function pixelOf(text: string): { x: number; y: number } {
  const found = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/.exec(text)
  if (found === null)
    throw new UsageError(`--explain is '${text}'; expected X,Y: the output pixel's column and row, counted from 0`)
  return { x: Number(found[1]), y: Number(found[2]) }
}

/** Before anything is computed. */
function checkOut(out: string): void {
  if (!endings.includes(extname(out).toLowerCase()))
    throw new UsageError(`--out ${out} ends in '${extname(out)}'; expected one of ${endings.join(', ')}`)
  if (!existsSync(dirname(out))) throw new UsageError(`--out ${out}: no such folder: ${dirname(out)}`)
}

/** Loops, because `map` on 36 million numbers takes longer than to filter them. */
function scaled({ data, ...sizes }: Image, factor: number): Image {
  const values = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) values[i] = factor * data[i]
  return { ...sizes, data: values }
}

/** The result, changed in place as it is asked for: its absolute values, or stretched so that its least number is 0 and its largest 1. */
function finished(result: Image, { abs, normalize }: FilterFlags): Image {
  const { data } = result
  if (abs) for (let i = 0; i < data.length; i++) data[i] = Math.abs(data[i])
  if (!normalize) return result
  const { min, max } = span(data)
  const range = max - min || 1
  for (let i = 0; i < data.length; i++) data[i] = (data[i] - min) / range
  return result
}

function span(data: Float32Array): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity]
  for (const value of data) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}

async function write(out: string, result: Image, { abs, normalize }: FilterFlags): Promise<void> {
  if (holdsNumbers(out)) return writeNumbers(out, result)
  if (!normalize) noteClipped(result.data, abs === true)
  await writeImageFile(out, normalize ? result : scaled(result, 1 / 255))
}

/** A picture shows 0 to 255 alone. */
function noteClipped(data: Float32Array, abs: boolean): void {
  let clipped = 0
  for (const value of data) if (value < -0.5 || value > 255.5) clipped++
  if (clipped === 0) return
  const { min, max } = span(data)
  const figures = [min, max].map((value) => Number(value.toPrecision(4)))
  note(
    `gentle: ${thousands(clipped)} of ${thousands(data.length)} numbers (${percent(clipped / data.length)}) are outside 0 to 255 and were clipped; the range is ${figures.join(' to ')}: use ${abs ? '' : '--abs or '}--normalize to show them, .npy to keep them`,
  )
}
