/** Gentle takes the loss of CTC and its gradient to the logits: 500 steps, 29 symbols, targets of 80 labels. */
import { ctcLoss, gradients, input, wasm } from '../../packages/gentle/src/entries/index.ts'
import { sum } from '../../packages/gentle/src/entries/ops.ts'
import { serve, wideVectors } from '../serve.ts'

const [steps, symbols, labels] = [500, 29, 80]

await serve(async ({ threads, batch }) => {
  const backend = await wasm({ threads, wideVectors })
  const logits = input([batch, steps, symbols])
  const targets = input([batch, labels], 'int32')
  const loss = sum(ctcLoss(logits, targets))
  const [slope] = gradients(loss, [logits])
  const program = await backend.compile({ inputs: { logits, targets }, outputs: { loss, slope } })
  const feed = {
    logits: Float32Array.from({ length: batch * steps * symbols }, (_, i) => Math.sin(i)),
    targets: Int32Array.from({ length: batch * labels }, (_, i) => 1 + ((i * 7) % (symbols - 1))),
  }
  return {
    version: `Node ${process.versions.node}`,
    threads: backend.threads,
    parameters: 0,
    workPerStep: batch,
    step: async () => (await program.run(feed)).loss.data[0],
  }
})
