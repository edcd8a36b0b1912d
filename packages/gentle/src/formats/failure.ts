/** How readers of files refuse: by a FormatError of one line that begins with the file's name, whatever text the file holds. */
import { FormatError } from '../core/errors.ts'

export type Fail = (problem: string, cause?: unknown) => never

export const failing =
  (name: string): Fail =>
  (problem, cause) => {
    throw new FormatError(`${name}: ${problem}`, { cause })
  }

/** Text of a file within a message: on the same line, not much of it, and nothing that a terminal would obey. */
export function printable(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}...` : text
  return JSON.stringify(short)
    .slice(1, -1)
    .replace(/[\u007f-\u009f\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export const quoted = (text: string): string => `"${printable(text)}"`

/** A value of a file within a message, however deep its lists are nested. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) {
    const entries = value.slice(0, 8).map((entry) => (typeof entry === 'number' ? entry : '?'))
    return `[${entries}${value.length > 8 ? ',...' : ''}]`
  }
  return value instanceof Object ? 'an object' : quoted(String(value))
}

/** Whether a value of a file can be a size, a place or a number of things. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
