/** Models that take inputs by their names, in files and in folders of trainings. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, FormatError, TrainingStateError, WeightsError } from '../../src/core/errors.ts'
import { namedInMemory } from '../../src/data/index.ts'
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts'
import { inspectFile } from '../../src/inspect/inspect-file.ts'
import * as nn from '../../src/nn/index.ts'
import { cast, div, reshape, sum } from '../../src/ops/index.ts'
import { adam } from '../../src/optim/index.ts'
import {
  createTrainer,
  fit,
  loadInputsModel,
  loadModel,
  openInputsModel,
  openModel,
  predict,
  RunFolder,
  saveModel,
} from '../../src/train/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-inputs-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A linear function of the mean over a sequence; what is padded is 0. */
const ofMean = (units: number): nn.InputsLayer => ({
  description: { type: 'testOfMean', units },
  applyInputs({ numbers, numbersLengths }, scope) {
    const [examples] = numbers.shape
    const lengths = reshape(cast(numbersLengths, 'float32'), [examples, 1])
    return scope.apply('linear', nn.Linear(units), div(sum(numbers, 1), lengths))
  },
})
nn.registerInputsLayer('testOfMean', ({ units }) => ofMean(units as number))

const sequences = Array.from({ length: 20 }, (_, i) =>
  Float32Array.from({ length: 1 + ((7 * i) % 20) }, (_, t) => t % 3),
)
const data = namedInMemory({
  inputs: { numbers: { values: sequences, shape: [1] } },
  target: {
    values: Float32Array.from(sequences, (values) => (2 * values.reduce((a, b) => a + b)) / values.length),
    shape: [1],
  },
})

const backend = reference()
const options = { loss: nn.meanSquaredError, optimizer: adam({ learningRate: 0.05 }), batchSize: 4, seed: 1, backend }
const encoding = { symbols: ['', 'a', '—'], rate: 8000 }

test('a training on named inputs is kept in a folder, goes on with the same bits, and its best model opens with what it is for', async () => {
  const path = join(folder, 'run')
  const run = RunFolder.create(path)
  const kept = { validation: data, keep: 'last' as const }
  await fit(ofMean(1), data, {
    ...options,
    ...kept,
    epochs: 2,
    onEpoch: (report, trainer) => run.saveEpoch(report, trainer, { task: 'transcribe', encoding }),
  })
  const onwards = await fit(ofMean(1), data, {
    ...options,
    ...kept,
    epochs: 3,
    state: RunFolder.open(path).loadState(),
  })
  const atOnce = await fit(ofMean(1), data, { ...options, ...kept, epochs: 3 })
  expect([...onwards.state.weights]).toEqual([...atOnce.state.weights])
  const { model, ...purpose } = await openInputsModel(path, { backend })
  expect(purpose).toMatchObject({ task: 'transcribe', encoding, card: { epoch: 2 } })
  expect(model.inputs).toEqual(data.inputs)
  const [first] = await predict(model, data)
  const [again] = await predict(await loadInputsModel(await saveModel(model), { backend }), data)
  expect(again).toEqual(first)
  await expect(openModel(path)).rejects.toThrow(/takes inputs by their names, to transcribe; use openInputsModel/)
  const content = await inspectFile(join(path, 'weights/best.safetensors'))
  expect(content).toMatchObject({ task: 'transcribe', use: { as: 'model' } })
})

test('what does not fit its own description, or is of the other kind, is refused', async () => {
  const model = await nn.createModel(ofMean(1), data.inputs, { backend })
  const bytes = await saveModel(model, { encoding })
  const { tensors, metadata } = readSafetensors(bytes)
  const changed = (change: object, more = {}): Uint8Array => {
    const description = { ...JSON.parse(metadata['gentle.model']), ...change }
    return writeSafetensors(tensors, { ...metadata, 'gentle.model': JSON.stringify(description), ...more })
  }
  const refused = async (file: Uint8Array, kind: new (...args: never[]) => Error, message: RegExp): Promise<void> => {
    const opening = loadInputsModel(file, { backend })
    await expect(opening).rejects.toThrow(kind)
    await expect(opening).rejects.toThrow(message)
  }
  await refused(changed({ layer: { type: 'none' } }), FormatError, /network of named inputs type "none" is unknown/)
  await refused(changed({ layer: { type: 'ofInput', name: 3 } }), FormatError, /expected its name/)
  await refused(
    changed({ layer: { type: 'testOfMean', units: 2 } }),
    WeightsError,
    /linear\.weight is \[1, 1\], the model has \[2, 1\]/,
  )
  await refused(
    changed({ inputs: { numbers: { dtype: 'text', shape: [] } } }),
    FormatError,
    /expected a dtype and a shape/,
  )
  await refused(changed({ inputs: {} }), FormatError, /there are no inputs/)
  await refused(changed({ inputs: undefined, inputShape: [1] }), FormatError, /takes one tensor; use loadModel/)
  await expect(loadModel(bytes)).rejects.toThrow(/takes inputs by their names; use loadInputsModel/)
  const file = join(folder, 'broken.safetensors')
  writeFileSync(file, changed({}, { 'gentle.encoding': '{' }))
  await expect(openInputsModel(file, { backend })).rejects.toThrow(/its encoding is not JSON/)
  writeFileSync(file, await saveModel(await nn.createModel(nn.Linear(1), [1], { backend })))
  await expect(openInputsModel(file, { backend })).rejects.toThrow(ArgumentError)
})

test('the first epoch goes from short sequences to long ones where that is asked for, later ones do not', async () => {
  const trainer = await createTrainer(ofMean(1), data, { ...options, epochs: 2, shortestFirst: true })
  const lengthsSeen = async (): Promise<number[]> => {
    const seen: number[] = []
    while (!trainer.epochIsOver) {
      const batch = await trainer.nextBatch()
      seen.push(batch.padded!.numbers)
      await trainer.step(batch)
    }
    await trainer.endEpoch()
    return seen
  }
  const [first, second] = [await lengthsSeen(), await lengthsSeen()]
  expect(first).toEqual(first.toSorted((a, b) => a - b))
  expect(second).not.toEqual(first)
  const other = await createTrainer(ofMean(1), data, { ...options, epochs: 2 })
  await expect(other.restore(await trainer.state())).rejects.toThrow(TrainingStateError)
})

test('of what is told beside the metrics, less is better where that is said', async () => {
  const given = [0.5, 0.2, 0.4]
  const { epoch } = await fit(ofMean(1), data, {
    ...options,
    epochs: 3,
    validation: data,
    validate: async () => ({ errors: given.shift()! }),
    monitor: 'errors',
    monitorBetter: 'less',
  })
  expect(epoch).toBe(2)
})
