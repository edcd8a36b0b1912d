import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'
import { outlineOf, strangersIn } from './report-pages.ts'

const folder = smallIdxSet()
const run = join(temporaryFolder(), 'run')
const page = () => readFileSync(join(run, 'report.html'), 'utf8')

describe('the report of a training', () => {
  let whole: string
  beforeAll(async () => {
    const args = ['--epochs', '2', '--batch-size', '20', '--threads', '2', '--run-dir', run]
    const { stderr } = await gentle(['train', 'lenet5', '--data', `idx:${folder}`, ...args, ...plainRecipe])
    expect(stderr).toContain('report.html; open it in a browser')
    whole = page()
  })

  it('is made at its end, with figures of the test and the times of a step', () => {
    expect(strangersIn(whole)).toEqual([])
    const outline = outlineOf(whole).split('\n')
    for (const title of [
      'Learning curves',
      'Top losses',
      'What the network saw',
      'Learned filters',
      'Time',
      'Settings',
    ])
      expect(outline).toContain(`section: ${title}`)
    expect(outline).toContain('div: Test accuracy')
    expect(outline).toContain("h3: Where a step's time goes")
    expect(whole).not.toContain('has not come to its end')
    const { labels, predicted, probabilityOfTrue, classes } = JSON.parse(
      readFileSync(join(run, 'predictions.json'), 'utf8'),
    )
    expect(labels).toEqual(predicted)
    expect(probabilityOfTrue).toHaveLength(labels.length)
    expect(classes.length).toBeGreaterThan(1)
    expect(outline).toContain('section: At every threshold')
    expect(whole).toContain('ROC, each class against the rest')
  })

  it('tells of a run of an earlier version that the curves can be drawn', async () => {
    const file = join(run, 'predictions.json')
    const before = readFileSync(file, 'utf8')
    const { curves, ...earlier } = JSON.parse(before)
    expect(curves).toHaveLength(earlier.classes.length)
    writeFileSync(file, JSON.stringify(earlier))
    expect((await gentle(['report', run])).code).toBe(0)
    expect(page()).toContain('gentle eval --out FILE.svg draws the curves')
    for (const broken of [
      { ...curves[0], label: 99 },
      { ...curves[0], roc: [[0, '<b>']] },
    ]) {
      writeFileSync(file, JSON.stringify({ ...earlier, curves: [broken] }))
      expect((await gentle(['report', run])).stderr).toMatch(/predictions\.json is not a list of predictions any more/)
    }
    writeFileSync(file, before)
    const out = join(run, 'curves.svg')
    expect((await gentle(['eval', run, '--out', out])).code).toBe(0)
    expect(readFileSync(out, 'utf8')).toContain('Precision at each recall')
    expect((await gentle(['eval', run, '--out', 'curves.png'])).stderr).toMatch(
      /--out is curves\.png; expected a file that/,
    )
  })

  it('is made again by its command, with the same parts', async () => {
    rmSync(join(run, 'report.html'))
    const { code, stdout } = await gentle(['report', run, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ report: join(run, 'report.html'), bytes: Buffer.byteLength(page()) })
    expect(outlineOf(page())).toBe(outlineOf(whole))
  })

  it('tells of a training under way what its last weights say of the validation', async () => {
    renameSync(join(run, 'summary.json'), join(run, 'summary.aside'))
    expect((await gentle(['report', run])).code).toBe(0)
    renameSync(join(run, 'summary.aside'), join(run, 'summary.json'))
    expect(page()).toContain('has not come to its end: 2 of 2 epochs')
    expect(page()).toContain('validation examples, with the last weights')
    expect(outlineOf(page())).not.toContain('Test accuracy')
    expect(page()).toContain('measured once the training has ended')
  })

  it('is made of the folder alone where the data has gone, and says so', async () => {
    const elsewhere = `${folder}-moved`
    renameSync(folder, elsewhere)
    const { code, stderr } = await gentle(['report', run])
    renameSync(elsewhere, folder)
    expect(code).toBe(0)
    expect(stderr).toContain('are left out')
    expect(page()).toContain('What the model makes of the data is left out')
    expect(outlineOf(page())).toContain('section: Learning curves')
    expect(outlineOf(page())).not.toContain('Top losses')
  })

  it('is not made of predictions that were edited into nonsense', async () => {
    const file = join(run, 'predictions.json')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, before.replace('"predicted":[', '"predicted":[77,'))
    const { code, stderr } = await gentle(['report', run])
    writeFileSync(file, before)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/predictions\.json is not a list of predictions any more/)
  })
})

it('is refused for what is not a run', async () => {
  const empty = join(temporaryFolder(), 'empty')
  mkdirSync(empty)
  const { code, stderr } = await gentle(['report', empty])
  expect(code).toBe(2)
  expect(stderr).toMatch(/is not a run folder/)
  expect(existsSync(join(empty, 'report.html'))).toBe(false)
})
