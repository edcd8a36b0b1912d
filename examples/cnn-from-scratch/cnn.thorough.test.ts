import { expect, it } from 'vitest'
import { accuracy, checkGradients, convolution, network, randomNumbers, softmax, trainEpoch } from './cnn.ts'
import { readMnist } from './mnist.ts'

const digits = readMnist('train', 1000)

it('slides a filter over the image as the lecture works it out by hand', () => {
  const rows = ['10100101', '01001010', '00100101', '10100100', '00001010', '00100111', '00000010', '00100101']
  const layer = convolution(1, 1, 3, () => 0.5)
  layer.weights[0].values.set([-1, 0, 1, -2, 1, 2, -3, 0, 3])
  const y = layer.forward({ channels: 1, size: 8, data: Float64Array.from(rows.join(''), Number) })
  expect([...y.data]).toEqual(
    [
      [4, -2, -2, 5, 0, 1],
      [2, 0, -4, 5, 1, -3],
      [1, 1, 0, 3, 1, -2],
      [3, 0, -2, 5, 3, 0],
      [2, 1, -1, 2, 6, 1],
      [4, 0, -4, 4, 3, 1],
    ].flat(),
  )
})

it('has gradients by hand that agree with finite differences', () => {
  expect(checkGradients(network(1), digits.images[0], digits.labels[0])).toBeLessThan(1e-6)
})

it('finds out a backward pass that is wrong', () => {
  for (const wrong of [0, 3, 6]) {
    const layers = network(1)
    const { backward } = layers[wrong]
    layers[wrong].backward = (dy) => backward({ ...dy, data: dy.data.map((d) => d * 1.01) })
    expect(checkGradients(layers, digits.images[0], digits.labels[0])).toBeGreaterThan(1e-3)
  }
})

it('gives probabilities that do not overflow', () => {
  const p = softmax(Float64Array.of(1000, 999, -1000))
  expect(p[0] + p[1] + p[2]).toBeCloseTo(1)
  expect(p[0] / p[1]).toBeCloseTo(Math.E)
})

it('learns to read digits from a thousand of them', () => {
  const layers = network(1)
  const random = randomNumbers(2)
  for (let epoch = 0; epoch < 2; epoch++) trainEpoch(layers, digits, 10, 0.1, random)
  expect(accuracy(layers, readMnist('t10k', 300))).toBeGreaterThan(0.75)
})
