import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeNpy } from 'gentle-dl/formats'
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

  it('tell what tables, arrays and EMNIST files were taken for', async () => {
    const noteOf = async (...args: string[]) => (await gentle(['data', ...args])).stderr.trim()
    expect(await noteOf(table)).toBe(
      `${table}: 200 rows with commas between cells, and a header; the label is column 3 'kind', the only text column (--label chooses another): 2 classes, often, rare; 3 inputs, numbers as they are`,
    )
    const german = join(folder, 'german.tsv')
    const lines = Array.from({ length: 20 }, (_, i) => `${i}\t${i % 3}\t${i % 7},5\t${i % 2}`)
    writeFileSync(german, ['\tkind\tlength\tgood', ...lines].join('\r\n'))
    expect(await noteOf(german, '--label', 'kind')).toBe(
      `${german}: 20 rows with tabs between cells, decimal commas, and a header; the label is column 1 'kind', as given: 3 classes, 0, 1, 2; column 0 is a row index and is skipped; 2 inputs, numbers as they are`,
    )
    expect(await noteOf('xor', '--label', 'kind')).toBe(
      'gentle: --label names a column of a table, but xor is not a table',
    )

    const arrays = join(folder, 'arrays')
    mkdirSync(arrays)
    const y = Int32Array.from({ length: 12 }, (_, i) => i % 2)
    const x = Int32Array.from({ length: 12 * 100 }, (_, i) => (i * 37) % 256)
    writeFileSync(join(arrays, 'x.npy'), writeNpy({ shape: [12, 100], dtype: 'int32', data: x }))
    writeFileSync(join(arrays, 'y.npy'), writeNpy({ shape: [12], dtype: 'int32', data: y }))
    expect(await noteOf(arrays)).toBe(`${arrays}: inputs of 100, bytes, scaled to [0, 1]; classes 0 to 1`)

    const emnist = join(folder, 'emnist')
    mkdirSync(emnist)
    const big = (...sizes: number[]) => sizes.flatMap((size) => [0, 0, 0, size])
    for (const set of ['digits', 'letters'])
      for (const part of ['train', 'test']) {
        const labels = Array.from({ length: 10 }, (_, i) => i + Number(set === 'letters'))
        const path = join(emnist, `emnist-${set}-${part}`)
        writeFileSync(`${path}-labels-idx1-ubyte`, Uint8Array.of(0, 0, 8, 1, ...big(10), ...labels))
        writeFileSync(`${path}-images-idx3-ubyte`, Uint8Array.of(0, 0, 8, 3, ...big(10, 1, 1), ...labels))
      }
    expect(await noteOf(emnist)).toMatch(/emnist has 2 sets, .* say which, .*emnist\/emnist-digits$/)
    for (const name of [join(emnist, 'emnist-letters'), `idx:${join(emnist, 'emnist-letters')}`])
      expect(await noteOf(name)).toMatch(
        /the files whose names begin with emnist-letters-; .* transposed back; 26 classes, A to Z$/,
      )
  })

  it('are refused in a line where they are not what they are called', async () => {
    const refused = async (name: string) => {
      const { code, stderr } = await gentle(['data', name])
      expect(code).toBe(2)
      return stderr
    }
    expect(await refused(`cifar100:${join(folder, 'cifar')}`)).toMatch(/has no train\.bin, test\.bin/)
    expect(await refused('npz:none.npz')).toMatch(/--data npz:none\.npz: no such file/)
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
      const [header, first] = readFileSync(join(run, 'metrics.csv'), 'utf8').split('\n')
      return Number(first.split(',')[header.split(',').indexOf('train_loss')])
    }
    // Of the same first weights; the loss that is trained on.
    expect(await loss('balanced')).not.toBeCloseTo(await loss('none'), 3)
    const { code, stderr } = await gentle(['train', 'mlp', '--data', table, '--class-weights', 'equal'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown --class-weights 'equal'/)
  })
})

describe('a table with one value in its label column', () => {
  it('is refused by the value and the way to another column, before anything is made', async () => {
    const one = join(folder, 'one-class.csv')
    writeFileSync(one, `x,y,label\n${Array.from({ length: 12 }, (_, i) => `${i},${i + 1},cat`).join('\n')}\n`)
    expect((await gentle(['data', `csv:${one}`])).stdout).toContain('1 class\n')
    const run = join(folder, 'one-class')
    const { code, stderr } = await gentle(['train', 'mlp', '--data', one, '--run-dir', run])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /one-class\.csv: all labels are 'cat'; expected at least two classes; --label chooses another column/,
    )
    expect(existsSync(run)).toBe(false)
  })
})
