import { describe, expect, it } from 'vitest'
import { plotScatter, type ScatterPlot } from '../src/index.ts'
import { textProblems } from './text-boxes.ts'

describe('a scatter plot', () => {
  const plot = (marks: ScatterPlot['marks']): ScatterPlot => ({
    title: 'title',
    colour: '#000000',
    x: { label: 'x', scale: 'linear' },
    y: { label: 'y', scale: 'logarithmic' },
    marks,
  })
  const one = plot([{ x: 3, y: 10, label: 'one', area: 1 }])

  it('sets labels of points that are close apart from each other', () => {
    const marks = Array.from({ length: 8 }, (_, i) => ({ x: 2015, y: 100 + i, label: `network ${i}`, area: 1 }))
    expect(textProblems(plotScatter([plot([...marks, { x: 1990, y: 1, label: 'first', area: 1 }])]))).toEqual([])
  })

  it('has at least three numbers on each axis, also around a single point', () => {
    const svg = plotScatter([one])
    expect(svg.match(/text-anchor="end"/g)!.length).toBeGreaterThanOrEqual(3)
    // The label of the axis stands in its middle, too.
    expect(svg.match(/text-anchor="middle"/g)!.length).toBeGreaterThanOrEqual(4)
  })

  it('draws differences that are small as small, where it is told a least span', () => {
    const close = plot([0.6976, 0.6978].map((y, x) => ({ x, y, label: String(x), area: 1 })))
    const apart = (y: Partial<ScatterPlot['y']>): number => {
      const svg = plotScatter([{ ...close, y: { ...close.y, scale: 'linear', ...y } }])
      const [first, second] = [...svg.matchAll(/cy="([\d.]+)" r="2"/g)].map(([, cy]) => Number(cy))
      return Math.abs(first - second)
    }
    expect(apart({})).toBeGreaterThan(100)
    expect(apart({ minSpan: 0.05 })).toBeLessThan(5)
  })

  it('stands below others with its notes, and is left out where it has no marks', () => {
    expect(plotScatter([{ ...one, notes: ['a source'] }])).toContain('a source')
    expect(plotScatter([one, one]).match(/>title</g)).toHaveLength(2)
    expect(plotScatter([one, plot([])])).toBe(plotScatter([one]))
  })
})
