/** The step that Gentle's `fit` runs, by its public pieces, without reading data. */
import {
  type Backend,
  countParameters,
  createModel,
  crossEntropy,
  type Feed,
  type GradientOptions,
  type Graph,
  gradients,
  type InitialValues,
  input,
  type Model,
  Scope,
  sgd,
  type Updates,
} from '../packages/gentle/src/entries/index.ts'
import { buildNetwork } from '../packages/gentle/src/models/index.ts'
import type { Contender } from './contender-steps.ts'
import { networks } from './networks.ts'
import type { Settings } from './protocol.ts'
import { randomBatch, type Trained, type Training, trained, trainedBy } from './workload.ts'

export const modelOf = (network: Training, backend: Backend, initialValues?: InitialValues): Promise<Model> => {
  const { channels, height, width } = trained[network]
  return createModel(networks[network](), [channels, height, width], { backend, seed: 1, initialValues })
}

/** Forward, backward and update on one batch. */
export function traceStep(
  model: Model,
  batch: number,
  { learningRate, momentum }: Pick<Trained, 'learningRate' | 'momentum'>,
  options: GradientOptions = {},
): Graph {
  const parameters = [...model.parameters.values()]
  const x = input([batch, ...model.inputShape])
  const y = input([batch], 'int32')
  const rate = input([])
  const step = input([], 'int32')
  const kept: Updates = []
  const scope = new Scope({
    parameters: model.parameters,
    state: model.state,
    seed: 1,
    training: true,
    step,
    onUpdate: (variable, next) => kept.push([variable, next]),
  })
  const loss = crossEntropy(model.layer.apply(x, scope), y)
  const state = sgd({ learningRate, momentum }).begin(parameters)
  return {
    inputs: { x, y, rate, step },
    outputs: { loss },
    updates: [...state.updates(gradients(loss, parameters, options), rate), ...kept],
  }
}

/** Gentle as a contender that trains. */
export async function prepareTraining(
  backend: Backend,
  settings: Settings,
  options: GradientOptions = {},
): Promise<Omit<Contender, 'version'>> {
  const { batch, network, size } = settings
  const facts = trainedBy(settings)
  const model =
    size === undefined
      ? await modelOf(network as Training, backend)
      : await createModel(buildNetwork(network, { classes: facts.classes }), [facts.channels, size, size], {
          backend,
          seed: 1,
        })
  const { images, labels } = randomBatch(batch, facts)
  const feed: Feed = { x: images, y: labels, rate: facts.learningRate, step: 0 }
  const began = performance.now()
  const program = await backend.compile(traceStep(model, batch, facts, options))
  const compileMilliseconds = performance.now() - began
  const run = async (): Promise<number> => (await program.run(feed)).loss.data[0]
  await run()
  const firstStepMilliseconds = performance.now() - began
  return {
    threads: backend.threads,
    parameters: countParameters(model),
    compileMilliseconds,
    firstStepMilliseconds,
    note: `traced and compiled in ${Math.round(compileMilliseconds)} ms, one step made after ${Math.round(firstStepMilliseconds)} ms`,
    workPerStep: batch,
    step: run,
  }
}
