/** Gentle, by its public pieces: the step that `fit` runs, without reading data. */
import {
  countParameters,
  createModel,
  crossEntropy,
  gradients,
  input,
  type Layer,
  Scope,
  sgd,
  type Updates,
  wasm,
} from '../../packages/gentle/src/index.ts'
import { lenet5, resnet18, resnet20 } from '../../packages/gentle/src/models/index.ts'
import { serve } from '../serve.ts'
import { randomBatch, trained } from '../workload.ts'

const networks: Record<keyof typeof trained, () => Layer> = {
  lenet5,
  resnet20: () => resnet20({ classes: 10 }),
  resnet18: () => resnet18({ classes: 10, stem: 'cifar' }),
}

await serve(async ({ threads, batch, network }) => {
  const name = network as keyof typeof trained
  const { channels, height, width, learningRate, momentum } = trained[name]
  const backend = await wasm({ threads })
  const model = await createModel(networks[name](), [channels, height, width], { backend, seed: 1 })
  const parameters = [...model.parameters.values()]
  const x = input([batch, channels, height, width])
  const y = input([batch], 'int32')
  const kept: Updates = []
  const scope = new Scope({
    parameters: model.parameters,
    state: model.state,
    seed: 1,
    training: true,
    onUpdate: (variable, next) => kept.push([variable, next]),
  })
  const loss = crossEntropy(model.layer.apply(x, scope), y)
  const state = sgd({ learningRate, momentum }).begin(parameters)
  const rate = input([])
  const began = performance.now()
  const program = await backend.compile({
    inputs: { x, y, rate },
    outputs: { loss },
    updates: [...state.updates(gradients(loss, parameters), rate), ...kept],
  })
  const { images, labels } = randomBatch(batch, trained[name])
  const feed = { x: images, y: labels, rate: learningRate }
  await program.run(feed)
  const untilFirstStep = Math.round(performance.now() - began)
  return {
    version: `Node ${process.versions.node}`,
    threads,
    parameters: countParameters(model),
    note: `compiled and one step made in ${untilFirstStep} ms`,
    workPerStep: batch,
    step: async () => (await program.run(feed)).loss.data[0],
  }
})
