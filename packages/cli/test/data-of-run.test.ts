import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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

describe('a run that goes on', () => {
  const folder = temporaryFolder()
  const run = join(folder, 'run')
  const table = join(folder, 'points.csv')
  const resume = () => gentle(['train', '--resume', run, '--epochs', '3'])
  const described = join(run, 'run.json')
  const change = (key: string, value: unknown): string => {
    const before = readFileSync(described, 'utf8')
    writeFileSync(described, JSON.stringify({ ...JSON.parse(before), [key]: value }))
    return before
  }

  beforeAll(async () => {
    writeFileSync(table, rows(70))
    const flags = ['--data', table, '--epochs', '2', '--save-every', '1', '--keep', '2', '--run-dir', run, '--quiet']
    expect((await gentle(['train', 'perceptron', ...flags])).code).toBe(0)
  })

  it('refuses data that has changed by one number, and leaves the folder as it was', async () => {
    const before = readFileSync(described, 'utf8')
    const lines = rows(70).split('\n')
    writeFileSync(table, lines.with(34, lines[34].replace(/^\d/, '9')).join('\n'))
    const { code, stderr } = await resume()
    expect(code).toBe(2)
    expect(stderr).toMatch(/points\.csv has changed since .*run was begun: other examples in its \w+ part/)
    writeFileSync(table, rows(35))
    expect((await resume()).stderr).toMatch(
      /has changed since .*: \d+ examples in its train part, where there were \d+/,
    )
    expect(readFileSync(described, 'utf8')).toBe(before)
    writeFileSync(table, rows(70))
  })

  it('refuses a run.json of a newer format or of other arithmetic, by name', async () => {
    const before = change('format', 7)
    expect((await resume()).stderr).toMatch(
      /run\.json is of format 7, which a newer Gentle wrote; .* up to 1: update it/,
    )
    writeFileSync(described, '[]')
    expect((await resume()).stderr).toMatch(/run\.json is not an object/)
    writeFileSync(described, before)
    change('arithmetic', 'vectors of 512 bits')
    const { code, stderr } = await resume()
    expect(code).toBe(2)
    expect(stderr).toMatch(/was trained with vectors of 512 bits, but this machine computes with vectors of \d+ bits/)
    expect(stderr).toMatch(/--allow-other-width/)
    writeFileSync(described, before)
  })

  it('refuses a checkpoint with numbers of another type, or without some of the optimizer', async () => {
    const file = join(run, 'weights/progress.safetensors')
    const before = readFileSync(file)
    const changed = before.toString('latin1').replace('"dtype":"F32"', '"dtype":"I32"')
    writeFileSync(file, changed, 'latin1')
    expect((await resume()).stderr).toMatch(/progress\.safetensors: its checksum is \w+, that of its bytes/)
    // As an older version wrote it, without a checksum.
    const text = before.toString('latin1').replace(/"gentle\.checksum":"[^"]*",/, (seal) => ' '.repeat(seal.length))
    writeFileSync(file, text.replace('"dtype":"F32"', '"dtype":"I32"'), 'latin1')
    expect((await resume()).stderr).toMatch(/progress\.safetensors: weights\/\S+ is of type I32; expected F32/)
    writeFileSync(file, text.replace('optimizer/', 'optimizes/'), 'latin1')
    expect((await resume()).stderr).toMatch(
      /the state has no values of \S.* of the optimizer, which has \d+; it was changed/,
    )
    writeFileSync(file, before.subarray(0, before.length - 4))
    expect((await resume()).stderr).toMatch(/cut off/)
    writeFileSync(file, before)
  })

  it('makes what is missing or cut again, tells what, and brings an earlier format up to date', async () => {
    rmSync(join(run, 'weights/best.safetensors'))
    const metrics = join(run, 'metrics.csv')
    const whole = readFileSync(metrics, 'utf8')
    writeFileSync(metrics, whole.split('\n').slice(0, 2).join('\n'))
    change('format', undefined)
    change('arithmetic', 'vectors of 512 bits')
    const { digests } = JSON.parse(change('digests', undefined))
    const { code, stderr } = await gentle(['train', '--resume', run, '--epochs', '3', '--allow-other-width'])
    expect(stderr).toMatch(
      /weights\/best\.safetensors, metrics\.csv were missing or other than the checkpoint says; made again/,
    )
    expect(stderr).toMatch(/run\.json was of an earlier format; it is of format 1 now/)
    expect(code).toBe(0)
    expect(readFileSync(metrics, 'utf8').startsWith(whole)).toBe(true)
    const { format, arithmetic, settings, ...told } = JSON.parse(readFileSync(described, 'utf8'))
    expect(told.digests).toEqual(digests)
    expect([format, settings.saveEvery, settings.keep]).toEqual([1, '1', 2])
    expect(arithmetic).toMatch(/^vectors of (128|256) bits/)
    expect(readdirSync(join(run, 'weights/checkpoints')).length).toBeLessThanOrEqual(2)
  })
})

describe('a run with strict numerics', () => {
  const folder = temporaryFolder()
  const run = join(folder, 'run')
  const described = () => JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
  const arithmetic = 'vectors of 128 bits, no fused multiply-add'

  it('says so in run.json and in its report, and goes on with them', async () => {
    const flags = ['--data', 'xor', '--epochs', '1', '--run-dir', run, '--quiet']
    expect((await gentle(['train', 'perceptron', ...flags, '--strict-numerics'])).code).toBe(0)
    expect(described()).toMatchObject({ arithmetic, settings: { strictNumerics: true } })
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toMatch(
      /the weights are the same to the bit on every machine/,
    )
    expect((await gentle(['train', '--resume', run, '--epochs', '2', '--quiet'])).code).toBe(0)
    expect(described()).toMatchObject({ arithmetic, settings: { strictNumerics: true, epochs: 2 } })
  })

  it('is computed alike where it began without a fused multiply-add and was not asked for them', async () => {
    const { settings, ...rest } = described()
    const { strictNumerics: _, ...others } = settings
    writeFileSync(join(run, 'run.json'), JSON.stringify({ ...rest, settings: others }))
    expect((await gentle(['train', '--resume', run, '--epochs', '3', '--quiet'])).code).toBe(0)
    expect(described()).toMatchObject({ arithmetic, settings: { epochs: 3 } })
  })

  it('has no wide vectors', async () => {
    const { code, stderr } = await gentle([
      'train',
      'perceptron',
      '--data',
      'xor',
      '--strict-numerics',
      '--wide-vectors',
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--strict-numerics does not go with --wide-vectors, .*; leave one of the two out/)
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
