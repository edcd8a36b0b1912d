/** Gentle trains ResNet-18 on a folder of photographs; the work of a round are the seconds in which it waited for them. */
import { createTrainer, sgd, wasm } from '../../packages/gentle/src/entries/index.ts'
import { resnet18 } from '../../packages/gentle/src/entries/models.ts'
import { folderSet } from '../folder-set.ts'
import { serve } from '../serve.ts'

await serve(async ({ threads, batch }) => {
  const dataset = await folderSet(1)
  const trainer = await createTrainer(resnet18({ classes: 8 }), dataset, {
    optimizer: sgd({ learningRate: 0.01 }),
    batchSize: batch,
    epochs: 100_000,
    backend: await wasm({ threads }),
  })
  await trainer.step()
  return {
    version: `Node ${process.versions.node}`,
    threads,
    async round(milliseconds) {
      const began = performance.now()
      const waited = trainer.secondsWaited
      let [steps, elapsed] = [0, 0]
      do {
        if (trainer.epochIsOver) await trainer.endEpoch()
        await trainer.step()
        steps++
        elapsed = performance.now() - began
      } while (elapsed < Math.max(milliseconds, 10_000))
      return { steps, seconds: elapsed / 1000, work: trainer.secondsWaited - waited }
    },
  }
})
