import { describe, expect, it } from 'vitest'
import { fuse, type Group } from '../../src/compile/fuse.ts'
import { topologicalOrder } from '../../src/graph/graph.ts'
import { input, type Tensor, variable } from '../../src/graph/tensor.ts'
import { exp, mul, relu, sub, sum, tanh } from '../../src/ops/index.ts'

const x = input([8, 4, 3])
const perChannel = input([4, 1])

function groupsOf(roots: readonly Tensor[], canFold = true): Group[] {
  return fuse(topologicalOrder(roots), roots, {
    canFollow: () => false,
    canFold: ({ op }) => canFold && op.name === 'sum',
    lieAlike: () => true,
  })
}

/** The ops of each group, as the kernels would be called. */
const namesOf = (groups: readonly Group[]): string[] =>
  groups.map(({ root, elementwise, prologue }) =>
    (elementwise.length > 0 ? elementwise : [...prologue, root]).map(({ op }) => op.name).join(' + '),
  )

describe('a prologue', () => {
  it('is what leads to a sum alone', () => {
    const total = sum(mul(tanh(x), exp(x)), 2)
    expect(namesOf(groupsOf([total]))).toEqual(['tanh + exp + mul + sum'])
    expect(namesOf(groupsOf([total], false))).toEqual(['tanh + exp + mul', 'sum'])
  })

  it('ends where something else reads or gives back a value, or has another shape', () => {
    const inner = tanh(x)
    expect(namesOf(groupsOf([sum(exp(inner), 2), inner]))).toEqual(['tanh', 'exp + sum'])
    expect(namesOf(groupsOf([sum(mul(exp(perChannel), x), 2)]))).toEqual(['exp', 'mul + sum'])
    expect(namesOf(groupsOf([sum(sum(exp(x), 2), 1)]))).toEqual(['exp + sum', 'sum'])
  })
})

describe('a cheap node that several groups read', () => {
  const readers = (node: Tensor): Tensor[] => [sum(mul(node, node), 2), tanh(node)]

  it('is computed in each of them', () => {
    expect(namesOf(groupsOf(readers(sub(x, perChannel))))).toEqual(['sub + mul + sum', 'sub + tanh'])
  })

  it('takes along the cheap nodes that lead to it', () => {
    const scaled = mul(x, perChannel)
    const names = namesOf(groupsOf([...readers(relu(scaled)), sum(scaled, 2)]))
    expect(names).toEqual(['mul + relu + mul + sum', 'mul + relu + tanh', 'mul + sum'])
  })

  it('is stored where it costs more than reading it, or reads several tensors, or one that nothing else needs', () => {
    expect(namesOf(groupsOf(readers(exp(x))))).toEqual(['exp', 'mul + sum', 'tanh'])
    expect(namesOf(groupsOf(readers(mul(x, input(x.shape)))))).toEqual(['mul', 'mul + sum', 'tanh'])
    expect(namesOf(groupsOf(readers(sub(exp(x), perChannel))))).toEqual(['exp + sub', 'mul + sum', 'tanh'])
    expect(namesOf(groupsOf(readers(sub(x, input([8, 1, 1])))))).toEqual(['sub', 'mul + sum', 'tanh'])
    expect(namesOf(groupsOf(readers(relu(variable(x.shape)))))).toEqual(['relu', 'mul + sum', 'tanh'])
  })

  it('is stored where one of its readers cannot compute it, or it is given back', () => {
    const node = sub(x, perChannel)
    expect(namesOf(groupsOf([...readers(node), node]))).toEqual(['sub', 'mul + sum', 'tanh'])
    expect(namesOf(groupsOf([...readers(node), sum(node)], false))).toEqual(['sub', 'mul', 'sum', 'tanh', 'sum'])
  })
})
