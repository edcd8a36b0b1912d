/** Models of TensorFlow.js and Teachable Machine on the command line. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTensorflow } from 'gentle-dl/tensorflow'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { gentle, temporaryFolder } from './command.ts'

const goldens = new URL('../../gentle/test/goldens/tensorflow-layers.json', import.meta.url)
const { model, weights } = JSON.parse(readFileSync(goldens, 'utf8'))['Sequential, Dense after Flatten']
const shard = (): Uint8Array => new Uint8Array(Buffer.from(weights, 'base64'))

const folder = join(temporaryFolder(), 'machine')
mkdirSync(folder)
const place = join(folder, 'model.json')
writeFileSync(place, JSON.stringify(model))
writeFileSync(join(folder, 'weights.bin'), shard())

const bytes = Uint8Array.from({ length: 30 }, (_, i) => (i * 83) % 256)
const picture = join(folder, 'picture.png')

it("a picture is prepared as Teachable Machine's metadata says, and its classes are named", async () => {
  await sharp(bytes, { raw: { width: 5, height: 6, channels: 1 } }).toFile(picture)
  const { code, stderr } = await gentle(['predict', place, picture])
  expect(code).toBe(0)
  expect(stderr).toBe('')
  const labels = ['cat', 'dog', 'ant']
  writeFileSync(join(folder, 'metadata.json'), JSON.stringify({ tmVersion: '2.4.10', labels, imageSize: 5 }))
  const { stdout } = await gentle(['predict', place, picture, '--json'])
  const [{ predictions }] = JSON.parse(stdout)
  const network = await loadTensorflow(model, shard)
  const [input] = network.inputs
  const pixels = Float32Array.from(bytes, (byte) => byte / 127 - 1)
  const outputs = await network.run({ [input.name]: { shape: [1, 6, 5, 1], dtype: 'float32', data: pixels } })
  const [{ data: expected }] = Object.values(outputs)
  for (const { label, probability } of predictions) expect(probability).toBeCloseTo(expected[labels.indexOf(label)], 5)
})

it('its layers are summarised by their names', async () => {
  const { stdout } = await gentle(['summary', place, '--json'])
  const { layers, parameters } = JSON.parse(stdout)
  expect(layers.map(({ type }: { type: string }) => type)).toEqual([
    'Conv2D',
    'MaxPooling2D',
    'Flatten',
    'Dropout',
    'Dense',
  ])
  expect(parameters).toBe(67)
})

it('a model.json without its weights is refused in one line', async () => {
  const alone = join(folder, 'alone.json')
  writeFileSync(alone, JSON.stringify({ ...model, weightsManifest: [{ paths: ['none.bin'], weights: [] }] }))
  const { code, stderr } = await gentle(['predict', alone, picture])
  expect(stderr.trim()).toMatch(/alone\.json: its weights "none\.bin" are not beside it$/)
  expect(code).not.toBe(0)
})
