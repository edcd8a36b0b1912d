/** Models of TensorFlow.js, Keras and Teachable Machine from where they are. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ArgumentError, FormatError } from '../../src/core/errors.ts'
import type { Hdf5Package } from '../../src/formats/hdf5.ts'
import { compareFiles } from '../../src/inspect/compare-files.ts'
import { inspectFile } from '../../src/inspect/inspect-file.ts'
import { tensorValues } from '../../src/inspect/tensor-values.ts'
import { openModel } from '../../src/train/open-model.ts'
import { predict } from '../../src/train/predict.ts'
import { saveModel } from '../../src/train/weights.ts'
import { zipBytes } from '../formats/pytorch/zip-bytes.ts'
import { bytesFrom, type Golden } from '../formats/tensorflow/golden.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8'))

const golden: Golden = read('tensorflow-layers')['Sequential, Dense after Flatten']
const [{ data }] = Object.values(golden.inputs)
const pixels = Float32Array.from(data)
const metadata = {
  tmVersion: '2.4.10',
  packageName: '@teachablemachine/image',
  labels: ['cat', 'dog', 'ant'],
  imageSize: 6,
}
const text = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

const folder = mkdtempSync(join(tmpdir(), 'gentle-tensorflow-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A folder with these files. */
function files(name: string, content: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(join(folder, name))
  for (const [file, bytes] of Object.entries(content)) writeFileSync(join(folder, name, file), bytes)
  return join(folder, name, 'model.json')
}

const model = text(golden.model)
const weights = bytesFrom(golden.weights)

test('a model.json is opened with the weights beside it', async () => {
  const { model: opened, preprocessing } = await openModel(
    files('plain', { 'model.json': model, 'weights.bin': weights }),
  )
  expect(preprocessing).toBeUndefined()
  const { data: given } = await predict(opened, pixels)
  golden.outputs[0].data.forEach((value, i) => {
    expect(given[i]).toBeCloseTo(value, 5)
  })
  // It ends in a softmax, which is not taken twice.
  expect([...(await predict(opened, pixels, { probabilities: true })).data]).toEqual([...given])
})

test("Teachable Machine's classes and pixels are taken from its metadata.json, in a folder and in a zip archive", async () => {
  const content = { 'model.json': model, 'weights.bin': weights, 'metadata.json': text(metadata) }
  const archive = join(folder, 'converted_tfjs.zip')
  writeFileSync(archive, zipBytes(Object.entries(content).map(([name, bytes]) => ({ name, data: bytes }))))
  for (const place of [files('machine', content), archive]) {
    const opened = await openModel(place)
    expect(opened.model.classes).toEqual(['cat', 'dog', 'ant'])
    expect(opened.preprocessing).toEqual({
      ...{ height: 6, width: 5, channels: 1, fit: { shorterSide: 5 } },
      ...{ scale: 1 / 127, mean: [1], std: [1] },
    })
  }
})

test('of bytes, archives and files of Keras are opened, and a model.json, whose weights lie beside it, is refused', async () => {
  const content = Object.entries({ 'model.json': model, 'weights.bin': weights, 'metadata.json': text(metadata) })
  const archive = { name: 'machine.zip', bytes: zipBytes(content.map(([name, data]) => ({ name, data }))) }
  expect((await openModel(archive)).model.classes).toEqual(['cat', 'dog', 'ant'])
  expect(await inspectFile(archive)).toMatchObject({ format: 'TensorFlow.js, in a zip archive', use: { as: 'model' } })
  const keras = { name: 'net.keras', bytes: bytesFrom(read('keras').files['keras 3'].file) }
  expect((await openModel(keras)).model.inputShape).toEqual([3, 5, 6])
  expect([...(await tensorValues(keras)).keys()]).toEqual((await inspectFile(keras)).tensors.map(({ name }) => name))
  await expect(openModel({ name: 'model.json', bytes: model })).rejects.toThrow(
    'model.json needs its weights beside it, and bytes have nothing beside them; open it by its path or address',
  )
})

test('files of Keras are opened, listed, read and compared by the package that is given for them, and only those', async () => {
  let asked = 0
  const hdf5 = () => {
    asked++
    return import('h5wasm') as unknown as Promise<Hdf5Package>
  }
  const { files: keras } = read('keras')
  const [archive, older] = ['keras 3', 'h5 of keras 3'].map((name) => ({ name, bytes: bytesFrom(keras[name].file) }))
  expect((await openModel(older, { hdf5 })).model.inputShape).toEqual([3, 5, 6])
  const { tensors } = await inspectFile(archive, { hdf5 })
  expect([...(await tensorValues(archive, { hdf5 })).keys()]).toEqual(tensors.map(({ name }) => name))
  expect(await compareFiles(archive, older, { hdf5 })).toMatchObject({ equal: tensors.length, different: [] })
  expect(asked).toBe(7)
  const bytes = await saveModel((await openModel(older)).model)
  await inspectFile({ name: 'net.safetensors', bytes }, { hdf5 })
  expect(asked).toBe(7)
})

test('a file of Keras is opened, and tells that its network takes bytes', async () => {
  const { files: keras } = read('keras')
  const file = join(folder, 'net.keras')
  writeFileSync(file, bytesFrom(keras['keras 3'].file))
  const { model: opened, preprocessing } = await openModel(file)
  expect(opened.inputShape).toEqual([3, 5, 6])
  expect(preprocessing).toMatchObject({ fit: 'stretch', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] })
  const saved = join(folder, 'again.safetensors')
  writeFileSync(saved, await saveModel(opened, { preprocessing }))
  const again = await openModel(saved)
  expect(again.preprocessing).toEqual(preprocessing)
  const picture = Float32Array.from({ length: 90 }, (_, i) => (i * 37) % 256)
  expect([...(await predict(again.model, picture)).data]).toEqual([...(await predict(opened, picture)).data])
})

test('what does not belong together is refused by name', async () => {
  const alone = files('alone', { 'model.json': model })
  await expect(openModel(alone)).rejects.toThrow(/alone\/model\.json: its weights "weights\.bin" are not beside it/)
  const names = { ...metadata, labels: ['cat', 'dog'] }
  const other = files('other', { 'model.json': model, 'weights.bin': weights, 'metadata.json': text(names) })
  await expect(openModel(other)).rejects.toThrow(/it names 2 classes, and its model has 3 outputs/)
  const strange = files('strange', { 'model.json': text({ a: 1 }) })
  await expect(openModel(strange)).rejects.toThrow(ArgumentError)
  const archive = join(folder, 'strange.zip')
  writeFileSync(archive, zipBytes([{ name: 'model.json', data: text([1]) }]))
  await expect(openModel(archive)).rejects.toThrow(/is JSON, but not a model; expected a model\.json of TensorFlow\.js/)
  await expect(openModel(alone)).rejects.toThrow(FormatError)
})
