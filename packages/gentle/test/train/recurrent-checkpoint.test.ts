/** Weights of recurrent layers in files of PyTorch; test/goldens/make-recurrent-checkpoint.py wrote one. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import * as nn from '../../src/nn/index.ts'
import { loadWeights, predict } from '../../src/train/index.ts'

describe('a recurrent network', () => {
  it('takes the weights of a file of PyTorch as they are', async () => {
    const golden: { x: number[]; y: number[]; file: string } = JSON.parse(
      readFileSync(new URL('../goldens/recurrent-checkpoint.json', import.meta.url), 'utf8'),
    )
    const network = nn.Sequential({
      gru: nn.GRU(3, { layers: 2, bidirectional: true }),
      lstm: nn.LSTM(3, { outputs: 'last' }),
      linear: nn.Linear(2),
    })
    const model = await nn.createModel(network, [4, 2], { backend: reference() })
    await loadWeights(model, Buffer.from(golden.file, 'base64'))
    const { data } = await predict(model, Float32Array.from(golden.x))
    for (const [i, value] of golden.y.entries()) expect(data[i]).toBeCloseTo(value, 5)
  })
})
