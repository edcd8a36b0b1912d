import { describe, expect, it } from 'vitest'
import { plotScatter, type ScatterPlot, scatterPanel } from '../src/scatter.ts'

describe('a scatter plot', () => {
  const plot = (marks: ScatterPlot['marks']): ScatterPlot => ({
    title: 'title',
    colour: '#000000',
    x: { label: 'x', scale: 'linear', format: String },
    y: { label: 'y', scale: 'logarithmic', format: String },
    marks,
  })
  const frame = { left: 50, right: 450, top: 50, bottom: 350 }

  it('sets labels of points that are close apart from each other', () => {
    const marks = Array.from({ length: 5 }, (_, i) => ({ x: 2015, y: 100 + i, label: `network ${i}`, area: 1 }))
    const drawn = scatterPanel(plot([...marks, { x: 1990, y: 1, label: 'first', area: 1 }]), frame)
    const places = [...drawn.matchAll(/x="([\d.]+)" y="([\d.]+)"[^>]*>network \d/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ])
    expect(places).toHaveLength(5)
    for (const [i, [x, y]] of places.entries())
      for (const [otherX, otherY] of places.slice(i + 1))
        expect(Math.abs(y - otherY) >= 13 || Math.abs(x - otherX) >= 50).toBe(true)
  })

  it('has a single point in its frame', () => {
    const drawn = scatterPanel(plot([{ x: 3, y: 10, label: 'one', area: 1 }]), frame)
    const [, x, y] = drawn.match(/cx="([\d.]+)" cy="([\d.]+)"/)!.map(Number)
    expect(x).toBeCloseTo(250, 0)
    expect(y).toBeCloseTo(200, 0)
  })

  it('stands below others with its notes, and is left out where it has no marks', () => {
    const one = { ...plot([{ x: 3, y: 10, label: 'one', area: 1 }]), notes: ['a source'] }
    const heightOf = (svg: string): number => Number(/height="(\d+)"/.exec(svg)![1])
    expect(plotScatter([one])).toContain('a source')
    expect(heightOf(plotScatter([one, one]))).toBe(2 * heightOf(plotScatter([one])))
    expect(plotScatter([one, plot([])])).toBe(plotScatter([one]))
  })
})
