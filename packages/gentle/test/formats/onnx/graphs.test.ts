import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { ArgumentError, FormatError } from '../../../src/core/errors.ts'
import { inMemory } from '../../../src/data/memory.ts'
import { type LoadOnnxOptions, loadOnnx, type OnnxModel } from '../../../src/formats/onnx/index.ts'
import { input, type Tensor } from '../../../src/graph/tensor.ts'
import '../../../src/ops/index.ts'
import { traceInputs } from '../../../src/nn/model.ts'
import { outputKind } from '../../../src/nn/scores.ts'
import { sgd } from '../../../src/optim/sgd.ts'
import { fit, loadModel, predict, saveModel } from '../../../src/train/index.ts'
import models from '../../goldens/onnx-graphs.json' with { type: 'json' }

const floats = (...values: number[]): Float32Array => Float32Array.from(values)
const longs = (...values: number[]): BigInt64Array => BigInt64Array.from(values, BigInt)

describe('a graph of ONNX', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())

  const open = (name: keyof typeof models, options: LoadOnnxOptions = {}): Promise<OnnxModel> =>
    loadOnnx(new Uint8Array(Buffer.from(models[name], 'base64')), { backend, name, ...options })

  it('takes and gives several tensors by their names, each of its own type', async () => {
    const model = await open('two')
    expect(model.inputs).toEqual([
      { name: 'x', type: 'float32', shape: ['N', 2] },
      { name: 'n', type: 'int64', shape: ['N', 1] },
    ])
    for (const examples of [1, 3]) {
      const n = Array.from({ length: examples }, (_, i) => 10 * i)
      const found = await model.run({
        x: { data: new Float32Array(2 * examples).fill(0.5), shape: [examples, 2] },
        n: { data: longs(...n), shape: [examples, 1], dtype: 'int64' },
      })
      expect(found.sum).toEqual({
        data: floats(...n.flatMap((each) => [each + 0.5, each + 0.5])),
        shape: [examples, 2],
        dtype: 'float32',
      })
      expect(found.next).toEqual({ data: longs(...n.map((each) => each + 1)), shape: [examples, 1], dtype: 'int64' })
    }
  })

  it.each<[string, Parameters<OnnxModel['run']>[0], RegExp]>([
    [
      'an input that is missing',
      { x: { data: floats(1, 2), shape: [1, 2] } },
      /input 'n' is missing; expected int64 \[N, 1\]/,
    ],
    [
      'an input that there is not',
      { x: { data: floats(1, 2), shape: [1, 2] }, m: { data: longs(1), shape: [1, 1] } },
      /there is no input 'm'; expected x, n/,
    ],
    [
      'another type',
      { x: { data: floats(1, 2), shape: [1, 2] }, n: { data: floats(1), shape: [1, 1], dtype: 'float32' } },
      /input 'n' is float32; expected int64/,
    ],
    [
      'another shape',
      { x: { data: floats(1, 2, 3), shape: [1, 3] }, n: { data: longs(1), shape: [1, 1] } },
      /input 'x' has shape \[1, 3\]; expected \[N, 2\]/,
    ],
    [
      'fractions among integers',
      { x: { data: floats(1, 2), shape: [1, 2] }, n: { data: [0.5], shape: [1, 1] } },
      /input 'n' holds 0.5; expected int64/,
    ],
  ])('refuses %s', async (_, feed, message) => {
    const error = await (await open('two')).run(feed).catch((reason) => reason)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toMatch(message)
  })

  it('goes the way that its numbers tell', async () => {
    const model = await open('branch')
    for (const [data, expected] of [
      [floats(1, 2, -1), floats(2, 4, -2)],
      [floats(1, -2, -1), floats(-1, 2, 1)],
      [floats(3, 0, 0), floats(6, 0, 0)],
    ])
      expect((await model.run({ x: { data, shape: [3] } })).y.data).toEqual(expected)
  })

  it('loops as often as its numbers tell, and gives what each step gave', async () => {
    const { y, sums } = await (await open('loop')).run({ x: { data: floats(3, 10), shape: [2] } })
    expect(y.data).toEqual(floats(24, 80))
    expect(sums).toEqual({ data: floats(26, 52, 104), shape: [3], dtype: 'float32' })
  })

  it('tells the steps of loops apart, and loops of one name, where their shapes depend on the numbers', async () => {
    const { slow, fast } = await (await open('loopOfPlaces')).run({ x: { data: floats(3.5, 1.5, 2.5), shape: [3] } })
    expect(slow.data).toEqual(longs(3, 2, 1, 0))
    expect(fast.data).toEqual(longs(2, 0))
  })

  it('runs as often at once as it is asked to', async () => {
    const model = await open('positive')
    const counts = Array.from({ length: 40 }, (_, i) => i + 1)
    const found = await Promise.all(
      counts.map((n) => model.run({ x: { data: new Float32Array(n).fill(1), shape: [n] } })),
    )
    expect(found.map(({ count }) => Number(count.data[0]))).toEqual(counts)
  })

  it('as a model gives NaN where `run` refuses its numbers, and tells what its outputs are all the same', async () => {
    const onnx = await open('table')
    const model = await onnx.asModel()
    expect(outputKind(model)).toBe('probabilities')
    const { data } = await predict(model, floats(0, 1, 2))
    expect(data[0] + data[1]).toBeCloseTo(1, 6)
    await expect(onnx.run({ x: { data: floats(0, 3), shape: [2, 1] } })).rejects.toThrow(
      /takes an element outside of 5/,
    )
    expect([...(await predict(model, floats(0, 3))).data]).toEqual(new Array(4).fill(Number.NaN))
    await expect(onnx.run({ x: { data: floats(65_536), shape: [1, 1] } })).rejects.toThrow(/does not fit the 32 bits/)
    // Whose square is 2^32, of which the lowest 32 bits are 0.
    expect([...(await predict(model, floats(65_536))).data]).toEqual([Number.NaN, Number.NaN])
  })

  it('gives tensors whose size depends on the numbers, and none where there are none', async () => {
    const model = await open('positive')
    const some = await model.run({ x: { data: floats(-1, 2, 0, 5), shape: [4] } })
    expect(some.places).toEqual({ data: longs(1, 3), shape: [1, 2], dtype: 'int64' })
    expect(some.count).toEqual({ data: longs(2), shape: [], dtype: 'int64' })
    expect(some.y.data).toEqual(floats(2, 5))
    const none = await model.run({ x: { data: floats(-1, -2, 0, 0), shape: [4] } })
    expect(none.places).toEqual({ data: longs(), shape: [1, 0], dtype: 'int64' })
    expect(none.count.data).toEqual(longs(0))
  })

  it('goes on with nothing where nothing is found', async () => {
    const model = await open('found')
    const some = await model.run({ x: { data: floats(-1, 30), shape: [2] } })
    expect(some.y).toEqual({ data: floats(0.5, 1), shape: [1, 2], dtype: 'float32' })
    const none = await model.run({ x: { data: floats(-1, -30, 0), shape: [3] } })
    expect(none.places).toEqual({ data: longs(), shape: [0, 1], dtype: 'int64' })
    expect(none.y).toEqual({ data: floats(), shape: [0, 2], dtype: 'float32' })
  })

  it('takes a shape from an input', async () => {
    const model = await open('shaped')
    for (const shape of [[3, 2], [6], [1, 6, 1]]) {
      const found = await model.run({
        x: { data: floats(1, 2, 3, 4, 5, 6), shape: [2, 3] },
        shape: { data: longs(...shape), shape: [shape.length] },
      })
      expect(found.y.shape).toEqual(shape)
    }
  })

  it('refuses integers of 64 bits that do not fit the 32 in which it computes', async () => {
    const model = await open('squares')
    expect((await model.run({ n: { data: longs(-46_000, 9), shape: [2] } })).y.data).toEqual(longs(2_116_000_000, 81))
    await expect(model.run({ n: { data: longs(9, 70_000), shape: [2] } })).rejects.toThrow(
      /node 'y' \(Mul\) computes an int64 that does not fit the 32 bits/,
    )
    await expect(model.run({ n: { data: longs(2 ** 40), shape: [1] } })).rejects.toThrow(/1099511627776/)
  })

  it('refuses such integers as shapes, too, and takes the lowest 32 bits where it is asked for no more', async () => {
    const model = await open('numbersToSquare')
    const { y, low } = await model.run({ n: { data: longs(1300), shape: [] } })
    expect(y.shape).toEqual([1_690_000])
    expect(low.data).toEqual(Int32Array.of(2_197_000_000 | 0))
    await expect(model.run({ n: { data: longs(65_536), shape: [] } })).rejects.toThrow(/does not fit the 32 bits/)
  })

  it('leaves sizes open, which `run` takes as they come and a model is given', async () => {
    const model = await open('classifier')
    const image = (rows: number, columns: number) => ({
      image: { data: new Float32Array(2 * rows * columns).fill(1), shape: [1, 2, rows, columns] },
    })
    const [small, large] = [await model.run(image(2, 3)), await model.run(image(5, 4))]
    expect(small.y.data).toEqual(large.y.data)
    await expect(model.asModel()).rejects.toThrow(
      "classifier: axis 2 of its input 'image' is dynamic; give its size in freeDimensions, as height",
    )
    await expect(open('classifier', { freeDimensions: { depth: 3 } })).rejects.toThrow(
      "it has no dynamic axis 'depth'; choose from N, height, width",
    )
    await expect(open('classifier', { freeDimensions: { height: 0 } })).rejects.toThrow(ArgumentError)
    const fixed = await open('classifier', { freeDimensions: { height: 2, width: 3 } })
    expect((await fixed.asModel()).inputShape).toEqual([2, 2, 3])
    await expect(fixed.run(image(5, 4))).rejects.toThrow('expected [N, 2, 2, 3]')
  })

  it('can be trained further, stored and loaded, with the weights that `run` uses', async () => {
    const onnx = await open('classifier', { freeDimensions: { height: 2, width: 2 } })
    const model = await onnx.asModel()
    const [inputs, labels] = [new Float32Array(32), new Int32Array(4)]
    inputs.forEach((_, i) => {
      inputs[i] = Math.sin(i)
    })
    labels.set([0, 1, 2, 0])
    const before = await onnx.run({ image: { data: inputs, shape: [4, 2, 2, 2] } })
    const train = inMemory({ inputs, inputShape: [2, 2, 2], targets: labels })
    const loss = (y: Tensor): Tensor => y.mul(y).mean()
    await fit(model, train, { optimizer: sgd({ learningRate: 1 }), epochs: 2, batchSize: 2, loss })
    const after = await onnx.run({ image: { data: inputs, shape: [4, 2, 2, 2] } })
    expect(after.y.data).not.toEqual(before.y.data)
    expect((await predict(model, inputs)).data).toEqual(after.y.data)
    const again = await loadModel(await saveModel(model), { backend })
    expect((await predict(again, inputs)).data).toEqual(after.y.data)
  })

  it('of several inputs is a network of these inputs', async () => {
    const model = await (await open('two')).asInputsModel()
    expect(model.inputs).toEqual({ x: { dtype: 'float32', shape: [2] }, n: { dtype: 'int32', shape: [1] } })
    const y = traceInputs(model, { x: input([5, 2]), n: input([5, 1], 'int32') })
    expect(y.shape).toEqual([5, 2])
    await expect((await open('two')).asModel()).rejects.toThrow(
      'two: it has 2 inputs; expected one, or use asInputsModel',
    )
  })

  it.each(['batchMean', 'batchReshape', 'batchTransposed'] as const)(
    'that changes the axis of examples is not a model for batches, and runs as it is: %s',
    async (name) => {
      const onnx = await open(name)
      const data = Float32Array.from({ length: 3 * 64 }, (_, i) => i)
      const { y } = await onnx.run({ x: { data, shape: [3, 1, 8, 8] } })
      expect(y.shape[0]).not.toBe(3)
      const predicted = onnx.asModel().then((model) => predict(model, data))
      await expect(predicted).rejects.toThrow(/the first axis must be the batch; otherwise use run/)
    },
  )

  it('is refused for an attribute that its operator does not have, and for a size that no memory holds', async () => {
    await expect((await open('unknownAttribute')).run({ x: { data: floats(1), shape: [1] } })).rejects.toThrow(
      "ONNX node 'y' (Relu) has an attribute 'slope'; in opset 16 it has none",
    )
    const began = performance.now()
    await expect((await open('resizeHuge')).asModel()).rejects.toThrow(FormatError)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
