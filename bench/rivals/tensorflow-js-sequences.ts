/** TensorFlow.js trains recurrent layers, on the backend that `--backend` names. */
import * as tf from '@tensorflow/tfjs'
import packages from '../package.json' with { type: 'json' }
import { learningRate, type SequenceName, sequenceInputs, sequenceWork } from '../sequence-work.ts'
import { serve } from '../serve.ts'

const name = process.argv.includes('--wasm') ? 'wasm' : 'cpu'

await serve(async ({ batch, network }) => {
  const work = sequenceWork[network as SequenceName]
  const { cell, units, steps, inputs } = work
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
  tf.enableProdMode()
  await tf.setBackend(name)
  await tf.ready()
  const layer = cell === 'lstm' ? tf.layers.lstm : tf.layers.gru
  const model = tf.sequential({ layers: [layer({ units, returnSequences: true, inputShape: [steps, inputs] })] })
  const x = tf.tensor3d(sequenceInputs(work), [batch, steps, inputs])
  const loss = (): tf.Scalar => {
    const outputs = model.apply(x, { training: true }) as tf.Tensor
    return tf.sum(tf.mul(outputs, outputs)) as tf.Scalar
  }
  const optimizer = tf.train.sgd(learningRate)
  return {
    version: packages.dependencies['@tensorflow/tfjs'],
    threads: 1,
    // Keras has one bias where PyTorch has two.
    parameters: model.countParams() + (cell === 'lstm' ? 4 : 3) * units,
    note: `its ${tf.getBackend()} backend`,
    workPerStep: batch,
    step: () =>
      tf.tidy(() => {
        const value = optimizer.minimize(loss, true)
        return value === null ? Number.NaN : value.dataSync()[0]
      }),
  }
})
