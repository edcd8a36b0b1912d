import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

/** Points of two classes that a line parts. */
const rows = (count: number): string =>
  [
    'x,y,class',
    ...Array.from({ length: count }, (_, i) => `${i % 7},${i % 5},${i % 7 > i % 5 ? 'right' : 'left'}`),
  ].join('\n')

describe('a run', () => {
  const folder = temporaryFolder()
  const run = join(folder, 'run')
  const table = join(folder, 'points.csv')

  beforeAll(async () => {
    writeFileSync(table, rows(70))
    const made = await gentle(['train', 'perceptron', '--data', table, '--epochs', '2', '--run-dir', run, '--quiet'])
    expect(made.code).toBe(0)
    expect(readdirSync(run)).toContain('boundary.svg')
  })

  it('knows the data that it was trained on: eval and predict need no --data', async () => {
    const { stdout, stderr, code } = await gentle(['eval', run, '--json'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/points\.csv, test part: the data that .*run was trained on; --data names other data/)
    const named = await gentle(['eval', run, '--data', table, '--json'])
    expect(JSON.parse(stdout)).toEqual(JSON.parse(named.stdout))
    const predicted = JSON.parse((await gentle(['predict', run, '--json'])).stdout)
    expect(predicted).toHaveLength(JSON.parse(stdout).examples)
    const right = predicted.filter((each: { right: boolean }) => each.right).length
    expect(right / predicted.length).toBeCloseTo(JSON.parse(stdout).accuracy, 6)
  })

  it('refuses data that has changed, and data that is gone', async () => {
    const [moved, longer] = [join(folder, 'moved.csv'), rows(71)]
    renameSync(table, moved)
    expect((await gentle(['eval', run])).stderr).toMatch(/the data of .*points\.csv, is not there any more/)
    writeFileSync(table, longer)
    expect((await gentle(['eval', run])).stderr).toMatch(/points\.csv has changed since the run was trained/)
    writeFileSync(table, rows(70).replaceAll('0,0,left', '0.5,0,left'))
    expect((await gentle(['predict', run])).stderr).toMatch(/has changed since the run was trained: other examples/)
    renameSync(moved, table)
    expect((await gentle(['eval', run])).code).toBe(0)
  })

  it('that was killed before anything was saved starts again in its folder', async () => {
    const killed = join(folder, 'killed')
    cpSync(run, killed, { recursive: true })
    for (const file of readdirSync(join(killed, 'weights'))) rmSync(join(killed, 'weights', file))
    expect((await gentle(['predict', killed, table])).stderr).toMatch(
      /has no weights yet: it was stopped before its first epoch was saved; start it again: .*train --resume/,
    )
    const { code, stderr } = await gentle(['train', '--resume', killed])
    expect(stderr).toMatch(/killed was stopped before its first epoch was saved; it starts again from its first step/)
    expect(code).toBe(0)
    expect(readdirSync(join(killed, 'weights'))).toContain('best.safetensors')
  })
})

describe('a run folder', () => {
  it('is trained in by one process at a time, and taken over from one that is gone', async () => {
    const folder = temporaryFolder()
    const run = join(folder, 'run')
    const train = ['train', 'perceptron', '--data', 'moons', '--epochs', '1', '--run-dir', run, '--quiet']
    expect((await gentle(train)).code).toBe(0)
    const lock = join(run, 'train.lock')
    expect(existsSync(lock)).toBe(false)
    writeFileSync(lock, String(process.ppid))
    const refused = await gentle(['train', '--resume', run, '--epochs', '2'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/process \d+ is training in .*run; wait for it, stop it, or delete .*train\.lock/)
    // A number that was given to another process since.
    writeFileSync(lock, `${process.ppid} 1`)
    const onwards = await gentle(['train', '--resume', run, '--epochs', '2', '--quiet'])
    expect(onwards).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(run).filter((name) => name.includes('lock'))).toEqual([])
  })
})

describe('gentle predict', () => {
  it('says that the model comes first, and names folders and globs without pictures', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'empty'))
    expect((await gentle(['predict', join(folder, 'cat.png')])).stderr).toMatch(/the model comes first: .*predict RUN/)
    const refused = async (word: string) => (await gentle(['predict', 'run', word], { cwd: folder })).stderr
    expect(await refused('empty')).toMatch(/empty is a folder without pictures/)
    expect(await refused('*.png')).toMatch(/no picture is named \*\.png/)
  })
})
