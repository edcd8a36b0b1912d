/** Chapter on input representation: a digit of MNIST as the numbers that it is. */
import { mnist } from 'gentle-dl/data'
import { muted, svg, text } from './svg.ts'

/** The pixels around the ink, from their first row and column to before the last. */
const [top, bottom, left, right] = [4, 26, 3, 25]
const cell = 20

export async function digit(): Promise<string> {
  const { train } = await mnist()
  const [pixels, label] = [new Float32Array(28 * 28), new Int32Array(1)]
  await train.read([0], pixels, label)
  const cells: string[] = []
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const byte = Math.round(pixels[row * 28 + column] * 255)
      const [x, y] = [20 + (column - left) * cell, 44 + (row - top) * cell]
      cells.push(`<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="rgb(${byte},${byte},${byte})"/>`)
      const colour = byte === 0 ? 'rgb(97,110,124)' : byte < 128 ? 'rgb(228,231,235)' : 'rgb(31,41,51)'
      cells.push(text(x + cell / 2, y + 13, String(byte), 'middle', `fill="${colour}"`))
    }
  const title = text(20, 28, `The first training digit, a ${label[0]}: from 0, black, to 255, white`)
  const width = 40 + (right - left) * cell
  const height = 80 + (bottom - top) * cell
  const note = text(
    20,
    height - 14,
    `${bottom - top} x ${right - left} of its 28 x 28 pixels`,
    'start',
    `fill="${muted}"`,
  )
  return svg(width, height, `${title}<g font-size="8.5">${cells.join('')}</g>${note}`)
}
