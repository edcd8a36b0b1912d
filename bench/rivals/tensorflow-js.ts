import * as tf from '@tensorflow/tfjs'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'
import { lenet5, randomBatch, randomWeights } from '../workload.ts'

/** A trained tensor; its last axis is what the layer puts out. */
function weights(...shape: number[]): tf.Variable {
  const size = tf.util.sizeFromShape(shape)
  return tf.variable(tf.tensor(randomWeights(size, size / shape[shape.length - 1]), shape))
}
const biases = (size: number): tf.Variable => tf.variable(tf.zeros([size]))

await serve(async ({ batch }) => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
  const convolutions = [
    { filter: weights(5, 5, 1, 6), bias: biases(6), padding: 'same' as const, pooled: true },
    { filter: weights(5, 5, 6, 16), bias: biases(16), padding: 'valid' as const, pooled: true },
    { filter: weights(5, 5, 16, 120), bias: biases(120), padding: 'valid' as const, pooled: false },
  ]
  const hidden = { weight: weights(120, 84), bias: biases(84) }
  const output = { weight: weights(84, lenet5.classes), bias: biases(lenet5.classes) }
  const parameters = [...convolutions, hidden, output].flatMap((layer) =>
    Object.values(layer).filter((value) => value instanceof tf.Variable),
  )

  const { images, labels } = randomBatch(batch)
  const x = tf.tensor4d(images, [batch, lenet5.height, lenet5.width, 1])
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), lenet5.classes)
  const loss = (): tf.Scalar => {
    let maps = x
    for (const { filter, bias, padding, pooled } of convolutions) {
      maps = tf.tanh(tf.add(tf.conv2d(maps, filter as tf.Tensor4D, 1, padding), bias))
      if (pooled) maps = tf.avgPool(maps, 2, 2, 'valid')
    }
    const features = tf.reshape(maps, [batch, 120])
    const active = tf.tanh(tf.add(tf.matMul(features, hidden.weight), hidden.bias))
    const logits = tf.add(tf.matMul(active, output.weight), output.bias)
    return tf.losses.softmaxCrossEntropy(y, logits) as tf.Scalar
  }
  const optimizer = tf.train.momentum(lenet5.learningRate, lenet5.momentum)
  return {
    version: packages.dependencies['@tensorflow/tfjs'],
    threads: 1,
    parameters: parameters.reduce((sum, { size }) => sum + size, 0),
    note: 'its cpu backend, one thread: its wasm backend has no gradient of convolution (Conv2DBackpropFilter)',
    workPerStep: batch,
    step: () =>
      tf.tidy(() => {
        const value = optimizer.minimize(loss, true, parameters)
        return value === null ? Number.NaN : value.dataSync()[0]
      }),
  }
})
