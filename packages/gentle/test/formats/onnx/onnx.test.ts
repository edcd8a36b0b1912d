import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { FormatError } from '../../../src/core/errors.ts'
import { Random } from '../../../src/core/random.ts'
import { type Shape, sizeOf } from '../../../src/core/shape.ts'
import { inMemory } from '../../../src/data/memory.ts'
import { exportOnnx, type LoadOnnxOptions, loadOnnx } from '../../../src/formats/onnx/index.ts'
import { dataTypes, type OnnxGraph } from '../../../src/formats/onnx/messages.ts'
import { writeGraph } from '../../../src/formats/onnx/write-graph.ts'
import { apply } from '../../../src/graph/tensor.ts'
import { networks } from '../../../src/models/index.ts'
import * as nn from '../../../src/nn/index.ts'
import { networkGraph } from '../../../src/nn/network-graph.ts'
import { summarize } from '../../../src/nn/summary.ts'
import * as ops from '../../../src/ops/index.ts'
import { sgd } from '../../../src/optim/sgd.ts'
import { fit, loadModel, predict, saveModel } from '../../../src/train/index.ts'
import goldens from '../../goldens/onnx.json' with { type: 'json' }
import { randomCases } from '../../random-cases.ts'
import { damaged } from '../fuzz.ts'

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

/** A file's network, for prediction and training. */
const openOnnx = async (bytes: Uint8Array, options?: LoadOnnxOptions): Promise<nn.Model> =>
  (await loadOnnx(bytes, options)).asModel()

/** Every parameter and statistic drawn at random, variances positive. */
const drawn: nn.InitialValues = (path, shape) => {
  const random = new Random(3, path)
  const scale = 1 / Math.sqrt(sizeOf(shape.slice(1)))
  return Float32Array.from({ length: sizeOf(shape) }, () =>
    path.endsWith('running_var') ? 0.5 + random.uniform() : random.normal() * scale,
  )
}

const normals = (count: number): Float32Array => {
  const random = new Random(5, 'input')
  return Float32Array.from({ length: count }, () => random.normal())
}

/** A model's outputs, and the largest distance between two lists by the largest value. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const max = Math.max(...Array.from(a, Math.abs))
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]))) / max
}

/** A graph of one node, on images [1, 4, 4], with these initialisers. */
const oneNode = (
  operator: string,
  more: Partial<OnnxGraph['nodes'][number]> = {},
  initializers: OnnxGraph['initializers'] = [],
): Uint8Array =>
  writeGraph({
    name: 'g',
    nodes: [{ name: 'n', operator, domain: '', inputs: ['input'], outputs: ['output'], attributes: {}, ...more }],
    initializers,
    inputs: [{ name: 'input', shape: ['batch', 1, 4, 4], dataType: dataTypes.float }],
    outputs: [{ name: 'output', shape: ['batch', 1, 4, 4], dataType: dataTypes.float }],
  })

describe('ONNX', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())

  it('is a graph of its nodes by their layers, which costs what the network that was exported costs', async () => {
    const body = nn.Sequential({ conv: nn.Conv2d(4, 3, { padding: 1 }), relu: nn.ReLU() })
    const network = nn.Sequential({ block: nn.Residual(body), flat: nn.Flatten(), head: nn.Linear(3) })
    const model = await nn.createModel(network, [4, 6, 6], { backend })
    const { layer, inputShape } = await openOnnx(await exportOnnx(model), { backend })
    const { nodes, edges } = networkGraph(layer, inputShape)
    const conv = nodes.find(({ type }) => type === 'Conv')!
    expect(conv).toMatchObject({ outputShape: [4, 6, 6], parameters: 148, description: { pads: [1, 1, 1, 1] } })
    expect(conv.name).toMatch(/^block\..*conv\/Conv_\d+$/)
    // The sum of the block reads its input and what its layers make of it.
    const sum = nodes.find(({ type }) => type === 'Add')!
    expect(edges.filter(([, to]) => to === sum.id).map(([from]) => nodes[from].type)).toEqual(
      expect.arrayContaining(['input', 'Relu']),
    )
    const [own, read] = [summarize(network, [4, 6, 6]), summarize(layer, inputShape)]
    expect([read.parameters, read.macs]).toEqual([own.parameters, own.macs])
  })

  it.each(goldens.map((golden) => [golden.name, golden] as const))(
    "reads %s that PyTorch wrote, and computes PyTorch's outputs",
    async (_, golden) => {
      const model = await openOnnx(bytesOf(golden.file), { backend })
      expect(model.inputShape).toEqual(golden.shape)
      const { shape, data } = await predict(model, Float32Array.from(golden.input))
      expect(shape).toEqual([2, ...golden.outputShape])
      expect(distance(golden.output, data)).toBeLessThan(1e-5)
    },
  )

  it('keeps the names of weights, and batch norm as a node has its statistics as state', async () => {
    const model = await openOnnx(bytesOf(goldens[1].file), { backend })
    expect([...model.parameters.keys()].sort()).toEqual(
      ['bn1.bias', 'bn1.weight', 'conv1.weight', 'conv2.bias', 'conv2.weight', 'fc.bias', 'fc.weight'].sort(),
    )
    expect([...model.state.keys()].sort()).toEqual(['bn1.running_mean', 'bn1.running_var'])
  })

  it('gives models that can be trained further, and stored as safetensors', async () => {
    const golden = goldens[0]
    const model = await openOnnx(bytesOf(golden.file), { backend })
    const inputs = Float32Array.from(golden.input)
    const data = inMemory({ inputs, inputShape: golden.shape, targets: Int32Array.of(1, 4) })
    const { history } = await fit(model, data, { optimizer: sgd({ learningRate: 0.05 }), epochs: 30, batchSize: 2 })
    expect(history.at(-1)!.train.loss).toBeLessThan(0.2 * history[0].train.loss)
    const again = await loadModel(await saveModel(model), { backend })
    expect((await predict(again, inputs)).data).toEqual((await predict(model, inputs)).data)
  })

  const layers: [string, nn.Layer, Shape][] = [
    ['lenet5', networks.lenet5.build({}), [1, 28, 28]],
    ['resnet20', networks.resnet20.build({}), [3, 16, 16]],
    [
      'branches, resizing and norms',
      nn.Sequential(
        nn.Concat({ a: nn.Conv2d(4, 3, { padding: 1, groups: 2 }), b: nn.DepthwiseConv2d(3, { padding: 1 }) }),
        nn.LocalResponseNorm(),
        nn.GroupNorm(2),
        nn.GELU(),
        nn.MaxPool2d(3, { stride: 2, ceilMode: true }),
        nn.Upsample2d(2),
        nn.Upsample2d({ size: [7, 9] }, { method: 'bilinear' }),
        nn.ConvTranspose2d(4, 3, { stride: 2, padding: 1 }),
        nn.BatchNorm(),
        nn.LeakyReLU(),
        nn.Dropout(),
        nn.AvgPool2d(2, { padding: 1, countIncludePad: false }),
        nn.Flatten(),
        nn.Linear(6),
        nn.LogSoftmax(),
      ),
      [2, 9, 8],
    ],
  ]
  it.each(layers)('writes %s so that what is read again computes the same', async (_, layer, inputShape) => {
    const model = await nn.createModel(layer, inputShape, { backend, initialValues: drawn })
    const again = await openOnnx(await exportOnnx(model), { backend })
    const x = normals(3 * sizeOf(inputShape))
    expect(again.outputShape).toEqual(model.outputShape)
    expect(distance((await predict(model, x)).data, (await predict(again, x)).data)).toBeLessThan(1e-5)
  })

  it('writes an embedding, whose rows the input picks, so that what is read again computes the same', async () => {
    const layer = nn.Sequential(nn.Embedding(10, 4), nn.Flatten(), nn.Linear(3))
    const model = await nn.createModel(layer, [5], { backend, initialValues: drawn })
    const again = await openOnnx(await exportOnnx(model), { backend })
    const symbols = Float32Array.of(0, 9, 3, 3, 1, 8, 2, 7, 4, 6)
    expect([...(await predict(again, symbols)).data]).toEqual([...(await predict(model, symbols)).data])
  })

  it('writes slices in strides, whole numbers, sums and picked elements so that what is read again computes the same', async () => {
    const layer: nn.Layer = {
      description: { type: 'mixture' },
      apply(x) {
        const strided = ops.slice(x, [0, -1, 1], [-1, -1, 2], { strides: [1, -2, 3] })
        const counts = ops.mul(ops.add(ops.cast(ops.mul(x, 3), 'int32'), 2), -3)
        const whole = ops.add(ops.cast(counts, 'float32'), ops.greater(counts, 1))
        const picked = ops.takeAlongAxis(x, ops.cast(ops.add(ops.mul(x, 0), 1), 'int32'), 1)
        const parts = [strided, ops.flip(whole, 2), ops.cumsum(x, 2, { reverse: true }), picked]
        return ops.concat(
          parts.map((part) => ops.reshape(part, [part.shape[0], -1])),
          1,
        )
      },
    }
    const model = await nn.createModel(layer, [5, 6], { backend })
    const again = await openOnnx(await exportOnnx(model), { backend })
    const x = normals(3 * 5 * 6)
    expect(distance((await predict(model, x)).data, (await predict(again, x)).data)).toBeLessThan(1e-6)
  })

  it('refuses an op from outside of the library by its name', async () => {
    const op = ops.defineOp({
      name: 'halved',
      infer: ([x], _: object) => x,
      gradient: (_, dy) => [ops.mul(dy, 0.5)],
      reference([x], _, y) {
        y.data.set(x.data.map((value) => value / 2))
      },
    })
    const layer: nn.Layer = { description: { type: 'halved' }, apply: (x) => apply(op, [x], {}) }
    const model = await nn.createModel(layer, [3], { backend })
    await expect(exportOnnx(model)).rejects.toThrow(
      new FormatError('exportOnnx: halved has no ONNX equivalent; expected a network of ops that have one'),
    )
  })

  it('writes weights under the names that they have in the model', async () => {
    const model = await nn.createModel(networks.lenet5.build({}), [1, 28, 28], { backend })
    const again = await openOnnx(await exportOnnx(model), { backend })
    expect([...again.parameters.keys()]).toEqual(expect.arrayContaining(['0.weight', '0.bias', '11.weight', '11.bias']))
  })

  it('reads local response normalisation as a node', async () => {
    const attributes = { size: 3, alpha: 0.5, beta: 0.5, bias: 2 }
    const lrn = { name: 'n', operator: 'LRN', domain: '', inputs: ['input'], outputs: ['output'], attributes }
    const shape = ['batch', 4, 2, 2]
    const bytes = writeGraph({
      name: 'g',
      nodes: [lrn],
      initializers: [],
      inputs: [{ name: 'input', shape, dataType: dataTypes.float }],
      outputs: [{ name: 'output', shape, dataType: dataTypes.float }],
    })
    const layer = nn.LocalResponseNorm({ size: 3, alpha: 0.5, beta: 0.5, k: 2 })
    const expected = await nn.createModel(layer, [4, 2, 2], { backend })
    const x = normals(16)
    expect((await predict(await openOnnx(bytes, { backend }), x)).data).toEqual((await predict(expected, x)).data)
  })

  const refused: [string, () => Uint8Array, RegExp][] = [
    ['no bytes at all', () => new Uint8Array(0), /^f is not an ONNX file: it has no graph$/],
    [
      'an operator that is not there',
      () => oneNode('Scribble'),
      /^ONNX node 'n' \(Scribble\) is not a supported operator$/,
    ],
    [
      'an operator of a stranger',
      () => oneNode('Gelu', { inputs: ['input'], operator: 'Fold' }),
      /^ONNX node 'n' \(Fold\) is not a supported operator/,
    ],
    [
      'a value that nothing gives',
      () => oneNode('Add', { inputs: ['input', 'ghost'] }),
      /^ONNX node 'n' \(Add\) reads 'ghost', which no node produces$/,
    ],
    [
      'an output that nothing gives',
      () => oneNode('Relu', { outputs: ['elsewhere'] }),
      /its output 'output' is produced by no node$/,
    ],
    [
      'a window that does not fit',
      () => oneNode('MaxPool', { attributes: { kernel_shape: [9, 9] } }),
      /^ONNX node 'n' \(MaxPool\) has a window of 9 on 4 elements$/,
    ],
    [
      'a node that reads itself',
      () => oneNode('Add', { inputs: ['input', 'output'] }),
      /reads 'output', which no node produces$/,
    ],
  ]
  it.each(refused)('refuses %s in a line', async (_, make, message) => {
    const error = await openOnnx(make(), { backend, name: 'f' }).catch((reason) => reason)
    expect(error).toBeInstanceOf(FormatError)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
  })

  it.each([
    [[-9], [2 ** 63], [1], [0, 1, 2]],
    [[-9], [-(2 ** 63)], [-1], [0]],
    [[9], [-9], [-2], [2, 0]],
    [[-1], [0], [-1], [2, 1]],
    [[1], [1], [1], []],
  ])(
    'slices from %j to %j by %j as the standard clamps them, which is not as NumPy does',
    async (starts, ends, steps, expected) => {
      const integers = (name: string, data: number[]) => ({ name, shape: [1], dataType: dataTypes.int64, data })
      const bytes = writeGraph({
        name: 'g',
        nodes: [
          {
            name: '',
            operator: 'Slice',
            domain: '',
            inputs: ['x', 's', 'e', 'a', 'k'],
            outputs: ['y'],
            attributes: {},
          },
        ],
        initializers: [
          integers('s', starts),
          integers(
            'e',
            ends.map((end) => Math.min(Math.max(end, -(2 ** 52)), 2 ** 52)),
          ),
          integers('a', [0]),
          integers('k', steps),
        ],
        inputs: [{ name: 'x', shape: ['N'], dataType: dataTypes.float }],
        outputs: [{ name: 'y', shape: ['M'], dataType: dataTypes.float }],
      })
      const { y } = await (await loadOnnx(bytes, { backend })).run({
        x: { data: Float32Array.of(0, 1, 2), shape: [3] },
      })
      expect([...(y.data as Float32Array)]).toEqual(expected)
    },
  )

  it('refuses a size that is not fixed, and several inputs', async () => {
    const graph = (shape: (number | string)[], inputs: string[]): Uint8Array =>
      writeGraph({
        name: 'g',
        nodes: [],
        initializers: [],
        inputs: inputs.map((name) => ({ name, shape, dataType: dataTypes.float })),
        outputs: [{ name: 'output', shape, dataType: dataTypes.float }],
      })
    await expect(openOnnx(graph(['batch', 3, 'height', 4], ['input']), { backend, name: 'f' })).rejects.toThrow(
      "f: axis 2 of its input 'input' is dynamic; give its size in freeDimensions, as height",
    )
    await expect(openOnnx(graph([1, 3], ['a', 'b']), { backend, name: 'f' })).rejects.toThrow(
      'f: it has 2 inputs; expected one, or use asInputsModel',
    )
  })

  it.each([
    ['weights', 'cubic', [1, 1, 4, 2 ** 22], 'whose 16777216 weights are more than the 8388608 that are computed'],
    ['elements', 'nearest', [1, 1, 2 ** 16, 2 ** 16], 'which is more than is computed'],
  ])('refuses a resize of more %s than there is memory for before any is computed', async (_, mode, sizes, message) => {
    const bytes = oneNode('Resize', { inputs: ['input', '', '', 'sizes'], attributes: { mode } }, [
      { name: 'sizes', shape: [4], dataType: dataTypes.int64, data: sizes },
    ])
    await expect(openOnnx(bytes, { backend })).rejects.toThrow(message)
  })

  it('reads or refuses whatever the bytes are, without a crash, a hang or memory beyond the file', async () => {
    const files = goldens.map(({ file }) => bytesOf(file))
    await fc.assert(
      fc.asyncProperty(damaged(files), async (bytes) => {
        const before = process.memoryUsage().arrayBuffers
        const began = performance.now()
        const loaded = await openOnnx(bytes, { backend, name: 'f' }).catch((reason) => reason)
        if (loaded instanceof Error) {
          expect(loaded).toBeInstanceOf(FormatError)
          expect(loaded.message).not.toContain('\n')
        } else backend.release(nn.weightsOf(loaded).values())
        expect(performance.now() - began).toBeLessThan(5000)
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * bytes.length + 1e6)
      }),
      { numRuns: randomCases(600), seed: 11 },
    )
  })
})
