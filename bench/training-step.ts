/** The step that Gentle's `fit` runs, by its public pieces, without reading data. */
import {
  type Backend,
  countParameters,
  createModel,
  crossEntropy,
  type DType,
  type Feed,
  type GradientOptions,
  type Graph,
  gradients,
  type InitialValues,
  input,
  type Loss,
  type Model,
  Scope,
  sgd,
  type Updates,
} from '../packages/gentle/src/entries/index.ts'
import type { Contender } from './contender-steps.ts'
import { networks, torchvisionLayer } from './networks.ts'
import type { Settings } from './protocol.ts'
import { isTaskNetwork, randomBatch, type Trained, type Training, trained, trainedBy } from './workload.ts'

export const modelOf = (network: Training, backend: Backend, initialValues?: InitialValues): Promise<Model> => {
  const { channels, height, width } = trained[network]
  return createModel(networks[network](), [channels, height, width], { backend, seed: 1, initialValues })
}

/** What a network learns: classes, unless it says otherwise. */
interface Learned {
  readonly loss: Loss
  /** Of one picture. */
  readonly target: { readonly shape: readonly number[]; readonly dtype: DType }
}

const classification: Learned = { loss: crossEntropy, target: { shape: [], dtype: 'int32' } }

/** Forward, backward and update on one batch. */
export function traceStep(
  model: Model,
  batch: number,
  { learningRate, momentum }: Pick<Trained, 'learningRate' | 'momentum'>,
  options: GradientOptions = {},
  { loss: lossOf, target }: Learned = classification,
): Graph {
  const parameters = [...model.parameters.values()]
  const x = input([batch, ...model.inputShape])
  const y = input([batch, ...target.shape], target.dtype)
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
  const loss = lossOf(model.layer.apply(x, scope), y)
  const state = sgd({ learningRate, momentum }).begin(parameters)
  return {
    inputs: { x, y, rate, step },
    outputs: { loss },
    updates: [...state.updates(gradients(loss, parameters, options), rate), ...kept],
  }
}

/** The network, what it learns unless that is classes, and the batch. */
async function problemOf(
  { batch, network, size }: Settings,
  facts: ReturnType<typeof trainedBy>,
  backend: Backend,
): Promise<{ readonly model: Model; readonly learned?: Learned; readonly feed: Feed }> {
  const { images, labels } = randomBatch(batch, facts)
  const feed: Feed = { x: images, y: labels, rate: facts.learningRate, step: 0 }
  if (size === undefined) return { model: await modelOf(network as Training, backend), feed }
  const shape = [facts.channels, size, size]
  if (!isTaskNetwork(network)) {
    const layer = torchvisionLayer(network, facts.classes)
    return { model: await createModel(layer, shape, { backend, seed: 1 }), feed }
  }
  const { namedValues, pictureTasks, randomTargets } = await import('./picture-tasks.ts')
  const task = pictureTasks[network](size)
  const model = await createModel(task.layer, shape, { backend, initialValues: namedValues })
  return { model, learned: task, feed: { ...feed, y: randomTargets(task, batch) } }
}

/** Gentle as a contender that trains. */
export async function prepareTraining(
  backend: Backend,
  settings: Settings,
  options: GradientOptions = {},
): Promise<Omit<Contender, 'version'>> {
  const { batch } = settings
  const facts = trainedBy(settings)
  const { model, learned, feed } = await problemOf(settings, facts, backend)
  // A network's first weights are made when they are first asked for: here, before the clock starts.
  for (const variable of [...model.parameters.values(), ...model.state.values()]) await backend.read(variable)
  const began = performance.now()
  const program = await backend.compile(traceStep(model, batch, facts, options, learned))
  const compileMilliseconds = performance.now() - began
  const run = async (): Promise<number> => (await program.run(feed)).loss.data[0]
  const loss = await run()
  const firstStepMilliseconds = performance.now() - began
  return {
    threads: backend.threads,
    parameters: countParameters(model),
    ...(learned === undefined ? {} : { loss }),
    compileMilliseconds,
    firstStepMilliseconds,
    note: `traced and compiled in ${Math.round(compileMilliseconds)} ms, one step made after ${Math.round(firstStepMilliseconds)} ms`,
    workPerStep: batch,
    step: run,
  }
}
