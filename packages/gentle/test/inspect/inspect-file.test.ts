import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { writeNpy } from '../../src/formats/npy.ts'
import { exportOnnx } from '../../src/formats/onnx/index.ts'
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts'
import { compareFiles } from '../../src/inspect/compare-files.ts'
import { inspectFile } from '../../src/inspect/inspect-file.ts'
import { lenet5, perceptron } from '../../src/models/index.ts'
import { createModel, readWeights, weightsOf } from '../../src/nn/index.ts'
import { saveModel } from '../../src/train/index.ts'
import { plainPreprocessing } from '../../src/vision/preprocessing.ts'
import { zipBytes } from '../formats/pytorch/zip-bytes.ts'
import { bytesFrom } from '../formats/tensorflow/golden.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))

const place = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
const golden = (name: string) => JSON.parse(readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8'))
const decoded = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

const model = await createModel(perceptron({ classes: 3 }), [1, 28, 28], { classes: ['a', 'b', 'c'] })
const preprocessing = plainPreprocessing([1, 28, 28])
const bytes = await saveModel(model, { preprocessing })
const saved = place('model.safetensors', bytes)

/** The model's weights under other names, changed. */
async function weights(
  nameFor = (name: string) => name,
  change: (value: number, i: number) => number = (value) => value,
): Promise<Uint8Array> {
  const values = await readWeights(model)
  return writeSafetensors(
    new Map(
      [...weightsOf(model)].map(([name, { shape }]) => [
        nameFor(name),
        { shape, dtype: 'float32' as const, data: values.get(name)!.map(change) },
      ]),
    ),
  )
}

describe('what is in a file', () => {
  it('of a model of our own is told with its layers, classes and preparation', async () => {
    expect(await inspectFile(saved)).toEqual({
      format: 'safetensors, with a Gentle model',
      bytes: bytes.length,
      tensors: [
        { name: '1.weight', type: 'float32', shape: [3, 784] },
        { name: '1.bias', type: 'float32', shape: [3] },
      ],
      facts: { format: 'pt' },
      task: 'classify',
      inputs: [{ name: 'x', type: 'float32', shape: ['N', 1, 28, 28] }],
      operators: [
        { name: 'flatten', count: 1, known: true },
        { name: 'linear', count: 1, known: true },
      ],
      classes: ['a', 'b', 'c'],
      preprocessing,
      use: { as: 'model' },
    })
  })

  it('of weights alone is told with the networks that they fit, whatever stands before the names', async () => {
    const lenet = await createModel(lenet5({ classes: 7 }), [1, 28, 28])
    const values = await readWeights(lenet)
    const tensors = [...weightsOf(lenet)].map(([name, { shape }]) => [
      `module.${name}`,
      { shape, dtype: 'float32', data: values.get(name)! },
    ]) as [string, { shape: number[]; dtype: 'float32'; data: Float32Array }][]
    const { use } = await inspectFile(place('lenet.bin', writeSafetensors(new Map(tensors))))
    expect(use).toEqual({ as: 'weights', networks: [{ name: 'lenet5', classes: 7 }] })
  })

  it('of a checkpoint is told with what stands beside the weights', async () => {
    const { tensors, ...content } = await inspectFile(place('c.ckpt', decoded(golden('pytorch').read.timm.file)))
    expect(tensors).toContainEqual({ name: '1.num_batches_tracked', type: 'int64', shape: [] })
    expect(content).toMatchObject({
      format: 'PyTorch',
      facts: {
        weights: 'state_dict_ema',
        'other weights': 'state_dict',
        epoch: '1',
        arch: 'x',
        args: 'argparse.Namespace',
      },
      use: { as: 'weights', networks: [] },
    })
    const half = await inspectFile(place('half.pth', decoded(golden('checkpoints').half)))
    expect(half.tensors[0]).toEqual({ name: 'fc1.weight', type: 'float16', shape: [4, 5] })
    const older = await inspectFile(place('old.pth', decoded(golden('pytorch').read['the older format'].file)))
    expect(older.format).toBe('PyTorch, before version 1.6')
  })

  it('of ONNX is told with operators, opset, inputs and outputs', async () => {
    const onnx = await inspectFile(place('model.onnx', await exportOnnx(model)))
    expect(onnx).toMatchObject({
      format: 'ONNX',
      facts: { opset: '13' },
      inputs: [{ type: 'float32', shape: [expect.anything(), 1, 28, 28] }],
      use: { as: 'model' },
    })
    expect(onnx.operators!.every(({ known }) => known)).toBe(true)
    expect(onnx.tensors.map(({ name }) => name)).toContain('1.weight')
  })

  it('of TensorFlow.js and Keras is told with layers, and with those that are not known', async () => {
    const { model: json, weights: shard } = golden('tensorflow-layers')['Sequential, Dense after Flatten']
    place('weights.bin', bytesFrom(shard))
    const read = await inspectFile(place('model.json', JSON.stringify(json)))
    expect(read).toMatchObject({ format: 'TensorFlow.js', use: { as: 'model' } })
    expect(read.operators).toContainEqual({ name: 'MaxPooling2D', count: 1, known: true })
    expect(read.tensors).toHaveLength(4)

    const unknown = JSON.parse(JSON.stringify(json).replaceAll('MaxPooling2D', 'FooPooling2D'))
    const refused = await inspectFile(place('model.json', JSON.stringify(unknown)))
    expect(refused.operators).toContainEqual({ name: 'FooPooling2D', count: 1, known: false })
    expect(refused.tensors).toHaveLength(4)
    expect(refused.use).toEqual({ as: 'nothing', reason: expect.stringContaining('FooPooling2D') })

    const keras = await inspectFile(place('net', bytesFrom(golden('keras').files['keras 3'].file)))
    expect(keras).toMatchObject({ format: 'Keras', use: { as: 'model' } })
    expect((await compareFiles(join(folder, 'net'), join(folder, 'net'))).equal).toBe(keras.tensors.length)
  })

  it('of NumPy is told', async () => {
    const array = writeNpy({ shape: [2, 3], dtype: 'float32', data: new Float32Array(6) })
    expect(await inspectFile(place('x.npy', array))).toMatchObject({
      format: 'NumPy, an array',
      tensors: [{ name: 'array', type: 'float32', shape: [2, 3] }],
      use: { as: 'arrays' },
    })
    const archive = await inspectFile(place('x.npz', zipBytes([{ name: 'a.npy', data: array }])))
    expect(archive.tensors).toEqual([{ name: 'a', type: 'float32', shape: [2, 3] }])
  })

  it('that does not fit its own description, or is of types that are not read, is told', async () => {
    const { tensors, metadata } = readSafetensors(bytes)
    const partial = writeSafetensors(new Map([...tensors].slice(1)), metadata)
    expect((await inspectFile(place('partial', partial))).use).toEqual({
      as: 'nothing',
      reason: 'its 1.weight is not what its own description says',
    })
    const header = JSON.stringify({ w: { dtype: 'F8_E4M3', shape: [3], data_offsets: [0, 3] } })
    const small = new Uint8Array(8 + header.length + 3)
    small[0] = header.length
    small.set(new TextEncoder().encode(header), 8)
    expect((await inspectFile(place('small', small))).tensors).toEqual([{ name: 'w', type: 'F8_E4M3', shape: [3] }])
  })

  it('of no kind that is known is refused by name', async () => {
    await expect(inspectFile(place('page.pth', '<html>'))).rejects.toThrow(ArgumentError)
    await expect(inspectFile(place('page.pth', '<html>'))).rejects.toThrow(/is a web page/)
  })
})

describe('two files', () => {
  it('of the same weights are equal, across formats and whatever stands before the names', async () => {
    const other = place('other.bin', await weights((name) => `model.${name}`))
    const { changes, equal, different, onlyFirst, onlySecond } = await compareFiles(saved, other)
    expect({ changes, equal, different, onlyFirst, onlySecond }).toEqual({
      changes: ['without "model."'],
      equal: 2,
      different: [],
      onlyFirst: [],
      onlySecond: [],
    })
    const onnx = await compareFiles(saved, place('m.onnx', await exportOnnx(model)))
    expect([onnx.equal, onnx.different]).toEqual([2, []])
    expect(onnx.operators).not.toEqual([])
  })

  it('of other values are told by how much, with what is not finite apart', async () => {
    const changed = await weights(undefined, (value, i) => (i === 0 ? Number.NaN : i === 1 ? value + 0.5 : value))
    const { equal, different } = await compareFiles(saved, place('changed', changed))
    expect(equal).toBe(0)
    const [bias, weight] = different.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    expect(bias).toEqual({
      name: '1.bias',
      shape: [3],
      largest: 0.5,
      mean: 0.25,
      relative: Number.POSITIVE_INFINITY,
      notFinite: 1,
    })
    expect(weight.largest).toBeCloseTo(0.5)
    expect(weight.mean).toBeCloseTo(0.5 / (3 * 784 - 1))
  })

  it('of other shapes, types and names are told so', async () => {
    const zeros = (shape: number[]) => ({
      shape,
      dtype: 'float32' as const,
      data: new Float32Array(shape[0] * shape[1]),
    })
    const own = place(
      'own',
      writeSafetensors(
        new Map([
          ['fc1.weight', zeros([4, 5])],
          ['fc2.weight', zeros([3, 4])],
          ['more', zeros([1, 1])],
        ]),
      ),
    )
    const half = place('half.pth', decoded(golden('checkpoints').half))
    const { onlyFirst, onlySecond, typeMismatch, different } = await compareFiles(own, half)
    expect(onlyFirst.map(({ name }) => name)).toEqual(['more'])
    expect(onlySecond.map(({ name }) => name)).toEqual(['fc1.bias', 'fc2.bias'])
    expect(typeMismatch.map(([a, b]) => [a.name, a.type, b.type])).toEqual([
      ['fc1.weight', 'float32', 'float16'],
      ['fc2.weight', 'float32', 'float16'],
    ])
    expect(different).toHaveLength(2)
    const { shapeMismatch } = await compareFiles(
      own,
      place('wide', writeSafetensors(new Map([['fc1.weight', zeros([4, 6])]]))),
    )
    expect(shapeMismatch.map(([a, b]) => [a.shape, b.shape])).toEqual([
      [
        [4, 5],
        [4, 6],
      ],
    ])
  })
})
