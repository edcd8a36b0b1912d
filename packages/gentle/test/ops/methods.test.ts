import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { printGraph } from '../../src/graph/graph.ts'
import { constant, input, Tensor, variable } from '../../src/graph/tensor.ts'
import * as ops from '../../src/ops/index.ts'

describe('methods of tensors', () => {
  it('are the ops of their names', async () => {
    const [x, w] = [input([2, 3]), variable([3, 4])]
    const functions = ops.mean(
      ops.relu(ops.sub(ops.matmul(x, w), ops.sum(ops.mul(w, 0.5), 0, { keepDims: true }))),
      [0, 1],
    )
    const methods = x
      .matmul(w)
      .sub(w.mul(0.5).sum(0, { keepDims: true }))
      .relu()
      .mean([0, 1])
    expect(printGraph([methods])).toBe(printGraph([functions]))
  })

  it('are there for inputs, variables, constants and results alike, and do not count as properties', () => {
    for (const x of [input([2]), variable([2]), constant([1, 2], [2]), ops.neg(input([2]))]) {
      expect(x.add(1)).toBeInstanceOf(Tensor)
      expect(Object.keys(x)).not.toContain('add')
    }
  })

  it('take and give what the functions do', async () => {
    const x = constant([3, 1, 2, 4], [2, 2])
    const [first, second] = x.split(2, 1)
    const y = first
      .squeeze(1)
      .pow(2)
      .add(second.reshape([-1]))
      .greater(5)
      .cast('int32')
      .floorDiv(1)
      .neg()
    const program = await reference().compile({ inputs: {}, outputs: { y, index: x.transpose().argmax(0) } })
    const { y: values, index } = await program.run()
    expect([...values.data, ...index.data]).toEqual([-1, -1, 0, 1])
  })

  it('refuse what the functions refuse, with the place of the call', () => {
    expect(() => input([2]).add(input([3]))).toThrow(/^add: shapes \[2\] and \[3\] do not broadcast.*methods\.test\.ts/)
  })

  it('have the types of the functions', () => {
    const x = input([2])
    // @ts-expect-error: a tensor of names is none
    expect(() => x.reshape('2')).toThrow()
    // @ts-expect-error: no op has this name
    expect(x.addAll).toBeUndefined()
  })
})
