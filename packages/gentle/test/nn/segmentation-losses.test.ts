/** Losses of segmentation; test/goldens/make-task-losses.py wrote what PyTorch gives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkGradients } from '../../src/autodiff/check.ts'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import type { NDArray } from '../../src/core/ndarray.ts'
import { Random } from '../../src/core/random.ts'
import { type Shape, sizeOf } from '../../src/core/shape.ts'
import { constant, input, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'
import { diceLoss, pixelCrossEntropy, pixelFocalLoss } from '../../src/nn/vision-losses.ts'
import { conv2d } from '../../src/ops/conv2d.ts'
import { chained, mismatch } from '../backends/closeness.ts'

interface Golden {
  readonly shape: Shape
  readonly logits: number[]
  readonly labels: number[]
  readonly classWeights: number[]
  readonly cases: Record<string, { readonly value: number; readonly gradients: readonly [number[]] }>
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../goldens/task-losses.json', import.meta.url), 'utf8'),
).segmentation
const { classWeights } = golden

const relabelled = (labels: Tensor, from: number, to: number): Tensor =>
  constant(
    golden.labels.map((label) => (label === from ? to : label)),
    labels.shape,
    'int32',
  )

const losses: Record<string, (logits: Tensor, labels: Tensor) => Tensor> = {
  pixelCrossEntropy,
  'pixelCrossEntropy that ignores label 2': (z, y) => pixelCrossEntropy(z, relabelled(y, 255, 2), { ignore: 2 }),
  'pixelCrossEntropy with class weights': (z, y) => pixelCrossEntropy(z, y, { classWeights }),
  pixelFocalLoss,
  'pixelFocalLoss with gamma 0.5': (z, y) => pixelFocalLoss(z, y, { gamma: 0.5 }),
  diceLoss,
}

const [images, , height, width] = golden.shape
const logits = variable(golden.shape, golden.logits)
const labels = constant(golden.labels, [images, height, width], 'int32')

async function run(backend: Backend, value: Tensor, of: readonly Variable[]): Promise<Record<string, NDArray>> {
  const outputs = { value, ...Object.fromEntries(gradients(value, of).map((slope, i) => [`gradient ${i}`, slope])) }
  try {
    return await (await backend.compile({ inputs: {}, outputs })).run()
  } finally {
    await backend.close()
  }
}

describe('PyTorch gives the same value and gradient of', () => {
  it.each(Object.entries(golden.cases))('%s', async (name, wanted) => {
    const results = await run(reference({ precision: 'float64' }), losses[name](logits, labels), [logits])
    expect(results['value'].shape).toEqual([])
    expect(results['value'].data[0]).toBeCloseTo(wanted.value, 7)
    expect(results['gradient 0'].data.length).toBe(wanted.gradients[0].length)
    for (const [i, slope] of wanted.gradients[0].entries())
      expect(results['gradient 0'].data[i], `gradient ${i}`).toBeCloseTo(slope, 7)
  })

  it('each of the losses that are tested here', () => {
    expect(Object.keys(losses).sort()).toEqual(Object.keys(golden.cases).sort())
  })
})

describe('finite differences agree with the gradient of', () => {
  it.each(Object.entries(losses))('%s', (_, loss) => {
    expect(checkGradients(loss(logits, labels), [logits]).error).toBeLessThan(1e-6)
  })
})

describe('two threads of WebAssembly give what the reference gives, behind a convolution, for', () => {
  const random = new Random(7, 'segmentation')
  const drawn = (shape: Shape) =>
    variable(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    )
  // Not a multiple of 8 images, as of a last batch.
  const image = drawn([11, 2, 6, 5])
  const filters = drawn([4, 2, 3, 3])
  const truth = constant(
    Int32Array.from({ length: 11 * 6 * 5 }, () => [0, 1, 2, 255][Math.floor(random.uniform() * 4)]),
    [11, 6, 5],
    'int32',
  )

  it.each(
    Object.entries({
      pixelCrossEntropy,
      weighted: losses['pixelCrossEntropy with class weights'],
      pixelFocalLoss,
      diceLoss,
    }),
  )('%s', async (_, loss) => {
    const value = loss(conv2d(image, filters, { padding: 1 }), truth)
    const of = [filters, image]
    const exact = await run(reference({ precision: 'float64' }), value, of)
    const rounded = await run(reference(), value, of)
    const fast = await run(await wasm({ threads: 2, poison: true }), value, of)
    for (const name of Object.keys(exact))
      expect(mismatch(fast[name], rounded[name], exact[name], chained), name).toBeUndefined()
  })
})

describe('a single picture that is only evaluated costs on two threads of WebAssembly what it costs by definition', () => {
  it.each(Object.entries({ pixelCrossEntropy, pixelFocalLoss, diceLoss }))('%s', async (_, loss) => {
    const image = constant(golden.logits.slice(0, 4 * height * width), [1, 4, height, width])
    const filters = constant([1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1], [4, 4, 1, 1])
    const truth = constant(golden.labels.slice(0, height * width), [1, height, width], 'int32')
    const value = loss(conv2d(image, filters), truth)
    const exact = await run(reference({ precision: 'float64' }), value, [])
    const fast = await run(await wasm({ threads: 2, poison: true }), value, [])
    expect(fast['value'].data[0]).toBeCloseTo(exact['value'].data[0], 5)
  })
})

describe('worked by hand', () => {
  const lossOf = async (loss: Tensor): Promise<number> =>
    (await run(reference({ precision: 'float64' }), loss, []))['value'].data[0]
  /** Two pixels, three classes, all equally likely. */
  const even = variable([1, 3, 1, 2], 0)
  const both = constant([1, 1], [1, 1, 2], 'int32')

  it('an even guess of three classes costs log 3, and four ninths of it with focus', async () => {
    expect(await lossOf(pixelCrossEntropy(even, both))).toBeCloseTo(Math.log(3), 12)
    expect(await lossOf(pixelFocalLoss(even, both))).toBeCloseTo((4 / 9) * Math.log(3), 12)
    expect(await lossOf(pixelFocalLoss(even, both, { gamma: 0 }))).toBeCloseTo(Math.log(3), 12)
  })

  it('its Dice is that of the one class that occurs: 2 (2/3) / (2/9 + 2)', async () => {
    expect(await lossOf(diceLoss(even, both))).toBeCloseTo(1 - 4 / 3 / (2 / 9 + 2), 12)
  })

  it('a certain network is perfect where it is right, and finite where it is wrong', async () => {
    const certain = variable([1, 2, 1, 2], [1e4, -1e4, -1e4, 1e4])
    const right = constant([0, 1], [1, 1, 2], 'int32')
    const wrong = constant([1, 0], [1, 1, 2], 'int32')
    const valuesOf = async (loss: Tensor) =>
      Object.values(await run(reference(), loss, [certain])).map(({ data }) => [...data])
    for (const loss of [pixelCrossEntropy, pixelFocalLoss, diceLoss]) {
      expect(await valuesOf(loss(certain, right))).toEqual([[0], [0, 0, 0, 0].map(() => expect.closeTo(0, 12))])
      expect((await valuesOf(loss(certain, wrong))).flat().every(Number.isFinite)).toBe(true)
    }
    const steep = await valuesOf(pixelFocalLoss(certain, right, { gamma: 0.5 }))
    expect(steep.flat().every(Number.isFinite)).toBe(true)
    expect((await valuesOf(pixelCrossEntropy(certain, wrong)))[0]).toEqual([2e4])
    expect((await valuesOf(diceLoss(certain, wrong)))[0]).toEqual([1])
  })
})

describe('pixels that do not count', () => {
  const { 'pixelCrossEntropy that ignores label 2': _, ...ignoring255 } = losses

  it('are no others: a label of no class gives NaN', async () => {
    for (const loss of Object.values(ignoring255))
      for (const other of [-1, 4, 1000]) {
        const { value } = await run(reference(), loss(logits, relabelled(labels, 255, other)), [logits])
        expect([...value.data]).toEqual([Number.NaN])
      }
  })

  it('make a loss of 0 that asks for nothing, if they are all', async () => {
    const none = constant(255, labels.shape, 'int32')
    for (const loss of Object.values(ignoring255)) {
      const results = await run(reference(), loss(logits, none), [logits])
      expect(results['value'].data[0]).toBe(0)
      expect(results['gradient 0'].data.every((slope) => slope === 0)).toBe(true)
    }
  })
})

describe('a loss of segmentation refuses', () => {
  const z = input([2, 3, 4, 5])
  const y = input([2, 4, 5], 'int32')

  it.each(Object.entries({ pixelCrossEntropy, pixelFocalLoss, diceLoss }))(
    '%s: other shapes and element types',
    (name, loss) => {
      expect(() => loss(z, input([2, 5, 4], 'int32'))).toThrow(ShapeError)
      expect(() => loss(z, input([2, 5, 4], 'int32'))).toThrow(new RegExp(`${name}.*\\[2, 3, 4, 5\\].*\\[2, 5, 4\\]`))
      expect(() => loss(z, input([2, 4, 5]))).toThrow(/float32 labels/)
      expect(() => loss(input([2, 3, 20]), y)).toThrow(ShapeError)
      expect(() => loss(z, y, { ignore: 0.5 })).toThrow(ArgumentError)
    },
  )

  it('class weights that are too few, negative or not numbers', () => {
    for (const classWeights of [
      [1, 1],
      [1, 1, -1],
      [1, 1, Number.NaN],
      [1, 1, Infinity],
    ])
      expect(() => pixelCrossEntropy(z, y, { classWeights })).toThrow(ArgumentError)
  })

  it('a gamma below 0', () => {
    for (const gamma of [-1, Number.NaN, Infinity]) expect(() => pixelFocalLoss(z, y, { gamma })).toThrow(ArgumentError)
  })
})
