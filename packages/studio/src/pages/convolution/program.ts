import { exampleRows } from './picture.ts'
import type { Settings } from './settings.ts'

export interface ProgramInput {
  readonly settings: Settings
  /** The lecture's example, or a file `picture.png`. */
  readonly isExample: boolean
  /** The pixel of the result that is explained. */
  readonly row: number
  readonly column: number
}

/** The program that does what the page does. */
export function program({ settings, isExample, row, column }: ProgramInput): string {
  const { kernel, operation, stride, dilation, shape, padding } = settings
  const picture = isExample
    ? `const rows = '${exampleRows}'
const picture = image(1, 8, 8, Float32Array.from(rows.replaceAll(' ', ''), Number))`
    : `// The picture, one channel of it, as the page saves it; sharp decodes it (npm i sharp).
const { height, width, data } = await readImageFile('picture.png', { channels: 3 })
const picture = image(1, height, width, data.slice(0, height * width).map((value) => Math.round(255 * value)))`
  return `${isExample ? '' : "import { readImageFile } from 'gentle-dl/data'\n"}import { explainFilter, type FilterOptions, filter2d, image, kernelOf } from 'gentle-dl/vision'

${picture}
const kernel = kernelOf([
${kernel.map((weights) => `  [${weights.join(', ')}],`).join('\n')}
])
const options: FilterOptions = {
  operation: '${operation}',
  stride: [${stride.join(', ')}],
  dilation: [${dilation.join(', ')}],
  shape: '${shape}',
  padding: '${padding}',
}

const result = filter2d(picture, kernel, options)
console.log(\`result: \${result.height} x \${result.width}\`)
${
  isExample
    ? `for (let row = 0; row < result.height; row++)
  console.log(result.data.subarray(row * result.width, (row + 1) * result.width).join(' '))
`
    : ''
}
// The pixel in row ${row} and column ${column} of the result, counted from 0.
const { weights, channels } = explainFilter(picture, kernel, ${column}, ${row}, options)
console.log('values:', channels[0].values.join(' '))
console.log('weights:', weights.join(' '))
console.log('products:', channels[0].products.map((product) => product + 0).join(' '))
console.log('sum:', channels[0].sum)
`
}
