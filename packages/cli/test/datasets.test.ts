import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const folder = temporaryFolder()

/** A CIFAR-10 folder of so many records a file, whose pictures are as bright as their label. */
function cifarFolder(): string {
  const path = join(folder, 'cifar')
  mkdirSync(path)
  for (const name of ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']) {
    const bytes = new Uint8Array(20 * 3073)
    for (let i = 0; i < 20; i++) bytes.fill(25 * (i % 10), i * 3073 + 1, (i + 1) * 3073)[i * 3073] = i % 10
    writeFileSync(join(path, `${name}.bin`), bytes)
  }
  return path
}

const table = join(folder, 'table.csv')
writeFileSync(
  table,
  `width,height,depth,kind\n${Array.from({ length: 200 }, (_, i) => `${i % 7},${i % 2},${i % 3},${i % 10 < 2 ? 'rare' : 'often'}`).join('\n')}\n`,
)

describe('data sets by name and by path', () => {
  it('know CIFAR, tables and generated shapes', async () => {
    const cifar = cifarFolder()
    const described = async (name: string) => JSON.parse((await gentle(['data', name, '--json'])).stdout)
    expect(await described(cifar)).toMatchObject({
      inputShape: [3, 32, 32],
      train: { examples: 90 },
      test: { examples: 20 },
    })
    expect(await described(`cifar10:${cifar}`)).toMatchObject({ validation: { examples: 10 } })
    expect(await described(table)).toMatchObject({
      inputShape: [3],
      classes: ['often', 'rare'],
      train: { examples: 140 },
    })
    expect(await described('shapes')).toMatchObject({ inputShape: [3, 32, 32], train: { examples: 6000 } })
  })

  it('are refused in a line where they are not what they are called', async () => {
    const refused = async (name: string) => {
      const { code, stderr } = await gentle(['data', name])
      expect(code).toBe(2)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      return stderr
    }
    expect(await refused(`cifar100:${join(folder, 'cifar')}`)).toMatch(/has no train\.bin, test\.bin/)
    expect(await refused('npz:none.npz')).toMatch(/--data none\.npz cannot be read/)
    expect(await refused(`npz:${table}`)).toMatch(/table\.csv/)
    expect(await refused('cifar11:x')).toMatch(/unknown data set 'cifar11:x'/)
  })
})

describe('gentle train --class-weights balanced', () => {
  it('lets rare classes count as much as frequent ones', async () => {
    const loss = async (how: string): Promise<number> => {
      const run = join(folder, how)
      const { code } = await gentle([
        'train',
        'mlp',
        '--data',
        table,
        '--epochs',
        '1',
        '--batch-size',
        '140',
        '--learning-rate',
        '1e-9',
        '--class-weights',
        how,
        '--run-dir',
        run,
        '--quiet',
      ])
      expect(code).toBe(0)
      return JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')).train.loss
    }
    // Of the same first weights.
    expect(await loss('balanced')).not.toBeCloseTo(await loss('none'), 3)
    const { code, stderr } = await gentle(['train', 'mlp', '--data', table, '--class-weights', 'equal'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown --class-weights 'equal'/)
  })
})
