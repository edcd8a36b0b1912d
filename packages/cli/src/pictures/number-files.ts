/** Pictures as raw numbers, in .npy and .csv files. */
import { writeFile } from 'node:fs/promises'
import { readNpy, writeNpy } from 'gentle-dl/formats'
import { type Image, image } from 'gentle-dl/vision'
import { bytesOf } from '../data/file-bytes.ts'
import { UsageError } from '../terminal/usage.ts'

/** Whether a file of this name holds numbers, not a picture to look at. */
export const holdsNumbers = (path: string): boolean => /\.(npy|csv)$/i.test(path)

/**
 * Reads [rows, columns] or [channels, rows, columns] of a .npy file; or a .csv file, a row a line, numbers set apart by commas, semicolons or blanks, an
 * empty line between channels.
 * @throws UsageError for a file that is missing or holds something else; FormatError for a broken .npy file.
 */
export async function readNumbers(path: string): Promise<Image> {
  const bytes = await bytesOf(path, 'image')
  const numbers = /\.csv$/i.test(path) ? readCsv(new TextDecoder().decode(bytes), path) : fromNpy(bytes, path)
  const odd = numbers.data.findIndex((value) => !Number.isFinite(value))
  if (odd >= 0) throw new UsageError(`${path}: its number ${odd + 1} is ${numbers.data[odd]}; expected finite numbers`)
  return numbers
}

function fromNpy(bytes: Uint8Array, path: string): Image {
  const { shape, data } = readNpy(bytes, path)
  if ((shape.length !== 2 && shape.length !== 3) || shape.includes(0))
    throw new UsageError(`${path} is [${shape.join(', ')}]; expected [rows, columns] or [channels, rows, columns]`)
  const [columns, rows, channels = 1] = shape.toReversed()
  return image(channels, rows, columns, Float32Array.from(data))
}

function readCsv(text: string, path: string): Image {
  const values: number[] = []
  let [rows, columns, channels, line] = [0, 0, 1, 0]
  for (const row of text.trimEnd().split(/\r?\n/)) {
    line++
    if (row.trim() === '') {
      if (rows > 0) channels++
      continue
    }
    // 1,5;2,5 and 1,5 2,5 are two numbers with decimal commas, no four.
    if (row.includes(',') && /[;\t]|[^\s,;]\s+[^\s,;]/.test(row.trim()))
      throw new UsageError(
        `${path}: line ${line} mixes separators; expected the same one throughout, and decimal points`,
      )
    const words = row.trim().split(/\s*[,;]\s*|\s+/)
    if (rows === 0) columns = words.length
    if (words.length !== columns)
      throw new UsageError(`${path}: line ${line} has ${words.length} numbers; expected ${columns}, as the first has`)
    for (const word of words) {
      const value = Number(word)
      if (word === '' || Number.isNaN(value))
        throw new UsageError(`${path}: line ${line} has '${word.slice(0, 40)}'; expected only numbers`)
      values.push(value)
    }
    rows++
  }
  if (rows === 0) throw new UsageError(`${path} is empty; expected rows of numbers`)
  if (rows % channels !== 0)
    throw new UsageError(
      `${path} has ${rows} rows in ${channels} blocks; expected one block per channel, all of the same height`,
    )
  return image(channels, rows / channels, columns, Float32Array.from(values))
}

/** Nine digits tell every float32. */
const written = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(9)))

function* csvLines({ channels, height, width, data }: Image): Generator<string> {
  for (let row = 0; row < channels * height; row++) {
    if (row > 0 && row % height === 0) yield '\n'
    yield `${Array.from(data.subarray(row * width, (row + 1) * width), written).join(',')}\n`
  }
}

/**
 * Writes float32 [rows, columns], or [channels, rows, columns] of several channels, as .npy or .csv by the path's ending.
 * @throws UsageError where it cannot be written.
 */
export async function writeNumbers(path: string, numbers: Image): Promise<void> {
  const { channels, height, width, data } = numbers
  const shape = channels === 1 ? [height, width] : [channels, height, width]
  try {
    await writeFile(path, /\.csv$/i.test(path) ? csvLines(numbers) : writeNpy({ shape, dtype: 'float32', data }))
  } catch (error) {
    throw new UsageError(`--out ${path} cannot be written: ${(error as Error).message}`)
  }
}
