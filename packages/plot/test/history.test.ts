import { expect, test } from 'vitest'
import { plotConfusionMatrix, plotHistory } from '../src/index.ts'

const textsOf = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content]) => content)
const linesOf = (svg: string): string[] => [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points)

const epoch = (loss: number, accuracy: number) => ({ train: { loss, accuracy }, validation: { loss, accuracy } })

test('a history is drawn as loss and a metric, of training and validation', () => {
  const svg = plotHistory([epoch(1, 0.5), epoch(0.5, 0.8), epoch(0.25, 0.9)])
  expect(linesOf(svg)).toHaveLength(4)
  for (const line of linesOf(svg)) expect(line.split(' ')).toHaveLength(3)
  expect(textsOf(svg)).toEqual(expect.arrayContaining(['loss', 'accuracy', 'epoch', 'validation']))
})

test('a metric has its name, and a part without it no line', () => {
  const history = [0.1, 0.2].map((mAP) => ({ train: { loss: 1 }, validation: { loss: 1, mAP } }))
  const svg = plotHistory(history, { metric: 'mAP', metricLabel: 'mean average precision' })
  expect(linesOf(svg)).toHaveLength(3)
  expect(textsOf(svg)).toContain('mean average precision')
  expect(linesOf(plotHistory([epoch(1, 1)]))).toHaveLength(4)
})

test('a confusion matrix has a cell a pair of classes, and its counts', () => {
  const svg = plotConfusionMatrix([5, 1, 0, 7], ['cat', '<dog>'], { title: 'of the test set' })
  expect(textsOf(svg)).toEqual(['of the test set', '5', '1', '7', 'cat', '&lt;dog&gt;', 'cat', '&lt;dog&gt;'])
  // The background and four cells.
  expect(svg.match(/<rect/g)).toHaveLength(5)
})
