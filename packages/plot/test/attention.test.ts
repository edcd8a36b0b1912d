import { expect, test } from 'vitest'
import { plotAttention } from '../src/index.ts'

test('attention is a shade a weight, a row a piece of the target and a column a piece of the source', () => {
  const svg = plotAttention([[0.75, 0.25], Float32Array.of(0, 1)], [' one', '<&>'], ['ein', '…'], { title: 'Numbers' })
  const cells = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"[^>]*fill-opacity="([\d.]+)"/g)].map(
    ([, x, y, shade]) => [Number(x), Number(y), Number(shade)],
  )
  expect(cells.map(([, , shade]) => shade)).toEqual([0.75, 0.25, 1])
  const [[left, top], right, below] = cells
  expect(right).toEqual([left + 26, top, 0.25])
  expect(below).toEqual([left + 26, top + 26, 1])
  expect(svg).toContain('Numbers')
  for (const label of [' one', '&lt;&amp;&gt;', 'ein', '…']) expect(svg).toContain(`>${label}</text>`)
})
