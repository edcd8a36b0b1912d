/** Files of classes' names, one per line. */
import { DataError } from '../../core/errors.ts'
import { ignoredPixel } from './annotated-set.ts'

/** What a file of classes says. */
export interface ClassList {
  /** How messages call the file. */
  readonly file: string
  readonly names: readonly string[]
  /** The number before each name, where all lines have one. */
  readonly numbers?: readonly number[]
  /** Red, green and blue of each class, 0 to 255, where all lines have them. */
  readonly colours?: readonly (readonly [red: number, green: number, blue: number])[]
}

/**
 * The names that a text lists, in order: as they stand, as `0 name` where all lines have their number, or as CVAT's labelmap has them, `name:r,g,b:parts:actions`.
 * Empty lines and those that begin with # are left out.
 * @param file how messages call it
 * @throws DataError for no name, and a name or number that comes twice.
 */
export function parseClassList(text: string, file: string): ClassList {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw new DataError(`${file} lists no classes; expected their names, one per line`)
  const list = withColours(lines) ?? withNumbers(lines) ?? { names: lines }
  const twice = (each: string | number, i: number, all: readonly (string | number)[]) => all.indexOf(each) !== i
  const again = list.names.find(twice) ?? list.numbers?.find(twice)
  if (again !== undefined) throw new DataError(`${file}: '${again}' is listed twice; expected each class once`)
  return { file, ...list }
}

/**
 * The names of classes from index 0 on.
 * @throws DataError as `parseClassList`, and for numbers that are not 0, 1, 2, ...
 */
export function parseClassNames(text: string, file: string): readonly string[] {
  const { names, numbers } = parseClassList(text, file)
  const wrong = numbers?.findIndex((number, i) => number !== i) ?? -1
  if (wrong >= 0)
    throw new DataError(
      `${file}: '${names[wrong]}' has the number ${numbers![wrong]}; expected ${wrong}, as it is the class ${wrong}`,
    )
  return names
}

function withColours(lines: readonly string[]): Omit<ClassList, 'file'> | undefined {
  const matches = matchesOf(lines, /^(.+?):(?:(\d+),(\d+),(\d+))?:[^:]*:[^:]*$/)
  if (matches === undefined) return undefined
  const names = matches.map(([, name]) => name)
  if (matches.some(([, , red]) => red === undefined)) return { names }
  return { names, colours: matches.map(([, , ...colour]) => colour.map(Number) as [number, number, number]) }
}

function withNumbers(lines: readonly string[]): Omit<ClassList, 'file'> | undefined {
  const matches = matchesOf(lines, /^(\d+)[\s:,]+(\S.*)$/)
  return matches && { names: matches.map(([, , name]) => name), numbers: matches.map(([, number]) => Number(number)) }
}

/** What lines of a form hold, or undefined where one has another. */
function matchesOf(lines: readonly string[], form: RegExp): RegExpExecArray[] | undefined {
  const matches = lines.map((line) => form.exec(line))
  return matches.every((match) => match !== null) ? matches : undefined
}

/** @throws DataError for more classes than a mask's pixels can tell apart. */
export function checkMaskClasses(names: readonly string[], file: string): void {
  if (names.length > ignoredPixel)
    throw new DataError(`${file} lists ${names.length} classes; expected at most ${ignoredPixel} for masks of bytes`)
}
