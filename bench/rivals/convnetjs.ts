import { createRequire } from 'node:module'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'
import { lenet5, randomBatch } from '../workload.ts'

/** The part of ConvNetJS that trains: it has no types of its own. */
interface ConvNetJS {
  Net: new () => Net
  Vol: new (width: number, height: number, depth: number) => Volume
  Trainer: new (
    net: Net,
    options: { method: 'sgd'; learning_rate: number; momentum: number; batch_size: number },
  ) => { train(image: Volume, label: number): { loss: number } }
}
interface Net {
  makeLayers(layers: readonly object[]): void
  getParamsAndGrads(): { params: ArrayLike<number> }[]
}
interface Volume {
  w: ArrayLike<number>
}

const require = createRequire(import.meta.url)

await serve(({ batch }) => {
  const { Net, Vol, Trainer } = require('convnetjs') as ConvNetJS
  const net = new Net()
  net.makeLayers([
    { type: 'input', out_sx: lenet5.width, out_sy: lenet5.height, out_depth: 1 },
    { type: 'conv', sx: 5, filters: 6, pad: 2, activation: 'tanh' },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'conv', sx: 5, filters: 16, activation: 'tanh' },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'conv', sx: 5, filters: 120, activation: 'tanh' },
    { type: 'fc', num_neurons: 84, activation: 'tanh' },
    { type: 'softmax', num_classes: lenet5.classes },
  ])
  const trainer = new Trainer(net, {
    method: 'sgd',
    learning_rate: lenet5.learningRate,
    momentum: lenet5.momentum,
    batch_size: batch,
  })
  const { images, labels } = randomBatch(batch)
  const size = lenet5.width * lenet5.height
  const volumes = Array.from(labels, (_, i) => {
    const volume = new Vol(lenet5.width, lenet5.height, 1)
    volume.w = Float64Array.from(images.subarray(i * size, (i + 1) * size))
    return volume
  })
  return {
    version: packages.dependencies.convnetjs,
    threads: 1,
    parameters: net.getParamsAndGrads().reduce((sum, { params }) => sum + params.length, 0),
    note: 'max pooling, as it has no average pooling; float64; one thread, as it has no others',
    workPerStep: batch,
    step: () => volumes.reduce((sum, volume, i) => sum + trainer.train(volume, labels[i]).loss, 0) / batch,
  }
})
