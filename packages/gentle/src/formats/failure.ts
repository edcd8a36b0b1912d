/** How readers of files refuse: by a FormatError of one line that begins with the file's name, whatever text the file holds. */
import { FormatError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'

export { printable }

export type Fail = (problem: string, cause?: unknown) => never

export const failing =
  (name: string): Fail =>
  (problem, cause) => {
    throw new FormatError(`${name}: ${problem}`, { cause })
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
