/** The layers against PyTorch's modules; test/goldens/make-layers.py wrote what they give. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { mul, sum } from '../../src/ops/index.ts'
import { generator } from '../goldens/generator.ts'

interface Golden {
  readonly shape: Shape
  readonly training: boolean
  /** Where the input holds whole numbers below this. */
  readonly symbols?: number
  readonly outputShape: Shape
  readonly y: number[]
  readonly inputGradient: number[]
  readonly parameters: Record<string, { readonly shape: Shape; readonly gradient: number[] }>
  readonly state: Record<string, number[]>
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/layers.json', import.meta.url), 'utf8'),
)

const normOfImages = nn.BatchNorm({ epsilon: 0.01, momentum: 0.25 })
const normWithoutFactors = nn.BatchNorm({ affine: false })

const layers: Record<string, nn.Layer> = {
  'batchNorm of features in training': nn.BatchNorm(),
  'batchNorm of features in prediction': nn.BatchNorm(),
  'batchNorm of images in training': normOfImages,
  'batchNorm of images in prediction': normOfImages,
  'batchNorm without factors in training': normWithoutFactors,
  'batchNorm without factors in prediction': normWithoutFactors,
  'layerNorm of features': nn.LayerNorm(),
  'layerNorm of the last axis': nn.LayerNorm({ epsilon: 0.01 }),
  'layerNorm of whole images': nn.LayerNorm({ axes: 3 }),
  'layerNorm without factors': nn.LayerNorm({ affine: false }),
  'groupNorm of images': nn.GroupNorm(2),
  'groupNorm of one group': nn.GroupNorm(1, { epsilon: 0.01 }),
  'groupNorm of features': nn.GroupNorm(3, { affine: false }),
  localResponseNorm: nn.LocalResponseNorm(),
  'localResponseNorm of an even window': nn.LocalResponseNorm({ size: 4, alpha: 0.5, beta: 0.5, k: 2 }),
  'localResponseNorm of more channels than there are': nn.LocalResponseNorm({ alpha: 1 }),
  'maxPool2d that rounds up': nn.MaxPool2d(3, { stride: 2, ceilMode: true }),
  'maxPool2d that rounds up, with padding': nn.MaxPool2d(2, { padding: 1, ceilMode: true }),
  'avgPool2d that rounds up, with padding': nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
  'avgPool2d that does not count padding': nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }),
  'adaptiveAvgPool2d to one pixel': nn.AdaptiveAvgPool2d(1),
  'adaptiveAvgPool2d to parts that overlap': nn.AdaptiveAvgPool2d([3, 2]),
  'adaptiveAvgPool2d to more parts than pixels': nn.AdaptiveAvgPool2d([4, 3]),
  'adaptiveMaxPool2d to parts that overlap': nn.AdaptiveMaxPool2d([3, 2]),
  'adaptiveMaxPool2d to parts that tile': nn.AdaptiveMaxPool2d(2),
  depthwiseConv2d: nn.DepthwiseConv2d(3, { padding: 1 }),
  'depthwiseConv2d with a stride, without bias': nn.DepthwiseConv2d([3, 2], { stride: 2, bias: false }),
  convTranspose2d: nn.ConvTranspose2d(3, 3),
  'convTranspose2d that doubles': nn.ConvTranspose2d(2, 3, { stride: 2, padding: 1, outputPadding: 1 }),
  'convTranspose2d in groups, dilated': nn.ConvTranspose2d(6, 2, { groups: 2, dilation: 2, bias: false }),
  'conv1d with a stride, padding and groups': nn.Conv1d(6, 3, { stride: 2, padding: 1, groups: 2 }),
  'conv1d, dilated, without bias': nn.Conv1d(3, 2, { dilation: 3, bias: false }),
  maxPool1d: nn.MaxPool1d(3, { stride: 2, padding: 1 }),
  avgPool1d: nn.AvgPool1d(2),
  'upsample2d to the nearest': nn.Upsample2d(2),
  'upsample2d bilinearly': nn.Upsample2d(2, { method: 'bilinear' }),
  'upsample2d with aligned corners': nn.Upsample2d({ size: [5, 7] }, { method: 'bilinear', alignCorners: true }),
  'upsample2d to a size, the nearest': nn.Upsample2d({ size: [5, 4] }),
  embedding: nn.Embedding(7, 3),
  'embedding of one symbol an example': nn.Embedding(3, 4),
}

/** What the layer gives, the gradients to its input and parameters, and its state after a step, by name. */
async function run(name: string, { shape, training, symbols, outputShape }: Golden, backend: Backend) {
  const draw = generator(name)
  const drawn = draw(shape, 'signed')
  const x = variable(shape, symbols === undefined ? drawn : drawn.map((v) => Math.floor(((v + 2) * symbols) / 4)), 'x')
  const parameters: nn.Parameters = new Map()
  const state: nn.Parameters = new Map()
  const updates: [Variable, Tensor][] = []
  const scope = new nn.Scope({
    parameters,
    state,
    seed: 0,
    training,
    initialValues: (path, shape) => draw(shape, path.startsWith('running') ? 'positive' : 'signed'),
    onUpdate: (target, next) => updates.push([target, next]),
  })
  const y = layers[name].apply(x, scope)
  const loss = sum(mul(y, constant(draw(outputShape, 'signed'), outputShape)))
  const names = ['inputGradient', ...parameters.keys()]
  const slopes = gradients(loss, [x, ...parameters.values()])
  const outputs = Object.fromEntries(slopes.map((slope, i) => [names[i], slope]))
  const program = await backend.compile<never, string>({ inputs: {}, outputs: { y, ...outputs }, updates })
  const results = await program.run()
  const after: Record<string, number[]> = {}
  for (const [key, variable] of state) after[key] = [...(await backend.read(variable))]
  return { y, results, parameters, after }
}

function expectClose(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(wanted.length)
  for (const [i, value] of wanted.entries())
    expect(Math.abs(actual[i] - value), `${what}[${i}]`).toBeLessThan(tolerance * Math.max(1, Math.abs(value)))
}

describe.each<[string, () => Promise<Backend> | Backend, number]>([
  ['the reference in float64', () => reference({ precision: 'float64' }), 5e-7],
  ['wasm', () => wasm({ threads: 1 }), 2e-5],
])('on %s, a layer gives what PyTorch gives:', (_, open, tolerance) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend.close())

  it.each(Object.entries(goldens))('%s', async (name, golden) => {
    const { y, results, parameters, after } = await run(name, golden, backend)
    expect(y.shape).toEqual(golden.outputShape)
    expectClose(results['y'].data, golden.y, tolerance, 'y')
    expectClose(results['inputGradient'].data, golden.inputGradient, tolerance, 'gradient to the input')
    expect(Object.fromEntries([...parameters].map(([key, { shape }]) => [key, shape]))).toEqual(
      Object.fromEntries(Object.entries(golden.parameters).map(([key, { shape }]) => [key, shape])),
    )
    for (const [key, { gradient }] of Object.entries(golden.parameters))
      expectClose(results[key].data, gradient, tolerance, `gradient to ${key}`)
    expect(Object.keys(after)).toEqual(Object.keys(golden.state))
    for (const [key, values] of Object.entries(golden.state)) expectClose(after[key], values, tolerance, key)
  })
})

it('every layer that is compared here has a golden', () => {
  expect(Object.keys(layers).sort()).toEqual(Object.keys(goldens).sort())
})
