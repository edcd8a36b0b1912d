import { describe, expect, it } from 'vitest'
import { checkGradients, type GradientOptions, gradients } from '../../src/autodiff/index.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { lowerGraph } from '../../src/backends/wasm/lowering/lower-graph.ts'
import { schedule } from '../../src/backends/wasm/schedule.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { simplify } from '../../src/compile/simplify.ts'
import { inMemory } from '../../src/data/memory.ts'
import { type Graph, topologicalOrder } from '../../src/graph/graph.ts'
import { constant, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import {
  BatchNorm,
  Conv2d,
  createModel,
  Dropout,
  Flatten,
  GlobalAvgPool2d,
  type Layer,
  Linear,
  LSTM,
  ReLU,
  Remat,
  Residual,
  Sequential,
} from '../../src/nn/index.ts'
import { add, conv2d, matmul, mean, mul, relu, remat, scan, sum, tanh } from '../../src/ops/index.ts'
import { sgd } from '../../src/optim/sgd.ts'
import { fit } from '../../src/train/index.ts'

const waves = (length: number, step = 1.7): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * step))

/** Two blocks of batch norm, dropout and a shortcut, each of them as `around` makes it. */
function network(around: (block: Layer) => Layer): Layer {
  const block = (): Layer => {
    const conv = () => Conv2d(8, 3, { padding: 1, bias: false })
    const body = Sequential(conv(), BatchNorm(), ReLU(), Dropout(0.3), conv(), BatchNorm())
    return around(Residual(body, { activation: ReLU() }))
  }
  return Sequential(Conv2d(8, 3, { padding: 1 }), block(), block(), GlobalAvgPool2d(), Flatten(), Linear(3))
}

const images = inMemory({
  inputs: waves(24 * 48),
  inputShape: [3, 4, 4],
  targets: Int32Array.from({ length: 24 }, (_, i) => i % 3),
  name: 'waves',
})

/** Weights and running statistics after some steps, by name. */
async function trained(layer: Layer, backend: Backend, remat = false): Promise<Map<string, Float32Array>> {
  const { model } = await fit(layer, images, {
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    epochs: 1,
    batchSize: 8,
    seed: 3,
    backend,
    remat,
  })
  const values = new Map<string, Float32Array>()
  for (const [name, kept] of [...model.parameters, ...model.state]) values.set(name, await backend.read(kept))
  return values
}

/** A chain of convolutions, each block of them as `around` makes it, and its gradients. */
function chain(around: <T>(block: (x: Tensor) => T) => (x: Tensor) => T, options?: GradientOptions): Graph {
  const x = input([16, 8, 32, 32])
  const weights = Array.from({ length: 12 }, (_, i) => variable([8, 8, 3, 3], waves(576, i + 1)))
  const block = (x: Tensor, i: number): Tensor =>
    weights.slice(i, i + 3).reduce((y, w) => relu(conv2d(y, w, { padding: 1 })), x)
  const y = [0, 3, 6, 9].reduce((y, i) => around((x) => block(x, i))(y), x as Tensor)
  const loss = mean(mul(y, y))
  return { inputs: { x }, outputs: { loss, ...Object.fromEntries(gradients(loss, weights, options).entries()) } }
}

const countOf = (graph: Graph, name: string): number =>
  topologicalOrder(Object.values(graph.outputs)).filter(({ op }) => op.name === name).length

describe('rematerialization', () => {
  it('leaves weights and running statistics after training the same to the bit', async () => {
    const backend = await wasm({ threads: 1 })
    const plain = network((block) => block)
    const kept = await trained(plain, backend)
    expect(await trained(network(Remat), backend)).toEqual(kept)
    expect(await trained(plain, backend, true)).toEqual(kept)
  })

  it('computes the values within a part twice, which no pass undoes', () => {
    const [kept, again] = [simplify(chain((block) => block)), simplify(chain(remat))]
    expect(countOf(kept, 'conv2d')).toBe(12)
    // What a part gives is kept: of three convolutions its last is not needed again.
    expect(countOf(again, 'conv2d')).toBe(12 + 4 * 2)
    expect(countOf(again, 'sum')).toBe(countOf(kept, 'sum'))
  })

  it('takes less memory, since the second computation waits for the gradient', async () => {
    const bytes = async (graph: Graph): Promise<number> => schedule(await lowerGraph(graph)).liveBytes(1)
    const [kept, again] = [await bytes(chain((block) => block)), await bytes(chain(remat))]
    expect(again).toBeLessThan(0.7 * kept)
    expect(await bytes(chain((block) => block, { remat: true }))).toBeLessThan(0.7 * kept)
  })

  it('where nothing is marked leaves what comes last, and is next to be differentiated, as it is', () => {
    const planned = simplify(chain((block) => block, { remat: true }))
    expect(countOf(planned, 'conv2d')).toBeGreaterThan(12)
    expect(countOf(planned, 'conv2d')).toBeLessThan(12 + 9)
  })

  it('where nothing is marked finds nothing to compute anew in a graph without layers', async () => {
    const x = variable([], 3)
    const [slope] = gradients(mul(x, x), [x], { remat: true })
    const program = await reference().compile({ inputs: {}, outputs: { slope } })
    expect((await program.run()).slope.data[0]).toBe(6)
    expect(gradients(x, [x], { remat: true })).toHaveLength(1)
  })

  it('has the gradients of finite differences, also of loops, of parts within parts, and of gradients', () => {
    const w = variable([3, 3], waves(9))
    const x = variable([2, 3], waves(6, 0.9))
    const dense = remat((y: Tensor) => tanh(matmul(y, w)))
    const nested = remat((y: Tensor) => mul(dense(tanh(y)), dense(y)))
    const loop = remat((y: Tensor) => {
      const { state } = scan((h) => ({ state: tanh(add(matmul(h, w), y)) }), constant(0, [2, 3]) as Tensor, [], {
        steps: 3,
      })
      return mul(state, y)
    })
    for (const f of [dense, nested, loop]) {
      const loss = sum(mul(f(tanh(x)), constant(waves(6, 0.4), [2, 3])))
      expect(checkGradients(loss, [w, x]).error).toBeLessThan(1e-6)
      const [slope] = gradients(loss, [x])
      expect(checkGradients(sum(mul(slope, slope)), [w, x]).error).toBeLessThan(1e-6)
    }
  })

  it('of a layer keeps its description and its names', async () => {
    const layer = Sequential({ fc: Remat(Linear(2)) })
    expect(layer.description).toEqual(Sequential({ fc: Linear(2) }).description)
    const model = await createModel(layer, [3], { backend: reference() })
    expect([...model.parameters.keys()]).toEqual(['fc.weight', 'fc.bias'])
  })

  it('of a recurrent layer is one, too', () => {
    expect('applySequence' in Remat(LSTM(4))).toBe(true)
  })
})
