import { expect, test } from 'vitest'
import { plotConfusionMatrix, plotHistory } from '../src/index.ts'

const textsOf = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content]) => content)
const linesOf = (svg: string): string[] => [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points)

const epoch = (loss: number, accuracy: number) => ({ train: { loss, accuracy }, validation: { loss, accuracy } })

test('a history is drawn as loss and a metric, of training and validation', () => {
  const svg = plotHistory([epoch(1, 0.5), epoch(0.5, 0.8), epoch(0.25, 0.9)])
  expect(linesOf(svg)).toHaveLength(4)
  for (const line of linesOf(svg)) expect(line.split(' ')).toHaveLength(3)
  expect(textsOf(svg)).toEqual(expect.arrayContaining(['Loss', 'Accuracy', 'epoch', 'validation']))
})

test('a metric has its name, and a part without it no line', () => {
  const history = [0.1, 0.2].map((mAP) => ({ train: { loss: 1 }, validation: { loss: 1, mAP } }))
  const svg = plotHistory(history, { metric: 'mAP', metricLabel: 'mean average precision' })
  expect(linesOf(svg)).toHaveLength(3)
  expect(textsOf(svg)).toContain('Mean average precision')
  expect(linesOf(plotHistory([epoch(1, 1)]))).toHaveLength(4)
})

test('the best epoch is marked in both panels, and named once', () => {
  const svg = plotHistory([
    { ...epoch(1, 0.5), best: true },
    { ...epoch(0.5, 0.8), best: true },
    { ...epoch(0.25, 0.7), best: false },
  ])
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(2)
  expect(textsOf(svg).filter((content) => content.startsWith('best'))).toEqual(['best: epoch 2'])
  expect(textsOf(plotHistory([epoch(1, 0.5)]))).not.toContain('best: epoch 1')
})

test('shares are told in percent, other numbers as they are', () => {
  const history = [0.1, 0.2].map((score) => ({ train: { loss: 1 }, validation: { loss: 1, score } }))
  expect(textsOf(plotHistory(history, { metric: 'score' }))).toContain('20 %')
  expect(textsOf(plotHistory(history, { metric: 'score', percent: false }))).toContain('0.20')
})

test('a confusion matrix has a cell a pair of classes that occurs, and its counts', () => {
  const svg = plotConfusionMatrix([5, 1, 0, 7], ['cat', '<dog>'], { title: 'of the test set' })
  const names = ['cat', '&lt;dog&gt;']
  expect(textsOf(svg)).toEqual([
    'of the test set',
    '13 examples, 92.31 % right',
    'predicted',
    'true',
    ...['5', '1', '7'],
    ...names,
    ...names,
    expect.stringContaining('Green'),
  ])
  // The page, the ground and three cells.
  expect(svg.match(/<rect/g)).toHaveLength(5)
})

test('of more classes than have room for their names, the most frequent mistakes are listed', () => {
  const classes = Array.from({ length: 50 }, (_, i) => `class ${i}`)
  const counts = new Float32Array(2500)
  counts[3 * 50 + 7] = 12
  expect(textsOf(plotConfusionMatrix(counts, classes))).toContain('class 3 mistaken for class 7: 12')
})
