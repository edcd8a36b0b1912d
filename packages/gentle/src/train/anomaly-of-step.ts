/** Where a step's numbers stopped being finite. */
import type { Backend } from '../backends/backend.ts'
import { idFromNowOn } from '../graph/tensor.ts'
import type { BatchTensors } from '../nn/losses.ts'
import { type Anomaly, findAnomaly, type TracedStep } from './anomaly.ts'
import type { Batch } from './batches.ts'
import { isForReference, withVariablesOf } from './reference-step.ts'
import { BatchPrograms, type TraceBatch } from './steps.ts'
import type { StepNumbers, TraceBackward, TraceUpdates, TrainedParts } from './training-programs.ts'

/**
 * The first op of a step whose result is not finite though its operands are; looked for at the present weights, on the reference where one is given and the step is small
 * enough for it, and on the engine where not, or where the reference's numbers are all finite.
 * @throws MemoryError where there is no room for it.
 * @param draw the number of the batch @param numbers of the update, which is looked at only where they are given: it takes the optimizer's state from before the step
 */
export async function anomalyOfStep(
  { model, data, detectAnomaly }: TrainedParts,
  traceBackward: TraceBackward,
  traceUpdates: TraceUpdates,
  { batch, draw, numbers }: { readonly batch: Batch; readonly draw: number; readonly numbers?: StepNumbers },
): Promise<Anomaly | undefined> {
  const trace = (tensors: BatchTensors): TracedStep => {
    const { draw, outputs, total, gradients, state, backwardFrom } = traceBackward(tensors)
    const updateFrom = idFromNowOn()
    const { inputs = {}, updates = [] } = numbers === undefined ? {} : traceUpdates(gradients, state)
    return {
      inputs: { ...inputs, draw },
      roots: [outputs['loss'], total, ...gradients, ...updates.map(([, next]) => next)],
      passOf: ({ id }) => (id < backwardFrom ? 'forward' : id < updateFrom ? 'backward' : 'update'),
    }
  }
  const programsOf = (backend: Backend, traceGraph: TraceBatch) => new BatchPrograms(backend, data, traceGraph)
  const step = programsOf(model.backend, (tensors) => {
    const { inputs, roots } = trace(tensors)
    return { inputs, outputs: Object.fromEntries(roots.map((root, i) => [`${i}`, root])) }
  })
  const isOnReference = typeof detectAnomaly === 'object' && isForReference(step.graph(batch))
  const backends = [...(isOnReference ? [withVariablesOf(model.backend, detectAnomaly)] : []), model.backend]
  for (const backend of backends) {
    const found = await findAnomaly(backend, trace, async (traceGraph) => {
      const programs = programsOf(backend, traceGraph)
      try {
        return await programs.run(batch, { ...numbers, draw })
      } finally {
        programs.dispose()
      }
    })
    if (found !== undefined) return found
  }
  return undefined
}
