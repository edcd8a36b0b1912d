/** Chapter 8: what one output of three 3 x 3 convolutions sees in the image and on the way, found by differentiation. */
import { compile, constant, gradients, input, type Tensor } from 'gentle-dl'
import { conv2d, slice, sum } from 'gentle-dl/ops'
import { blue, faint, muted, paper, svg, text } from './svg.ts'

const sizes = [9, 7, 5, 3]
const cell = 14
const [top, gap] = [44, 34]

export async function receptiveField(): Promise<string> {
  const image = input([1, 1, 9, 9])
  const maps: Tensor[] = [image]
  for (const _ of sizes.slice(1)) maps.push(conv2d(maps.at(-1)!, constant(1, [1, 1, 3, 3])))
  // The middle one of the outputs, by everything that it depends on: with filters of ones, the slope counts the ways.
  const slopes = gradients(sum(slice(maps[3], [0, 0, 1, 1], [1, 1, 1, 1])), maps.slice(0, 3))
  const program = await compile({ inputs: { image }, outputs: { 0: slopes[0], 1: slopes[1], 2: slopes[2] } })
  const ran = await program.run({ image: new Float32Array(81) })
  const ways = [...[0, 1, 2].map((i) => [...ran[i].data]), [0, 0, 0, 0, 1, 0, 0, 0, 0]]

  const lefts = sizes.map((_, i) => 20 + sizes.slice(0, i).reduce((sum, size) => sum + size * cell + gap, 0))
  const topOf = (i: number): number => top + ((9 - sizes[i]) * cell) / 2
  const grids = sizes.map((size, i) => {
    const max = Math.max(...ways[i])
    const cells = ways[i].map((count, at) => {
      const [row, column] = [Math.floor(at / size), at % size]
      const paint = count === 0 ? paper : blue
      const shade = count === 0 ? '' : ` fill-opacity="${(0.18 + 0.82 * (count / max)).toFixed(2)}"`
      return `<rect x="${lefts[i] + column * cell}" y="${topOf(i) + row * cell}" width="${cell}" height="${cell}" fill="${paint}"${shade}/>`
    })
    const seen = Math.sqrt(ways[i].filter((count) => count > 0).length)
    const title = i === 0 ? 'image' : i === 3 ? 'output' : `map ${i}`
    const middle = lefts[i] + (size * cell) / 2
    return (
      `<g stroke="#9aa5b1" stroke-width="0.7">${cells.join('')}</g>` +
      text(middle, topOf(i) - 10, title, 'middle', 'font-weight="600"') +
      text(middle, topOf(i) + size * cell + 18, `${seen} x ${seen}`, 'middle', `fill="${muted}"`)
    )
  })
  // From the seen window of one map to that of the next.
  const cones = [0, 1, 2].map((i) => {
    const edge = (map: number, side: number): number => topOf(map) + (sizes[map] * cell) / 2 + side * (3.5 - map) * cell
    const [from, to] = [lefts[i] + (sizes[i] - 1) * cell, lefts[i + 1] + cell]
    return `<polygon points="${from},${edge(i, -1)} ${to},${edge(i + 1, -1)} ${to},${edge(i + 1, 1)} ${from},${edge(i, 1)}" fill="${faint}" fill-opacity="0.6"/>`
  })
  const width = lefts[3] + 3 * cell + 20
  return svg(width, top + 9 * cell + 30, cones.join('') + grids.join(''))
}
