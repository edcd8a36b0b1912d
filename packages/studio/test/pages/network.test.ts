import { afterAll, describe, expect, it } from 'vitest'
import { carriedAround } from '../../src/pages/network/carried.ts'
import { readTable } from '../../src/pages/network/data.ts'
import { Session } from '../../src/pages/network/session.ts'
import type { Settings } from '../../src/pages/network/settings.ts'
import { settings } from './network-settings.ts'

const session = new Session()
afterAll(() => session.dispose())

describe('a training on the page', () => {
  it('gives the chain rule whose factors come to the gradient of the library', async () => {
    const { example, layers } = await session.show({ settings, steps: 5, edits: [], example: 2 })
    const [hidden, output] = example.layers
    for (let unit = 0; unit < 3; unit++) {
      const byValue = output.bySums.reduce((sum, each, k) => sum + each * layers[1].weights[k][unit], 0)
      expect(hidden.byValues[unit]).toBeCloseTo(byValue, 5)
      expect(hidden.slopes[unit]).toBeCloseTo(1 - Math.tanh(hidden.sums[unit]) ** 2, 5)
      expect(hidden.byWeights[unit][1]).toBeCloseTo(byValue * hidden.slopes[unit] * example.inputs[1], 5)
    }
  })

  it('has lines whose numbers sum forward to what a neuron takes, and backward to its gradient', async () => {
    const { example, layers } = await session.show({ settings, steps: 5, edits: [], example: 2 })
    for (let unit = 1; unit <= 3; unit++) {
      const lines = carriedAround({ layers, example }, { layer: 1, unit })
      const [into, onward] = [1, 2].map((layer) => lines.filter((line) => line.layer === layer))
      expect([into.length, onward.length]).toEqual([2, 2])
      const forward = into.reduce((sum, line) => sum + line.forward, layers[0].biases[unit - 1])
      expect(forward).toBeCloseTo(example.layers[0].sums[unit - 1], 5)
      const backward = onward.reduce((sum, line) => sum + line.backward, 0)
      expect(backward).toBeCloseTo(example.layers[0].byValues[unit - 1], 5)
    }
    expect(carriedAround({ layers, example }, { layer: 2, unit: 1 })).toHaveLength(3)
  })

  it('names the layer in which values grew first when it diverges', async () => {
    const wild: Settings = { ...settings, hidden: [4, 4], activation: 'linear', rate: 10 }
    const { divergence } = await session.show({ settings: wild, steps: 100, edits: [], example: 0 })
    expect(divergence!.excess.value).toBeGreaterThan(10_000)
    expect(divergence!.excess.step).toBeLessThan(divergence!.step)
  })

  it('refuses points of one class', async () => {
    const own: Settings = {
      ...settings,
      data: 'own',
      own: [
        [0, 0, 1],
        [1, 1, 1],
      ],
    }
    await expect(session.show({ settings: own, steps: 0, edits: [], example: 0 })).rejects.toThrow(
      'All points are of one class',
    )
  })
})

it('reads a table, and refuses one that does not fit', async () => {
  const table = await readTable('x,y,class\n1,2,a\n30,4,b\n', 'classes')
  expect(table.rows.map(([, , target]) => target)).toEqual([0, 1])
  await expect(readTable('1,2,3,a\n3,4,5,b\n', 'classes')).rejects.toThrow('3 input columns')
  await expect(readTable('1,2,a\n3,x,b\n1,2,a\n', 'classes')).rejects.toThrow('line 2')
})
