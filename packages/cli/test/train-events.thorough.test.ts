/** `gentle train --json-lines`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gentle, gentleProcess, main, temporaryFolder } from './command.ts'

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
    // Without asking for it again; a process of its own has a file of its own.
    expect((await gentleProcess(['train', '--resume', run, '--epochs', '2', '--quiet'])).code).toBe(0)
    const [further, ...others] = readdirSync(folder).filter((name) => name !== file)
    expect(others).toEqual([])
    const [, begin, ...rest] = recordsIn(readFileSync(join(folder, further)))
    // The step from which on the earlier file is void: protocol buffers' field 2, behind the time of 9 bytes.
    const first = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).examples.train / 16 + 1
    expect([begin[9], begin[10] + (begin[10] > 127 ? 128 * (begin[11] - 1) : 0)]).toEqual([16, Math.ceil(first)])
    expect(rest.some((record) => record.includes('accuracy/validation'))).toBe(true)
  })

  it('are told as long as somebody listens, and the training goes on without', async () => {
    const run = join(temporaryFolder(), 'run')
    const options = ['--data', 'moons', '--epochs', '30', '--threads', '1', '--run-dir', run, '--json-lines']
    const child = spawn(process.execPath, [main, 'train', 'mlp', ...options])
    let notes = ''
    child.stderr.on('data', (chunk) => {
      notes += chunk
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = await once(child, 'close')
    expect([code, notes.match(/nobody reads the events any more; the training goes on/g)?.length]).toEqual([0, 1])
    expect(existsSync(join(run, 'summary.json'))).toBe(true)
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
