import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend, Feed } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { input, type Variable } from '../../../src/graph/tensor.ts'
import { BatchNorm, Conv2d, createModel, ReLU, Scope, Sequential } from '../../../src/nn/index.ts'
import { maxPool2d, mean, mul, reshape, sub } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'

/** Two convolutions with batch norm between and behind them; 20 images, so that the last block of 8 is not full. */
const images = [20, 3, 6, 6]
const network = () =>
  Sequential({
    conv1: Conv2d(4, 3, { padding: 1, bias: false }),
    bn1: BatchNorm(),
    relu1: ReLU(),
    conv2: Conv2d(5, 3, { padding: 1, bias: false }),
    bn2: BatchNorm(),
  })

/** A step of gradient descent on the mean square of the distance from a target. */
async function step(backend: Backend): Promise<{ graph: Graph; variables: readonly Variable[] }> {
  const model = await createModel(network(), images.slice(1), { backend, seed: 1 })
  const x = input(images)
  const kept: [Variable, Graph['outputs'][string]][] = []
  const y = model.layer.apply(
    x,
    new Scope({
      parameters: model.parameters,
      state: model.state,
      seed: 1,
      training: true,
      onUpdate: (variable, next) => kept.push([variable, next]),
    }),
  )
  const target = input(y.shape)
  const distance = sub(y, target)
  const loss = mean(mul(distance, distance))
  const parameters = [...model.parameters.values()]
  const slopes = gradients(loss, parameters)
  const updates = parameters.map((parameter, i) => [parameter, sub(parameter, mul(slopes[i], 0.1))] as const)
  return {
    graph: { inputs: { x, target }, outputs: { loss }, updates: [...updates, ...kept] },
    variables: [...parameters, ...model.state.values()],
  }
}

const wave = (count: number, pace: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * pace) + 0.3)
const feed: Feed = { x: wave(20 * 3 * 36, 1.7), target: wave(20 * 5 * 36, 0.7) }

describe('a step of training with batch norm', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 2, poison: true })
  })
  afterAll(() => backend?.close())

  it('stores one tensor for each batch norm forward and one backward, and sums what it computes', async () => {
    const { graph } = await step(backend)
    const { kernels } = await lowered(graph)
    const namesOf = (kept: (name: string) => boolean): string[] => kernels.map(({ name }) => name).filter(kept)
    expect(namesOf((name) => name.startsWith('sub +') && !name.includes('sum'))).toEqual([
      'sub + mul + add + relu',
      'sub + mul + add + sub',
      'sub + mul + mul + add + add + add',
      'sub + mul + mul + add + add + add',
    ])
    expect(namesOf((name) => name.includes('sum images')).sort()).toEqual([
      'mul + sum images',
      ...Array<string>(2).fill('sub + mul + sum images'),
      ...Array<string>(4).fill('sum images'),
    ])
    const inLanes = kernels.filter(
      ({ name, writes: [{ layout }] }) => layout === 'lanes' && !/^(conv|to|mask)/.test(name),
    )
    expect(inLanes).toHaveLength(5)
  })

  it('takes the variance of a convolution while its blocks are in the cache: in the phase of the convolution', async () => {
    const { phases } = schedule(await lowered((await step(backend)).graph))
    const names = phases.map((kernels) => kernels.map(({ name }) => name))
    const withSquares = names.filter((phase) => phase.includes('squares by block'))
    expect(withSquares).toHaveLength(2)
    for (const phase of withSquares) expect(phase).toContainEqual(expect.stringMatching(/^conv2d/))
  })

  it('loses no digits of the variance where the mean is a thousand deviations away, nor where the last block is of few images', async () => {
    const pictures = input([17, 3, 4, 4])
    const x = maxPool2d(pictures, 2)
    const [sums, distances] = [mean(x, [0, 2, 3]), sub(x, reshape(mean(x, [0, 2, 3]), [3, 1, 1]))]
    const graph = { inputs: { pictures }, outputs: { sums, variance: mean(mul(distances, distances), [0, 2, 3]) } }
    expect((await lowered(graph)).kernels.map(({ name }) => name)).toContain('squares by block')
    const far = { pictures: wave(17 * 3 * 16, 1.3).map((value) => value + 1000) }
    const [actual, wanted] = await Promise.all(
      [backend, reference({ precision: 'float64' })].map(async (each) => (await each.compile(graph)).run(far)),
    )
    wanted.variance.data.forEach((value, i) => {
      expect(actual.variance.data[i] / value).toBeCloseTo(1, 4)
    })
  })

  it('computes what the reference does', async () => {
    const runs = await Promise.all(
      [backend, reference({ precision: 'float64' })].map(async (each) => {
        const { graph, variables } = await step(each)
        const program = await each.compile(graph)
        const losses = [await program.run(feed), await program.run(feed)].map(({ loss }) => loss.data[0])
        const values = await Promise.all(variables.map((variable) => each.read(variable)))
        return [...losses, ...values.flatMap((value) => [...value])]
      }),
    )
    const [actual, wanted] = runs
    expect(actual).toHaveLength(wanted.length)
    wanted.forEach((value, i) => {
      expect(actual[i]).toBeCloseTo(value, 4)
    })
  })
})
