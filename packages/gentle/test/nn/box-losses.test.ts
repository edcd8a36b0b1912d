/** Losses of boxes and of scores; test/goldens/make-task-losses.py wrote what PyTorch and torchvision give. */
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
import { boxIoU, focalLoss, generalizedIoU, giouLoss, smoothL1 } from '../../src/nn/vision-losses.ts'
import { conv2d } from '../../src/ops/conv2d.ts'
import { add } from '../../src/ops/elementwise.ts'
import { sum } from '../../src/ops/reduce.ts'
import { reshape, transpose } from '../../src/ops/structure.ts'
import { chained, mismatch } from '../backends/closeness.ts'

interface Case {
  readonly value: number | number[]
  readonly gradients: readonly number[][]
}
const golden: {
  readonly boxes: { a: number[]; b: number[]; weights: number[]; cases: Record<string, Case> }
  readonly focal: { logits: number[]; targets: number[]; cases: Record<string, Case> }
} = JSON.parse(readFileSync(new URL('../goldens/task-losses.json', import.meta.url), 'utf8'))

async function run(backend: Backend, value: Tensor, of: readonly Variable[]): Promise<Record<string, NDArray>> {
  const outputs = {
    value,
    ...Object.fromEntries(gradients(sum(value), of).map((slope, i) => [`gradient ${i}`, slope])),
  }
  try {
    return await (await backend.compile({ inputs: {}, outputs })).run()
  } finally {
    await backend.close()
  }
}

const exactly = (value: Tensor, of: readonly Variable[]) => run(reference({ precision: 'float64' }), value, of)

const count = golden.boxes.weights.length
const weights = constant(golden.boxes.weights, [count])
const boxLosses: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  boxIoU,
  generalizedIoU,
  giouLoss,
  'giouLoss with weights': (a, b) => giouLoss(a, b, weights),
  smoothL1,
  'smoothL1 with beta 0.25': (a, b) => smoothL1(a, b, { beta: 0.25 }),
  'smoothL1 with weights': (a, b) => smoothL1(a, b, { weights }),
}

describe('torchvision gives the same value and gradients of', () => {
  const a = variable([count, 4], golden.boxes.a)
  const b = variable([count, 4], golden.boxes.b)
  it.each(Object.entries(golden.boxes.cases))('%s', async (name, wanted) => {
    const results = await exactly(boxLosses[name](a, b), [a, b])
    const values = [wanted.value].flat()
    expect(results['value'].shape).toEqual(Array.isArray(wanted.value) ? [count] : [])
    for (const [i, value] of values.entries()) expect(results['value'].data[i], `${i}`).toBeCloseTo(value, 7)
    for (const [k, slopes] of wanted.gradients.entries())
      for (const [i, slope] of slopes.entries())
        expect(results[`gradient ${k}`].data[i], `gradient ${k}, ${i}`).toBeCloseTo(slope, 7)
  })

  it('each of the losses of boxes that are tested here', () => {
    expect(Object.keys(boxLosses).sort()).toEqual(Object.keys(golden.boxes.cases).sort())
  })
})

const focalLosses: Record<string, (z: Tensor, y: Tensor) => Tensor> = {
  focalLoss,
  'focalLoss with alpha 0.75 and gamma 1.5': (z, y) => focalLoss(z, y, { alpha: 0.75, gamma: 1.5 }),
  'focalLoss without focus': (z, y) => focalLoss(z, y, { alpha: 0.5, gamma: 0 }),
}

describe('torchvision gives the same value and gradient of the', () => {
  const { logits, targets, cases } = golden.focal
  const z = variable([logits.length], logits)
  const y = constant(targets, [targets.length])

  it.each(Object.entries(cases))('%s', async (name, wanted) => {
    const results = await exactly(focalLosses[name](z, y), [z])
    expect(results['value'].data[0]).toBeCloseTo(wanted.value as number, 6)
    for (const [i, slope] of wanted.gradients[0].entries())
      expect(results['gradient 0'].data[i], `gradient ${i}`).toBeCloseTo(slope, 7)
  })

  it('each of the focal losses that are tested here', () => {
    expect(Object.keys(focalLosses).sort()).toEqual(Object.keys(cases).sort())
  })
})

describe('finite differences agree with the gradients of', () => {
  // No two edges meet.
  const a = variable([2, 2, 4], [0, 0, 3, 2, 1, 1, 2, 3, 0, 0, 2, 2, -1, -2, 3, 1])
  const b = variable([2, 2, 4], [1, 0.5, 5, 4, 0.5, 0.25, 4, 4, 3, 4, 5, 5, 0, -1, 2, 6])
  const w = constant([0.5, 2, 1, 0], [2, 2])

  it.each<[string, Tensor]>([
    ['boxIoU', sum(boxIoU(a, b))],
    ['generalizedIoU', sum(generalizedIoU(a, b))],
    ['giouLoss', giouLoss(a, b)],
    ['giouLoss with weights', giouLoss(a, b, w)],
    ['smoothL1', smoothL1(a, b, { beta: 0.3 })],
    ['smoothL1 with weights', smoothL1(a, b, { beta: 0.3, weights: w })],
  ])('%s', (_, loss) => {
    expect(checkGradients(loss, [a, b]).error).toBeLessThan(1e-6)
  })

  it.each(Object.entries(focalLosses))('%s', (_, loss) => {
    const z = variable([6], [-4, -1, 0, 0.5, 2, 5])
    expect(checkGradients(loss(z, constant([0, 1, 1, 0.25, 0, 1], [6])), [z]).error).toBeLessThan(1e-6)
  })
})

describe('worked by hand', () => {
  const generalized = async (a: number[], b: number[]) => {
    const [p, q] = [variable([4], a), variable([4], b)]
    const { value, ...slopes } = await run(reference(), generalizedIoU(p, q), [p, q])
    for (const { data } of Object.values(slopes)) expect([...data].every(Number.isFinite)).toBe(true)
    expect(value.shape).toEqual([])
    return value.data[0]
  }

  it.each<[string, number[], number[], number]>([
    ['equal boxes', [0, 0, 2, 2], [0, 0, 2, 2], 1],
    ['boxes that touch along an edge', [0, 0, 2, 2], [2, 0, 4, 2], 0],
    ['boxes that touch at a corner', [0, 0, 2, 2], [2, 2, 4, 4], -0.5],
    ['boxes a width apart', [0, 0, 1, 1], [2, 0, 3, 1], -1 / 3],
    ['a quarter within', [0, 0, 2, 2], [0, 0, 1, 1], 0.25],
    ['a line in a box', [1, 0, 1, 2], [0, 0, 2, 2], 0],
    ['a point beside a box', [4, 0, 4, 0], [0, 0, 2, 2], -0.5],
    ['a crossed box, which has no area, on a box', [2, 2, 0, 0], [0, 0, 2, 2], 0],
    ['a point and itself', [1, 1, 1, 1], [1, 1, 1, 1], 0],
    ['two points', [0, 0, 0, 0], [1, 1, 1, 1], -1],
    ['a line and itself', [0, 0, 3, 0], [0, 0, 3, 0], 0],
  ])('the generalised IoU of %s, with slopes that are finite', async (_, a, b, wanted) => {
    expect(await generalized(a, b)).toBeCloseTo(wanted, 6)
    expect(await generalized(b, a)).toBeCloseTo(wanted, 6)
  })

  it('a box is drawn to one that it does not reach', async () => {
    const far = variable([1, 4], [0, 0, 1, 1])
    const results = await run(reference(), giouLoss(far, constant([4, 0, 5, 1], [1, 4])), [far])
    expect(results['gradient 0'].data[2]).toBeLessThan(0)
  })

  it('a batch without objects weighs nothing and asks for nothing', async () => {
    const p = variable([2, 4], [0, 0, 1, 1, 0, 0, 0, 0])
    for (const loss of [
      giouLoss(p, p, constant(0, [2])),
      smoothL1(p, constant(3, [2, 4]), { weights: constant(0, [2]) }),
    ]) {
      const results = await run(reference(), loss, [p])
      expect(results['value'].data[0]).toBe(0)
      expect([...results['gradient 0'].data].every((slope) => Math.abs(slope) === 0)).toBe(true)
    }
  })

  it('weights that sum to less than 1 are not made larger', async () => {
    const p = constant([0, 0, 1, 1], [1, 4])
    const { value } = await exactly(smoothL1(p, constant([3, 3, 4, 4], [1, 4]), { weights: constant(0.5, [1]) }), [])
    expect(value.data[0]).toBe(1.25)
  })

  it('an even guess costs alpha log 2 / 4 where something is, and (1 - alpha) log 2 / 4 where nothing is', async () => {
    const { value } = await exactly(focalLoss(constant(0, [3]), constant([1, 0, 0], [3])), [])
    expect(value.data[0]).toBeCloseTo((Math.LN2 / 4) * (0.25 + 0.75 + 0.75), 12)
  })

  it('logits of 10,000 give finite focal losses and slopes, in float32', async () => {
    const z = variable([4], [1e4, -1e4, 1e4, -1e4])
    const y = constant([1, 0, 0, 1], [4])
    for (const gamma of [0, 0.5, 1, 2]) {
      const results = await run(reference(), focalLoss(z, y, { gamma }), [z])
      expect(results['value'].data[0]).toBe(1e4)
      expect([...results['gradient 0'].data]).toEqual([0, 0, 0.75, -0.25].map((slope) => expect.closeTo(slope, 5)))
    }
  })
})

describe('two threads of WebAssembly give what the reference gives, behind a convolution, for', () => {
  const random = new Random(7, 'boxes')
  const drawn = (shape: Shape) =>
    variable(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    )
  const [images, places] = [11, 6]
  const image = drawn([images, 2, 2, 3])
  const filters = drawn([4, 2, 1, 1])
  const maps = conv2d(image, filters)
  const unit = constant([-1, -1, 1, 1], [4])
  const boxes = add(transpose(reshape(maps, [images, 4, places]), [0, 2, 1]), unit)
  const truth = add(constant(drawn([images, places, 4]).initial, [images, places, 4]), unit)
  const each = constant(
    Float32Array.from({ length: images * places }, () => random.uniform()),
    [images, places],
  )
  const there = constant(
    Float32Array.from({ length: images * 4 * places }, () => random.uniform()),
    maps.shape,
  )

  it.each<[string, Tensor]>([
    ['boxIoU', boxIoU(boxes, truth)],
    ['giouLoss', giouLoss(boxes, truth)],
    ['giouLoss with weights', giouLoss(boxes, truth, each)],
    ['smoothL1 with weights', smoothL1(boxes, truth, { weights: each })],
    ['focalLoss', focalLoss(maps, there)],
  ])('%s', async (_, value) => {
    const of = [filters, image]
    const exact = await exactly(value, of)
    const rounded = await run(reference(), value, of)
    const fast = await run(await wasm({ threads: 2, poison: true }), value, of)
    for (const name of Object.keys(exact))
      expect(mismatch(fast[name], rounded[name], exact[name], chained), name).toBeUndefined()
  })
})

describe('refused are', () => {
  const boxes = input([3, 4])

  it('boxes of different shapes, and tells both', () => {
    for (const loss of [boxIoU, generalizedIoU, giouLoss, smoothL1]) {
      expect(() => loss(boxes, input([2, 4]))).toThrow(/\[3, 4\].*\[2, 4\]/)
      expect(() => loss(boxes, input([3, 4], 'int32'))).toThrow(ShapeError)
    }
    expect(() => focalLoss(boxes, input([4, 3]))).toThrow(ShapeError)
  })

  it('boxes that are not four numbers', () => {
    for (const loss of [boxIoU, generalizedIoU, giouLoss]) {
      expect(() => loss(input([4, 3]), input([4, 3]))).toThrow(ShapeError)
      expect(() => loss(input([]), input([]))).toThrow(ShapeError)
    }
  })

  it('weights that are not one for each box', () => {
    expect(() => giouLoss(boxes, boxes, input([3, 1]))).toThrow(/giouLoss.*\[3, 1\].*\[3, 4\]/)
    expect(() => giouLoss(boxes, boxes, input([3], 'int32'))).toThrow(ShapeError)
    expect(() => smoothL1(boxes, boxes, { weights: input([3, 4]) })).toThrow(ShapeError)
  })

  it('options out of range', () => {
    for (const beta of [0, -1, Number.NaN, Infinity])
      expect(() => smoothL1(boxes, boxes, { beta })).toThrow(ArgumentError)
    for (const alpha of [-0.1, 1.1, Number.NaN]) expect(() => focalLoss(boxes, boxes, { alpha })).toThrow(ArgumentError)
    for (const gamma of [-1, Number.NaN, Infinity])
      expect(() => focalLoss(boxes, boxes, { gamma })).toThrow(ArgumentError)
  })
})
