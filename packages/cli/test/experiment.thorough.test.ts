/** The experiments that train for long. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bestLoss } from '../src/experiments/gaussians.ts'
import { gentle, smallIdxSet, temporaryFolder } from './command.ts'

describe('gentle experiment depth', () => {
  it('trains plain and residual nets of both depths, and keeps figures and picture', async () => {
    const folder = join(temporaryFolder(), 'depth')
    const size = ['--examples', '64', '--size', '8', '--epochs', '2', '--seeds', '2']
    const { code, stdout, stderr } = await gentle(['experiment', 'depth', ...size, '--out', folder, '--json'])
    expect(stderr).toContain('resnet56, seed 1: training loss')
    expect(code).toBe(0)
    const { results, epochs } = JSON.parse(stdout)
    expect(epochs).toBe(2)
    expect(results.map(({ network }: { network: string }) => network)).toEqual([
      'plain20',
      'plain56',
      'resnet20',
      'resnet56',
    ])
    for (const { runs } of results) {
      expect(runs).toHaveLength(2)
      expect(runs[0].trainLoss).toHaveLength(2)
      expect(runs[0].trainLoss).not.toEqual(runs[1].trainLoss)
    }
    expect(JSON.parse(readFileSync(join(folder, 'depth.json'), 'utf8')).results).toEqual(results)
    expect(readFileSync(join(folder, 'depth.svg'), 'utf8')).toMatch(/The same with shortcuts.*56 layers/)
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
      'CNN with global average pooling',
      'LeNet-5, shifted digits',
    ])
    for (const { runs } of results) {
      expect(runs[0].left).toHaveLength(9)
      expect(runs[0].everywhere[0]).toBe(runs[0].left[0])
    }
    // An MLP has learned places.
    expect(results[0].runs[0].left[8]).toBeLessThan(results[0].runs[0].left[0] - 0.2)
    const svg = readFileSync(join(folder, 'shift.svg'), 'utf8')
    expect(svg).toMatch(/shifted to the left/)
    expect(svg.match(/<use href="#picture"/g)).toHaveLength(9)
  })
})

describe('gentle experiment overfitting', () => {
  it('trains bare and with each remedy for the same steps, and keeps figures and picture', async () => {
    const out = join(temporaryFolder(), 'overfitting')
    const data = ['--data', smallIdxSet(), '--examples', '30,120']
    const { code, stdout, stderr } = await gentle([
      'experiment',
      'overfitting',
      ...data,
      '--steps',
      '12',
      '--seeds',
      '2',
      '--out',
      out,
      '--json',
    ])
    expect(stderr).toContain('120 examples, augmentation, seed 1: loss')
    expect(code).toBe(0)
    const printed = JSON.parse(stdout)
    expect(printed).toMatchObject({ experiment: 'overfitting', examples: [30, 120], steps: 12 })
    const kinds = printed.results.map(({ examples, remedy }: Record<string, unknown>) => `${examples} ${remedy}`)
    expect(kinds).toEqual(
      [30, 120].flatMap((n) => ['none', 'dropout', 'weight decay', 'augmentation'].map((remedy) => `${n} ${remedy}`)),
    )
    const ends = printed.results.map(({ runs }: { runs: { moments: { step: number }[] }[] }) =>
      runs.map(({ moments }) => moments.at(-1)!.step),
    )
    expect(ends).toEqual(Array(8).fill([12, 12]))
    // Each remedy changes the training.
    const losses = printed.results.map(
      ({ runs }: { runs: { moments: { train: { loss: number } }[] }[] }) => runs[0].moments.at(-1)!.train.loss,
    )
    expect(new Set(losses).size).toBe(8)
    expect(JSON.parse(readFileSync(join(out, 'overfitting.json'), 'utf8'))).toEqual(printed)
    expect(readFileSync(join(out, 'overfitting.svg'), 'utf8')).toMatch(/Loss, 120 examples.*Validation accuracy/)
  })
})

describe('gentle experiment loss', () => {
  it('closes in on the expected loss', async () => {
    const folder = join(temporaryFolder(), 'loss')
    const { code, stdout } = await gentle([
      'experiment',
      'loss',
      '--examples',
      '10,3000',
      '--seeds',
      '2',
      '--out',
      folder,
      '--json',
      '--quiet',
    ])
    expect(code).toBe(0)
    const { results, bestLoss: printed } = JSON.parse(stdout)
    expect(printed).toBeCloseTo(bestLoss, 10)
    for (const { examples, runs } of results) {
      expect(runs).toHaveLength(2)
      for (const { best, train, expected } of runs) {
        expect(expected).toBeGreaterThanOrEqual(bestLoss)
        expect(train).toBeLessThan(best)
        if (examples === 3000) {
          expect(expected).toBeLessThan(bestLoss + 0.01)
          expect(Math.abs(train - bestLoss)).toBeLessThan(0.05)
        } else expect(expected - train).toBeGreaterThan(0.02)
      }
    }
    expect(readFileSync(join(folder, 'loss.svg'), 'utf8')).toMatch(
      /Loss of the best possible classifier.*Differences from the expected loss/,
    )
  })
})

describe('gentle experiment memory', () => {
  it('trains three kinds of cells on both problems, and keeps figures and picture', async () => {
    const folder = join(temporaryFolder(), 'memory')
    const size = ['--distances', '5,2', '--units', '8', '--steps', '200', '--symbols', '1']
    const { code, stdout, stderr } = await gentle(['experiment', 'memory', ...size, '--out', folder, '--json'])
    expect(stderr).toContain('copying over 5 steps, GRU, seed 0:')
    expect(code).toBe(0)
    const { results, reach, distances } = JSON.parse(stdout)
    expect(distances).toEqual([2, 5])
    expect(results).toHaveLength(2 * 2 * 3)
    const solved = (problem: string, cell: string, distance: number): number =>
      results.find(
        (each: Record<string, unknown>) => each.problem === problem && each.cell === cell && each.distance === distance,
      ).runs[0].solved
    expect(solved('adding', 'GRU', 2)).toBeGreaterThan(0.8)
    expect(solved('copying', 'LSTM', 2)).toBeGreaterThan(0.8)
    expect(reach.map(({ cell }: { cell: string }) => cell)).toEqual(['RNN', 'LSTM', 'GRU'])
    for (const { gradients } of reach) expect(gradients[0][90]).toBeLessThan(gradients[0][0])
    expect(readFileSync(join(folder, 'memory.svg'), 'utf8')).toMatch(/Gradient norm, before training.*symbols recalled/)
  })

  it('refuses distances that are none, in one line', async () => {
    const { code, stderr } = await gentle(['experiment', 'memory', '--distances', '10,x'])
    expect(code).toBe(2)
    expect(stderr).toBe("gentle: --distances is '10,x'; expected whole numbers of at least 2, such as 10,20,50\n")
  })
})
