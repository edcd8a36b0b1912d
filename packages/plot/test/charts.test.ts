/** All charts as they are stored, and what holds for each. */
import { describe, expect, it } from 'vitest'
import { chartCases } from './chart-cases.ts'
import { textProblems } from './text-boxes.ts'

describe.each(Object.entries(chartCases))('the chart %s', (name, draw) => {
  const svg = draw()

  it('is as it is stored', async () => {
    await expect(svg).toMatchFileSnapshot(`snapshots/${name}.svg`)
  })

  it('has a place for everything that it draws', () => {
    expect(draw()).not.toMatch(/NaN|Infinity/)
  })

  it('has its texts within the picture, and none on another', () => {
    expect(textProblems(svg)).toEqual([])
  })
})
