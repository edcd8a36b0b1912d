/** Translation from the command line: training, the run's folder, evaluation, and all ways to ask for translations. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gentle, main, temporaryFolder } from './command.ts'
import { sectionsOf } from './report-pages.ts'

const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** Digits and their names, the same in each place: learned in a few epochs. */
const pairs = Array.from({ length: 1000 }, (_, i) => {
  const digits = Array.from(String(i))
  return `${digits.join(' ')}\t${digits.map((digit) => names[Number(digit)]).join(' ')}\n`
})

/** Runs `gentle` with these lines on its standard input. */
function withInput(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'ignore'] })
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.on('error', reject)
    child.on('close', () => resolve(stdout))
    child.stdin.end(input)
  })
}

describe('gentle translate', () => {
  const folder = temporaryFolder()
  const [data, run] = [join(folder, 'digits.tsv'), join(folder, 'run')]
  const training = ['train', 'gnmt', '--data', `pairs:${data}`, '--threads', '2', '--units', '64', '--learning-rate']
  const json = (file: string) => JSON.parse(readFileSync(join(run, file), 'utf8'))
  let trained: Awaited<ReturnType<typeof gentle>>

  beforeAll(async () => {
    writeFileSync(data, pairs.join(''))
    trained = await gentle([
      ...training,
      '0.01',
      '--epochs',
      '16',
      '--batch-size',
      '16',
      '--warmup',
      '20',
      '--run-dir',
      run,
    ])
  }, 120_000)

  it('learns digits, tells what it learned from, and keeps everything', () => {
    expect([trained.code, trained.stderr.match(/gentle:.*/)]).toEqual([0, null])
    expect(trained.stderr).toMatch(/850 training, 50 validation, 100 test examples/)
    expect(trained.stderr).toMatch(/wordpieces of the source, .* per text; .* wordpieces of the target/)
    const { test, task, model } = json('summary.json')
    expect({ task, model }).toEqual({ task: 'translate', model: 'gnmt' })
    expect(test.sources).toBe(100)
    expect(test.exactMatch).toBeGreaterThan(0.95)
    expect(test.tokenErrorRate).toBeLessThan(0.02)
    expect(test.beams.map(({ beam }: { beam: number }) => beam)).toEqual([1, 4])
    // Greedy decoding gets right what teacher forcing does.
    expect(test.beams[0].exactMatch).toBeCloseTo(test.sequenceAccuracy, 5)
    expect(json('run.json').settings).toMatchObject({ units: 64, layers: 2, test: 0.1, maxLength: 128, warmup: 20 })
    for (const file of ['attention.svg', 'curves.svg', 'examples.json', 'pieces.json', 'weights/best.safetensors'])
      expect(existsSync(join(run, file)), file).toBe(true)
    expect(trained.stdout).toMatch(/exact match [\d.]+ % of 100 test texts, chrF \d/)
    expect(trained.stdout).toContain('✓')
  })

  it('has a report with the parts that are stored', async () => {
    await expect(sectionsOf(run)).toMatchFileSnapshot('snapshots/report-of-translate.txt')
  })

  it('is judged on the same test part, and on all of other pairs', async () => {
    const own = JSON.parse((await gentle(['eval', run, '--data', `pairs:${data}`, '--json'])).stdout)
    const { test } = json('summary.json')
    for (const key of ['loss', 'exactMatch', 'tokenErrorRate', 'bleu', 'chrf', 'beams', 'sources'])
      expect(own[key], key).toEqual(test[key])
    const other = join(folder, 'other.tsv')
    writeFileSync(other, pairs.slice(500, 540).join(''))
    const all = JSON.parse((await gentle(['eval', run, '--data', `pairs:${other}`, '--json'])).stdout)
    expect(all.sources).toBe(40)
    const part = JSON.parse((await gentle(['eval', run, '--data', other, '--split', 'test', '--json'])).stdout)
    expect(part.sources).toBe(4)
  })

  it('translates texts as they are asked for', async () => {
    const quiet = await gentle(['translate', run, '1 2 3', '40', '--quiet'])
    expect(quiet.stdout.split('\n')[0]).toBe('one two three')
    expect(quiet.stdout.split('\n')).toHaveLength(3)
    const several = await gentle(['translate', run, '4 0', '--n-best', '3'])
    expect(several.stdout).toMatch(/probability +translation\n +9\d\.\d\d % +four zero\n/)
    const asData = JSON.parse((await gentle(['translate', run, '7', '--json', '--beam-size', '1'])).stdout)
    expect(asData.translations[0]).toMatchObject({ text: 'seven', ended: true, pieces: [' seven', '</s>'] })
    const picture = join(folder, 'attention.svg')
    const drawn = await gentle(['translate', run, '9 1 ß', '--out', picture])
    expect(drawn.stderr).toContain('ß did not occur in the training texts')
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg .*>&lt;\/s&gt;<\/text>/)
  })

  it('translates lines of standard input, an empty one to an empty one', async () => {
    expect(await withInput(['translate', run], '5 5\n\n0 8 1\r\n6')).toBe('five five\n\nzero eight one\nsix\n')
    const lines = (await withInput(['translate', run, '--json'], '3\n2 2')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).translations[0].text)).toEqual(['three', 'two two'])
  })

  it('goes on to the same bits, with the pieces that it began with', async () => {
    const [stopped, whole] = [join(folder, 'stopped'), join(folder, 'whole')]
    const settings = [
      ...training,
      '0.01',
      '--schedule',
      'constant',
      '--layers',
      '3',
      '--vocabulary',
      'characters,60',
      '--quiet',
    ]
    expect((await gentle([...settings, '--epochs', '1', '--run-dir', stopped])).code).toBe(0)
    expect((await gentle([...settings, '--epochs', '2', '--run-dir', whole])).code).toBe(0)
    expect((await gentle(['train', '--resume', stopped, '--epochs', '2', '--quiet'])).code).toBe(0)
    const [a, b] = [stopped, whole].map((path) => readFileSync(join(path, 'weights/last.safetensors')))
    expect(a.equals(b)).toBe(true)
    writeFileSync(data, pairs.join('').replace('\tzero\n', '\tnought\n'))
    const other = await gentle(['train', '--resume', stopped, '--epochs', '3', '--quiet'])
    writeFileSync(data, pairs.join(''))
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('data')])
  })

  it('refuses what is not for it, in a line', async () => {
    for (const [args, message] of [
      [['train', 'gnmt'], 'no data set given; name one, as in --data pairs:FILE.tsv'],
      [['train', 'gnmt', '--data', 'pairs:none.tsv'], 'no such file: none.tsv'],
      [['train', 'gnmt', '--data', data, '--resize', '8'], '--resize is not for --task translate; it is for pictures'],
      [['train', 'gnmt', '--data', data, '--augment', 'flip'], '--augment is for pictures and sounds'],
      [['train', 'gnmt', '--data', data, '--layers', '1'], 'layers is 1; expected a whole number from 2 to 8'],
      [['train', 'lenet5', '--vocabulary', '100'], '--vocabulary is not for pictures; it is for --task translate'],
      [['translate', run, ' '], 'text 1 is empty'],
      [['translate', run, 'a', '--beam-size', '0'], '--beam-size is 0; expected a whole number from 1 to 100'],
      [['translate', run, 'a', 'b', '--out', 'x.svg'], '--out draws the attention of one text, but 2 were given'],
      [['translate', run, 'a', '--out', 'x.png'], 'expected an .svg file'],
      [['translate', run, '1', '--out', join(folder, 'none', 'x.svg')], 'cannot be written'],
      [['translate', join(folder, 'none'), 'a'], 'is neither a run folder with weights nor a file of a model'],
      [['predict', run, 'x.png'], 'use gentle translate'],
      [['eval', run, '--data', data, '--flip'], '--flip is not for a model that was trained to translate'],
    ] as const) {
      const { code, stderr } = await gentle(args)
      expect([code, stderr], args.join(' ')).toEqual([2, expect.stringContaining(message)])
    }
  })
})
