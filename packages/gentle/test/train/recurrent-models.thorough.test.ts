/** Recurrent layers in trainings, predictions and files, as other layers are. */
import { describe, expect, it } from 'vitest'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import { inMemory } from '../../src/data/memory.ts'
import * as nn from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { evaluate, fit, loadModel, predict, saveModel } from '../../src/train/index.ts'

describe('a recurrent network', () => {
  it('learns which of two marks came first, predicts, and comes back from its file', async () => {
    const [examples, steps] = [64, 6]
    const random = new Random(1, 'marks')
    const inputs = new Float32Array(examples * steps * 2)
    const targets = Int32Array.from({ length: examples }, (_, n) => {
      const at = [0, 1].map((mark) => {
        const step = Math.floor(random.uniform() * steps)
        inputs[(n * steps + step) * 2 + mark] = 1
        return step
      })
      return Number(at[0] < at[1])
    })
    const dataset = inMemory({ inputs, inputShape: [steps, 2], targets, classes: ['second', 'first'] })
    const network = nn.Sequential(
      nn.GRU(6, { bidirectional: true, normalization: 'batch', inputDropout: 0.05 }),
      nn.LSTM(6, { outputs: 'last' }),
      nn.Linear(2),
    )
    const backend = await wasm({ threads: 2 })
    const { model } = await fit(network, dataset, {
      optimizer: adam({ learningRate: 0.03 }),
      epochs: 12,
      batchSize: 16,
      backend,
    })
    const { accuracy } = await evaluate(model, dataset)
    expect(accuracy).toBeGreaterThan(0.95)
    const x = inputs.subarray(0, 3 * steps * 2)
    const again = await loadModel(await saveModel(model), { backend })
    expect((await predict(again, x)).data).toEqual((await predict(model, x)).data)
    await backend.close()
  })
})
