/** Networks of the lecture learn 16 pictures by heart: the shortest test that all of one takes part in learning. */
import { afterAll, describe, expect, it } from 'vitest'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import { type Dataset, inMemory } from '../../src/data/index.ts'
import { alexnet, googlenet, resnet18, vgg16 } from '../../src/models/index.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import { createModel, type Layer } from '../../src/nn/index.ts'
import { adam, type Optimizer, sgd } from '../../src/optim/index.ts'
import { fit } from '../../src/train/index.ts'
import { drawn, drawnWeight } from '../goldens/drawn-weights.ts'

const opened = wasm({ threads: 2 })
afterAll(async () => (await opened).close())

const count = 16
const classes = 10

/** Pictures of 4 x 4 fields of any colours, with labels that nothing in them tells; every step sees all of them. */
function pictures(size: number, steps: number): Dataset {
  const fields = drawn('fields', [count, 3, 4, 4], -1, 1)
  const inputs = Float32Array.from({ length: count * 3 * size * size }, (_, pixel) => {
    const [plane, row, column] = [Math.floor(pixel / size / size), Math.floor(pixel / size) % size, pixel % size]
    return fields[plane * 16 + Math.floor((4 * row) / size) * 4 + Math.floor((4 * column) / size)]
  })
  const targets = Int32Array.from({ length: count }, (_, i) => (i * 7) % classes)
  const few = inMemory({ inputs, inputShape: [3, size, size], targets })
  const all = Uint32Array.from({ length: count }, (_, i) => i)
  return { ...few, length: steps * count, read: (_, x, y) => few.read(all, x, y) }
}

/** The network without dropout, whose purpose it is that nothing is learned by heart. */
const withoutDropout = ({ description }: Layer): Layer =>
  layerFrom(
    JSON.parse(JSON.stringify(description), (_, part) => (part?.type === 'dropout' ? { type: 'identity' } : part)),
  )

/** The training loss of each step. */
async function losses(network: Layer, size: number, steps: number, optimizer: Optimizer): Promise<number[]> {
  const model = await createModel(withoutDropout(network), [3, size, size], {
    backend: await opened,
    initialValues: (path, shape, initializer) =>
      shape.length > 1 ? drawnWeight(path, shape) : initializer(shape, new Random(0, path)),
  })
  const totals = [0]
  await fit(model, pictures(size, steps), {
    optimizer,
    batchSize: count,
    epochs: 1,
    onStep: ({ loss, examples }) => totals.push(loss * examples),
  })
  ;(await opened).release([...model.parameters.values(), ...model.state.values()])
  return totals.slice(1).map((total, step) => (total - totals[step]) / count)
}

describe('16 pictures are learned by heart', () => {
  it.each<[string, Layer, number, number, Optimizer]>([
    ['alexnet', alexnet({ classes }), 64, 23, sgd({ learningRate: 1e-3, momentum: 0.9 })],
    ['vgg16', vgg16({ classes }), 32, 17, sgd({ learningRate: 1.7e-3, momentum: 0.9 })],
    ['googlenet', googlenet({ classes }), 32, 10, adam({ learningRate: 1e-3 })],
    ['resnet18', resnet18({ classes }), 32, 8, adam({ learningRate: 1e-3 })],
  ])(
    'by %s',
    async (_, network, size, steps, optimizer) => {
      const history = await losses(network, size, steps, optimizer)
      expect(history[0]).toBeGreaterThan(1)
      expect(history.at(-1)).toBeLessThan(0.05)
    },
    600_000,
  )
})
