import { describe, expect, it } from 'vitest'
import { ArgumentError, InternalError, ShapeError } from '../../src/core/errors.ts'
import { checkGraph, printGraph, topologicalOrder, verify } from '../../src/graph/graph.ts'
import { constant, input, Tensor, variable } from '../../src/graph/tensor.ts'
import { add, argmax, matmul, mul, relu, sum, tanh } from '../../src/ops/index.ts'
import { elementwiseOps } from '../../src/ops/table.ts'

describe('the order of a graph', () => {
  it('has each node once, operands before results', () => {
    const x = input([2])
    const y = tanh(x)
    const z = add(y, y)
    expect(topologicalOrder([z, y])).toEqual([x, y, z])
  })

  it('does not overflow the stack on a chain of 100,000 nodes', () => {
    let x: Tensor = input([])
    for (let i = 0; i < 100_000; i++) x = relu(x)
    expect(topologicalOrder([x])).toHaveLength(100_001)
  })
})

describe('printGraph', () => {
  it('gives a line a node with names, attributes, types and shapes', () => {
    const x = input([8, 4])
    const w = variable([3, 4], 0, 'weight')
    const y = sum(relu(matmul(x, w, { transposeB: true })), 0)
    expect(printGraph([y])).toBe(
      [
        '%0 = input() float32 [8, 4]',
        '%1 = variable() weight float32 [3, 4]',
        '%2 = matmul(%0, %1) {"transposeA":false,"transposeB":true} float32 [8, 3]',
        '%3 = relu(%2) float32 [8, 3]',
        '%4 = sum(%3) {"axes":[0]} float32 [3]',
      ].join('\n'),
    )
  })
})

describe('verify', () => {
  it('accepts what was traced', () => {
    expect(() => verify([mul(input([2]), 3)], 'fuse')).not.toThrow()
  })

  it('refuses a node whose shape is not what its op infers, naming the pass', () => {
    const broken = new Tensor(elementwiseOps.add, [input([2]), input([2])], {}, { shape: [3], dtype: 'float32' })
    expect(() => verify([tanh(broken)], 'fuse')).toThrow(
      new InternalError('fuse: add has float32 [3], but its operands give float32 [2]'),
    )
  })
})

describe('checkGraph', () => {
  it('refuses an input that is used but not listed, and says where it was made', () => {
    const x = input([2])
    const check = () => checkGraph({ inputs: {}, outputs: { y: tanh(x) } })
    expect(check).toThrow(ArgumentError)
    expect(check).toThrow(/^compile: the input of shape \[2\] made at .*graph\.test\.ts:\d+:\d+ is used but not listed/)
  })

  it('finds such an input in an update too', () => {
    const v = variable([2])
    expect(() => checkGraph({ inputs: {}, outputs: {}, updates: [[v, input([2])]] })).toThrow('used but not listed')
  })

  it('refuses two updates of one variable', () => {
    const v = variable([2], 0, 'bias')
    const updates = [
      [v, add(v, 1)],
      [v, add(v, 2)],
    ] as const
    expect(() => checkGraph({ inputs: {}, outputs: {}, updates })).toThrow(
      new ArgumentError('compile: variable bias is updated twice; give one next value'),
    )
  })

  it('refuses an update of another shape, naming both', () => {
    const v = variable([2], 0, 'bias')
    expect(() => checkGraph({ inputs: {}, outputs: {}, updates: [[v, constant(0, [3])]] })).toThrow(
      new ShapeError('compile: variable bias has shape [2], its next value [3]; they must be equal'),
    )
  })

  it('refuses an update of another element type', () => {
    const v = variable([], 0, 'best')
    expect(() => checkGraph({ inputs: {}, outputs: {}, updates: [[v, argmax(constant([1, 2], [2]))]] })).toThrow(
      new ShapeError('compile: variable best is float32, its next value int32; use cast'),
    )
  })
})
