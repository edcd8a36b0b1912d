import { describe, expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { ArgumentError, FormatError, InternalError } from '../../../src/core/errors.ts'
import type { Fields } from '../../../src/core/field.ts'
import { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shape.ts'
import { exportGraph } from '../../../src/formats/onnx/export.ts'
import { exportOnnx, loadOnnx } from '../../../src/formats/onnx/index.ts'
import { dataTypes } from '../../../src/formats/onnx/messages.ts'
import { readOnnx } from '../../../src/formats/onnx/read-onnx.ts'
import { writeGraph } from '../../../src/formats/onnx/write-graph.ts'
import { constant, input, type Tensor } from '../../../src/graph/tensor.ts'
import * as nn from '../../../src/nn/index.ts'
import { traceInference } from '../../../src/nn/model.ts'
import * as ops from '../../../src/ops/index.ts'

const backend = reference()

const layerOf = (apply: (x: Tensor) => Tensor): nn.Layer => ({ description: { type: 'ofTest' }, apply })

const normals = (count: number): Float32Array => {
  const random = new Random(7, 'input')
  return Float32Array.from({ length: count }, () => random.normal())
}

/** What a model gives for a batch, and what its file gives. */
async function both(model: nn.Model, examples: number, opset = 13) {
  const x = input([examples, ...model.inputShape])
  const data = normals(sizeOf(x.shape))
  const program = await backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
  const { y: own } = await program.run({ x: data })
  const file = await loadOnnx(await exportOnnx(model, { opset }), { backend })
  const { output } = await file.run({ input: { data, shape: x.shape } })
  return { own, output }
}

function expectSame({ own, output }: Awaited<ReturnType<typeof both>>): void {
  expect(output.shape).toEqual(own.shape)
  expect(output.dtype).toBe(own.dtype)
  for (const [i, value] of own.data.entries()) expect(output.data[i] as number).toBeCloseTo(value, 5)
}

describe('exportOnnx', () => {
  it('writes each operator set with the IR version that came with it', async () => {
    const model = await nn.createModel(nn.Linear(2), [3], { backend })
    const versions = { 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10 }
    for (const [opset, irVersion] of Object.entries(versions))
      expect(readOnnx(await exportOnnx(model, { opset: Number(opset) }), 'f')).toMatchObject({
        opsets: { '': Number(opset) },
        irVersion,
      })
    expect(readOnnx(await exportOnnx(model), 'f').opsets).toEqual({ '': 13 })
  })

  it.each([12, 23, 13.5, Number.NaN])('refuses operator set %d', async (opset) => {
    const model = await nn.createModel(nn.Linear(2), [3], { backend })
    await expect(exportOnnx(model, { opset })).rejects.toThrow(ArgumentError)
    await expect(exportOnnx(model, { opset })).rejects.toThrow(/expected a whole number from 13 to 22$/)
  })

  it('gives the axes of ReduceMax as an attribute before operator set 18, and as an operand from it on', async () => {
    const model = await nn.createModel(
      layerOf((x) => ops.max(x, 1)),
      [3, 2],
      { backend },
    )
    const nodeIn = async (opset: number) => {
      const { graph } = readOnnx(await exportOnnx(model, { opset }), 'f')
      return graph.nodes.find(({ operator }) => operator === 'ReduceMax')!
    }
    expect(await nodeIn(17)).toMatchObject({ inputs: ['input'], attributes: { axes: [1], keepdims: 0 } })
    expect((await nodeIn(18)).inputs).toHaveLength(2)
    expect((await nodeIn(18)).attributes).toEqual({ keepdims: 0 })
    for (const opset of [17, 18]) expectSame(await both(model, 2, opset))
  })

  const batches: readonly [string, readonly number[], (x: Tensor) => Tensor][] = [
    ['has as many features as a traced batch has examples', [97], (x) => ops.mul(ops.reshape(x, [-1, 97, 1]), 2)],
    [
      'puts time before the batch and begins with a state of zeros',
      [4, 2],
      (x) => {
        const time = ops.transpose(x, [1, 0, 2])
        const first = ops.concat([ops.broadcastTo(constant(0.5), [1, x.shape[0], 2]), time], 0)
        return ops.sum(first, 0)
      },
    ],
    ['takes all examples but the first apart', [3], (x) => ops.add(x, ops.slice(x, [0, 0], [x.shape[0], 1]))],
    ['splits an axis that holds the batch', [6], (x) => ops.reshape(ops.reshape(x, [-1, 2]), [x.shape[0], 3, 2])],
    ['compares each example with each', [2], (x) => ops.matmul(x, x, { transposeB: true })],
  ]
  it.each(batches)('keeps shapes right for any batch of a network that %s', async (_, shape, apply) => {
    const model = await nn.createModel(layerOf(apply), shape, { backend })
    for (const examples of [1, 3]) expectSame(await both(model, examples))
  })

  it('refuses a network whose numbers depend on how many examples it sees', async () => {
    const model = await nn.createModel(
      layerOf((x) => ops.sub(x, ops.mean(x, 0))),
      [3],
      { backend },
    )
    await expect(exportOnnx(model)).rejects.toThrow(
      new FormatError(
        'exportOnnx: constant depends on the number of examples in a way that a file for any number cannot say; expected a network that treats each example alike',
      ),
    )
  })

  it('writes integers and sequences by their names, and an output of integers', async () => {
    const layer: nn.InputsLayer = {
      description: { type: 'tagger' },
      applyInputs({ tokens, tokensLengths, bias }, scope) {
        const seen = scope.apply('embedding', nn.Embedding(7, 4), tokens)
        const within = ops.less(ops.arange(5), ops.reshape(tokensLengths, [-1, 1]))
        const total = ops.sum(ops.mul(seen, ops.reshape(within, [-1, 5, 1])), 1)
        return ops.argmax(ops.add(scope.apply('label', nn.Linear(3), total), bias))
      },
    }
    const fields: Fields = {
      tokens: { dtype: 'int32', shape: [], sequence: 5 },
      bias: { dtype: 'float32', shape: [3] },
    }
    const model = await nn.createModel(layer, fields, { backend })
    const { graph } = readOnnx(await exportOnnx(model), 'f')
    expect(graph.inputs).toEqual([
      { name: 'tokens', shape: ['batch', 5], dataType: dataTypes.int32 },
      { name: 'tokensLengths', shape: ['batch'], dataType: dataTypes.int32 },
      { name: 'bias', shape: ['batch', 3], dataType: dataTypes.float },
    ])
    expect(graph.outputs).toEqual([{ name: 'output', shape: ['batch'], dataType: dataTypes.int32 }])
    expect(graph.initializers.map(({ name }) => name)).toContain('embedding.weight')
  })

  it('gives NaN for indices outside, which ONNX would count from the end, and for NaN', async () => {
    const model = await nn.createModel(nn.Embedding(4, 2), [5], { backend })
    const file = await loadOnnx(await exportOnnx(model), { backend })
    const { output } = await file.run({ input: { data: Float32Array.of(-1, 9, 3e9, Number.NaN, 3), shape: [1, 5] } })
    const weight = await backend.read(model.parameters.get('weight')!)
    expect([...output.data]).toEqual([...Array<number>(8).fill(Number.NaN), ...weight.slice(6)])
  })

  const resized: readonly [string, nn.Layer][] = [
    ['nearest', nn.Upsample2d({ size: 80 })],
    ['bilinear', nn.Upsample2d({ size: 80 }, { method: 'bilinear' })],
    ['bilinear with aligned corners', nn.Upsample2d({ size: 80 }, { method: 'bilinear', alignCorners: true })],
    ['means of unequal parts', nn.AdaptiveAvgPool2d(2)],
  ]
  it.each(resized)('writes %s of 3 x 3 pixels at the size that it has', async (_, layer) => {
    const model = await nn.createModel(layer, [1, 3, 3], { backend })
    for (const opset of [13, 22]) expectSame(await both(model, 2, opset))
  })

  it('counts the padding in means as the network does, where windows end outside', async () => {
    for (const countIncludePad of [true, false]) {
      const layer = nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad })
      expectSame(await both(await nn.createModel(layer, [2, 4, 6], { backend }), 1))
    }
    expectSame(
      await both(
        await nn.createModel(nn.MaxPool2d(3, { stride: 3, padding: 1, ceilMode: true }), [1, 6, 8], { backend }),
        1,
      ),
    )
  })

  it('writes softmax and its logarithm as one operator, from which others see that there are probabilities', async () => {
    for (const [layer, operator] of [
      [nn.Softmax(), 'Softmax'],
      [nn.LogSoftmax(), 'LogSoftmax'],
    ] as const) {
      const model = await nn.createModel(nn.Sequential(nn.Linear(3), layer), [2], { backend })
      const { graph } = readOnnx(await exportOnnx(model), 'f')
      expect(graph.nodes.map((node) => node.operator)).toEqual(['Gemm', operator, 'Identity'])
      expectSame(await both(model, 3))
    }
  })

  it('writes a loop as the operator Scan, with what a step computes as its body', async () => {
    const model = await nn.createModel(
      layerOf((x) => {
        const step = (state: Tensor, now: Tensor) => {
          const next = ops.tanh(ops.add(state, now))
          return { state: next, output: next }
        }
        return ops.transpose(ops.scan(step, ops.mul(ops.sum(x, 1), 0), ops.transpose(x, [1, 0, 2])).outputs, [1, 0, 2])
      }),
      [5, 2],
      { backend },
    )
    const { graph } = readOnnx(await exportOnnx(model), 'f')
    const scan = graph.nodes.find(({ operator }) => operator === 'Scan')!
    expect(scan.attributes).toMatchObject({ num_scan_inputs: 1, body: { inputs: [{}, {}], outputs: [{}, {}] } })
  })

  it('refuses what only a gradient computes, by the name of the op and of the layer', async () => {
    const x = input([2, 3])
    const graph = {
      inputs: { x },
      outputs: { y: ops.uniform([2], ops.cast(ops.sum(x), 'int32'), { seed: 1, stream: 's' }) },
    }
    await expect(exportGraph(() => graph, { name: 'g', opset: 13, backend })).rejects.toThrow(
      'exportOnnx: uniform has no ONNX equivalent, whose random numbers differ',
    )
  })
})

describe('writeGraph', () => {
  const graphWith = (operator: string, attributes: Record<string, number | number[]>) => ({
    name: 'g',
    nodes: [{ name: 'n', operator, domain: '', inputs: ['x'], outputs: ['y'], attributes }],
    initializers: [],
    inputs: [{ name: 'x', shape: [1], dataType: dataTypes.float }],
    outputs: [{ name: 'y', shape: [1], dataType: dataTypes.float }],
  })

  it('writes numbers as floats where the operator has such, even whole ones, and as integers elsewhere', () => {
    const attributes = { alpha: 1, beta: 0.5, transA: 1 }
    const { graph } = readOnnx(writeGraph(graphWith('Gemm', attributes)), 'f')
    expect(graph.nodes[0].attributes).toEqual(attributes)
    const floats = readOnnx(writeGraph(graphWith('Upsample', { scales: [1, 1, 1.5, 2] }), 8), 'f')
    expect(floats.graph.nodes[0].attributes).toEqual({ scales: [1, 1, 1.5, 2] })
    expect(floats.irVersion).toBe(3)
  })

  it('refuses a number that is not an integer where the operator has integers', () => {
    expect(() => writeGraph(graphWith('Softmax', { axis: 0.5 }))).toThrow(
      new InternalError("ONNX's Softmax has integers, and no 0.5, in axis"),
    )
  })
})
