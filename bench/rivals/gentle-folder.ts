/** Gentle reads a folder of photographs: a step is a pass over all. */
import { inOrder, readBatches } from '../../packages/gentle/src/train/batches.ts'
import { folderSet } from '../folder-set.ts'
import { serve } from '../serve.ts'

await serve(async ({ threads, batch }) => {
  const dataset = await folderSet(threads)
  const order = inOrder(dataset.length)
  let pass = 0
  return {
    version: `Node ${process.versions.node}`,
    threads,
    note: `${dataset.length} pictures a pass`,
    workPerStep: dataset.length,
    async step() {
      let sum = 0
      for await (const { inputs } of readBatches(dataset, order, batch, pass)) sum += inputs.x[0]
      pass++
      return sum
    },
  }
})
