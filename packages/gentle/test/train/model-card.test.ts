import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { inMemory } from '../../src/data/memory.ts'
import { exportOnnx } from '../../src/formats/onnx/index.ts'
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts'
import { inspectFile } from '../../src/inspect/inspect-file.ts'
import { detector, levelsOf } from '../../src/models/detector.ts'
import { resnet14 } from '../../src/models/index.ts'
import { createModel, Flatten, Linear, Sequential } from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { fit } from '../../src/train/fit.ts'
import type { ModelCard } from '../../src/train/model-card.ts'
import { type ModelPurpose, purposeMetadata } from '../../src/train/model-purpose.ts'
import { openModel } from '../../src/train/open-model.ts'
import { RunFolder } from '../../src/train/run-folder.ts'
import { saveModel } from '../../src/train/weights.ts'
import { plainPreprocessing } from '../../src/vision/preprocessing.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-cards-'))
afterAll(() => rmSync(folder, { recursive: true }))

const backend = reference()

const card: ModelCard = {
  modelName: 'lenet5',
  license: 'Apache-2.0',
  baseModel: 'imagenet',
  dataset: { name: 'letters', splits: { train: { examples: 40, digest: '2:ab' }, test: { examples: 8 } } },
  epoch: 3,
  metrics: { validation: { loss: 0.25, accuracy: 0.75 } },
  versions: { gentle: '0.1.0' },
}

const purpose: ModelPurpose = {
  task: 'classify',
  preprocessing: plainPreprocessing([1, 2, 2]),
  background: { mean: 0.1, std: 0.01 },
  card,
}

const model = await createModel(Sequential(Flatten(), Linear(2)), [1, 2, 2], { classes: ['a', 'b'], backend })

test('a saved model says where it comes from, and the file is the same however its card was put together', async () => {
  const bytes = await saveModel(model, purpose)
  const opened = await openModel({ name: 'x.safetensors', bytes }, { backend })
  expect(opened.card).toEqual(card)
  const turned = Object.fromEntries(Object.entries(card).reverse())
  expect(await saveModel(model, { ...purpose, card: turned })).toEqual(bytes)
  const { task, card: shown, facts } = await inspectFile({ name: 'x.safetensors', bytes })
  expect([task, shown]).toEqual(['classify', card])
  expect(facts).toEqual({ format: 'pt' })
})

test('an ONNX file keeps the classes, the task, the preprocessing and the card, and is not taken for a stranger', async () => {
  const bytes = await exportOnnx(model, { metadata: { ...purposeMetadata(purpose), model_license: 'Apache-2.0' } })
  const file = { name: 'x.onnx', bytes }
  const { model: opened, ...rest } = await openModel(file, { backend })
  expect(rest).toEqual(purpose)
  expect(opened.classes).toEqual(['a', 'b'])
  const content = await inspectFile(file)
  expect(content).toMatchObject({ task: 'classify', card, preprocessing: purpose.preprocessing, classes: ['a', 'b'] })
  expect(Object.keys(content.facts)).toEqual(['opset', 'format version', 'producer'])
  const stranger = { name: 'y.onnx', bytes: await exportOnnx(model, { metadata: { model_license: 'MIT' } }) }
  expect(await openModel(stranger, { backend })).toMatchObject({ foreign: true })
  expect((await inspectFile(stranger)).facts.model_license).toBe('MIT')
})

test('a card of a later version is read as far as it is known, and a broken one is refused by its field', async () => {
  const { tensors, metadata } = readSafetensors(await saveModel(model, purpose))
  const opened = (text: string) =>
    openModel({ name: 'x', bytes: writeSafetensors(tensors, { ...metadata, 'gentle.card': text }) }, { backend })
  expect((await opened('{"license":"MIT","colour":"red"}')).card).toEqual({ license: 'MIT' })
  await expect(opened('{"license":7}')).rejects.toThrow('x: license of its model card is broken')
  await expect(opened('{"metrics":{"test":{"loss":"low"}}}')).rejects.toThrow('x: metrics of its model card is broken')
  await expect(opened('{"dataset":{"name":"d","splits":{"train":{"examples":-1}}}}')).rejects.toThrow(/dataset of its/)
  await expect(opened('[]')).rejects.toThrow('x: its model card is not an object; expected fields by name')
  await expect(opened('\u001b[2J')).rejects.toThrow(/^x: its model card is not JSON: \\u001b/)
})

const data = inMemory({
  inputs: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)),
  inputShape: [2],
  targets: Int32Array.from({ length: 40 }, (_, i) => i % 2),
  classes: ['even', 'odd'],
})

test('files of a training say what the validation of their own epoch told, and what is measured later is added', async () => {
  const run = RunFolder.create(join(folder, 'run'))
  const { state, model: trained } = await fit(Linear(2), data, {
    optimizer: sgd({ learningRate: 0.1 }),
    batchSize: 8,
    epochs: 3,
    validation: data,
    backend,
    onEpoch: (report, trainer) => run.saveEpoch(report, trainer, { card: { license: 'MIT' } }),
  })
  const cardIn = async (which: string) => (await inspectFile(run.file(`weights/${which}.safetensors`))).card!
  const { epoch: best, metrics } = await cardIn('best')
  expect(best).toBe(state.best!.epoch)
  expect(metrics).toEqual({ validation: state.history[best! - 1].validation })
  expect(await cardIn('last')).toEqual({
    license: 'MIT',
    epoch: 3,
    metrics: { validation: state.history[2].validation },
  })
  const options = { purpose: { card: { license: 'MIT' } } }
  const before = readFileSync(run.file('weights/best.safetensors'))
  run.saveMetrics({ test: { accuracy: 0.5 } })
  expect((await cardIn('best')).metrics).toEqual({ ...metrics, test: { accuracy: 0.5 } })
  expect(readSafetensors(readFileSync(run.file('weights/best.safetensors'))).tensors).toEqual(
    readSafetensors(before).tensors,
  )
  // What was measured is true of these weights, and stays; other weights do not.
  expect(await run.repair(run.loadState(), trained, options)).toEqual([])
  expect((await cardIn('best')).metrics).toHaveProperty('test')
  for (const broken of [before.subarray(0, -4), Buffer.concat([before.subarray(0, -4), Buffer.alloc(4)])]) {
    writeFileSync(run.file('weights/best.safetensors'), broken)
    expect(await run.repair(run.loadState(), trained, options)).toEqual(['weights/best.safetensors'])
    expect(readFileSync(run.file('weights/best.safetensors')).equals(before)).toBe(true)
  }
  expect(() => RunFolder.create(join(folder, 'empty')).saveMetrics({})).toThrow(/does not exist: no epoch was kept/)
})

test('weights within an epoch carry no figures of a validation that saw others', async () => {
  const run = RunFolder.create(join(folder, 'within'))
  const abort = new AbortController()
  await fit(Linear(2), data, {
    optimizer: sgd({ learningRate: 0.1 }),
    batchSize: 8,
    epochs: 3,
    validation: data,
    backend,
    signal: abort.signal,
    checkpoints: run.checkpoints(),
    onStep: ({ step }) => {
      if (step === 7) abort.abort()
    },
  })
  const last = await inspectFile(run.file('weights/last.safetensors'))
  expect(last.card).toEqual({ epoch: 1 })
  expect((await inspectFile(run.file('weights/best.safetensors'))).card!.metrics).toHaveProperty('validation.accuracy')
})

test('a detector that lost its levels, as an ONNX file has none, is refused by name', () => {
  expect(() => levelsOf(detector(resnet14({ classes: 3 }), { classes: 3 }), [3, 64, 64])).not.toThrow()
  expect(() => levelsOf(Linear(2), [3])).toThrow(/a network of type linear does not tell where/)
})
