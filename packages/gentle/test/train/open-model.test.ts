import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ArgumentError, DataError, FormatError, WeightsError } from '../../src/core/errors.ts'
import { exportOnnx } from '../../src/formats/onnx/index.ts'
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts'
import { perceptron } from '../../src/models/index.ts'
import { createModel } from '../../src/nn/model.ts'
import { loadPretrained } from '../../src/train/load-pretrained.ts'
import { openInputsModel, openModel, pretrainedValues } from '../../src/train/open-model.ts'
import { predict } from '../../src/train/predict.ts'
import { saveModel } from '../../src/train/weights.ts'
import { readWeightsFile } from '../../src/train/weights-file.ts'
import { plainPreprocessing } from '../../src/vision/preprocessing.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-open-'))
afterAll(() => rmSync(folder, { recursive: true }))

const x = Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7)
const model = await createModel(perceptron({ classes: 3 }), [1, 28, 28], { seed: 5 })
const expected = [...(await predict(model, x)).data]
const preprocessing = plainPreprocessing([1, 28, 28])!
const bytes = await saveModel(model, { preprocessing, task: 'localize' })
const file = join(folder, 'model.safetensors')
writeFileSync(file, bytes)

test('a model is opened from its file, with what it is for', async () => {
  const opened = await openModel(file)
  expect(opened).toMatchObject({ preprocessing, task: 'localize' })
  expect([...(await predict(opened.model, x)).data]).toEqual(expected)
})

test('of the folder of a training the best weights are taken, else the last', async () => {
  const weights = join(folder, 'run', 'weights')
  mkdirSync(weights, { recursive: true })
  await expect(openModel(join(folder, 'run'))).rejects.toThrow(DataError)
  writeFileSync(join(weights, 'last.safetensors'), await saveModel(model))
  expect((await openModel(join(folder, 'run'))).task).toBe('classify')
  writeFileSync(join(weights, 'best.safetensors'), bytes)
  expect((await openModel(join(folder, 'run'))).task).toBe('localize')
})

test('a model, weights and their content are read of bytes alone, and what needs files beside them is refused by name', async () => {
  const dropped = { name: 'dropped.safetensors', bytes }
  const opened = await openModel(dropped)
  expect(opened).toMatchObject({ preprocessing, task: 'localize' })
  expect([...(await predict(opened.model, x)).data]).toEqual(expected)
  const onnx = await openModel({ name: 'dropped.onnx', bytes: await exportOnnx(model) })
  expect(onnx.foreign).toBe(true)
  expect((await predict(onnx.model, x)).data[0]).toBeCloseTo(expected[0], 5)
  expect([...(await predict((await loadPretrained('perceptron', dropped)).model, x)).data]).toEqual(expected)
  const golden = JSON.parse(readFileSync(new URL('../goldens/checkpoints.json', import.meta.url), 'utf8'))
  const pth = new Uint8Array(Buffer.from(golden.half, 'base64'))
  expect((await readWeightsFile({ name: 'half.pth', bytes: pth })).tensors.get('fc1.weight')!.shape).toEqual([4, 5])
  await expect(openModel({ name: 'half.pth', bytes: pth })).rejects.toThrow('half.pth holds weights without a network')
  await expect(openInputsModel(dropped)).rejects.toThrow('dropped.safetensors is a model that takes one tensor')
  const index = new TextEncoder().encode(JSON.stringify({ weight_map: { a: 'one.safetensors' } }))
  await expect(readWeightsFile({ name: 'model.index.json', bytes: index })).rejects.toThrow(
    'model.index.json needs its shards beside it, and bytes have nothing beside them; open it by its path or address',
  )
  await expect(openModel({ name: 'nothing', bytes: new Uint8Array() })).rejects.toThrow('nothing is empty')
  await expect(openModel({ name: 'cut.safetensors', bytes: bytes.subarray(0, 99) })).rejects.toThrow('cut.safetensors')
})

test('what is not a model is refused by name', async () => {
  await expect(openModel(join(folder, 'none.safetensors'))).rejects.toThrow(/none\.safetensors is neither a model file/)
  const other = join(folder, 'weights.pth')
  writeFileSync(other, 'weights')
  await expect(openModel(other)).rejects.toThrow(ArgumentError)
  const strange = join(folder, 'strange.safetensors')
  const { tensors, metadata } = readSafetensors(bytes)
  writeFileSync(strange, writeSafetensors(tensors, { ...metadata, 'gentle.task': 'juggle' }))
  await expect(openModel(strange)).rejects.toThrow(FormatError)
  await expect(openModel(strange)).rejects.toThrow(/its task 'juggle' is unknown/)
})

test('a network of a name takes the weights of a file, which tells the number of classes', async () => {
  const opened = await loadPretrained('perceptron', file)
  expect(opened.model.outputShape).toEqual([3])
  expect([...(await predict(opened.model, x)).data]).toEqual(expected)
  const { tensors } = await readWeightsFile(file)
  const more = join(folder, 'more.safetensors')
  writeFileSync(
    more,
    writeSafetensors(new Map([...tensors, ['extra', { shape: [1], dtype: 'float32', data: x.slice(0, 1) }]])),
  )
  expect((await loadPretrained('perceptron', more)).unexpected).toEqual(['extra'])
  const larger = join(folder, 'larger.safetensors')
  writeFileSync(larger, writeSafetensors(new Map([...tensors, ['3.weight', tensors.get('1.bias')!]])))
  await expect(loadPretrained('perceptron', larger)).rejects.toThrow(
    /does not fit perceptron: it has further weights in the network's modules, 3\.weight, so it belongs to a larger network/,
  )
  await expect(loadPretrained('mlp', file)).rejects.toThrow(WeightsError)
  await expect(loadPretrained('mlp', file)).rejects.toThrow(/does not fit mlp: it has no 3\.weight/)
  await expect(loadPretrained('perceptrons', file)).rejects.toThrow(ArgumentError)
})

test('a file of weights that is missing is refused', async () => {
  await expect(readWeightsFile(join(folder, 'none.pth'))).rejects.toThrow(/there is no such file/)
})

test('a model begins with what fits of stored values', async () => {
  const { tensors } = await readWeightsFile(file)
  const wider = await createModel(perceptron({ classes: 4 }), [1, 28, 28], {
    initialValues: pretrainedValues(tensors, 5),
  })
  const same = await createModel(perceptron({ classes: 3 }), [1, 28, 28], { initialValues: pretrainedValues(tensors) })
  expect([...(await predict(same, x)).data]).toEqual(expected)
  expect(wider.outputShape).toEqual([4])
})
