import { inMemory } from 'gentle-dl/data'
import { describe, expect, it } from 'vitest'
import { moved } from '../src/experiments/moved.ts'
import { gentle } from './command.ts'

describe('a moved picture', () => {
  const dataset = inMemory({ inputs: Float32Array.of(1, 2, 3, 4), inputShape: [1, 2, 2], targets: Int32Array.of(0) })
  const read = (margin: number, right: number, down: number): number[] => {
    const set = moved(dataset, margin, right, down)
    const inputs = new Float32Array(set.inputShape[1] * set.inputShape[2]).fill(9)
    set.read([0], inputs, new Int32Array(1))
    return [...inputs]
  }

  it('stands in the middle of black, or beside it', () => {
    expect(read(1, 0, 0)).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0])
    expect(read(1, -1, 1)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0])
  })

  it('is cut off where it leaves', () => {
    expect(read(0, 1, 0)).toEqual([0, 1, 0, 3])
    expect(read(0, 0, -5)).toEqual([0, 0, 0, 0])
  })
})

describe('gentle experiment shift', () => {
  it('refuses points, and numbers that are none', async () => {
    expect((await gentle(['experiment', 'shift', '--data', 'moons'])).stderr).toBe(
      'gentle: --data moons has no pictures; expected mnist or another image data set\n',
    )
    for (const name of ['epochs', 'seeds'])
      expect(await gentle(['experiment', 'shift', `--${name}`, '0'])).toMatchObject({
        code: 2,
        stderr: `gentle: --${name} is 0; expected a whole number of at least 1\n`,
      })
  })
})
