/**
 * A convolutional neural network from scratch: forward, backward, gradient check and training, in plain loops over plain arrays.
 *
 *   image 28 x 28 -> convolution 6 of 5 x 5 -> tanh -> pooling 12 x 12 -> convolution 12 of 5 x 5 -> tanh -> pooling 4 x 4 -> dense 10
 *
 * Read it from top to bottom. Each layer is a pair: `forward` computes y from x, `backward` receives dL/dy and gives dL/dx, and adds
 * dL/dw to the gradients of its weights. That is all that the chain rule asks of a layer.
 */
import { type Examples, readMnist } from './mnist.ts'

/** A stack of `channels` pictures, each `size` x `size` numbers, row by row. */
export interface Maps {
  channels: number
  size: number
  data: Float64Array
}

/** Learned numbers, and how the loss changes with each of them. */
export interface Weights {
  values: Float64Array
  gradients: Float64Array
}

export interface Layer {
  weights: Weights[]
  forward(x: Maps): Maps
  backward(dy: Maps): Maps
}

const maps = (channels: number, size: number): Maps => ({
  channels,
  size,
  data: new Float64Array(channels * size * size),
})

// ------------------------------------------------------------------------------------------------------------------ chance

/** Numbers in [0, 1) that are the same in every run (Park and Miller, 1988). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/** Weights between -limit and limit with limit² = 6 / (inputs + outputs of a neuron): signals keep their size (Glorot, 2010). */
function glorot(count: number, fanIn: number, fanOut: number, random: () => number): Weights {
  const limit = Math.sqrt(6 / (fanIn + fanOut))
  return {
    values: Float64Array.from({ length: count }, () => (2 * random() - 1) * limit),
    gradients: new Float64Array(count),
  }
}

const zeros = (count: number): Weights => ({ values: new Float64Array(count), gradients: new Float64Array(count) })

// ------------------------------------------------------------------------------------------------------------- convolution

/**
 * y[o][i][j] = b[o] + Σ_c Σ_p Σ_q w[o][c][p][q] x[c][i + p][j + q]: every output pixel is a neuron that looks at a small window, its
 * receptive field, and all pixels of a map share one set of weights, the filter.
 */
export function convolution(inputs: number, outputs: number, kernel: number, random: () => number): Layer {
  const area = kernel * kernel
  const filters = glorot(outputs * inputs * area, inputs * area, outputs * area, random)
  const biases = zeros(outputs)
  let x = maps(0, 0)

  /** Calls `visit` once for every weight, with the channels and the offset in the picture that it connects. */
  const forEachWeight = (visit: (o: number, c: number, offset: number, w: number) => void): void => {
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < inputs; c++)
        for (let p = 0; p < kernel; p++)
          for (let q = 0; q < kernel; q++)
            visit(o, c, (c * x.size + p) * x.size + q, ((o * inputs + c) * kernel + p) * kernel + q)
  }

  return {
    weights: [filters, biases],

    forward(input) {
      x = input
      const y = maps(outputs, x.size - kernel + 1)
      const n = y.size
      for (let o = 0; o < outputs; o++) y.data.fill(biases.values[o], o * n * n, (o + 1) * n * n)
      forEachWeight((o, _, offset, w) => {
        const weight = filters.values[w]
        for (let i = 0; i < n; i++) {
          const from = offset + i * x.size
          const to = (o * n + i) * n
          for (let j = 0; j < n; j++) y.data[to + j] += weight * x.data[from + j]
        }
      })
      return y
    },

    /** dL/dw = Σ dy x over all places where w was used; dL/dx = Σ dy w over all windows that saw x. */
    backward(dy) {
      const dx = maps(x.channels, x.size)
      const n = dy.size
      forEachWeight((o, _, offset, w) => {
        const weight = filters.values[w]
        let gradient = 0
        for (let i = 0; i < n; i++) {
          const from = offset + i * x.size
          const to = (o * n + i) * n
          for (let j = 0; j < n; j++) {
            gradient += dy.data[to + j] * x.data[from + j]
            dx.data[from + j] += dy.data[to + j] * weight
          }
        }
        filters.gradients[w] += gradient
      })
      for (let o = 0; o < outputs; o++) for (let i = 0; i < n * n; i++) biases.gradients[o] += dy.data[o * n * n + i]
      return dx
    },
  }
}

// ----------------------------------------------------------------------------------------------------- activation, pooling

/** y = tanh(x), and dL/dx = dL/dy (1 - y²). */
export function hyperbolicTangent(): Layer {
  let y = maps(0, 0)
  return {
    weights: [],
    forward(x) {
      y = { ...x, data: x.data.map(Math.tanh) }
      return y
    },
    backward: (dy) => ({ ...dy, data: dy.data.map((d, i) => d * (1 - y.data[i] ** 2)) }),
  }
}

/** Every 2 x 2 pixels become their mean; on the way back each of them gets a quarter of the gradient. */
export function averagePooling(): Layer {
  return {
    weights: [],
    forward(x) {
      const y = maps(x.channels, x.size / 2)
      forEachPixelOfFour(y, x, (small, large) => {
        y.data[small] += x.data[large] / 4
      })
      return y
    },
    backward(dy) {
      const dx = maps(dy.channels, dy.size * 2)
      forEachPixelOfFour(dy, dx, (small, large) => {
        dx.data[large] = dy.data[small] / 4
      })
      return dx
    },
  }
}

/** Visits the pixels of large maps, each with the pixel of the maps of half the size that stands for it. */
function forEachPixelOfFour(half: Maps, full: Maps, visit: (small: number, large: number) => void): void {
  for (let c = 0; c < full.channels; c++)
    for (let i = 0; i < full.size; i++)
      for (let j = 0; j < full.size; j++)
        visit((c * half.size + (i >> 1)) * half.size + (j >> 1), (c * full.size + i) * full.size + j)
}

// ------------------------------------------------------------------------------------------------------------------- dense

/** y[o] = b[o] + Σ_i w[o][i] x[i]: every neuron looks at everything. */
export function dense(inputs: number, outputs: number, random: () => number): Layer {
  const matrix = glorot(outputs * inputs, inputs, outputs, random)
  const biases = zeros(outputs)
  let x = maps(0, 0)
  return {
    weights: [matrix, biases],
    forward(input) {
      x = input
      const y = maps(outputs, 1)
      for (let o = 0; o < outputs; o++) {
        y.data[o] = biases.values[o]
        for (let i = 0; i < inputs; i++) y.data[o] += matrix.values[o * inputs + i] * x.data[i]
      }
      return y
    },
    backward(dy) {
      const dx = maps(x.channels, x.size)
      for (let o = 0; o < outputs; o++) {
        biases.gradients[o] += dy.data[o]
        for (let i = 0; i < inputs; i++) {
          matrix.gradients[o * inputs + i] += dy.data[o] * x.data[i]
          dx.data[i] += dy.data[o] * matrix.values[o * inputs + i]
        }
      }
      return dx
    },
  }
}

// -------------------------------------------------------------------------------------------------------------------- loss

/** Softmax: scores z become probabilities exp(z_k) / Σ exp(z). The largest score is taken off first, lest exp overflow. */
export function softmax(z: Float64Array): Float64Array {
  const largest = Math.max(...z)
  const powers = z.map((score) => Math.exp(score - largest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** Cross-entropy L = -log p[label], and its gradient by the scores, dL/dz = p - onehot(label): the famous short one. */
export function crossEntropy(scores: Maps, label: number): { loss: number; gradient: Maps } {
  const p = softmax(scores.data)
  return {
    loss: -Math.log(p[label]),
    gradient: { ...scores, data: p.map((probability, k) => probability - (k === label ? 1 : 0)) },
  }
}

// ----------------------------------------------------------------------------------------------------------------- network

/** The network of the heading. */
export function network(seed: number): Layer[] {
  const random = randomNumbers(seed)
  return [
    convolution(1, 6, 5, random),
    hyperbolicTangent(),
    averagePooling(),
    convolution(6, 12, 5, random),
    hyperbolicTangent(),
    averagePooling(),
    dense(12 * 4 * 4, 10, random),
  ]
}

export const forward = (layers: Layer[], image: Float64Array): Maps =>
  layers.reduce((x, layer) => layer.forward(x), { channels: 1, size: Math.sqrt(image.length), data: image } as Maps)

/** Adds one example's gradients to those of all weights and gives its loss. The chain rule is the one line with `reduceRight`. */
export function backpropagate(layers: Layer[], image: Float64Array, label: number): number {
  const { loss, gradient } = crossEntropy(forward(layers, image), label)
  layers.reduceRight((dy, layer) => layer.backward(dy), gradient)
  return loss
}

const weightsOf = (layers: Layer[]): Weights[] => layers.flatMap((layer) => layer.weights)

// ---------------------------------------------------------------------------------------------------------- gradient check

/**
 * The largest relative difference between gradients by hand and (L(w + h) - L(w - h)) / 2h, at a few weights of every kind. A backward
 * pass that is wrong still trains, only worse; this is how one finds out.
 */
export function checkGradients(layers: Layer[], image: Float64Array, label: number): number {
  const h = 1e-5
  const lossNow = (): number => crossEntropy(forward(layers, image), label).loss
  for (const { gradients } of weightsOf(layers)) gradients.fill(0)
  backpropagate(layers, image, label)
  let worst = 0
  for (const { values, gradients } of weightsOf(layers))
    for (let k = 0; k < values.length; k += Math.ceil(values.length / 20)) {
      const value = values[k]
      values[k] = value + h
      const above = lossNow()
      values[k] = value - h
      const below = lossNow()
      values[k] = value
      const expected = (above - below) / (2 * h)
      worst = Math.max(
        worst,
        Math.abs(gradients[k] - expected) / Math.max(1e-3, Math.abs(gradients[k]) + Math.abs(expected)),
      )
    }
  return worst
}

// ---------------------------------------------------------------------------------------------------------------- training

/** One epoch of mini-batch SGD: for every batch B of the shuffled examples, Θ ← Θ - η g(Θ; B), g the mean gradient. Gives the mean loss. */
export function trainEpoch(
  layers: Layer[],
  { images, labels }: Examples,
  batchSize: number,
  rate: number,
  random: () => number,
): number {
  const order = images.map((_, i) => i)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  let total = 0
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.slice(start, start + batchSize)
    for (const { gradients } of weightsOf(layers)) gradients.fill(0)
    for (const example of batch) total += backpropagate(layers, images[example], labels[example])
    for (const { values, gradients } of weightsOf(layers))
      for (let k = 0; k < values.length; k++) values[k] -= (rate * gradients[k]) / batch.length
  }
  return total / order.length
}

/** Share of examples whose highest score is that of their label. */
export function accuracy(layers: Layer[], { images, labels }: Examples): number {
  const right = images.filter((image, i) => {
    const scores = forward(layers, image).data
    return scores.indexOf(Math.max(...scores)) === labels[i]
  })
  return right.length / images.length
}

if (import.meta.main) {
  const train = readMnist('train', 8000)
  const test = readMnist('t10k', 10000)
  const layers = network(1)
  console.log(
    `gradient check: largest relative difference ${checkGradients(layers, train.images[0], train.labels[0]).toExponential(1)}`,
  )
  const random = randomNumbers(2)
  const epochs = 3
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = trainEpoch(layers, train, 10, 0.2 * (1 - epoch / epochs), random)
    console.log(
      `epoch ${epoch + 1}: training loss ${loss.toFixed(3)}, test accuracy ${(100 * accuracy(layers, test)).toFixed(1)} %`,
    )
  }
}
