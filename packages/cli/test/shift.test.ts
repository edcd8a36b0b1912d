import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inMemory } from 'gentle-dl/data'
import { describe, expect, it } from 'vitest'
import { moved } from '../src/experiments/moved.ts'
import { gentle, temporaryFolder } from './command.ts'

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
  it('measures four networks at nine distances', async () => {
    const folder = join(temporaryFolder(), 'shift')
    const { code, stdout } = await gentle([
      'experiment',
      'shift',
      '--examples',
      '300',
      '--epochs',
      '2',
      '--seeds',
      '1',
      '--out',
      folder,
      '--json',
      '--quiet',
    ])
    expect(code).toBe(0)
    const { results, distances, tested } = JSON.parse(stdout)
    expect(tested).toBe(300)
    expect(distances).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(results.map(({ network }: { network: string }) => network)).toEqual([
      'MLP',
      'LeNet-5',
      'CNN that averages',
      'LeNet-5, moved digits',
    ])
    for (const { runs } of results) {
      expect(runs[0].left).toHaveLength(9)
      expect(runs[0].everywhere[0]).toBe(runs[0].left[0])
    }
    // An MLP has learned places.
    expect(results[0].runs[0].left[8]).toBeLessThan(results[0].runs[0].left[0] - 0.2)
    const svg = readFileSync(join(folder, 'shift.svg'), 'utf8')
    expect(svg).toMatch(/moved to the left/)
    expect(svg.match(/<use href="#picture"/g)).toHaveLength(9)
  })

  it('refuses points, and numbers that are none', async () => {
    expect((await gentle(['experiment', 'shift', '--data', 'moons'])).stderr).toBe(
      'gentle: --data moons has no pictures; expected mnist or another set of pictures\n',
    )
    for (const name of ['epochs', 'seeds'])
      expect(await gentle(['experiment', 'shift', `--${name}`, '0'])).toMatchObject({
        code: 2,
        stderr: `gentle: --${name} is 0; expected a whole number from 1\n`,
      })
  })
})
