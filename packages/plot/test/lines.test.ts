/** Panels of lines. */
import { linePanel } from 'gentle-dl-plot'
import { expect, it } from 'vitest'

it('a line of one point is a dot', () => {
  const y = { low: 0, high: 1, ticks: [0, 1], format: String, place: (value: number) => value }
  const panel = { left: 0, top: 0, width: 100, height: 100, title: '', xLabel: '', xTicks: [5], y }
  const picture = (xs: readonly number[]): string =>
    linePanel(panel, [{ colour: '#000', points: xs.map((x) => ({ x, values: [0.25, 0.75] })) }])
  expect(picture([5])).toContain('<circle cx="0.0" cy="50.0" r="3.5" fill="#000"/>')
  expect(picture([5, 10])).not.toContain('<circle')
})
