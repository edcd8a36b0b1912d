/** Rows of a table in text (Shafranovich, "Common Format and MIME Type for Comma-Separated Values Files", RFC 4180). */
import { FormatError } from '../../core/errors.ts'

export type Separator = ',' | ';' | '\t' | '|'

const [newline, carriageReturn, quote, space, tab] = ['\n', '\r', '"', ' ', '\t'].map((each) => each.charCodeAt(0))
const [zero, nine] = [48, 57]

/** What stands in a quoted cell, and behind it. */
function unquoted(raw: string): string {
  let [text, at] = ['', 1]
  for (;;) {
    const end = raw.indexOf('"', at)
    text += raw.slice(at, end)
    if (raw[end + 1] !== '"') return (text + raw.slice(end + 1)).trim()
    text += '"'
    at = end + 2
  }
}

/**
 * Reads a table row by row: cells between separators; within double quotes a separator and a line's end are text, and two quotes are one. Empty lines are left
 * out. Of a row only the places of its cells are kept, because tables have millions of them.
 */
export class Rows {
  readonly #text: string
  readonly #separator: number
  readonly #name: string
  #at: number
  #nextLine = 1
  #starts = new Int32Array(16)
  #ends = new Int32Array(16)
  /** The line that the row begins in, from 1. */
  line = 0
  /** Its cells. */
  count = 0

  /** @param name of the file, for messages */
  constructor(text: string, separator: Separator, name: string) {
    this.#text = text
    this.#separator = separator.charCodeAt(0)
    this.#name = name
    this.#at = text.startsWith('\ufeff') ? 1 : 0
  }

  /** Goes on to the next row; false where there is none. @throws FormatError for a quote that is never closed. */
  next(): boolean {
    while (this.#at < this.#text.length) {
      this.#scan()
      if (this.count > 1 || this.text(0) !== '') return true
    }
    return false
  }

  #scan(): void {
    const text = this.#text
    const separator = this.#separator
    this.line = this.#nextLine
    this.count = 0
    let at = this.#at
    let start = at
    let blank = true
    for (; at < text.length; at++) {
      const letter = text.charCodeAt(at)
      if (letter === separator) {
        this.#cell(start, at)
        start = at + 1
        blank = true
      } else if (letter === newline || letter === carriageReturn) break
      else if (letter === quote && blank) {
        at = this.#quoteEnd(at)
        blank = false
      } else if (letter !== space && letter !== tab) blank = false
    }
    this.#cell(start, at)
    this.#nextLine++
    this.#at = at + (text.charCodeAt(at) === carriageReturn && text.charCodeAt(at + 1) === newline ? 2 : 1)
  }

  #cell(start: number, end: number): void {
    if (this.count === this.#starts.length) {
      const grown = (places: Int32Array): Int32Array<ArrayBuffer> => {
        const larger = new Int32Array(2 * places.length)
        larger.set(places)
        return larger
      }
      this.#starts = grown(this.#starts)
      this.#ends = grown(this.#ends)
    }
    this.#starts[this.count] = start
    this.#ends[this.count++] = end
  }

  /** Where the quote ends that begins at a place. */
  #quoteEnd(start: number): number {
    const text = this.#text
    const opened = this.#nextLine
    for (let at = start + 1; at < text.length; at++) {
      const letter = text.charCodeAt(at)
      if (letter === quote) {
        if (text.charCodeAt(at + 1) !== quote) return at
        at++
      } else if (letter === newline || (letter === carriageReturn && text.charCodeAt(at + 1) !== newline))
        this.#nextLine++
    }
    throw new FormatError(`${this.#name}, line ${opened}: a quote is opened there and never closed`)
  }

  /** A cell, without blanks around it and without quotes. */
  text(cell: number): string {
    // Blanks before a quote are those that the row was read by; `trim` knows more of them.
    const raw = this.#text.slice(this.#starts[cell], this.#ends[cell]).replace(/^[ \t]+/, '')
    return raw.startsWith('"') ? unquoted(raw) : raw.trim()
  }

  /** All cells. */
  texts(): string[] {
    return Array.from({ length: this.count }, (_, cell) => this.text(cell))
  }

  /** A cell that is digits alone, at most 15, as most are in tables of pixels; -1 for others, which are read as text. */
  digits(cell: number): number {
    const [start, end] = [this.#starts[cell], this.#ends[cell]]
    if (start === end || end - start > 15) return -1
    let value = 0
    for (let at = start; at < end; at++) {
      const letter = this.#text.charCodeAt(at)
      if (letter < zero || letter > nine) return -1
      value = 10 * value + letter - zero
    }
    return value
  }
}
