import { evaluate, fit, lars, linearDecay, type Optimizer, type Schedule, sgd, withWarmup } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import { lenet5 } from 'gentle-dl/models'
import { describe, expect, it } from 'vitest'

const { train, test } = await mnist({ seed: 0 })
const examples = 20_000
const some = subset(
  train,
  Array.from({ length: examples }, (_, i) => i),
)
const epochs = 3
const small = { batchSize: 32, rate: 0.05 }

/** LeNet-5's mean accuracy on the test pictures after three epochs, over three seeds. */
async function accuracyOf(batchSize: number, optimizer: () => Optimizer): Promise<number> {
  let sum = 0
  for (const seed of [0, 1, 2]) {
    const { model } = await fit(lenet5(), some, { optimizer: optimizer(), batchSize, epochs, seed, keep: 'last' })
    sum += (await evaluate(model, test)).accuracy! / 3
  }
  return sum
}

/** A rate that rises over a fifth of all steps. */
const warmedUp = (rate: number, batchSize: number): Schedule =>
  withWarmup(linearDecay(rate), Math.round((0.2 * epochs * examples) / batchSize))

describe('batches that grow, in as many epochs', async () => {
  const momentum = 0.9
  const reference = await accuracyOf(small.batchSize, () => sgd({ learningRate: linearDecay(small.rate), momentum }))
  const rate = (times: number) => times * small.rate

  it('8 times as large lose more than three points at the rate of the small ones, and less than one by linear scaling with warm-up', async () => {
    const batchSize = 8 * small.batchSize
    const plain = await accuracyOf(batchSize, () => sgd({ learningRate: linearDecay(small.rate), momentum }))
    const scaled = await accuracyOf(batchSize, () => sgd({ learningRate: warmedUp(rate(8), batchSize), momentum }))
    const layerWise = await accuracyOf(batchSize, () =>
      lars({ learningRate: warmedUp(rate(8), batchSize), trustCoefficient: 0.03 }),
    )
    expect(plain).toBeLessThan(reference - 0.03)
    expect(scaled).toBeGreaterThan(reference - 0.01)
    expect(layerWise).toBeGreaterThan(reference - 0.01)
  })

  it('32 times as large diverge by linear scaling, and learn by LARS', async () => {
    const batchSize = 32 * small.batchSize
    const scaled = await accuracyOf(batchSize, () => sgd({ learningRate: linearDecay(rate(32)), momentum })).catch(
      () => 0,
    )
    const layerWise = await accuracyOf(batchSize, () =>
      lars({ learningRate: warmedUp(rate(32), batchSize), trustCoefficient: 0.03 }),
    )
    expect(scaled).toBeLessThan(0.5)
    expect(layerWise).toBeGreaterThan(reference - 0.04)
  })
})
