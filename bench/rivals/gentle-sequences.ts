/** Gentle trains recurrent layers. */
import { wasm } from '../../packages/gentle/src/entries/index.ts'
import { sequenceStep } from '../sequence-step.ts'
import { type SequenceName, sequenceWork } from '../sequence-work.ts'
import { serve, wideVectors } from '../serve.ts'

await serve(async ({ threads, batch, network }) => {
  const backend = await wasm({ threads, wideVectors })
  const { parameters, run } = await sequenceStep(backend, sequenceWork[network as SequenceName])
  return {
    version: `Node ${process.versions.node}`,
    threads: backend.threads,
    parameters,
    workPerStep: batch,
    step: run,
  }
})
