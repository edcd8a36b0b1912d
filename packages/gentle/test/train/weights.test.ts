import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { FormatError, WeightsError } from '../../src/core/errors.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../src/formats/safetensors.ts'
import { lenet5 } from '../../src/models/index.ts'
import * as nn from '../../src/nn/index.ts'
import { loadMatching, loadModel, loadWeights, predict, saveModel } from '../../src/train/index.ts'

const backend = reference()
const network = nn.Sequential(nn.Conv2d(2, 2), nn.Tanh(), nn.Flatten(), nn.Linear(3))
const model = (layer = network, seed = 0) =>
  nn.createModel(layer, [1, 3, 3], { seed, backend, classes: ['a', 'b', 'c'] })

const digit = Float32Array.from({ length: 9 }, (_, i) => Math.cos(i))

/** A file with this description of a model and these tensors. */
const file = (description: unknown, tensors: Record<string, StoredTensor> = {}): Uint8Array =>
  writeSafetensors(new Map(Object.entries(tensors)), {
    'gentle.model': typeof description === 'string' ? description : JSON.stringify(description),
  })

const zeros = (...shape: number[]): StoredTensor => ({
  shape,
  dtype: 'float32',
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
})

describe('a saved model', () => {
  it('is opened from its file alone, and predicts the same', async () => {
    const saved = await model()
    const opened = await loadModel(await saveModel(saved), { backend: reference() })
    expect(opened.classes).toEqual(['a', 'b', 'c'])
    expect(opened.inputShape).toEqual([1, 3, 3])
    expect(opened.outputShape).toEqual([3])
    expect(opened.layer.description).toEqual(network.description)
    expect(await predict(opened, digit)).toEqual(await predict(saved, digit))
  })

  it('is the same, byte for byte, when saved again', async () => {
    const bytes = await saveModel(await nn.createModel(lenet5(), [1, 28, 28], { backend }))
    expect(await saveModel(await loadModel(bytes, { backend }))).toEqual(bytes)
  })

  it('gives its weights to a model of the same shape', async () => {
    const [one, other] = [await model(network, 1), await model(network, 2)]
    expect(await predict(one, digit)).not.toEqual(await predict(other, digit))
    await loadWeights(other, await saveModel(one))
    expect(await predict(other, digit)).toEqual(await predict(one, digit))
  })
})

describe('weights that do not fit', () => {
  it('are refused with a list of all that differs, and nothing is changed', async () => {
    const wider = nn.Sequential(nn.Conv2d(4, 2), nn.Tanh(), nn.Flatten(), nn.Linear(3, { bias: false }), nn.Linear(3))
    const target = await model()
    const before = await nn.readWeights(target)
    const error = await loadWeights(target, await saveModel(await model(wider)), 'w.safetensors').catch((e) => e)
    expect(error).toBeInstanceOf(WeightsError)
    for (const part of ['w.safetensors', '3.bias', '4.weight', '4.bias', '0.weight', '[4, 1, 2, 2]', '[2, 1, 2, 2]'])
      expect(error.message).toContain(part)
    expect(error.message).not.toContain('\n')
    expect(await nn.readWeights(target)).toEqual(before)
  })
})

const stored = async (source: nn.Model): Promise<Map<string, StoredTensor>> =>
  new Map(readSafetensors(await saveModel(source)).tensors)

it("a model's file says that its names and layouts are PyTorch's, as Hugging Face's readers ask", async () => {
  expect(readSafetensors(await saveModel(await model())).metadata.format).toBe('pt')
})

describe('weights of PyTorch', () => {
  const normed = nn.Sequential({ conv: nn.Conv2d(2, 2), norm: nn.BatchNorm(), flat: nn.Flatten(), fc: nn.Linear(3) })
  const steps: StoredTensor = { shape: [], dtype: 'int32', data: Int32Array.of(7) }

  it('count the steps of batch norm, which is passed over', async () => {
    const [one, other] = [await model(normed, 1), await model(normed, 2)]
    const tensors = (await stored(one)).set('norm.num_batches_tracked', steps)
    await loadWeights(other, writeSafetensors(tensors))
    expect(await nn.readWeights(other)).toEqual(await nn.readWeights(one))
    expect((await loadMatching(other, tensors)).unexpected).toEqual([])
  })

  it('may lack those of auxiliary heads, which then stay as they are, but nothing that predicts', async () => {
    const headed = (heads: boolean) =>
      nn.Sequential({
        fc1: nn.Linear(4),
        ...(heads ? { aux: nn.Auxiliary(nn.Sequential({ flat: nn.Flatten(), fc: nn.Linear(3) }), 0.3) } : {}),
        flat: nn.Flatten(),
        fc2: nn.Linear(3),
      })
    const [without, target] = [await model(headed(false), 1), await model(headed(true), 2)]
    const before = await nn.readWeights(target)
    const tensors = await stored(without)
    await loadWeights(target, writeSafetensors(tensors))
    const after = await nn.readWeights(target)
    expect(after.get('fc2.weight')).toEqual((await nn.readWeights(without)).get('fc2.weight'))
    expect(after.get('aux.fc.weight')).toEqual(before.get('aux.fc.weight'))
    tensors.delete('fc2.bias')
    await expect(loadWeights(target, writeSafetensors(tensors))).rejects.toThrow(
      /: it has no fc2\.bias \[3\], and nothing else;/,
    )
  })
})

describe('weights that fit in part', () => {
  const named = (classes: number, extra = {}) =>
    nn.Sequential({ conv: nn.Conv2d(2, 2), flat: nn.Flatten(), ...extra, fc: nn.Linear(classes) })

  it('are loaded where they fit, and it is told what was and was not', async () => {
    const source = await model(named(5, { old: nn.Linear(8) }), 1)
    const target = await model(named(3, { fresh: nn.Linear(8) }), 2)
    const [given, before] = [await nn.readWeights(source), await nn.readWeights(target)]
    expect(await loadMatching(target, await stored(source))).toEqual({
      loaded: ['conv.weight', 'conv.bias'],
      missing: ['fresh.weight', 'fresh.bias'],
      unexpected: ['old.weight', 'old.bias'],
      shapeMismatch: ['fc.weight', 'fc.bias'],
    })
    const after = await nn.readWeights(target)
    for (const [key, values] of after)
      expect(values, key).toEqual(key.startsWith('conv') ? given.get(key) : before.get(key))
  })

  it('are left out where they are whole numbers', async () => {
    const target = await model()
    const tensors = await stored(target)
    tensors.set('3.bias', { shape: [3], dtype: 'int32', data: new Int32Array(3) })
    expect((await loadMatching(target, tensors)).shapeMismatch).toEqual(['3.bias'])
    await expect(loadWeights(target, writeSafetensors(tensors))).rejects.toThrow(/3\.bias is \[3\] of int32/)
  })
})

describe('a file is refused', () => {
  const linear = { layer: { type: 'linear', units: 2 }, inputShape: [3] }

  it.each<[string, Uint8Array]>([
    ['without a description of the model', writeSafetensors(new Map(), {})],
    ['whose description is not JSON', file('{')],
    ['whose description is null', file(null)],
    ['without an input shape', file({ layer: linear.layer })],
    ['with an input shape of 0', file({ ...linear, inputShape: [0] })],
    ['with classes that are not texts', file({ ...linear, classes: [1] })],
    ['with a layer that is unknown', file({ ...linear, layer: { type: 'teleport' } })],
    [
      'with a layer that its input does not fit',
      file({ ...linear, layer: { type: 'conv2d', channels: 1, kernel: 3 } }),
    ],
    ['that is cut off', file(linear, { weight: zeros(2, 3), bias: zeros(2) }).slice(0, -1)],
  ])('%s, by a FormatError', async (_, bytes) => {
    await expect(loadModel(bytes, { name: 'm.safetensors', backend })).rejects.toThrow(FormatError)
    await expect(loadModel(bytes, { name: 'm.safetensors', backend })).rejects.toThrow(/^m\.safetensors/)
  })

  it.each<[string, Uint8Array]>([
    ['that lacks a parameter', file(linear, { weight: zeros(2, 3) })],
    ['with a parameter of another shape', file(linear, { weight: zeros(3, 2), bias: zeros(2) })],
    ['with a parameter too many', file(linear, { weight: zeros(2, 3), bias: zeros(2), other: zeros(1) })],
    ['whose layer would not fit into memory', file({ ...linear, layer: { type: 'linear', units: 2 ** 52 } })],
  ])('%s, by a WeightsError', async (_, bytes) => {
    await expect(loadModel(bytes, { name: 'm.safetensors', backend })).rejects.toThrow(WeightsError)
  })

  it('is read no other way than it was written', async () => {
    const bytes = file(linear, { weight: zeros(2, 3), bias: zeros(2) })
    expect([...readSafetensors(bytes).tensors.keys()]).toEqual(['weight', 'bias'])
    expect((await loadModel(bytes, { backend })).outputShape).toEqual([2])
  })
})
