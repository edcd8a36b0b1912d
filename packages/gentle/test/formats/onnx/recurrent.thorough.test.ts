/** Recurrent operators and loops of ONNX: what no golden of onnxruntime tells. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/backends/backend.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shape.ts'
import { inMemory } from '../../../src/data/index.ts'
import { loadOnnx } from '../../../src/formats/onnx/index.ts'
import { dataTypes, type OnnxAttribute, type OnnxGraph, type OnnxTensor } from '../../../src/formats/onnx/messages.ts'
import { writeGraph } from '../../../src/formats/onnx/write-graph.ts'
import type { Tensor } from '../../../src/graph/tensor.ts'
import '../../../src/ops/index.ts'
import { adam } from '../../../src/optim/index.ts'
import { fit } from '../../../src/train/index.ts'

const draw = (name: string, shape: readonly number[]): OnnxTensor => {
  const random = new Random(3, name)
  const data = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5)
  return { name, shape, dataType: dataTypes.float, data }
}

const fed = ({ shape, data }: OnnxTensor) => ({ data: data as Float32Array, shape })

const [steps, examples, width, units] = [5, 2, 3, 4]
const gates = { RNN: 1, GRU: 3, LSTM: 4 }

interface Settings {
  readonly attributes?: Record<string, OnnxAttribute>
  readonly lengths?: readonly number[]
  readonly opset?: number
  readonly weights?: readonly number[]
  readonly input?: readonly (number | string)[]
}

/** A file with one recurrent operator. */
function file(operator: keyof typeof gates, { attributes = {}, lengths, opset = 14, weights, input }: Settings = {}) {
  const rows = gates[operator] * units
  const stored = [draw('w', weights ?? [1, rows, width]), draw('r', [1, rows, units]), draw('b', [1, 2 * rows])]
  const taken = lengths && {
    name: 'lengths',
    shape: [examples],
    dataType: dataTypes.int32,
    data: Int32Array.from(lengths),
  }
  const node = {
    name: 'cell',
    operator,
    domain: '',
    inputs: ['x', 'w', 'r', 'b', ...(taken === undefined ? [] : ['lengths'])],
    outputs: ['all', 'last'],
    attributes: { hidden_size: units, ...attributes },
  }
  return writeGraph(
    {
      name: operator,
      nodes: [node],
      initializers: [...stored, ...(taken === undefined ? [] : [taken])],
      inputs: [{ name: 'x', shape: input ?? ['T', 'N', width], dataType: dataTypes.float }],
      outputs: ['all', 'last'].map((name) => ({ name, dataType: dataTypes.float })),
    },
    opset,
  )
}

/** Axes 0 and 1 changed for each other. */
function swapped(data: ArrayLike<number>, [rows, columns, ...rest]: readonly number[]): number[] {
  const inner = sizeOf(rest)
  return Array.from({ length: rows * columns * inner }, (_, i) => {
    const [row, column] = [Math.floor(i / inner) % rows, Math.floor(i / inner / rows)]
    return data[(row * columns + column) * inner + (i % inner)]
  })
}

describe('a recurrent operator of ONNX', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 1 })
  })
  afterAll(() => backend?.close())
  const x = draw('x', [steps, examples, width])

  it.each(['RNN', 'GRU', 'LSTM'] as const)('%s has examples first where the layout says so', async (operator) => {
    const [plain, other] = await Promise.all([
      loadOnnx(file(operator), { backend }),
      loadOnnx(file(operator, { attributes: { layout: 1 } }), { backend }),
    ])
    const found = await plain.run({ x: fed(x) })
    const turned = Float32Array.from(swapped(x.data, x.shape))
    const same = await other.run({ x: { data: turned, shape: [examples, steps, width] } })
    expect(same.all.shape).toEqual([examples, steps, 1, units])
    expect(same.last.shape).toEqual([examples, 1, units])
    const expected = swapped(found.all.data as Float32Array, [steps, examples, units])
    expected.forEach((value, i) => {
      expect(same.all.data[i]).toBeCloseTo(value, 6)
    })
  })

  it('is refused where it does not fit, by what does not', async () => {
    const run = async (settings: Settings, operator: keyof typeof gates = 'LSTM') =>
      (await loadOnnx(file(operator, settings), { backend })).run({ x: fed(x) })
    await expect(run({ weights: [1, 16, 5] })).rejects.toThrow(
      "node 'cell' (LSTM) has weights W of shape [1, 16, 5]; expected [1, 16, 3]",
    )
    await expect(run({ attributes: { direction: 'bidirectional' } })).rejects.toThrow(/expected \[2, 16, 3\]/)
    await expect(run({ attributes: { direction: 'sideways' } })).rejects.toThrow(
      /direction 'sideways'; expected forward/,
    )
    await expect(run({ lengths: [5, 6] })).rejects.toThrow(/lengths of sequences beyond the 5 steps/)
    await expect(run({ attributes: { activations: ['Tanh'] } })).rejects.toThrow(/names 1 activations; expected 3/)
    await expect(run({ attributes: { activations: ['Sigmoid', 'Tanh', 'Swish'] } })).rejects.toThrow(
      /activation 'Swish', which is not read/,
    )
    await expect(run({ attributes: { activations: ['ThresholdedRelu'] } }, 'RNN')).rejects.toThrow(/gives no alpha/)
    await expect(run({ attributes: { layout: 1 }, opset: 13 })).rejects.toThrow(/attribute 'layout'/)
  })

  it("is trained further, with the file's names of its weights", async () => {
    const bytes = file('LSTM', { attributes: { layout: 1 }, input: ['N', steps, width] })
    const model = await (await loadOnnx(bytes, { backend })).asModel()
    expect([...model.parameters.keys()]).toEqual(['w', 'r', 'b'])
    const inputs = Float32Array.from(draw('inputs', [16, steps, width]).data)
    const train = inMemory({ inputs, inputShape: [steps, width], targets: new Int32Array(16) })
    const loss = (y: Tensor): Tensor => y.sub(0.5).mul(y.sub(0.5)).mean()
    const { history } = await fit(model, train, {
      optimizer: adam({ learningRate: 0.05 }),
      epochs: 20,
      batchSize: 16,
      loss,
    })
    const losses = history.map((epoch) => epoch.train.loss)
    expect(losses.at(-1)).toBeLessThan(losses[0] / 4)
  })
})

/** A loop of a sum of what each step gives, `h + x`, where `h` may be integers. */
function scanFile(count: number, dataType: number): Uint8Array {
  const value = (name: string, shape: readonly (number | string)[]) => ({ name, shape, dataType })
  const node = (
    operator: string,
    inputs: string[],
    outputs: string[],
    attributes: Record<string, OnnxAttribute> = {},
  ) => ({
    name: outputs[0],
    operator,
    domain: '',
    inputs,
    outputs,
    attributes,
  })
  const body: OnnxGraph = {
    name: 'step',
    nodes: [node('Add', ['h', 'x'], ['next']), node('Identity', ['next'], ['kept'])],
    initializers: [],
    inputs: [value('h', [2]), value('x', [2])],
    outputs: [value('next', [2]), value('kept', [2])],
  }
  return writeGraph(
    {
      name: 'loop',
      nodes: [node('Scan', ['first', 'xs'], ['last', 'all'], { body, num_scan_inputs: 1 })],
      initializers: [],
      inputs: [value('first', [2]), value('xs', [count, 2])],
      outputs: [value('last', [2]), value('all', [count, 2])],
    },
    14,
  )
}

describe('a loop of ONNX', () => {
  it.each([
    ['floats', dataTypes.float, 20_000],
    ['integers of 64 bits, which are looked at in each step', dataTypes.int64, 20],
  ])('takes any number of steps of %s', async (_, dataType, count) => {
    const backend = await wasm({ threads: 1 })
    const model = await loadOnnx(scanFile(count, dataType), { backend })
    const { last, all } = await model.run({
      first: { data: [1, 2], shape: [2] },
      xs: { data: Array<number>(2 * count).fill(1), shape: [count, 2] },
    })
    expect(Array.from(last.data, Number)).toEqual([count + 1, count + 2])
    expect(Array.from(all.data.slice(0, 4) as ArrayLike<number>, Number)).toEqual([2, 3, 3, 4])
    model.dispose()
    await backend.close()
  })
})
