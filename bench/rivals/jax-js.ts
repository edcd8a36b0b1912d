import type { Array as Tensor } from '@jax-js/jax'
import packages from '../package.json' with { type: 'json' }
import { serve } from '../serve.ts'
import { lenet5, randomBatch, randomWeights } from '../workload.ts'
import { WebWorker } from './web-worker.ts'

Object.assign(globalThis, { Worker: WebWorker }) // before jax-js looks for it
const { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy, tree, valueAndGrad } = await import('@jax-js/jax')

type Parameters = { [name: string]: Tensor }

const weights = (fanIn: number, ...shape: number[]): Tensor => {
  const size = shape.reduce((product, length) => product * length)
  return numpy.array(randomWeights(size, fanIn)).reshape(shape)
}

await serve(async ({ batch }) => {
  await init()
  defaultDevice('wasm')
  const { images, labels } = randomBatch(batch)
  const x = numpy.array(images).reshape([batch, 1, lenet5.height, lenet5.width])
  const y = nn.oneHot(numpy.array([...labels], { dtype: numpy.int32 }), lenet5.classes)
  let parameters: Parameters = {
    filter1: weights(25, 6, 1, 5, 5),
    bias1: numpy.zeros([6, 1, 1]),
    filter2: weights(150, 16, 6, 5, 5),
    bias2: numpy.zeros([16, 1, 1]),
    filter3: weights(400, 120, 16, 5, 5),
    bias3: numpy.zeros([120, 1, 1]),
    weight4: weights(120, 120, 84),
    bias4: numpy.zeros([84]),
    weight5: weights(84, 84, lenet5.classes),
    bias5: numpy.zeros([lenet5.classes]),
  }
  let velocity: Parameters = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, numpy.zeros(shape)]),
  )

  const convolution = (maps: Tensor, filter: Tensor, bias: Tensor, padding: number): Tensor => {
    const sides: [number, number] = [padding, padding]
    return numpy.tanh(lax.convGeneralDilated(maps, filter, [1, 1], [sides, sides]).add(bias))
  }
  const pool = (maps: Tensor): Tensor => lax.reduceWindow(maps, (window) => numpy.mean(window), [2, 2], [2, 2])
  const loss = (p: Parameters, x: Tensor, y: Tensor): Tensor => {
    let maps = pool(convolution(x, p.filter1, p.bias1, 2))
    maps = pool(convolution(maps, p.filter2, p.bias2, 0))
    maps = convolution(maps, p.filter3, p.bias3, 0)
    const hidden = numpy.tanh(numpy.dot(maps.reshape([batch, 120]), p.weight4).add(p.bias4))
    const logits = numpy.dot(hidden, p.weight5).add(p.bias5)
    const likelihood = nn.logSoftmax(logits).mul(y).sum()
    return likelihood.mul(-1 / batch)
  }
  const update = (p: Parameters, v: Parameters, x: Tensor, y: Tensor): [Tensor, Parameters, Parameters] => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(p) as Parameters, x, y) as [Tensor, Parameters]
    const nextP: Parameters = {}
    const nextV: Parameters = {}
    for (const name in p) {
      nextV[name] = v[name].mul(lenet5.momentum).add(gradient[name])
      nextP[name] = p[name].sub(nextV[name].ref.mul(lenet5.learningRate))
    }
    return [value, nextP, nextV]
  }
  const compiled = jit(update)

  return {
    version: packages.dependencies['@jax-js/jax'],
    threads: navigator.hardwareConcurrency,
    parameters: Object.values(parameters).reduce((sum, { size }) => sum + size, 0),
    note: 'its wasm backend, jit, threads by a stand-in for the global Worker that Node lacks',
    workPerStep: batch,
    step: async () => {
      const [value, ...next] = compiled(parameters, velocity, x.ref, y.ref)
      ;[parameters, velocity] = next
      await blockUntilReady([parameters, velocity])
      return (await value.data())[0]
    },
  }
})
