import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filterBank, filterCount, filterSize } from '../src/experiments/filter-bank.ts'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

const tiny = ['--steps', '12', '--seeds', '2']

describe('gentle experiment features', () => {
  it('learns from pixels, fixed and learned filters, and keeps figures and picture', async () => {
    const out = join(temporaryFolder(), 'features')
    const data = ['--data', smallIdxSet(), '--examples', '64,16']
    const { code, stdout, stderr } = await gentle(['experiment', 'features', ...data, ...tiny, '--out', out, '--json'])
    expect(stderr).toContain('LeNet-5, 64 examples, seed 1: test accuracy')
    expect(code).toBe(0)
    const printed = JSON.parse(stdout)
    expect(printed).toMatchObject({ experiment: 'features', examples: [16, 64], steps: 12, seeds: 2 })
    const learnedNumbers = printed.results.map(({ features, parameters }: Record<string, unknown>) => [
      features,
      parameters,
    ])
    const head = 2 * (filterCount * 7 * 7 + 1)
    expect(learnedNumbers).toEqual([
      ['pixels', 2 * (784 + 1)],
      ['hand-made filters', head],
      ['learned filters', head + filterCount * filterSize ** 2],
      ['LeNet-5', 61_706 - 8 * 85],
    ])
    for (const { runs } of printed.results) {
      expect(runs.map(({ examples, seed }: Record<string, number>) => [examples, seed])).toEqual([
        [16, 0],
        [16, 1],
        [64, 0],
        [64, 1],
      ])
      expect(runs[3].test.accuracy).toBeGreaterThan(0.9)
    }
    expect(printed.filters.byHand.flat()).toEqual([...filterBank(1)])
    expect(printed.filters.learned).toHaveLength(filterCount)
    expect(printed.filters.learned).not.toEqual(printed.filters.byHand)
    expect(JSON.parse(readFileSync(join(out, 'features.json'), 'utf8'))).toEqual(printed)
    expect(readFileSync(join(out, 'features.svg'), 'utf8')).toMatch(/Test accuracy.*hand-made filters.*LeNet-5/)
  })

  it('refuses points, and numbers that are none, in one line', async () => {
    const out = join(temporaryFolder(), 'features')
    const points = await gentle(['experiment', 'features', '--data', 'moons', '--out', out])
    expect(points).toMatchObject({ code: 2 })
    expect(points.stderr).toBe('gentle: --data moons has no pictures; expected mnist or another image data set\n')
    const list = await gentle(['experiment', 'features', '--examples', '100,many', '--out', out])
    expect(list).toMatchObject({ code: 2 })
    expect(list.stderr).toBe(
      'gentle: --examples is 100,many; expected whole numbers of at least 1, separated by commas, such as 100,1000\n',
    )
    expect(existsSync(out)).toBe(false)
  })
})

describe('filters made by hand', () => {
  it('give nothing on even areas, and have the same norm for any number of channels', () => {
    for (const channels of [1, 3]) {
      const size = channels * filterSize ** 2
      const bank = filterBank(channels)
      for (let filter = 0; filter < filterCount; filter++) {
        const weights = bank.subarray(filter * size, (filter + 1) * size)
        expect(weights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6)
        expect(Math.hypot(...weights)).toBeCloseTo(1, 6)
      }
    }
  })

  it('begin with Sobel, in the middle, answering to pictures that become lighter to the right', () => {
    const sobel = filterBank(1).subarray(0, filterSize ** 2)
    const rows = Array.from({ length: filterSize }, (_, row) =>
      Array.from(sobel.subarray(row * filterSize, (row + 1) * filterSize), (value) =>
        Math.round(value * Math.sqrt(12)),
      ),
    )
    expect(rows.slice(2, 5)).toEqual([
      [0, 0, -1, 0, 1, 0, 0],
      [0, 0, -2, 0, 2, 0, 0],
      [0, 0, -1, 0, 1, 0, 0],
    ])
  })
})

describe('gentle experiment overfitting', () => {
  it('refuses points, and numbers that are none, in one line', async () => {
    const out = join(temporaryFolder(), 'overfitting')
    const points = await gentle(['experiment', 'overfitting', '--data', 'moons', '--out', out])
    expect(points).toMatchObject({ code: 2 })
    expect(points.stderr).toBe('gentle: --data moons has no pictures; expected mnist or another image data set\n')
    const none = await gentle(['experiment', 'overfitting', '--seeds', '0', '--out', out])
    expect(none).toMatchObject({ code: 2, stderr: 'gentle: --seeds is 0; expected a whole number of at least 1\n' })
    expect(existsSync(out)).toBe(false)
  })
})
