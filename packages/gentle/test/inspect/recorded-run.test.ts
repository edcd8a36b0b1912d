/** Run folders, read from the texts of their files. */
import { bestOfRun, RunError, type RunTexts, readRun } from 'gentle-dl/inspect'
import { describe, expect, it } from 'vitest'

const table = `epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,examples_per_second,seconds
1,0.9,0.5,0.8,0.6,0.1,1000,1.500
2,0.5,0.75,0.4,0.8,0.05,1100,1.250
3,0.25,1,0.6,0.7,0.025,1200,1.250
`
const described = {
  command: ['train'],
  started: '2026-01-01',
  machine: { cores: 2 },
  settings: { model: 'lenet5', data: 'mnist', epochs: 4, augment: 'shift', list: [1, 2] },
}

const texts = (files: Readonly<Record<string, string>> = {}, name = 'runs/a'): RunTexts => ({
  name,
  files: { 'metrics.csv': table, 'run.json': JSON.stringify(described), ...files },
  changed: 5,
  pictures: [],
})

describe('a run', () => {
  it('is read from the files of its folder', () => {
    const run = readRun(texts({ 'summary.json': '{"test":{"loss":0.5,"accuracy":0.7,"metrics":{"AP":0.3}}}' }))
    expect(run).toMatchObject({ epochs: [1, 2, 3], planned: 4, finished: true, examplesPerSecond: [1000, 1100, 1200] })
    expect(run.seconds).toEqual([1.5, 2.75, 4])
    expect(run.metrics.get('accuracy')).toEqual({ train: [0.5, 0.75, 1], validation: [0.6, 0.8, 0.7] })
    expect([...run.settings]).toEqual([
      ['model', 'lenet5'],
      ['data', 'mnist'],
      ['epochs', '4'],
      ['augment', 'shift'],
      ['list', '[1,2]'],
      ['machine.cores', '2'],
    ])
    expect([...run.setNames]).toEqual(['model', 'data', 'epochs', 'augment', 'list'])
    expect([...run.test]).toEqual([
      ['loss', 0.5],
      ['accuracy', 0.7],
      ['AP', 0.3],
    ])
  })

  it('tells what its best epoch is chosen by, beside its settings', () => {
    const score = { monitor: 'f1Weighted', name: 'weighted F1', isShare: true }
    const run = readRun(texts({ 'run.json': JSON.stringify({ ...described, score }) }))
    expect(run.score).toEqual(score)
    expect(run.settings).toEqual(readRun(texts()).settings)
    expect(readRun(texts({ 'run.json': '{"score":{"monitor":"f1"}}' })).score).toBeUndefined()
  })

  it('has no end yet where the summary is of fewer epochs than it shall have', () => {
    const summary = (epochs: number): string => JSON.stringify({ epochs, test: { loss: 0.5 } })
    const [longer, ended] = [2, 4].map((epochs) => readRun(texts({ 'summary.json': summary(epochs) })))
    expect([longer.finished, longer.test.size, ended.finished, ended.test.size]).toEqual([false, 0, true, 1])
  })

  it('may have begun only, lack what describes it, and tell nothing of some epochs', () => {
    const run = readRun({
      ...texts(),
      files: { 'metrics.csv': 'epoch,train_loss,validation_loss,learning_rate\n1,NaN,,0.1\n2,0.5,Infinity,0.1\n' },
    })
    expect(run).toMatchObject({ planned: undefined, finished: false, epochs: [1, 2] })
    expect(run.metrics.get('loss')).toEqual({ train: [Number.NaN, 0.5], validation: [Number.NaN, Infinity] })
    expect(bestOfRun(run, 'loss')).toEqual({ value: 0.5, epoch: 2, part: 'train', train: 0.5 })
    const begun = readRun({ ...texts(), files: { 'metrics.csv': 'epoch,train_loss,learning_rate\n' } })
    expect(begun.epochs).toEqual([])
    expect(bestOfRun(begun, 'loss')).toBeUndefined()
  })

  it.each([
    ['runs/a has no metrics.csv', { 'metrics.csv': undefined }],
    [
      "runs/a/metrics.csv begins with 'x,y'; expected the table that gentle train writes",
      { 'metrics.csv': 'x,y\n1,2\n' },
    ],
    ["runs/a/metrics.csv begins with ''", { 'metrics.csv': '' }],
    ['has two columns of the same name', { 'metrics.csv': 'epoch,train_a,train_a,learning_rate\n' }],
    [
      'runs/a/metrics.csv, line 3 has 2 values; expected 3',
      { 'metrics.csv': 'epoch,train_loss,learning_rate\n1,2,3\n2,1\n' },
    ],
    ["line 2: 'much' is not a number", { 'metrics.csv': 'epoch,train_loss,learning_rate\n1,much,3\n' }],
    ["line 2: ' ' is not a number", { 'metrics.csv': 'epoch,train_loss,learning_rate\n1, ,3\n' }],
    [
      'line 3 is of epoch 1; expected a whole number above 1',
      { 'metrics.csv': 'epoch,train_loss,learning_rate\n1,2,3\n1,2,3\n' },
    ],
    ['at most 100000 can be shown', { 'metrics.csv': `epoch,train_loss,learning_rate\n${'1,2,3\n'.repeat(100_001)}` }],
    ['runs/a/run.json is not JSON', { 'run.json': '{' }],
    ['runs/a/run.json holds no object', { 'run.json': '[1]' }],
    ['runs/a/summary.json holds no object', { 'summary.json': 'null' }],
  ])('that is broken is refused: %s', (message, files) => {
    const broken = texts(files as Readonly<Record<string, string>>)
    expect(() => readRun(broken)).toThrow(RunError)
    expect(() => readRun(broken)).toThrow(message)
  })

  it('that diverged says so', () => {
    expect(readRun(texts()).diverged).toBeUndefined()
    expect(readRun(texts({ 'diverged.json': '{"step":3,"message":"the loss became NaN"}' })).diverged).toBe(
      'the loss became NaN',
    )
  })

  it('tells a bounded number of settings, whatever names they have', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`s${i}`, 'x'.repeat(1000)]))
    const run = readRun(
      texts({
        'run.json': `{"settings":{"__proto__":{"model":"m"},"a":{"b":{"c":{"d":{"e":{"f":1}}}}}},"many":${JSON.stringify(many)}}`,
      }),
    )
    expect(run.settings.get('__proto__.model')).toBe('m')
    expect(run.settings.get('a.b.c.d.e')).toBe('{"f":1}')
    expect(run.settings.size).toBe(302)
    expect(run.settings.get('many.s0')).toHaveLength(160)
  })
})
