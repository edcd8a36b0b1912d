/** A training step of recurrent layers, by Gentle's public pieces: the sum of the squares of all outputs is the loss. */
import {
  type Backend,
  countParameters,
  createModel,
  GRU,
  gradients,
  input,
  LSTM,
  type Program,
  Scope,
  sgd,
} from '../packages/gentle/src/entries/index.ts'
import { mul, sum } from '../packages/gentle/src/entries/ops.ts'
import { learningRate, type SequenceWork, sequenceInputs } from './sequence-work.ts'

export interface SequenceStep {
  readonly program: Program
  readonly parameters: number
  readonly traceMilliseconds: number
  readonly compileMilliseconds: number
  /** One step; gives the loss. */
  run(): Promise<number>
}

/** @param rematerialize Keeps every so many-th state alone for the backward pass. */
export async function sequenceStep(
  backend: Backend,
  work: SequenceWork,
  rematerialize?: number,
): Promise<SequenceStep> {
  const { cell, units, layers, bidirectional, steps, batch, inputs } = work
  const layer = (cell === 'lstm' ? LSTM : GRU)(units, { layers, bidirectional, rematerialize })
  const model = await createModel(layer, [steps, inputs], { backend, seed: 1 })
  const began = performance.now()
  const parameters = [...model.parameters.values()]
  const x = input([batch, steps, inputs])
  const rate = input([])
  const scope = new Scope({ parameters: model.parameters, state: model.state, seed: 1, training: true })
  const outputs = model.layer.apply(x, scope)
  const loss = sum(mul(outputs, outputs))
  const updates = sgd({ learningRate }).begin(parameters).updates(gradients(loss, parameters), rate)
  const traced = performance.now()
  const program = await backend.compile({ inputs: { x, rate }, outputs: { loss }, updates })
  const compiled = performance.now()
  const feed = { x: sequenceInputs(work), rate: learningRate }
  return {
    program,
    parameters: countParameters(model),
    traceMilliseconds: traced - began,
    compileMilliseconds: compiled - traced,
    run: async () => (await program.run(feed)).loss.data[0],
  }
}
