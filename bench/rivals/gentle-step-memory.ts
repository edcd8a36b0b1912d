/**
 * What a compiled training step takes of memory, by its plan: weights, the optimizer's state and the constants; the arena; and every
 * thread's scratch memory. Nothing is computed. Beside it, what it cannot do without:
 *
 * `--remat`: the same of a step that computes values anew on the way back instead of keeping them.
 * `--bound`: the same, with the most bytes that have to live in one phase of its schedule in place of arena and scratch memory.
 * `--op-by-op`: the same, with what lives when ops run one after another on whole batches: activations, and the weights' gradients.
 */
import { lowerGraph } from '../../packages/gentle/src/backends/wasm/lowering/lower-graph.ts'
import { schedule } from '../../packages/gentle/src/backends/wasm/schedule.ts'
import { type Model, reference, sizeOf } from '../../packages/gentle/src/entries/index.ts'
import { summarize } from '../../packages/gentle/src/nn/summary.ts'
import { zeros } from '../networks.ts'
import { serve } from '../serve.ts'
import { modelOf, traceStep } from '../training-step.ts'
import { type Training, trained } from '../workload.ts'

const floatBytes = 4

const bytesOf = (nodes: Iterable<{ readonly shape: readonly number[] }>): number =>
  [...nodes].reduce((sum, { shape }) => sum + floatBytes * sizeOf(shape), 0)

async function planned(model: Model, network: Training, batch: number, threads: number) {
  const lowered = await lowerGraph(
    traceStep(model, batch, trained[network], { remat: process.argv.includes('--remat') }),
    { threads },
  )
  const plan = schedule(lowered)
  const stored = bytesOf(lowered.variables.keys()) + bytesOf(lowered.constants.keys())
  const opByOp = summarize(model.layer, model.inputShape, { batchSize: batch }).trainingBytes ?? Number.NaN
  return {
    taken: stored + plan.arenaBytes + plan.scratchBytes * threads,
    bound: stored + plan.liveBytes(threads),
    opByOp: stored + opByOp + bytesOf(model.parameters.values()),
  }
}

await serve(async ({ threads, batch, network }) => {
  const { taken, bound, opByOp } = await planned(
    await modelOf(network as Training, reference(), zeros),
    network as Training,
    batch,
    threads,
  )
  const [bytes, note] = process.argv.includes('--bound')
    ? [bound, 'weights and state, and what has to live in the fullest phase of the schedule']
    : process.argv.includes('--op-by-op')
      ? [opByOp, 'activations of the graph op by op on whole batches, weights, their gradients and state']
      : [taken, 'weights and state, the arena, and the scratch memory of all threads']
  return { version: '', threads, note, workPerStep: bytes, step: () => bytes }
})
