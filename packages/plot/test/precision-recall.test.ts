import { averagePrecision, precisionRecallCurve } from 'gentle-dl/vision'
import { expect, test } from 'vitest'
import { plotPrecisionRecall } from '../src/index.ts'

/** The texts of a picture, in the order in which they are drawn. */
const textsOf = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content]) => content)

/** The corners of each line, in shares of the axes. */
const linesOf = (svg: string): number[][][] => {
  // The lines of the grid tell where the frame is.
  const levels = [...svg.matchAll(/<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="\2"/g)]
  const [[, left, , right]] = levels.map((each) => each.map(Number))
  const heights = levels.slice(0, 6).map(([, , y]) => Number(y))
  const [top, bottom] = [Math.min(...heights), Math.max(...heights)]
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points
      .split(' ')
      .filter((point) => point !== '')
      .map((point) => {
        const [x, y] = point.split(',').map(Number)
        return [Number(((x - left) / (right - left)).toFixed(2)), Number(((bottom - y) / (bottom - top)).toFixed(2))]
      }),
  )
}

test('a line is the best precision at each recall or beyond, and ends where nothing more is found', () => {
  const curve = { name: 'cat', recall: [0.25, 0.25, 0.5, 0.75], precision: [1, 0.5, 0.6, 0.75] }
  const svg = plotPrecisionRecall([curve])
  expect(linesOf(svg)).toEqual([
    [
      [0, 1],
      [0.25, 1],
      [0.25, 0.75],
      [0.75, 0.75],
      [0.75, 0],
    ],
  ])
  // Of the recalls 0, 0.01, … 1 there are 26 up to 0.25, and 50 more up to 0.75.
  expect(textsOf(svg)).toContain(`${((100 * (26 + 50 * 0.75)) / 101).toFixed(2)} %`)
  expect(textsOf(svg)).toContain('average precision')
  expect(linesOf(plotPrecisionRecall([]))).toEqual([])
})

test('a line that finds all does not fall to 0; a class without detections has none, and an average precision of 0', () => {
  const all = { name: 'all', recall: [0.5, 1, 1], precision: [1, 1, 0.67] }
  const none = { name: 'none', recall: [], precision: [] }
  const svg = plotPrecisionRecall([none, all])
  expect(linesOf(svg)).toEqual([
    [],
    [
      [0, 1],
      [1, 1],
    ],
  ])
  expect(textsOf(svg)).toContain('average precision, mean 50.00 %')
  expect(textsOf(svg).slice(-4)).toEqual(['all', '100.00 %', 'none', '0.00 %'])
})

test('the legend is sorted, cuts long names and escapes others, and grows down', () => {
  const curveOf = (name: string, recall: number) => ({ name, recall: [recall], precision: [1] })
  const long = 'a very long name of a class that has no room'
  const svg = plotPrecisionRecall([curveOf(long, 0.2), curveOf('<b>', 0.8)])
  const [first, better, second, worse] = textsOf(svg).slice(-4)
  expect([first, better, worse]).toEqual(['&lt;b&gt;', '80.20 %', '20.79 %'])
  expect(second).toMatch(/^a very long.*…$/)
  const heightOf = (picture: string): number => Number(/height="(\d+)"/.exec(picture)![1])
  const many = plotPrecisionRecall(Array.from({ length: 60 }, (_, i) => curveOf(`class ${i}`, 1)))
  expect(heightOf(many)).toBeGreaterThan(heightOf(svg))
})

test('its average precision is that of the metric', () => {
  const box = (left: number) => ({ left, top: 0, right: left + 10, bottom: 10 })
  const truths = [0, 20, 40].map((left, image) => ({ image, category: 0, box: box(left) }))
  const found = [
    { image: 0, category: 0, box: box(0), score: 0.9 },
    { image: 1, category: 0, box: box(0), score: 0.8 },
    { image: 2, category: 0, box: box(41), score: 0.7 },
  ]
  const svg = plotPrecisionRecall([{ name: 'cat', ...precisionRecallCurve(truths, found, { iou: 0.5 }) }])
  const { AP50 } = averagePrecision(truths, found)
  expect(textsOf(svg)).toContain(`${(100 * AP50).toFixed(2)} %`)
})
