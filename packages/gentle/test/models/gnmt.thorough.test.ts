/** On wasm, and what it learns. */
import { describe, expect, it } from 'vitest'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import { namedInMemory } from '../../src/data/named.ts'
import { gnmt } from '../../src/models/gnmt.ts'
import { sequenceAccuracy, sequenceCrossEntropy } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { fit } from '../../src/train/index.ts'
import { createTranslator } from '../../src/train/translator.ts'
import { describeGnmt } from './gnmt-cases.ts'

describeGnmt('wasm', () => wasm({ threads: 2 }), 2e-5)

/** Digits 2 to 11 and the same backwards; 1 begins and ends. */
function backwards(examples: number, stream: string) {
  const random = new Random(0, stream)
  const sources = Array.from({ length: examples }, () =>
    Array.from({ length: 2 + Math.floor(5 * random.uniform()) }, () => 2 + Math.floor(10 * random.uniform())),
  )
  const targets = sources.map((source) => [...source].reverse())
  const set = namedInMemory({
    inputs: {
      source: { values: sources.map((source) => Int32Array.of(...source, 1)) },
      previous: { values: targets.map((target) => Int32Array.of(1, ...target)) },
    },
    target: { values: targets.map((target) => Int32Array.of(...target, 1)) },
  })
  return { set, sources: sources.map((source) => [...source, 1]), targets }
}

describe('gnmt', () => {
  it('learns to write digits backwards, and writes those that it never saw', async () => {
    const [train, test] = [backwards(4000, 'train'), backwards(200, 'test')]
    const { model } = await fit(gnmt({ sourceTokens: 12, targetTokens: 12, units: 64, dropout: 0 }), train.set, {
      loss: sequenceCrossEntropy(),
      metrics: [sequenceAccuracy],
      optimizer: adam({ learningRate: 0.004, clipNorm: 1 }),
      batchSize: 32,
      epochs: 4,
      seed: 1,
    })
    const translator = createTranslator(model, { begin: 1, end: 1 })
    for (const beamSize of [1, 4]) {
      const found = await translator.translate(test.sources, { beamSize, lengthPenalty: 0.2 })
      const right = found.filter(([{ tokens, ended }], i) => ended && [...tokens].join() === test.targets[i].join())
      expect(right.length).toBeGreaterThan(190)
    }
    translator.dispose()
    await model.backend.close()
  })
})
