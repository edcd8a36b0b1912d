import { shapes } from 'gentle-dl/data'
import { expect, test } from 'vitest'
import { predictionSheet } from '../src/pictures/prediction-sheet.ts'

const classes = ['cat', 'dog']

/** Ten pictures, of which the labels say what is true. */
const judged = (predicted: readonly number[], labels: readonly number[], confidence: readonly number[]) => ({
  predicted: Int32Array.from(predicted),
  labels: Int32Array.from(labels),
  confidence: Float32Array.from(confidence),
})

test('sample predictions are right and wrong ones, most confident first, and the least confident', async () => {
  const { texts } = await predictionSheet(
    shapes({ examples: 5 }),
    judged([0, 0, 1, 1, 0], [0, 1, 1, 0, 0], [0.9, 0.8, 0.999, 0.6, 0.95]),
    classes,
  )
  expect(texts.map(({ content }) => content)).toEqual([
    'Right, most confident',
    ...['dog', '>99 %', 'cat', '95 %', 'cat', '90 %'],
    'Wrong, most confident',
    ...['cat', '80 %', 'is dog', 'dog', '60 %', 'is cat'],
    'Least confident',
    ...['dog', '60 %', 'is cat', 'cat', '80 %', 'is dog', 'cat', '90 %', 'cat', '95 %', 'dog', '>99 %'],
  ])
})

test('without mistakes there is no row of them', async () => {
  const { texts } = await predictionSheet(shapes({ examples: 1 }), judged([0], [0], [1]), classes)
  expect(texts.map(({ content }) => content)).toEqual([
    ...['Right, most confident', 'cat', '100 %'],
    ...['Least confident', 'cat', '100 %'],
  ])
})
