/** The lines that compute the same in Octave. */
import { exampleRows } from './picture.ts'
import type { Settings, Windows } from './settings.ts'

const matrix = (rows: readonly (readonly number[])[]): string => `[${rows.map((row) => row.join(' ')).join('; ')}]`

/** Places beyond the border by the places in the picture whose values they have, counted from 1. */
const indices: Readonly<Record<string, (places: string, size: string) => string>> = {
  replicate: (places, size) => `min(max(${places}, 1), ${size})`,
  wrap: (places, size) => `mod(${places} - 1, ${size}) + 1`,
  reflect: (places, size) => `${size} - abs(mod(${places} - 1, max(1, 2 * (${size} - 1))) - (${size} - 1))`,
}

export interface OctaveInput {
  readonly settings: Settings
  readonly rows: Windows
  readonly columns: Windows
  /** The lecture's example, or a file `picture.png`. */
  readonly isExample: boolean
}

/** A script of Octave that prints the size of the result and leaves it in `result`. */
export function octave({ settings, rows, columns, isExample }: OctaveInput): string {
  const { kernel, operation, stride, dilation, shape, padding } = settings
  const lines = [
    isExample
      ? `picture = ${matrix(exampleRows.split(' ').map((row) => [...row].map(Number)))};`
      : "picture = double(imread('picture.png')(:, :, 1));",
    `kernel = ${matrix(kernel)};`,
  ]
  if (operation === 'correlation') lines.push('kernel = rot90(kernel, 2);  % conv2 turns it back: correlation')
  if (dilation[0] > 1 || dilation[1] > 1)
    lines.push(
      `dilated = zeros(${rows.extent}, ${columns.extent});`,
      `dilated(1:${dilation[0]}:end, 1:${dilation[1]}:end) = kernel;`,
      'kernel = dilated;',
    )
  const isPadded = padding !== 'zero' && shape !== 'valid'
  if (isPadded)
    lines.push(
      '[height, width] = size(picture);',
      `rows = ${1 - rows.before}:height + ${rows.after};`,
      `columns = ${1 - columns.before}:width + ${columns.after};`,
      `picture = picture(${indices[padding]('rows', 'height')}, ${indices[padding]('columns', 'width')});`,
    )
  lines.push(`result = conv2(picture, kernel, '${isPadded ? 'valid' : shape}');`)
  if (stride[0] > 1 || stride[1] > 1) lines.push(`result = result(1:${stride[0]}:end, 1:${stride[1]}:end);`)
  lines.push(isExample ? 'disp(result)' : 'size(result)')
  return `${lines.join('\n')}\n`
}
