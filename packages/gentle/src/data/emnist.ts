/**
 * EMNIST (Cohen, Afshar, Tapson, van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017): six sets of digits and letters in MNIST's format, but
 * with each picture's columns where its rows belong.
 */
import { FormatError } from '../core/errors.ts'
import { printable } from '../formats/failure.ts'

/** A class: the label in the files, and its name. */
export interface LabelName {
  readonly label: number
  readonly name: string
}

const digits = '0123456789'
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Small letters that look unlike their capitals. */
const unlike = 'abdefghnqrt'

/** The characters of each set's labels, and the first label. */
const sets: Readonly<Record<string, { readonly characters: string; readonly first: number }>> = {
  balanced: { characters: digits + capitals + unlike, first: 0 },
  bymerge: { characters: digits + capitals + unlike, first: 0 },
  byclass: { characters: digits + capitals + capitals.toLowerCase(), first: 0 },
  letters: { characters: capitals, first: 1 },
  digits: { characters: digits, first: 0 },
  mnist: { characters: digits, first: 0 },
}

/** The labels of one of EMNIST's sets by what its files' names begin with, such as 'emnist-letters-'; undefined for other files. */
export function emnistLabels(prefix: string): LabelName[] | undefined {
  const name = /^emnist-([a-z]+)-$/.exec(prefix)?.[1]
  if (name === undefined || !Object.hasOwn(sets, name)) return undefined
  const { characters, first } = sets[name]
  return Array.from(characters, (character, i) => ({ label: first + i, name: character }))
}

/**
 * Labels as a mapping file lists them: a label a line, and the code of its character; of its small letter behind, where both are one class.
 * @throws FormatError for anything else.
 */
export function parseMapping(text: string, where: string): LabelName[] {
  const labels = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, label, code] = /^\s*(\d{1,3})\s+(\d{1,6})(\s+\d+)*\s*$/.exec(line) ?? []
      if (code === undefined || Number(code) > 0x10ffff)
        throw new FormatError(
          `${where}: a line is '${printable(line)}'; expected a label and the codes of its characters, as in 1 65 97`,
        )
      return { label: Number(label), name: String.fromCodePoint(Number(code)) }
    })
  const repeated = labels.find(({ label, name }, i) =>
    labels.some((other, j) => j < i && (other.label === label || other.name === name)),
  )
  if (labels.length === 0 || repeated !== undefined)
    throw new FormatError(
      `${where}: ${repeated === undefined ? 'it lists no labels' : `label ${repeated.label}, '${printable(repeated.name)}', is listed twice`}; expected a line each`,
    )
  return labels
}

/** Pictures with rows and columns exchanged; a copy. */
export function transposed(pictures: Uint8Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(pictures.length)
  const size = rows * columns
  for (let first = 0; first < pictures.length; first += size)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        result[first + column * rows + row] = pictures[first + row * columns + column]
  return result
}
