/** Gentle, by its public pieces: the step that `fit` runs, without reading data. */
import {
  countParameters,
  createModel,
  crossEntropy,
  gradients,
  input,
  lenet5 as network,
  Scope,
  sgd,
  wasm,
} from '../../packages/gentle/src/index.ts'
import { serve } from '../serve.ts'
import { lenet5, randomBatch } from '../workload.ts'

await serve(async ({ threads, batch }) => {
  const backend = await wasm({ threads })
  const model = await createModel(network(), [1, lenet5.height, lenet5.width], { backend, seed: 1 })
  const parameters = [...model.parameters.values()]
  const x = input([batch, 1, lenet5.height, lenet5.width])
  const y = input([batch], 'int32')
  const logits = model.layer.apply(
    x,
    new Scope({ parameters: model.parameters, state: model.state, seed: 1, training: true }),
  )
  const loss = crossEntropy(logits, y)
  const { learningRate, momentum } = lenet5
  const state = sgd({ learningRate, momentum }).begin(parameters)
  const rate = input([])
  const began = performance.now()
  const program = await backend.compile({
    inputs: { x, y, rate },
    outputs: { loss },
    updates: state.updates(gradients(loss, parameters), rate),
  })
  const { images, labels } = randomBatch(batch)
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
