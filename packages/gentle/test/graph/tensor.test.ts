import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../src/core/errors.ts'
import { constant, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import { conv2d, gelu, logSoftmax, matmul, mean } from '../../src/ops/index.ts'

const lineOf = (text: string): number => Number(text.match(/test\/graph\/tensor\.test\.ts:(\d+)/)![1])

describe('the call site of a node', () => {
  it('is the line of the user, however deep in the library the node was made', () => {
    const here = lineOf(new Error().stack!)
    const x = input([2, 3])
    const nodes: Tensor[] = [x, variable([2, 3]), constant(1)]
    nodes.push(gelu(x), logSoftmax(x))
    nodes.push(mean(x))
    expect(nodes.map((node) => lineOf(node.site) - here)).toEqual([1, 2, 2, 3, 3, 4])
  })

  it('is where a shape error says that it happened', () => {
    expect(() => matmul(input([2, 3]), input([4, 5]))).toThrow(ShapeError)
    expect(() => matmul(input([2, 3]), input([4, 5]))).toThrow(
      /^matmul: \[2, 3\] and \[4, 5\] have inner sizes 3 and 4; they must be equal \(at .*tensor\.test\.ts:\d+:\d+\)$/,
    )
    expect(() => conv2d(input([1, 3, 8, 8]), input([4, 2, 3, 3]))).toThrow(/\(at .*tensor\.test\.ts:\d+:\d+\)$/)
  })
})

describe('input, variable and constant', () => {
  it.each([[[0]], [[2, -1]], [[1.5]], [[Number.NaN]]])('refuse the shape %j', (shape) => {
    for (const make of [() => input(shape), () => variable(shape), () => constant(0, shape)])
      expect(make).toThrow(/sizes are whole numbers of at least 1/)
  })

  it('refuse a number of values that does not fit the shape', () => {
    expect(() => variable([2, 2], [1, 2, 3], 'w')).toThrow(
      new ShapeError('variable w: shape [2, 2] has 4 elements, but 3 values were given'),
    )
    expect(() => constant([1, 2, 3], [2])).toThrow('constant: shape [2] has 2 elements, but 3 values were given')
  })

  it('fill their shape with one number', () => {
    expect(variable([3], 2).initial).toEqual(Float32Array.of(2, 2, 2))
    expect(constant(7, [2], 'int32').data).toEqual(Int32Array.of(7, 7))
  })

  it('take values from a function each time that they are asked for, and refuse those that do not fit then', () => {
    let calls = 0
    const made = variable([2], () => Float32Array.of(1, ++calls), 'w')
    expect(calls).toBe(0)
    expect([made.initial, made.initial]).toEqual([Float32Array.of(1, 1), Float32Array.of(1, 2)])
    expect(() => variable([2], () => new Float32Array(3), 'w').initial).toThrow(
      new ShapeError('variable w: shape [2] has 2 elements, but 3 values were given'),
    )
  })

  it('hold int32 constants that float32 cannot', () => {
    expect(constant([2 ** 24 + 1], [1], 'int32').data).toEqual(Int32Array.of(2 ** 24 + 1))
  })
})
