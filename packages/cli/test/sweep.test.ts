/** What a sweep varies, in what order it trains and how it ranks, without a training. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawn, grid, numberIn, sizeOfSpace } from '../src/sweep/candidates.ts'
import { createSweepFolder, readSweep, type Sweep, type Trial, writeSweep } from '../src/sweep/record.ts'
import { halvingRungs, membersOf, ranked, waiting, withFailuresToTryAgain } from '../src/sweep/rungs.ts'
import { parseSpace, parseVaried } from '../src/sweep/space.ts'
import { rankingTable, sweepText } from '../src/sweep/sweep-text.ts'
import { comparedText, doneOf, endedText, shareDone, sweepProgress } from '../src/sweep/sweep-view.ts'
import { trialWords } from '../src/sweep/train-words.ts'
import { resultOf, trialRun } from '../src/sweep/trial-run.ts'
import { progressLine } from '../src/terminal/progress.ts'
import { gentle, temporaryFolder } from './command.ts'

const problemOf = (text: string): string => {
  try {
    parseVaried(text)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error(`${text} was taken`)
}

describe('--vary', () => {
  it.each([
    ['learning-rate=0.01,0.1', { name: 'learningRate', values: [0.01, 0.1] }],
    ['learning_rate=0.01', { name: 'learningRate', values: [0.01] }],
    ['lr=1e-3', { name: 'learningRate', values: [0.001] }],
    ['batchSize=32, 64', { name: 'batchSize', values: [32, 64] }],
    ['optimizer=sgd,adamW', { name: 'optimizer', values: ['sgd', 'adamW'] }],
    [
      'schedule=["linear","step:every=3,factor=0.5"]',
      { name: 'schedule', values: ['linear', 'step:every=3,factor=0.5'] },
    ],
    ['freeze=conv1,all-but-head', { name: 'freeze', values: [['conv1'], ['all-but-head']] }],
    ['freeze=[["conv1","conv2"],"conv1"]', { name: 'freeze', values: [['conv1', 'conv2'], ['conv1']] }],
    ['lr=log:1e-4:0.1', { name: 'learningRate', values: { kind: 'log', low: 1e-4, high: 0.1, whole: false } }],
    ['momentum=uniform:0:0.9', { name: 'momentum', values: { kind: 'uniform', low: 0, high: 0.9, whole: false } }],
    ['units=int:8:64', { name: 'units', values: { kind: 'uniform', low: 8, high: 64, whole: true } }],
    ['batch-size=log:8:512', { name: 'batchSize', values: { kind: 'log', low: 8, high: 512, whole: true } }],
  ])('takes %s', (text, varied) => {
    expect(parseVaried(text)).toEqual(varied)
  })

  it.each([
    ['learning-rate', /expected NAME=VALUES, such as/],
    ['learning-rate=', /expected NAME=VALUES/],
    ['lerning-rate=1', /unknown setting of --vary 'lerning-rate'; did you mean learning-rate\?/],
    ['wd=0.1', /did you mean weight-decay\?/],
    ['dropout=0.1', /unknown setting of --vary 'dropout'/],
    ['vocabulary=8000,16000', /--vary vocabulary: scores of tokens that differ cannot be compared/],
    ['threads=1,2', /--vary threads: it changes no score/],
    ['monitor=f1,auc', /--vary monitor: scores of trials that differ in it cannot be compared/],
    ['learning-rate=0.1,fast', /--learning-rate is "fast"; expected a number above 0/],
    ['learning-rate=0.1,-1', /--learning-rate is -1; expected a number above 0/],
    ['batch-size=1.5', /--batch-size is 1\.5; expected a whole number of at least 1/],
    ['optimizer=adm', /unknown --optimizer 'adm'; did you mean adam\?/],
    ['schedule=linear,step:every=30,factor=0.1', /values that have commas in them are given as a list of JSON/],
    ['schedule=linear,stp', /unknown --schedule 'stp'; did you mean step\?/],
    ['schedule=[linear]', /expected a list of JSON/],
    ['learning-rate=0.1,0.1', /has 0\.1 twice/],
    ['learning-rate=loguniform:1:2', /unknown range of --vary learning-rate: 'loguniform'/],
    ['learning-rate=log:0:1', /expected LOW above 0/],
    ['learning-rate=log:1:0.1', /LOW below HIGH/],
    ['learning-rate=log:0.1', /expected log:LOW:HIGH, such as log:0\.001:0\.1/],
    ['momentum=uniform:0:2', /--momentum is 2; expected a number below 1/],
    ['batch-size=uniform:1:2.5', /expected whole numbers/],
    ['optimizer=int:1:2', /its values are not numbers; list them/],
  ])('refuses %s by name', (text, problem) => {
    expect(problemOf(text)).toMatch(problem)
  })

  it('is asked for once for a setting, and at least once', () => {
    expect(() => parseSpace(['lr=1', 'learning-rate=2'])).toThrow('--vary learning-rate is given twice')
    expect(() => parseSpace([])).toThrow('nothing to vary')
  })
})

describe('candidates', () => {
  it('of a grid are all combinations, the last setting changing fastest', () => {
    expect(grid(parseSpace(['optimizer=sgd,adam', 'batch-size=8,16']))).toEqual([
      { optimizer: 'sgd', batchSize: 8 },
      { optimizer: 'sgd', batchSize: 16 },
      { optimizer: 'adam', batchSize: 8 },
      { optimizer: 'adam', batchSize: 16 },
    ])
  })

  it('drawn are the same for a seed, others for another, and what else is varied changes none of them', () => {
    const alone = parseSpace(['lr=log:1e-4:1'])
    const both = parseSpace(['lr=log:1e-4:1', 'momentum=uniform:0:0.9'])
    expect(drawn(alone, 1, 10)).toEqual(drawn(alone, 1, 10))
    expect(drawn(alone, 1, 10)).not.toEqual(drawn(alone, 2, 10))
    expect(drawn(alone, 1, 5)).toEqual(drawn(alone, 1, 10).slice(0, 5))
    expect(drawn(both, 1, 10).map(({ learningRate }) => learningRate)).toEqual(
      drawn(alone, 1, 10).map(({ learningRate }) => learningRate),
    )
  })

  it('drawn of log are evenly spread over the powers of ten, within the ends', () => {
    const rates = drawn(parseSpace(['lr=log:1e-4:1']), 0, 1000).map(({ learningRate }) => learningRate as number)
    for (const [low, high] of [
      [1e-4, 1e-3],
      [1e-3, 1e-2],
      [1e-2, 0.1],
      [0.1, 1.001],
    ])
      expect(rates.filter((rate) => rate >= low && rate < high).length / rates.length).toBeCloseTo(0.25, 1)
  })

  it('drawn of whole numbers have each as often, both ends among them', () => {
    const range = { kind: 'uniform', low: 3, high: 6, whole: true } as const
    const counts = new Map<number, number>()
    for (let i = 0; i < 4000; i++) {
      const number = numberIn(range, i / 4000)
      counts.set(number, (counts.get(number) ?? 0) + 1)
    }
    expect([...counts]).toEqual([3, 4, 5, 6].map((number) => [number, 1000]))
    expect(numberIn({ kind: 'log', low: 8, high: 512, whole: true }, 0)).toBe(8)
    expect(numberIn({ kind: 'log', low: 8, high: 512, whole: true }, 1 - 2 ** -24)).toBe(512)
  })

  it('drawn of a small space are each of its combinations once', () => {
    const space = parseSpace(['batch-size=int:1:3', 'optimizer=sgd,adam'])
    expect(sizeOfSpace(space)).toBe(6)
    const all = drawn(space, 0, 20)
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(6)
    expect(all).toHaveLength(6)
  })
})

describe('successive halving', () => {
  it.each([
    [9, 27, 3, ['9 to 3', '3 to 9', '1 to 27']],
    [20, 10, 3, ['20 to 1', '6 to 3', '2 to 10']],
    [8, 100, 2, ['8 to 12', '4 to 25', '2 to 50', '1 to 100']],
    [81, 4, 3, ['81 to 1', '27 to 4']],
    [27, 27, 3, ['27 to 1', '9 to 3', '3 to 9', '1 to 27']],
  ])('of %i trials and %i epochs by %i', (trials, epochs, factor, rungs) => {
    expect(halvingRungs(trials, epochs, factor).map(({ trials: n, epochs: e }) => `${n} to ${e}`)).toEqual(rungs)
  })

  it('needs something to halve', () => {
    expect(() => halvingRungs(2, 27, 3)).toThrow('needs at least 3 trials and 3 epochs, not 2 and 27')
    expect(() => halvingRungs(9, 2, 3)).toThrow('not 9 and 2')
    expect(() => halvingRungs(9, 9, 1)).toThrow('--reduction-factor is 1; expected a whole number of at least 2')
  })
})

const result = (score: number, epochs: number) => ({ score, epochs, bestEpoch: epochs, seconds: 1 })

const trial = (number: number, scores: readonly number[], failure?: Trial['failure']): Trial => ({
  trial: number,
  settings: { learningRate: number / 100, schedule: 'cosine' },
  results: scores.map((score, rung) => result(score, 3 ** rung)),
  ...(failure === undefined ? {} : { failure }),
})

const sweepOf = (trials: readonly Trial[], monitor = 'accuracy'): Sweep => ({
  format: 1,
  version: '0.1.0',
  started: '2026-01-01T00:00:00.000Z',
  method: 'halving',
  vary: ['learning-rate=log:0.01:0.1', 'schedule=cosine'],
  seed: 0,
  reductionFactor: 3,
  model: 'mlp',
  options: ['--data', 'rows.csv', '--strict'],
  score: { monitor, name: monitor, isShare: monitor === 'accuracy' },
  rungs: [
    { epochs: 1, trials: 6 },
    { epochs: 3, trials: 2 },
  ],
  trials,
})

describe('a sweep', () => {
  const scores = [0.5, 0.9, 0.7, 0.7, 0.8]

  it('trains all trials to the first rung, and then the best of those that came there', () => {
    const begun = sweepOf([...scores.map((score, i) => trial(i + 1, [score])), trial(6, [])])
    expect(waiting(begun)).toMatchObject({ rung: 0, trials: [{ trial: 6 }] })
    const there = sweepOf([...scores.map((score, i) => trial(i + 1, [score])), trial(6, [0.85])])
    expect(membersOf(there, 1).map((each) => each.trial)).toEqual([2, 6])
    expect(waiting(there)).toMatchObject({ rung: 1, trials: [{ trial: 2 }, { trial: 6 }] })
    const done = sweepOf(
      there.trials.map((each) => ([2, 6].includes(each.trial) ? trial(each.trial, [0.9, 0.91]) : each)),
    )
    expect(waiting(done)).toBeUndefined()
  })

  it('lets less go on where less is better', () => {
    const losses = sweepOf(
      scores.map((score, i) => trial(i + 1, [score])),
      'loss',
    )
    expect(membersOf(losses, 1).map((each) => each.trial)).toEqual([1, 3])
    expect(ranked(losses)[0].trial).toBe(1)
  })

  it('ranks those first that came furthest, of them the best, of equals the first; failed ones nowhere', () => {
    const failure = { message: 'loss is NaN', diverged: true }
    const sweep = sweepOf([
      trial(1, [0.6, 0.7]),
      trial(2, [0.9, 0.95], failure),
      trial(3, [0.99]),
      trial(4, [0.6, 0.7]),
      trial(5, [0.6, 0.8]),
    ])
    expect(ranked(sweep).map((each) => each.trial)).toEqual([5, 1, 4, 3])
  })

  it('tries again what failed by chance and not what diverged, unless others were chosen since without it', () => {
    const [killed, diverged] = [
      { message: 'it was ended by SIGKILL', diverged: false },
      { message: 'loss is NaN', diverged: true },
    ]
    const first = sweepOf([trial(1, [], killed), trial(2, [], diverged), trial(3, [0.5])])
    expect(withFailuresToTryAgain(first).trials.map(({ failure }) => failure)).toEqual([undefined, diverged, undefined])
    const later = sweepOf([trial(1, [], killed), trial(2, [0.5, 0.6]), trial(3, [0.5], killed)])
    expect(withFailuresToTryAgain(later).trials.map(({ failure }) => failure)).toEqual([killed, undefined, undefined])
  })

  it('counts how much of it is done', () => {
    const sweep = sweepOf([1, 2, 3, 4, 5, 6].map((number) => trial(number, number < 4 ? [0.5] : [])))
    // 6 trials of a third, then 2 of two thirds.
    expect(shareDone(sweep, 0, [])).toBeCloseTo(1 / (10 / 3), 6)
    expect(shareDone(sweep, 0, [1 / 6, 1])).toBeCloseTo((1 + 1 / 6 + 1 / 3) / (10 / 3), 6)
    const half = sweepOf([1, 2, 3, 4, 5, 6].map((number) => trial(number, [0.5])))
    expect(shareDone(half, 1, [2 / 3])).toBeCloseTo((2 + 1 / 3) / (10 / 3), 6)
  })

  it('is kept in a file that is read back as it was, and refused where it is broken or newer', () => {
    const folder = createSweepFolder('any', join(temporaryFolder(), 'deep', 'sweep'))
    const sweep = sweepOf([trial(1, [0.5]), trial(2, [], { message: 'no', diverged: false })])
    writeSweep(folder, sweep)
    expect(readSweep(folder)).toEqual(sweep)
    expect(readdirSync(folder)).toEqual(['sweep.json'])
    expect(() => createSweepFolder('any', folder)).toThrow(
      /already contains a sweep; .* continue the sweep: npx gentle sweep --resume/,
    )
    writeFileSync(join(folder, 'sweep.json'), JSON.stringify({ ...sweep, format: 2 }))
    expect(() => readSweep(folder)).toThrow('of format 2, which a newer Gentle wrote')
    writeFileSync(join(folder, 'sweep.json'), JSON.stringify({ ...sweep, seed: 'x' }))
    expect(() => readSweep(folder)).toThrow(/not what gentle sweep wrote: seed/)
    writeFileSync(join(folder, 'sweep.json'), '{')
    expect(() => readSweep(folder)).toThrow('cannot be read')
    expect(() => writeSweep(join(folder, 'gone'), sweep)).toThrow(
      /gone\/sweep\.json cannot be written: no such folder; what was trained is in the folders of the trials; .* sweep --resume/,
    )
    const other = temporaryFolder()
    mkdirSync(join(other, 'trial-1'))
    expect(() => createSweepFolder('any', other)).toThrow('is not empty; give another folder')
    const inTheWay = join(temporaryFolder(), 'file')
    writeFileSync(inTheWay, '')
    expect(() => createSweepFolder('any', inTheWay)).toThrow(
      `the folder ${inTheWay} cannot be made: it is a file; give another with --sweep-dir`,
    )
    expect(() => readSweep(temporaryFolder())).toThrow('is not a sweep: it has no sweep.json')
  })

  it('begins and continues trials by these words', () => {
    const sweep = sweepOf([trial(1, [])])
    const of = { trial: 1, settings: { learningRate: 0.01, freeze: ['a', 'b'] }, threads: 2 }
    expect(trialWords('s', sweep, { ...of, isBegun: false, stopAfter: 3 })).toEqual([
      ...[
        'train',
        'mlp',
        '--data',
        'rows.csv',
        '--strict',
        '--learning-rate',
        '0.01',
        '--freeze',
        'a',
        '--freeze',
        'b',
      ],
      ...['--run-dir', join('s', 'trial-1'), '--threads', '2', '--stop-after', '3', '--json-lines'],
    ])
    expect(trialWords('s', sweep, { ...of, isBegun: true, stopAfter: undefined })).toEqual([
      ...['train', '--resume', join('s', 'trial-1'), '--strict', '--threads', '2', '--json-lines'],
    ])
    const tracing = { ...sweep, options: ['--data', 'rows.csv', '--detect-anomaly'] }
    expect(trialWords('s', tracing, { ...of, isBegun: true, stopAfter: 3 })).toEqual([
      ...['train', '--resume', join('s', 'trial-1'), '--detect-anomaly', '--threads', '2', '--stop-after', '3'],
      '--json-lines',
    ])
  })
})

describe('the score of a trial', () => {
  const folder = join(temporaryFolder(), 'trial')
  mkdirSync(folder)
  const metrics = ['0.5,0.6,0.55', '0.7,0.8,0.3', '0.8,0.75,0.2'].map((row, i) => {
    const [train, validation, loss] = row.split(',')
    return `${i + 1},1,${train},${loss},${validation},0.1,100,2`
  })
  writeFileSync(
    join(folder, 'metrics.csv'),
    `epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,examples_per_second,seconds\n${metrics.join('\n')}\n`,
  )

  it('is there once a training has begun', () => {
    expect(trialRun(folder)).toBeUndefined()
  })

  it('is the best on validation of the epochs up to its rung, never of training or test', () => {
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ settings: { epochs: 3 } }))
    writeFileSync(join(folder, 'summary.json'), JSON.stringify({ epochs: 3, test: { accuracy: 0.99 } }))
    const run = trialRun(folder)!
    expect(run).toMatchObject({ epochs: 3, finished: true })
    const of = (monitor: string) => ({ monitor, name: monitor, isShare: true })
    expect(resultOf(run, of('accuracy'))).toEqual({ epochs: 3, score: 0.8, bestEpoch: 2, seconds: 6 })
    expect(resultOf(run, of('accuracy'), 1)).toEqual({ epochs: 1, score: 0.6, bestEpoch: 1, seconds: 2 })
    expect(resultOf(run, of('loss'))).toEqual({ epochs: 3, score: 0.2, bestEpoch: 3, seconds: 6 })
    expect(resultOf(run, of('f1'))).toBeUndefined()
  })
})

describe('what a sweep says', () => {
  const sweep = sweepOf([
    trial(1, [0.6, 0.7]),
    trial(2, [], { message: 'loss is NaN', diverged: true }),
    trial(3, [0.9]),
  ])

  it('fits the columns of a terminal: settings are columns where there is room, else a line', () => {
    expect(rankingTable(sweep, 80)).toMatchInlineSnapshot(`
      "trial  learning-rate  schedule  accuracy  best epoch  time
          1           0.01  cosine     70.00 %  3 of 3      1.0 s
          3           0.03  cosine     90.00 %  1 of 1      1.0 s"
    `)
    const narrow = rankingTable(sweep, 50)
    expect(narrow).toMatchInlineSnapshot(`
      "trial  accuracy  best epoch  time
          1   70.00 %  3 of 3      1.0 s
             learning-rate 0.01, schedule cosine
          3   90.00 %  1 of 1      1.0 s
             learning-rate 0.03, schedule cosine"
    `)
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(50)
    const state = sweepProgress(sweep, 0, 2, 3725)
    for (const columns of [60, 80]) expect(progressLine(0.4, state, columns).length).toBeLessThanOrEqual(columns)
    expect(progressLine(0.4, state, 80)).toMatchInlineSnapshot(
      `"rung 1/2, trial 3/3 █████░░░░░░░░ best 70.00 % (trial 1)  2 training  62:05 left"`,
    )
  })

  it('tells of each trial in a line', () => {
    expect(endedText(sweep, sweep.trials[0], 1)).toMatchInlineSnapshot(
      `"trial 1 of 3: accuracy 70.00 % at epoch 3 of 3  1.0 s  learning-rate 0.01, schedule cosine"`,
    )
    expect(endedText(sweep, sweep.trials[1], 0)).toMatchInlineSnapshot(
      `"trial 2 of 3 failed: loss is NaN  (learning-rate 0.02, schedule cosine)"`,
    )
  })

  it('tells which go on from a rung', () => {
    const six = sweepOf([0.5, 0.9, 0.7, 0.7, 0.8, 0.85].map((score, i) => trial(i + 1, [score])))
    expect(comparedText(six, 0, membersOf(six, 1))).toBe(
      'rung 1 of 2: 6 trials at 1 epoch; the best 2 go on to 3: 2, 6',
    )
    expect(comparedText(six, 0, membersOf(six, 1).slice(0, 1))).toContain('the best goes on to 3: 2')
    expect(doneOf(six, 1)).toEqual({ done: 0, all: 2 })
  })

  it('ends with what to do with the best', () => {
    expect(sweepText('runs/s', sweep, 80).split('\n').slice(4).join('\n')).toMatchInlineSnapshot(`
      "trial 2 failed: loss is NaN (learning-rate 0.02, schedule cosine)

      best: trial 1, learning-rate 0.01, schedule cosine
      Ranked by accuracy on validation, those that were trained longer first. The best of many is chosen by chance, too: what it is worth, the test set tells, which took no part in this:
        npx gentle eval runs/s/trial-1
      To train with these settings again:
        npx gentle train mlp --data rows.csv --strict --learning-rate 0.01 --schedule cosine"
    `)
    const partly = sweepOf([trial(1, [0.6])])
    expect(sweepText('runs/s', partly, 80)).toContain(
      'npx gentle train --resume runs/s/trial-1   (it was trained for 1 of 3 epochs)',
    )
    expect(sweepText('runs/s', sweepOf([trial(2, [], { message: 'loss is NaN', diverged: true })]), 80)).toBe(
      'trial 2 failed: loss is NaN (learning-rate 0.02, schedule cosine)\nno trial has a score',
    )
  })
})

describe('gentle sweep refuses', () => {
  const folder = temporaryFolder()
  const data = join(folder, 'rows.csv')
  const pairs = join(folder, 'pairs.tsv')
  writeFileSync(pairs, Array.from({ length: 40 }, (_, i) => `${i}\tnumber ${i}\n`).join(''))
  writeFileSync(data, `a,kind\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'odd' : 'even'}`).join('\n')}\n`)

  it.each<[string, string[], RegExp]>([
    [
      'what gentle train refuses, before the first trial',
      ['mlp', '--vary', 'momentum=0.5', '--optimizer', 'adam'],
      /--momentum needs --optimizer sgd/,
    ],
    [
      'combinations that do not go together',
      ['mlp', '--vary', 'optimizer=adam,lion'],
      /--optimizer lion needs --learning-rate/,
    ],
    ['an unknown network', ['--vary', 'model=mlp,lenet6'], /unknown model 'lenet6'; did you mean lenet5\?/],
    [
      'an option that is varied, too',
      ['mlp', '--vary', 'epochs=1,2', '--epochs', '3'],
      /--epochs is varied; leave --epochs 3 out/,
    ],
    ['a network that is varied, too', ['mlp', '--vary', 'model=mlp,perceptron'], /the model is varied; leave mlp out/],
    [
      'a grid of a range',
      ['mlp', '--vary', 'lr=log:0.1:1', '--method', 'grid'],
      /is a range, of which there is no grid/,
    ],
    [
      'an unknown method',
      ['mlp', '--vary', 'lr=0.1', '--method', 'bayes'],
      /unknown --method 'bayes' \(choose from grid, random, halving\)/,
    ],
    [
      'a number of trials for a grid',
      ['mlp', '--vary', 'lr=0.1,0.2', '--trials', '5'],
      /a grid has all combinations, 2 of them here/,
    ],
    [
      'a factor where nothing is halved',
      ['mlp', '--vary', 'lr=0.1', '--reduction-factor', '2'],
      /--reduction-factor is for --method halving/,
    ],
    [
      'epochs where halving chooses them',
      ['mlp', '--vary', 'epochs=3,9', '--vary', 'lr=0.1,0.2', '--method', 'halving'],
      /vary no epochs/,
    ],
    [
      'a schedule with options out of range',
      ['mlp', '--vary', 'schedule=linear,step:every=0'],
      /--schedule step:every=0/,
    ],
    [
      'parameters that the network does not have',
      ['mlp', '--vary', 'freeze=fc9,all-but-head'],
      /--freeze 'fc9' matches none of the network's parameters/,
    ],
    [
      'parameters that a network for sequences does not have',
      ['gnmt', '--vary', 'freeze=fc9,all-but-head', '--data', `pairs:${pairs}`, '--units', '8'],
      /--freeze 'fc9' matches none of the network's parameters/,
    ],
    [
      'an unknown option, with the nearest',
      ['mlp', '--vary', 'lr=0.1', '--lerning-rate', '1'],
      /did you mean --learning-rate\?/,
    ],
    ['an option of others, with ours', ['mlp', '--vary', 'lr=0.1', '--n-trials', '3'], /did you mean --trials\?/],
    ['no jobs', ['mlp', '--vary', 'lr=0.1', '--jobs', '0'], /--jobs is 0; expected a whole number of at least 1/],
    [
      'more threads than a training takes',
      ['mlp', '--vary', 'lr=0.1', '--threads', '65'],
      /^gentle: --threads is 65; expected 1 to 64/,
    ],
    ['nothing to vary', ['mlp'], /nothing to vary/],
  ])('%s', async (_, words, problem) => {
    const named = words.includes('--data') ? words : [...words, '--data', data]
    const { code, stderr } = await gentle(['sweep', ...named, '--sweep-dir', join(folder, 'sweep')])
    expect(stderr).toMatch(problem)
    expect(code).toBe(2)
    expect(readdirSync(folder)).toEqual(['pairs.tsv', 'rows.csv'])
  })

  it('a file in the place of the folder of sweeps', async () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, 'runs'))
    writeFileSync(join(cwd, 'runs', 'sweep'), '')
    const { code, stderr } = await gentle(['sweep', 'mlp', '--vary', 'lr=0.1', '--data', data], { cwd })
    expect([code, stderr]).toEqual([2, expect.stringContaining(`the folder ${join('runs', 'sweep')} cannot be made`)])
  })

  it('another sweep in the place of one that goes on', async () => {
    const { code, stderr } = await gentle(['sweep', '--resume', folder, '--vary', 'lr=1'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--vary cannot be given when a sweep is continued')])
    const none = await gentle(['sweep', '--resume', folder])
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('is not a sweep: it has no sweep.json')])
    expect(readFileSync(data, 'utf8')).toContain('kind')
  })
})
