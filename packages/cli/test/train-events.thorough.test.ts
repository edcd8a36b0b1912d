/** `gentle train --json-lines`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

type Told = { readonly event: string } & Readonly<Record<string, unknown>>

const eventsOf = (stdout: string): Told[] => {
  expect(stdout.endsWith('\n')).toBe(true)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** The bytes within the records of an event file: little-endian lengths, checksums of four bytes behind each part. */
function recordsIn(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    found.push(bytes.subarray(at + 12, at + 12 + length))
    at += length + 16
  }
  return found
}

describe('the events of a training', () => {
  it('are lines of JSON, from its start over steps, epochs and checkpoints to its end', async () => {
    const run = join(temporaryFolder(), 'run')
    const { code, stdout, stderr } = await gentle([
      'train',
      'mlp',
      '--data',
      'moons',
      '--epochs',
      '2',
      '--threads',
      '1',
      '--run-dir',
      run,
      '--json-lines',
    ])
    expect(code).toBe(0)
    const events = eventsOf(stdout)
    const [first, last] = [events[0], events.at(-1)!]
    expect(first).toMatchObject({
      event: 'start',
      run,
      task: 'classify',
      epochs: 2,
      step: 0,
      settings: { model: 'mlp', data: 'moons', epochs: 2 },
    })
    expect(Object.keys(first)).toEqual([
      'event',
      'run',
      'task',
      'settings',
      'examples',
      'parameters',
      'step',
      'steps',
      'epochs',
    ])
    expect(last).toEqual({
      event: 'end',
      state: 'finished',
      step: first.steps,
      summary: JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')),
    })
    const steps = events.filter(({ event }) => event === 'step')
    expect(Object.keys(steps[0])).toEqual([
      'event',
      'step',
      'steps',
      'epoch',
      'loss',
      'train',
      'examples',
      'learningRate',
      'secondsWaited',
    ])
    expect(steps[0]).toMatchObject({ step: 1, epoch: 1, steps: first.steps })
    const epochs = events.filter(({ event }) => event === 'epoch')
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2])
    const rows = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n').slice(1)
    expect(epochs.map(({ train }) => String((train as { loss: number }).loss))).toEqual(
      rows.map((row) => row.split(',')[1]),
    )
    expect(events.filter(({ event }) => event === 'checkpoint').at(-1)).toEqual({
      event: 'checkpoint',
      step: first.steps,
    })
    expect(stderr).toContain('epoch 2/2')
  })

  it('are kept for TensorBoard, also of a run that goes on', async () => {
    const run = join(temporaryFolder(), 'run')
    const told = ['train', 'mlp', '--data', 'moons', '--threads', '1', '--quiet']
    expect((await gentle([...told, '--epochs', '1', '--run-dir', run, '--tensorboard'])).code).toBe(0)
    const folder = join(run, 'tensorboard')
    const [file] = readdirSync(folder)
    expect(file).toMatch(/^events\.out\.tfevents\.\d{10}\./)
    const texts = recordsIn(readFileSync(join(folder, file))).map((record) => record.toString('latin1'))
    expect(texts[0]).toContain('brain.Event:2')
    expect(texts[2]).toContain('| model | mlp |')
    for (const tag of ['loss/step', 'loss/train', 'loss/validation', 'accuracy/validation', 'learning rate/epoch'])
      expect(texts.some((text) => text.includes(tag))).toBe(true)
  })

  it('say why a training diverged, and the list of runs knows it', async () => {
    const run = join(temporaryFolder(), 'run')
    const { code, stdout } = await gentle([
      'train',
      'mlp',
      '--data',
      'moons',
      '--epochs',
      '1',
      '--threads',
      '1',
      '--learning-rate',
      '1e30',
      '--optimizer',
      'sgd',
      '--run-dir',
      run,
      '--json-lines',
    ])
    expect(code).toBe(1)
    const last = eventsOf(stdout).at(-1)!
    expect(last).toMatchObject({ event: 'end', state: 'diverged', message: expect.stringMatching(/at step \d+/) })
    expect(JSON.parse((await gentle(['runs', run, '--json'])).stdout)).toMatchObject([{ path: run, state: 'diverged' }])
  })

  it('do not go with a summary alone', async () => {
    const { code, stderr } = await gentle(['train', 'mlp', '--json', '--json-lines'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--json-lines does not go with --json')])
  })
})
