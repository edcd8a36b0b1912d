import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { hashName, threefry2x32, toUniform } from '../../src/core/random.ts'
import { topologicalOrder } from '../../src/graph/graph.ts'
import { constant, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import * as ops from '../../src/ops/index.ts'

async function valuesOf(y: Tensor): Promise<number[]> {
  const program = await reference({ precision: 'float64' }).compile({ inputs: {}, outputs: { y } })
  return Array.from((await program.run()).y.data)
}

describe('far from 0', () => {
  const x = constant([-1e4, -100, 100, 1e4], [4])

  it('softmax and log-softmax do not overflow', async () => {
    expect(await valuesOf(ops.softmax(x))).toEqual([0, 0, 0, 1])
    expect(await valuesOf(ops.logSoftmax(x))).toEqual([-2e4, -10100, -9900, 0])
  })

  it('sigmoid, tanh, softplus and erf reach their limits', async () => {
    const [low, , , high] = await valuesOf(ops.sigmoid(x))
    expect([low, high]).toEqual([0, 1])
    expect(await valuesOf(ops.tanh(x))).toEqual([-1, -1, 1, 1])
    expect(await valuesOf(ops.erf(x))).toEqual([-1, -1, 1, 1])
    const softplus = await valuesOf(ops.softplus(x))
    expect(softplus[0]).toBe(0)
    expect(softplus[1]).toBeCloseTo(Math.exp(-100), 50)
    expect(softplus.slice(2)).toEqual([100, 1e4])
  })

  it('elu does not turn its unused branch into NaN', async () => {
    expect(await valuesOf(ops.elu(x))).toEqual([-1, -1, 100, 1e4])
  })
})

it('erf has the published values', async () => {
  // Abramowitz and Stegun, table 7.1, with more digits by the C library.
  const table = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.9375, 0.9999673647128524],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
  ]
  const y = await valuesOf(
    ops.erf(
      constant(
        table.flatMap(([x]) => [x, -x]),
        [2 * table.length],
      ),
    ),
  )
  for (const [i, [, wanted]] of table.entries()) {
    expect(Math.abs(y[2 * i] - wanted)).toBeLessThan(1e-13)
    expect(y[2 * i + 1]).toBe(-y[2 * i])
  }
})

describe('logSumExp', () => {
  const infinity = Number.POSITIVE_INFINITY

  it('neither overflows nor loses small terms', async () => {
    expect(await valuesOf(ops.logSumExp(constant([1e4, 1e4, -1e4, -1e4], [2, 2]), 1))).toEqual([
      1e4 + Math.LN2,
      -1e4 + Math.LN2,
    ])
  })

  it('takes rows with infinities, and lets no gradient flow where all are -Infinity', async () => {
    const x = variable([3, 2], [-infinity, -infinity, -infinity, 1, infinity, 0])
    const y = ops.logSumExp(x, 1)
    expect(await valuesOf(y)).toEqual([-infinity, 1, infinity])
    const [dx] = gradients(ops.sum(ops.slice(y, [0], [2])), [x])
    expect(await valuesOf(ops.slice(dx, [0, 0], [2, 2]))).toEqual([0, 0, 0, 1])
    expect(await valuesOf(ops.logSumExp(constant([Number.NaN, 1], [2])))).toEqual([Number.NaN])
  })
})

describe('slice', () => {
  const x = constant(
    Array.from({ length: 20 }, (_, i) => i),
    [4, 5],
  )

  it('counts starts below 0 from the end, and takes as many as there are for a size of -1', async () => {
    expect(await valuesOf(ops.slice(x, [-1, 2], [1, -1]))).toEqual([17, 18, 19])
  })

  it('takes every second element, and goes backwards', async () => {
    expect(await valuesOf(ops.slice(x, [1, 0], [1, -1], { strides: [1, 2] }))).toEqual([5, 7, 9])
    expect(await valuesOf(ops.slice(x, [-1, 4], [-1, 2], { strides: [-3, -4] }))).toEqual([19, 15, 4, 0])
  })

  it('turns round by flip', async () => {
    expect(await valuesOf(ops.flip(ops.slice(x, [0, 0], [2, 2])))).toEqual([6, 5, 1, 0])
    expect(await valuesOf(ops.flip(ops.slice(x, [0, 0], [2, 2]), -1))).toEqual([1, 0, 6, 5])
  })
})

describe('split, stack and their like', () => {
  const x = constant([1, 2, 3, 4, 5, 6], [2, 3])

  it('cut into equal parts, or parts of given sizes', async () => {
    expect(await Promise.all(ops.split(x, 3, -1).map(valuesOf))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    const [a, b] = ops.split(x, [1, 2], 1)
    expect([a.shape, b.shape, await valuesOf(b)]).toEqual([
      [2, 1],
      [2, 2],
      [2, 3, 5, 6],
    ])
  })

  it('unstack what stack put together', async () => {
    const rows = ops.unstack(x)
    expect(rows.map(({ shape }) => shape)).toEqual([[3], [3]])
    const stacked = ops.stack(rows, 1)
    expect([stacked.shape, await valuesOf(stacked)]).toEqual([
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ])
    expect(await valuesOf(ops.stack(ops.unstack(x, -1), -1))).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('put in axes of size 1 and take them out', () => {
    expect(ops.expandDims(x, -1).shape).toEqual([2, 3, 1])
    expect(ops.expandDims(x, [0, 2]).shape).toEqual([1, 2, 1, 3])
    expect(ops.squeeze(ops.expandDims(x, [0, 2])).shape).toEqual([2, 3])
    expect(ops.squeeze(input([1, 2, 1]), 0).shape).toEqual([2, 1])
  })
})

describe('sort, argsort and topK', () => {
  const nan = Number.NaN
  const infinity = Number.POSITIVE_INFINITY
  const x = constant([2, nan, -0, infinity, 0, 2, -infinity, nan], [8])

  it('take NaN as the largest, 0 and -0 as equal, and keep the order of equal elements', async () => {
    expect(await valuesOf(ops.argsort(x))).toEqual([6, 2, 4, 0, 5, 3, 1, 7])
    expect(await valuesOf(ops.argsort(x, 0, { descending: true }))).toEqual([1, 7, 3, 0, 5, 2, 4, 6])
    expect(await valuesOf(ops.sort(x).values)).toEqual([-infinity, -0, 0, 2, 2, infinity, nan, nan])
  })

  it('sort along any axis', async () => {
    const { values, indices } = ops.sort(constant([3, 1, 2, 4, 0, 5], [3, 2]), 0)
    expect([await valuesOf(values), await valuesOf(indices)]).toEqual([
      [0, 1, 2, 4, 3, 5],
      [2, 0, 1, 1, 0, 2],
    ])
  })

  it('give the largest of each row, first the largest, and the first of equal ones', async () => {
    const { values, indices } = ops.topK(constant([1, 5, 5, 2, 7, 7, 7, 0], [2, 4]), 2)
    expect(indices.dtype).toBe('int32')
    expect([await valuesOf(values), await valuesOf(indices)]).toEqual([
      [5, 5, 7, 7],
      [1, 2, 0, 1],
    ])
  })

  it('sort integers', async () => {
    expect(await valuesOf(ops.sort(constant([3, -(2 ** 31), 2 ** 31 - 1, 0], [4], 'int32')).values)).toEqual([
      -(2 ** 31),
      0,
      3,
      2 ** 31 - 1,
    ])
  })
})

it('cumsum adds up what comes before, or after, with or without the element itself', async () => {
  const x = constant([1, 2, 3, 4], [2, 2])
  expect(await valuesOf(ops.cumsum(x, 1))).toEqual([1, 3, 3, 7])
  expect(await valuesOf(ops.cumsum(x))).toEqual([1, 2, 4, 6])
  expect(await valuesOf(ops.cumsum(x, -1, { reverse: true }))).toEqual([3, 2, 7, 4])
  expect(await valuesOf(ops.cumsum(x, 0, { exclusive: true }))).toEqual([0, 0, 1, 2])
  expect(await valuesOf(ops.cumsum(constant([2 ** 31 - 1, 1], [2], 'int32')))).toEqual([2 ** 31 - 1, -(2 ** 31)])
})

describe('arange', () => {
  it('counts up to before a number, in int32 where all is whole', async () => {
    expect([ops.arange(3).dtype, await valuesOf(ops.arange(3))]).toEqual(['int32', [0, 1, 2]])
    expect(await valuesOf(ops.arange(5, 0, -2))).toEqual([5, 3, 1])
    expect([ops.arange(0, 1, 0.25).dtype, await valuesOf(ops.arange(0, 1, 0.25))]).toEqual([
      'float32',
      [0, 0.25, 0.5, 0.75],
    ])
    expect(ops.arange(0, 2, 1, 'float32').dtype).toBe('float32')
  })
})

describe('int32', () => {
  const integers = (...values: number[]): Tensor => constant(values, [values.length], 'int32')
  const min = -(2 ** 31)

  it('stays int32 beside a whole number', async () => {
    const y = ops.sub(ops.mul(ops.add(integers(1, -2), 3), 2), integers(1))
    expect(y.dtype).toBe('int32')
    expect(await valuesOf(y)).toEqual([7, 1])
    expect(ops.greater(integers(1), 0).dtype).toBe('float32')
  })

  it('wraps around at 32 bits, and multiplies to the last of them', async () => {
    expect(await valuesOf(ops.add(integers(2 ** 31 - 1), 1))).toEqual([min])
    expect(await valuesOf(ops.mul(integers(123456789, 65536), integers(987654321, 65536)))).toEqual([-67153019, 0])
    expect(await valuesOf(ops.neg(integers(min)))).toEqual([min])
    expect(await valuesOf(ops.sum(integers(2 ** 31 - 1, 2 ** 31 - 1, 3)))).toEqual([1])
  })

  it('divides downwards, as Python does, and says what division by 0 is', async () => {
    const [a, b] = [integers(7, -7, 7, -7, 5, -5, min), integers(2, 2, -2, -2, 0, 0, -1)]
    expect(await valuesOf(ops.floorDiv(a, b))).toEqual([3, -4, -4, 3, 0, 0, 2 ** 31 - 1])
    expect(await valuesOf(ops.mod(a, b))).toEqual([1, 1, -1, -1, 5, -5, 0])
  })

  it('has a largest, a smallest and a chosen value', async () => {
    const x = integers(3, min, 2 ** 31 - 1, 0)
    expect(await valuesOf(ops.max(x))).toEqual([2 ** 31 - 1])
    expect(await valuesOf(ops.min(x))).toEqual([min])
    expect(await valuesOf(ops.min(integers(min, 2)))).toEqual([min])
    expect(await valuesOf(ops.where(ops.less(x, 1), -1, x))).toEqual([3, -1, 2 ** 31 - 1, -1])
  })

  it('is cast from floats towards 0 and within its limits', async () => {
    const y = ops.cast(constant([1.9, -1.9, Number.NaN, 1e20, -1e20], [5]), 'int32')
    expect(y.dtype).toBe('int32')
    expect(await valuesOf(y)).toEqual([1, -1, 0, 2 ** 31 - 1, min])
    expect(ops.cast(y, 'int32')).toBe(y)
  })
})

describe('indices outside', () => {
  const [nan, min] = [Number.NaN, -(2 ** 31)]
  const integers = (...values: number[]): Tensor => constant(values, [values.length], 'int32')
  const outside = integers(-4, 1, 3)

  it('make a one-hot row of NaN', async () => {
    expect(await valuesOf(ops.oneHot(integers(-1, 1, 2), 2))).toEqual([nan, nan, 0, 1, nan, nan])
  })

  it.each<[string, (x: Tensor) => Tensor]>([
    ['gather', (x) => ops.gather(x, outside)],
    ['takeAlongAxis', (x) => ops.takeAlongAxis(x, outside, 0)],
  ])('pick NaN, or the smallest integer, by %s', async (_, pick) => {
    expect(await valuesOf(pick(constant([5, 6, 7], [3])))).toEqual([nan, 6, nan])
    expect(await valuesOf(pick(integers(5, 6, 7)))).toEqual([min, 6, min])
  })

  it('get no gradient', async () => {
    const x = variable([3], [5, 6, 7])
    const [slope] = gradients(ops.sum(ops.gather(x, outside)), [x])
    expect(await valuesOf(slope)).toEqual([0, 1, 0])
  })
})

describe('uniform', () => {
  it('draws element i of a step with the counter (i, step)', async () => {
    const y = await valuesOf(ops.uniform([2, 2], constant(7, [], 'int32'), { seed: 3, stream: 'noise' }))
    expect(y).toEqual([0, 1, 2, 3].map((i) => toUniform(threefry2x32(3, hashName('noise'), i, 7)[0])))
  })
})

describe('dropout', () => {
  it('sets its rate of elements to 0, scales the others, and changes with the step', async () => {
    const step = input([], 'int32')
    const y = ops.dropout(constant(1, [100, 100]), 0.3, step, { seed: 0, stream: 'dropout' })
    const program = await reference().compile({ inputs: { step }, outputs: { y } })
    const [first, again, next] = [
      (await program.run({ step: 1 })).y.data,
      (await program.run({ step: 1 })).y.data,
      (await program.run({ step: 2 })).y.data,
    ]
    const kept = first.filter((value) => value !== 0)
    expect(Math.abs(kept.length / 10_000 - 0.7)).toBeLessThan(0.02)
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]))
    expect(again).toEqual(first)
    expect(next).not.toEqual(first)
  })

  it('leaves all as it is at rate 0', async () => {
    const x = constant([1, -2, 3], [3])
    expect(await valuesOf(ops.dropout(x, 0, constant(0, [], 'int32'), { seed: 0, stream: '' }))).toEqual([1, -2, 3])
  })
})

describe('dropout2d', () => {
  it('drops its rate of channels as wholes', async () => {
    const x = constant(1, [40, 50, 2, 3])
    const y = await valuesOf(ops.dropout2d(x, 0.3, constant(1, [], 'int32'), { seed: 0, stream: 'dropout2d' }))
    const channels = Array.from({ length: 2000 }, (_, i) => new Set(y.slice(6 * i, 6 * i + 6)))
    expect(channels.every((values) => values.size === 1)).toBe(true)
    const kept = channels.filter((values) => values.has(Math.fround(1 / 0.7)))
    expect(kept.length + channels.filter((values) => values.has(0)).length).toBe(2000)
    expect(Math.abs(kept.length / 2000 - 0.7)).toBeLessThan(0.03)
  })
})

describe('layerNorm', () => {
  it('keeps its digits where the mean is large', async () => {
    const y = await valuesOf(ops.layerNorm(constant([1e6, 1e6 + 1, 1e6 + 3, 1e6 + 4], [4]), 0))
    const std = Math.sqrt(2.5 + 1e-5)
    for (const [i, wanted] of [-2, -1, 1, 2].entries()) expect(y[i]).toBeCloseTo(wanted / std, 9)
  })
})

describe('adaptive pooling', () => {
  const names = (y: Tensor) => new Set(topologicalOrder([y]).map((node) => node.op.name))

  it('is plain pooling where its parts are the windows of one', () => {
    const x = input([1, 2, 7, 6])
    expect(names(ops.adaptiveAvgPool2d(x, [3, 2]))).toEqual(new Set(['input', 'avgPool2d']))
    expect(names(ops.adaptiveMaxPool2d(x, [3, 2]))).toEqual(new Set(['input', 'maxPool2d']))
    expect(names(ops.adaptiveAvgPool2d(x, 1))).toEqual(names(ops.mean(x, [2, 3], { keepDims: true })))
  })

  it('is the windows of one just where the parts of both axes are alike and as far apart', () => {
    const isOneStep = (length: number, count: number): boolean => {
      const parts = Array.from({ length: count }, (_, i) => [
        Math.floor((i * length) / count),
        Math.ceil(((i + 1) * length) / count),
      ])
      const steps = new Set(parts.slice(1).map(([begin], i) => begin - parts[i][0]))
      return new Set(parts.map(([begin, end]) => end - begin)).size === 1 && steps.size < 2 && !steps.has(0)
    }
    for (let length = 2; length < 24; length++)
      for (let count = 2; count < 26; count++) {
        if (count === length) continue
        const isPlain = names(ops.adaptiveAvgPool2d(input([1, 1, 1, length]), [1, count])).has('avgPool2d')
        expect(isPlain, `${count} parts of ${length}`).toBe(isOneStep(length, count))
      }
  })
})

describe('einsum', () => {
  const count = (y: Tensor, name: string) => topologicalOrder([y]).filter(({ op }) => op.name === name).length

  it.each<[string, number[][]]>([
    [
      'bhqd,bhkd->bhqk',
      [
        [2, 3, 4, 5],
        [2, 3, 6, 5],
      ],
    ],
    [
      'btij,ijo->bto',
      [
        [2, 3, 4, 5],
        [4, 5, 6],
      ],
    ],
    [
      'bij,bjk->bik',
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
    ],
    [
      'ji,jk->ik',
      [
        [3, 2],
        [3, 4],
      ],
    ],
  ])('%s is one product, and moves nothing beforehand', (equation, shapes) => {
    const y = ops.einsum(equation, ...shapes.map((shape) => input(shape)))
    expect([count(y, 'matmul'), count(y, 'transpose'), count(y, 'mul')]).toEqual([1, 0, 0])
  })

  it('takes spaces, and sums what nothing names before it multiplies', async () => {
    const a = constant([1, 2, 3, 4], [2, 2])
    expect(await valuesOf(ops.einsum(' i j , j -> j ', a, constant([10, 100], [2])))).toEqual([40, 600])
  })
})

describe('conv1d and pooling of sequences', () => {
  it('copy nothing: they are those of images of one row', () => {
    const y = ops.maxPool1d(ops.conv1d(input([2, 3, 8]), input([4, 3, 3])), 2)
    const names = topologicalOrder([y]).map(({ op }) => op.name)
    expect(new Set(names)).toEqual(new Set(['input', 'reshape', 'conv2d', 'maxPool2d']))
  })
})

describe('what changes nothing', () => {
  it('makes no node', () => {
    const x = input([2, 3])
    expect(ops.reshape(x, [2, -1])).toBe(x)
    expect(ops.transpose(x, [0, 1])).toBe(x)
    expect(ops.broadcastTo(x, [2, 3])).toBe(x)
    expect(ops.slice(x, [0, 0], [2, 3])).toBe(x)
    expect(ops.pad(x, [0, 0], [0, 0])).toBe(x)
    const images = input([1, 2, 3, 4])
    expect(ops.upsample2d(images, 1, { method: 'bilinear' })).toBe(images)
    expect(ops.adaptiveAvgPool2d(images, [3, 4])).toBe(images)
    expect(ops.adaptiveMaxPool2d(images, [3, 4])).toBe(images)
  })
})
