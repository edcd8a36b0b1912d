/** Panels of lines. */
import { linePanel } from 'gentle-dl-plot'
import { expect, it } from 'vitest'

const drawn = (points: readonly { x: number; values: readonly number[] }[]): string =>
  linePanel({ title: 'loss', x: { label: 'epoch' }, y: { from: 0, to: 1 } }, [{ colour: '#000', points }]).draw(0)

it('a line of one point is a dot', () => {
  expect(drawn([{ x: 5, values: [0.25, 0.75] }])).toContain('<circle')
  expect(drawn([5, 10].map((x) => ({ x, values: [0.25, 0.75] })))).not.toContain('<circle')
})

it('several trainings have a band around their mean, one has none', () => {
  expect(drawn([5, 10].map((x) => ({ x, values: [0.25, 0.75] })))).toContain('<polygon')
  expect(drawn([5, 10].map((x) => ({ x, values: [0.5] })))).not.toContain('<polygon')
})

it('what leaves the axis is cut at its end', () => {
  const heights = (values: number[]): string[] =>
    [...drawn(values.map((value, x) => ({ x, values: [value] }))).matchAll(/,([\d.]+)[ "]/g)].map(([, y]) => y)
  expect(heights([0, 7, 1])).toEqual(heights([0, 1, 1]))
})
