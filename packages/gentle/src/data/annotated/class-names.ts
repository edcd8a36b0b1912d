/** Files of classes' names, a line each. */
import { DataError } from '../../core/errors.ts'
import { ignoredPixel } from './annotated-set.ts'

/**
 * The names that a text lists, in order: as they stand, as `0 name` where all lines have their number, or as CVAT's labelmap has them, `name:r,g,b:parts:actions`.
 * Empty lines and those that begin with # are left out.
 * @param file how messages call it
 * @throws DataError for no name, a name that comes twice, and numbers out of order.
 */
export function parseClassNames(text: string, file: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw new DataError(`${file} lists no classes; expected their names, one a line`)
  const names =
    mapped(lines, /^(.+?):(?:\d+,\d+,\d+)?:[^:]*:[^:]*$/, ([, name]) => name) ??
    mapped(lines, /^(\d+)[\s:,]+(\S.*)$/, ([line, number, name], i) => {
      if (Number(number) !== i)
        throw new DataError(`${file}: line ${i + 1} is '${line}'; expected the number ${i} before its name`)
      return name
    }) ??
    lines
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new DataError(`${file}: '${twice}' stands there twice; expected each class once`)
  return names
}

/** What is made of lines of a form, or undefined where one has another. */
function mapped(
  lines: readonly string[],
  form: RegExp,
  nameOf: (match: RegExpExecArray, i: number) => string,
): string[] | undefined {
  const matches = lines.map((line) => form.exec(line))
  return matches.every((match) => match !== null) ? matches.map(nameOf) : undefined
}

/** @throws DataError for more classes than a mask's pixels can tell apart. */
export function checkMaskClasses(names: readonly string[], file: string): void {
  if (names.length > ignoredPixel)
    throw new DataError(`${file} lists ${names.length} classes; expected at most ${ignoredPixel} for masks of bytes`)
}
