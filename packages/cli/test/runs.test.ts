/** `gentle runs`: the list, the comparison, and what is said of chance. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findRuns } from '../src/runs/found-runs.ts'
import { agoText, listText } from '../src/runs/list-text.ts'
import { overlay } from '../src/runs/overlay.ts'
import { unpaired, welch } from '../src/runs/significance.ts'
import { quantile, twoSided } from '../src/runs/student-t.ts'
import { withSweepsAsLines } from '../src/runs/sweep-lines.ts'
import { sparkline } from '../src/terminal/sparkline.ts'
import { gentle, temporaryFolder } from './command.ts'

interface Told {
  readonly scores?: readonly number[]
  readonly settings?: Readonly<Record<string, unknown>>
  readonly tested?: number
  readonly files?: Readonly<Record<string, string>>
}

/** A run folder with these validation accuracies. */
function writeRun(folder: string, { scores = [0.5, 0.75], settings = {}, tested, files = {} }: Told): string {
  const run = {
    examples: { validation: 100, test: 400 },
    settings: { model: 'lenet5', data: 'mnist', epochs: 2, seed: 0, ...settings },
  }
  const rows = scores.map((score, i) => `${i + 1},1,0.4,${1 - score},${score},0.1,1000,1.5\n`)
  const all = {
    'run.json': JSON.stringify(run),
    'metrics.csv': `epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,examples_per_second,seconds\n${rows.join('')}`,
    ...(tested === undefined ? {} : { 'summary.json': JSON.stringify({ test: { loss: 0.1, accuracy: tested } }) }),
    ...files,
  }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

function someRuns(): string {
  const folder = temporaryFolder()
  writeRun(join(folder, 'classify/finished'), { tested: 0.7 })
  writeRun(join(folder, 'classify/stopped'), { scores: [0.5] })
  writeRun(join(folder, 'classify/begun'), { scores: [] })
  writeRun(join(folder, 'classify/diverged-with-a-name-as-long-as-people-choose'), {
    files: { 'diverged.json': '{"step":7,"message":"the loss became NaN"}' },
  })
  writeRun(join(folder, 'classify/training'), { files: { 'train.lock': String(process.pid) } })
  writeRun(join(folder, 'classify/killed'), { files: { 'train.lock': '4194304 1' } })
  return folder
}

describe('the list', () => {
  it('tells how each run stands, also where a process was killed', async () => {
    const { runs } = await findRuns([someRuns()])
    expect(
      Object.fromEntries(runs.map(({ run, state }) => [run.name.split('/').at(-1)!.split('-')[0], state])),
    ).toEqual({
      finished: 'finished',
      stopped: 'stopped',
      begun: 'stopped',
      diverged: 'diverged',
      training: 'training',
      killed: 'stopped',
    })
  })

  it('fits 60 columns and up, with scores, states and curves at any width', async () => {
    const { runs } = await findRuns([someRuns()])
    for (let columns = 60; columns <= 160; columns++) {
      const lines = listText(runs, columns, Date.now()).split('\n')
      expect(lines).toHaveLength(runs.length + 1)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
      expect(lines.find((line) => line.includes('finished'))).toMatch(/70\.00 %.*2\/2.*▁█$/)
    }
    expect(listText(runs, 160, Date.now())).toContain('mnist')
  })

  it('judges a run by what it chose its best epoch by, whatever the option for it is called', async () => {
    const folder = temporaryFolder()
    const rows = '1,1,0.9,0.5,0.1,10,1\n2,1,0.7,0.6,0.1,10,1\n'
    writeRun(folder, {
      settings: { monitor: 'f1:weighted' },
      files: {
        'metrics.csv': `epoch,train_loss,validation_accuracy,validation_f1Weighted,learning_rate,examples_per_second,seconds\n${rows}`,
        'run.json': JSON.stringify({
          score: { monitor: 'f1Weighted', name: 'F1 (weighted)', isShare: true },
          settings: { model: 'lenet5', data: 'mnist', epochs: 2, monitor: 'f1:weighted' },
        }),
      },
    })
    const [{ metric, score }] = (await findRuns([folder])).runs
    expect([metric, score]).toEqual(['f1Weighted', { metric: 'f1Weighted', value: 0.6, part: 'validation', epoch: 2 }])
  })

  it('tells in percent what run.json says is a share, and goes by the option of older runs', async () => {
    const folder = temporaryFolder()
    const table = (metric: string): string =>
      `epoch,train_loss,validation_loss,validation_accuracy,validation_${metric},learning_rate\n1,1,0.2,0.5,0.25,0.1\n`
    const written = (name: string, metric: string, told: object): string =>
      writeRun(join(folder, name), {
        files: { 'metrics.csv': table(metric), 'run.json': JSON.stringify({ settings: {}, ...told }) },
      })
    written('share', 'calibrationError', { score: { monitor: 'calibrationError', name: 'calibration', isShare: true } })
    written('number', 'mapping', { score: { monitor: 'mapping', name: 'mapping', isShare: false } })
    written('older', 'other', { settings: { monitor: 'loss' } })
    const { runs } = await findRuns([folder])
    const text = listText(runs, 160, Date.now())
    for (const line of [/share .*25\.00 % calibrationError/, /number .*0\.2500 mapping/, /older .*0\.2000 loss/])
      expect(text).toMatch(line)
    expect(runs.flatMap(({ run }) => [...run.settings.keys()]).filter((name) => name.startsWith('score'))).toEqual([])
  })

  it('does not take the end of a shorter training for that of one that goes on', async () => {
    const folder = temporaryFolder()
    const summary = JSON.stringify({ epochs: 2, test: { accuracy: 0.7 } })
    writeRun(join(folder, 'longer'), { settings: { epochs: 4 }, files: { 'summary.json': summary } })
    writeRun(join(folder, 'whole'), { settings: { epochs: 2 }, files: { 'summary.json': summary } })
    const { runs } = await findRuns([folder])
    const told = runs.map(({ run, state, score }) => [run.name.split('/').at(-1), state, score?.part])
    expect(told.sort()).toEqual([
      ['longer', 'stopped', 'validation'],
      ['whole', 'finished', 'test'],
    ])
  })

  it('has one line for a sweep, of its best trial on validation, and the trials where the sweep is named', async () => {
    const folder = temporaryFolder()
    const sweep = join(folder, 'sweep/rates')
    writeRun(join(folder, 'classify/alone'), {})
    writeRun(join(sweep, 'trial-1'), { scores: [0.5, 0.8], tested: 0.9 })
    writeRun(join(sweep, 'trial-2'), { scores: [0.5, 0.85], tested: 0.7 })
    writeRun(join(sweep, 'trial-3'), { scores: [], files: { 'train.lock': String(process.pid) } })
    writeFileSync(join(sweep, 'sweep.json'), '{}')
    const { runs } = await findRuns([folder])
    const lines = withSweepsAsLines(runs, [folder])
    expect(lines.map(({ path, state, trials, score }) => [path, state, trials, score?.value])).toEqual([
      [join(folder, 'classify/alone'), 'stopped', undefined, 0.75],
      [sweep, 'training', 3, 0.7],
    ])
    expect(listText(lines, 120, Date.now())).toMatch(/sweep\/rates, 3 trials .*70\.00 % .*training/)
    for (const named of [sweep, `${sweep}/`, join(sweep, 'trial-1')])
      expect(withSweepsAsLines(runs, [named]), named).toHaveLength(4)
  })

  it('is sorted, and JSON for programs', async () => {
    const folder = someRuns()
    const { stdout, code } = await gentle(['runs', folder, '--sort', 'score', '--json'])
    expect(code).toBe(0)
    const told = JSON.parse(stdout) as { path: string; score: { value: number; part: string } | null }[]
    expect(told.map(({ score }) => score?.value)).toEqual([0.75, 0.75, 0.75, 0.7, 0.5, undefined])
    expect(told[3]).toMatchObject({
      path: join(folder, 'classify/finished'),
      epochs: 2,
      planned: 2,
      score: { part: 'test', epoch: 2 },
      curve: [0.5, 0.75],
    })
    expect((await gentle(['runs', folder, '--sort', 'scores'])).stderr).toContain(
      "unknown --sort 'scores'; did you mean score?",
    )
  })

  it('goes on where a run is broken, and says which', async () => {
    const folder = someRuns()
    writeRun(join(folder, 'classify/broken'), { files: { 'metrics.csv': 'x,y\n' } })
    const { stdout, stderr } = await gentle(['runs', folder])
    expect(stderr).toContain('classify/broken/metrics.csv begins with')
    expect(stdout).toContain('finished')
  })

  it('says when', () => {
    const now = 1e12
    expect([5, 300, 7200, 3 * 86_400].map((seconds) => agoText(now - 1000 * seconds, now))).toEqual([
      'just now',
      '5 min ago',
      '2 h ago',
      '3 d ago',
    ])
  })
})

describe('curves of letters', () => {
  it('are bars from the least to the largest, of long ones means', () => {
    expect(sparkline([0, 1, Number.NaN, 7], 8)).toBe('▁▂█')
    expect(sparkline([0, 0, 7, 7], 2)).toBe('▁█')
    expect(sparkline([3, 3], 8)).toBe('▄▄')
    expect(sparkline([], 8)).toBe('')
  })

  it('lie over each other', () => {
    const drawn = overlay(
      [
        {
          letter: 'A',
          points: [
            [1, 0],
            [2, 1],
          ],
        },
        {
          letter: 'B',
          points: [
            [1, 0],
            [2, 0],
          ],
        },
      ],
      { columns: 10, rows: 3, format: String },
    )
    expect(drawn).toEqual(['1 ┤      A', '  ┤', '0 ┤ *    B', '    1    2'])
    expect(overlay([{ letter: 'A', points: [[1, Number.NaN]] }], { columns: 10, rows: 3, format: String })).toEqual([])
  })
})

describe('chance', () => {
  // scipy.stats 1.10: 2 * t.sf(t, df), t.ppf(0.975, df) and ttest_ind(b, a, equal_var=False).
  it.each([
    [0.5, 1, 0.7048327646991336],
    [2, 3.7, 0.12181720190523394],
    [1.3, 40, 0.2010425149921627],
    [4.2, 120.5, 5.141881821863846e-5],
    [9, 2.5, 0.005747906183608056],
    [0, 5, 1],
  ])('is that of SciPy: t %d of %d degrees', (t, freedom, expected) => {
    expect(twoSided(t, freedom) / expected).toBeCloseTo(1, 10)
  })

  it('has the quantiles of SciPy', () => {
    expect([1, 2.5, 30].map((freedom) => quantile(0.05, freedom))).toEqual(
      [12.706204736432095, 3.5746548420118773, 2.0422724563012373].map((each) => expect.closeTo(each, 9)),
    )
  })

  it("of two means is Welch's test as SciPy has it", () => {
    const tested = welch([0.981, 0.984, 0.979], [0.988, 0.9901, 0.9875, 0.9889])!
    expect(tested.p).toBeCloseTo(0.024804873261194117, 10)
    expect(tested.from).toBeGreaterThan(0)
    expect((tested.from + tested.to) / 2).toBeCloseTo(tested.value, 12)
    expect(welch([0.5, 0.5], [0.6, 0.6])).toBeUndefined()
  })

  it("of two shares is Newcombe's example: 56 of 70 and 48 of 80", () => {
    const { value, from, to } = unpaired({ share: 48 / 80, n: 80 }, { share: 56 / 70, n: 70 })
    expect([value, from, to].map((each) => each.toFixed(4))).toEqual(['0.2000', '0.0524', '0.3339'])
  })
})

describe('runs beside each other', () => {
  const folder = temporaryFolder()
  const seeds = (name: string, learningRate: number, scores: readonly number[]): string[] =>
    scores.map((tested, seed) =>
      writeRun(join(folder, `${name}-${seed}`), { tested, settings: { learningRate, seed } }),
    )
  const slow = seeds('slow', 0.01, [0.9, 0.91, 0.905])
  const fast = seeds('fast', 0.1, [0.95, 0.96, 0.955])
  const like = seeds('like', 0.02, [0.9, 0.93, 0.88])

  it('of several seeds are told apart where it is more than their noise', async () => {
    const { stdout } = await gentle(['runs', ...slow, ...fast])
    expect(stdout).toMatch(/^learningRate +0\.01/m)
    expect(stdout).toMatch(
      /B against A: \+5\.00 % test accuracy \(95 % interval \+3\.\d\d % to \+6\.\d\d %\); Welch's t-test over 3 and 3 seeds: p = 0\.00\d\d: more than the noise/,
    )
    expect((await gentle(['runs', ...slow, ...like])).stdout).toContain('no more than the noise of seeds may give')
  })

  it('are corrected for the number of comparisons', async () => {
    const { stdout } = await gentle(['runs', ...slow, ...fast, ...like, '--json'])
    const { verdicts, differing } = JSON.parse(stdout)
    expect(verdicts.map(({ pair, differs }: { pair: string[]; differs: boolean }) => [...pair, differs])).toEqual([
      ['A', 'B', true],
      ['C', 'B', false],
    ])
    expect(verdicts[0].text).toContain('times 2 comparisons')
    expect(Object.keys(differing)).toEqual(['seed', 'learningRate'])
  })

  it('of one seed each have the chance of the examples, and what it cannot tell', async () => {
    const svg = join(folder, 'compare.svg')
    const { stdout, stderr } = await gentle(['runs', slow[0], fast[0], '--out', svg])
    expect(stdout).toMatch(/as for examples drawn apart \(Newcombe\): more than 400 examples give by chance/)
    expect(stdout).toContain('do not tell the noise of seeds')
    expect(stderr).toContain(`wrote ${svg}`)
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*slow-0.*fast-0/s)
  })

  it('are not judged where the data differs, a score is missing or seeds are the same', async () => {
    const other = writeRun(join(folder, 'other'), { tested: 0.5, settings: { data: 'emnist' } })
    const begun = writeRun(join(folder, 'begun'), { scores: [] })
    const again = writeRun(join(folder, 'again'), { tested: 0.9, settings: { learningRate: 0.01, seed: 0 } })
    const said = async (...paths: string[]): Promise<string> => (await gentle(['runs', ...paths])).stdout
    expect(await said(slow[0], other)).toContain('cannot be told: they learned different data')
    expect(await said(slow[0], begun)).toContain('cannot be told: a run has no score yet')
    expect(await said(slow[0], again, fast[0])).toContain('runs of the same settings have the same seed')
    expect(await said(slow[0], slow[1])).toContain('there is nothing to compare')
  })

  it('are of one setting where seeds alone differ, and what follows from these or changes nothing', async () => {
    const paths = [0, 1].map((seed) =>
      writeRun(join(folder, `follows-${seed}`), {
        tested: 0.9 + seed / 100,
        files: {
          'run.json': JSON.stringify({
            ...(seed === 0 ? {} : { format: 1, arithmetic: 'vectors of 128 bits' }),
            examples: { validation: 100, test: 400 },
            preprocessing: { mean: [0.4 + seed / 10] },
            told: { later: seed },
            settings: { model: 'lenet5', data: 'mnist', epochs: 2, seed, saveEvery: seed === 0 ? '30s' : '5m' },
          }),
        },
      }),
    )
    expect((await gentle(['runs', ...paths])).stdout).toContain('there is nothing to compare')
  })

  it('are compared with the best of those that have a score', async () => {
    const none = writeRun(join(folder, 'none'), { scores: [], settings: { learningRate: 0.5 } })
    const { stdout } = await gentle(['runs', none, ...slow, ...fast, '--json'])
    const { verdicts } = JSON.parse(stdout)
    expect(verdicts.map(({ pair, method }: { pair: string[]; method: string }) => [...pair, method])).toEqual([
      ['A', 'C', 'none'],
      ['B', 'C', 'welch'],
    ])
  })

  it('are drawn only where there are several', async () => {
    expect((await gentle(['runs', folder, '--out', 'x.svg'])).stderr).toContain('give two run folders or more')
    expect((await gentle(['runs', slow[0], fast[0], '--sort', 'score'])).stderr).toContain('--sort orders a list')
    expect((await gentle(['runs', slow[0], fast[0], '--out', 'x.png'])).stderr).toContain(
      'expected a file name that ends in .svg',
    )
  })
})
