import { describe, expect, it } from 'vitest'
import type { Profile } from '../../src/backends/profile.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { moons } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { fit } from '../../src/train/index.ts'

const small = nn.Sequential(nn.Linear(4), nn.Tanh(), nn.Dropout(0.2), nn.Linear(2))
const points = moons({ examples: 10 })

const common = () => ({ backend: reference(), optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), batchSize: 4 })

const valuesOf = async (model: nn.Model): Promise<Record<string, number[]>> =>
  Object.fromEntries([...(await nn.readWeights(model))].map(([name, values]) => [name, [...values]]))

describe('fit with a profile', () => {
  it('tells once of a step on a whole batch, and trains to the same bits', async () => {
    const profiles: Profile[] = []
    const onProfile = (profile: Profile): void => {
      profiles.push(profile)
    }
    const plain = await fit(small, points, { ...common(), epochs: 3 })
    const profiled = await fit(small, points, { ...common(), epochs: 3, onProfile })
    expect(await valuesOf(profiled.model)).toEqual(await valuesOf(plain.model))
    expect(profiles).toHaveLength(1)
    const names = profiles[0].kernels.map(({ name }) => name)
    for (const name of ['matmul (0)', 'tanh (1)', 'log (loss)', 'sub (3.weight)']) expect(names).toContain(name)
    const [{ seconds }] = profiled.history
    expect(seconds).toBeLessThan(0.5)
  })

  it('waits for a whole batch where it goes on in the middle of an epoch', async () => {
    let steps = 0
    const abort = new AbortController()
    const onStep = (): void => {
      if (++steps === 2) abort.abort()
    }
    const cut = await fit(small, points, { ...common(), epochs: 2, onStep, signal: abort.signal })
    const reported: number[] = []
    await fit(cut.model, points, {
      ...common(),
      epochs: 2,
      state: cut.state,
      onProfile: () => reported.push(-1),
      onStep: ({ step }) => reported.push(step),
    })
    expect(reported).toEqual([3, -1, 4, 5, 6])
  })
})
