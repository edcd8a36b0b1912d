/** Trainings of networks of named inputs from the command line, by a task of the test's own. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type InputsLayer, type InputsModel, Linear, meanSquaredError, predict, registerInputsLayer } from 'gentle-dl'
import { type NamedDataset, namedInMemory } from 'gentle-dl/data'
import { cast, div, reshape, sum } from 'gentle-dl/ops'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sequenceTasks } from '../src/tasks/sequence-tasks.ts'
import type { SequenceTask } from '../src/tasks/task.ts'
import { UsageError } from '../src/terminal/usage.ts'
import { summaryBeginning, summaryEnd } from '../src/train/run-summary.ts'
import { gentle, temporaryFolder } from './command.ts'

const ofMean: InputsLayer = {
  description: { type: 'cliOfMean' },
  applyInputs({ numbers, numbersLengths }, scope) {
    const [examples] = numbers.shape
    const lengths = reshape(cast(numbersLengths, 'float32'), [examples, 1])
    return scope.apply('linear', Linear(1), div(sum(numbers, 1), lengths))
  },
}

function set(examples: number): NamedDataset {
  const values = Array.from({ length: examples }, (_, i) =>
    Float32Array.from({ length: 1 + ((7 * i) % 20) }, (_, t) => ((i + t) % 5) / 5),
  )
  const means = Float32Array.from(values, (sequence) => sequence.reduce((a, b) => a + b) / sequence.length)
  return namedInMemory({ inputs: { numbers: { values, shape: [1] } }, target: { values: means, shape: [1] } })
}

async function errorOf(model: InputsModel, data: NamedDataset): Promise<number> {
  const outputs = await predict(model, data)
  const target = new Float32Array(1)
  const errors = outputs.map(({ data: [value] }, i) => {
    const room = new Float32Array(data.lengths!.numbers[i])
    data.read(i, { numbers: room }, target, 0)
    return Math.abs(value - target[0])
  })
  return errors.reduce((a, b) => a + b) / errors.length
}

const splits = { train: set(40), validation: set(10), test: set(12) }

const task: SequenceTask = {
  name: 'transcribe',
  networks: ['mean'],
  dataNames: ['numbers'],
  settings: [],
  policyText(given) {
    if (given !== 'none') throw new UsageError(`--augment is ${given}; expected none`)
    return given
  },
  async prepare() {
    return {
      splits,
      network: ofMean,
      head: new Map(),
      recipe: { epochs: 2, batchSize: 8, optimizer: 'adam', learningRate: 0.1 },
      purpose: { task: 'transcribe', encoding: { scale: 5 } },
      loss: meanSquaredError,
      metrics: [],
      monitor: 'meanError',
      monitorBetter: 'less',
      scoreName: 'error',
      shortestFirst: true,
      validate: async (model) => ({ meanError: await errorOf(model as InputsModel, splits.validation) }),
      defaultAugment: 'none',
      augmented: () => splits.train,
      keep: (run) => run.write('beside.txt', 'kept'),
      async finish(ending) {
        const { openInputsModel } = await import('gentle-dl')
        const { model } = await openInputsModel(ending.run.path, { backend: ending.backend })
        ending.run.writeJson('summary.json', {
          ...summaryBeginning(ending, 'transcribe', model),
          test: { meanError: await errorOf(model, splits.test) },
          ...summaryEnd(ending),
        })
        return 0
      },
    }
  },
  async evaluate(place, { model, encoding }, part, { json }) {
    const error = await errorOf(model, splits[part])
    console.log(json ? JSON.stringify({ place, error, encoding }) : `error ${error}`)
    return 0
  },
}

describe('networks of named inputs on the command line', () => {
  beforeAll(() => {
    sequenceTasks.unshift(task)
    registerInputsLayer('cliOfMean', () => ofMean)
  })
  afterAll(() => {
    sequenceTasks.shift()
  })

  it('are trained, kept, gone on with to the same bits, and judged', async () => {
    const [run, whole] = [join(temporaryFolder(), 'run'), join(temporaryFolder(), 'whole')]
    const train = ['train', 'mean', '--data', 'numbers', '--threads', '1', '--schedule', 'constant']
    const first = await gentle([...train, '--run-dir', run, '--epochs', '2'])
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(/mean: 2 parameters/)
    expect(first.stderr).toMatch(/epoch 2\/2 .* error \d/)
    expect(readdirSync(run)).toEqual(
      expect.arrayContaining(['beside.txt', 'curves.svg', 'metrics.csv', 'summary.json']),
    )
    expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).settings).toMatchObject({
      task: 'transcribe',
      model: 'mean',
      augment: 'none',
    })
    expect((await gentle(['train', '--resume', run, '--epochs', '4', '--quiet'])).code).toBe(0)
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(summary).toMatchObject({ model: 'mean', task: 'transcribe', epochs: 4, parameters: 2 })
    const { code, stdout } = await gentle(['eval', run, '--data', 'numbers', '--json'])
    expect(code).toBe(0)
    const judged = JSON.parse(stdout)
    expect(judged.encoding).toEqual({ scale: 5 })
    expect(judged.error).toBeCloseTo(summary.test.meanError, 10)
    expect((await gentle([...train, '--run-dir', whole, '--epochs', '4', '--quiet'])).code).toBe(0)
    const [goneOn, atOnce] = [run, whole].map((each) => readFileSync(join(each, 'weights/last.safetensors')))
    expect(goneOn.equals(atOnce)).toBe(true)
    const pretrained = await gentle([
      ...train,
      '--pretrained',
      join(run, 'weights/best.safetensors'),
      '--run-dir',
      join(temporaryFolder(), 'on'),
    ])
    expect(pretrained.stderr).toContain('2 of the 2 weights of mean are loaded')
  })

  it('refuse what is not for them', async () => {
    const refused = async (args: readonly string[]): Promise<string> => {
      const { code, stderr } = await gentle(args)
      expect(code).toBe(2)
      return stderr
    }
    expect(await refused(['train', 'mean'])).toContain('no data set given; name one, as in --data numbers')
    expect(await refused(['train', 'mean', '--task', 'classify', '--data', 'numbers'])).toContain(
      'mean is not for --task classify; it is for transcribe',
    )
    expect(await refused(['train', 'lenet5', '--task', 'transcribe'])).toContain(
      'lenet5 is not for --task transcribe; choose from mean',
    )
    expect(await refused(['train', 'mean', '--data', 'numbers', '--augment', 'flip'])).toContain('expected none')
    const run = join(temporaryFolder(), 'run')
    await gentle(['train', 'mean', '--data', 'numbers', '--run-dir', run, '--quiet'])
    expect(await refused(['eval', run, '--data', 'numbers', '--flip'])).toContain(
      '--flip is not for a model that was trained to transcribe',
    )
    expect(await refused(['predict', run, 'x.png'])).toContain(
      'is a sequence model for --task transcribe; use gentle transcribe',
    )
  })
})
