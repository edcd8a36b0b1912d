import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bestOfRun, metricsOfRuns, type RecordedRun, type RunTexts, readRun, settingsOfRuns } from 'gentle-dl/inspect'
import { describe, expect, it } from 'vitest'
import { mostFiles, runsIn, textsOf } from '../../src/pages/runs/collect.ts'
import { linesOf, shownOf, winnerOf } from '../../src/pages/runs/compare.ts'
import { exerciseAnswer } from '../../src/pages/runs/exercise.ts'
import { fields } from '../../src/pages/runs/settings.ts'
import { newsOf, serverEvents, watchRuns } from '../../src/pages/runs/watch.ts'

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

const withLosses = (
  name: string,
  losses: readonly number[],
  settings: Readonly<Record<string, unknown>> = {},
): RecordedRun =>
  readRun({
    ...texts({}, name),
    files: {
      'metrics.csv': `epoch,train_loss,validation_loss,learning_rate\n${losses.map((loss, i) => `${i + 1},1,${loss},0.1\n`).join('')}`,
      'run.json': JSON.stringify({ settings: { seed: 1, ...settings } }),
      'summary.json': '{}',
    },
  })

describe('files that somebody gives', () => {
  const file = (path: string, content = '', lastModified = 7) => ({
    path,
    file: new File([content], path.split('/').at(-1)!, { lastModified }),
  })

  it('are runs where a metrics.csv is, with their pictures', async () => {
    const runs = runsIn([
      file('runs/b/metrics.csv', table, 9),
      file('runs/b/run.json', JSON.stringify(described)),
      file('runs/b/curves.svg', '<svg/>'),
      file('runs/b/weights/best.safetensors'),
      file('runs/a/metrics.csv', table),
      file('runs/none/run.json', '{}'),
    ])
    expect(runs.map(({ name }) => name)).toEqual(['runs/a', 'runs/b'])
    const read = await textsOf(runs[1])
    expect(read).toMatchObject({ name: 'runs/b', changed: 9, pictures: ['curves.svg'] })
    expect(readRun(read).settings.get('model')).toBe('lenet5')
  })

  it('are refused where none is a run, or a file is too large', async () => {
    expect(() => runsIn([file('photo.jpg')])).toThrow(
      "There is no metrics.csv in what was given, 'photo.jpg'; expected",
    )
    expect(() => runsIn([])).toThrow('(0 files)')
    expect(() => runsIn(Array.from({ length: 101 }, (_, i) => file(`r${i}/metrics.csv`)))).toThrow('There are 101 runs')
    const [large] = runsIn([file('a/metrics.csv', 'x'.repeat(5 * 2 ** 20))])
    await expect(textsOf(large)).rejects.toThrow('a/metrics.csv has 5242880 bytes; at most 4194304 are read')
  })

  it('are refused where they are more than are looked through', () => {
    const many = Array.from({ length: mostFiles + 1 }, (_, i) => file(`many/${i}.txt`))
    expect(() => runsIn(many)).toThrow('more than 20,000 files in what was given; open a folder nearer to the runs')
  })
})

describe('runs beside each other', () => {
  const [a, b, c] = [
    withLosses('a', [0.5, 0.3, 0.4], { rate: 0.1 }),
    withLosses('b', [0.6, 0.2], { rate: 0.2, nesterov: true }),
    withLosses('c', [0.9], { rate: 0.1 }),
  ]

  it('have a best epoch each, and one is the best, by less or by more', () => {
    expect(bestOfRun(a, 'loss')).toEqual({ value: 0.3, epoch: 2, part: 'validation', train: 1 })
    expect(winnerOf([a, b, c], 'loss')).toBe(b)
    expect(winnerOf([a], 'loss')).toBeUndefined()
    expect(winnerOf([a, b], 'accuracy')).toBeUndefined()
    expect(bestOfRun(readRun(texts()), 'accuracy')).toMatchObject({ value: 0.8, epoch: 2 })
    // What was measured in training alone is not compared with what was measured on validation.
    const trained = readRun({ ...texts(), files: { 'metrics.csv': 'epoch,train_loss,learning_rate\n1,0.01,0.1\n' } })
    expect(winnerOf([a, trained], 'loss')).toBeUndefined()
  })

  it('differ in settings', () => {
    expect(settingsOfRuns([a, b, c])).toEqual([
      { name: 'seed', values: ['1', '1', '1'], differs: false },
      { name: 'rate', values: ['0.1', '0.2', '0.1'], differs: true },
      { name: 'nesterov', values: [undefined, 'true', undefined], differs: true },
    ])
  })

  it('are curves over epochs or seconds', () => {
    const run = readRun(texts())
    expect(linesOf([a, run], { metric: 'accuracy', parts: 'both', axis: 'seconds' })).toEqual([
      {
        name: 'runs/a, validation',
        colour: 1,
        dashed: false,
        points: [
          [1.5, 0.6],
          [2.75, 0.8],
          [4, 0.7],
        ],
      },
      {
        name: 'runs/a, train',
        colour: 1,
        dashed: true,
        points: [
          [1.5, 0.5],
          [2.75, 0.75],
          [4, 1],
        ],
      },
    ])
    expect(linesOf([a], { metric: 'loss', parts: 'validation', axis: 'epoch' })[0].points).toEqual([
      [1, 0.5],
      [2, 0.3],
      [3, 0.4],
    ])
    expect(metricsOfRuns([a, run])).toEqual(['loss', 'accuracy'])
    const many = Array.from({ length: 12 }, (_, i) => ({ ...a, name: String(i) }))
    expect(shownOf(many, ['0', '3']).map(({ name }) => name)).toEqual(['1', '2', '4', '5', '6', '7', '8', '9'])
  })

  it('are what the exercise asks about', () => {
    expect(exerciseAnswer([], '').remark).toContain('at least two runs')
    expect(exerciseAnswer([a, { ...b, finished: false }], 'b').remark).toContain('Not all')
    expect(exerciseAnswer([a, c], '').remark).toContain('Press the name')
    expect(exerciseAnswer([a, b], 'a')).toEqual({
      right: false,
      remark: 'At its best a has 0.300; another run has less.',
    })
    expect(exerciseAnswer([a, c], 'a')).toEqual({
      right: true,
      remark: expect.stringMatching(/^0.300 in epoch 2. Now/),
    })
  })
})

describe('what the server tells', () => {
  async function* bytes(text: string, size: number): AsyncGenerator<Uint8Array> {
    const all = new TextEncoder().encode(text)
    for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size)
  }

  it.each([1, 3, 1000])('is cut into events, however it arrives: %i bytes at a time', async (size) => {
    const text = ': here\n\nevent: gone\ndata: {"path":"größe"}\n\n: still\n\nevent: listed\ndata: {}\n\nevent: half'
    expect(await Array.fromAsync(serverEvents(bytes(text, size)))).toEqual([
      { event: 'gone', data: '{"path":"größe"}' },
      { event: 'listed', data: '{}' },
    ])
  })

  it('is a run, a broken one, or one that is gone', () => {
    const { files } = texts()
    const run = (told: object) =>
      newsOf({
        event: 'run',
        data: JSON.stringify({ path: 'x/y', changed: 1, pictures: [], problems: [], files, ...told }),
      })
    expect(run({})).toMatchObject([{ kind: 'run', run: { name: 'x/y', planned: 4 } }])
    expect(run({ path: '', problems: ['run.json is behind a link'] })).toMatchObject([
      { kind: 'run', run: { name: 'the folder itself' } },
      { kind: 'broken', name: 'the folder itself', problem: 'run.json is behind a link' },
    ])
    expect(run({ files: {} })).toMatchObject([
      { kind: 'broken', name: 'x/y', problem: expect.stringContaining('no metrics.csv') },
    ])
    expect(newsOf({ event: 'gone', data: '{"path":"x"}' })).toEqual([{ kind: 'gone', name: 'x' }])
    expect(newsOf({ event: 'later', data: '{}' })).toEqual([])
  })

  it('is why it shows none, and then it is not asked again', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.end('event: problem\ndata: {"message":"too many folders"}\n\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const told: unknown[] = []
      await watchRuns({ base: `http://127.0.0.1:${port}/`, token: 'x' }, (news) => void told.push(...news))
      expect(told).toEqual([{ kind: 'refused', problem: 'too many folders' }])
    } finally {
      server.close()
    }
  })
})

it('an address keeps the names of runs, and refuses what is none', () => {
  const names = ['classify/a, b', 'x;y']
  expect(fields.hidden.parse(fields.hidden.format(names))).toEqual(names)
  expect(fields.hidden.parse('')).toEqual([])
  expect(() => fields.run.parse('a\nb')).toThrow('is not the name of a run')
  expect(() => fields.metric.parse('x'.repeat(201))).toThrow('is not the name of a metric')
})
