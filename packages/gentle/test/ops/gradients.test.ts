import { describe, expect, it } from 'vitest'
import { checkGradients } from '../../src/autodiff/check.ts'
import { gradients } from '../../src/autodiff/gradients.ts'
import { Random } from '../../src/core/random.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { topologicalOrder } from '../../src/graph/graph.ts'
import { constant, type Tensor, Variable } from '../../src/graph/tensor.ts'
import { add, mul, sum } from '../../src/ops/index.ts'
import { elementwiseOps, structuredOps } from '../../src/ops/table.ts'
import { gradientCases, secondOrderCases } from './gradient-cases.ts'

const tolerance = 1e-6

const variablesOf = (y: Tensor): Variable[] => topologicalOrder([y]).filter((node) => node instanceof Variable)

/** A scalar in which each element of y has a weight of its own, so that errors of two cannot cancel. */
function weighted(y: Tensor, seed: number): Tensor {
  const random = new Random(seed, 'weights')
  const weights = Float32Array.from({ length: sizeOf(y.shape) }, () => 0.5 + random.uniform())
  return sum(mul(y, constant(weights, y.shape)))
}

describe('the gradient agrees with finite differences to 1e-6:', () => {
  it.each(Object.entries(gradientCases))('%s', (_, build) => {
    const y = build()
    const check = checkGradients(weighted(y, 1), variablesOf(y))
    expect(check.error, `${check.worst.gradient} and ${check.worst.difference}`).toBeLessThan(tolerance)
  })
})

describe('the gradient of the gradient agrees with finite differences to 1e-6:', () => {
  it.each(Object.entries(secondOrderCases))('%s', (_, build) => {
    const y = build()
    const variables = variablesOf(y)
    const slopes = gradients(weighted(mul(y, y), 1), variables)
    const steepness = slopes.map((slope, i) => weighted(slope, 2 + i)).reduce((a, b) => add(a, b))
    const check = checkGradients(steepness, variables)
    expect(check.error, `${check.worst.gradient} and ${check.worst.difference}`).toBeLessThan(tolerance)
  })
})

it('every op that has a gradient is in a case above', () => {
  const tried = new Set(
    Object.values(gradientCases).flatMap((build) => topologicalOrder([build()]).map((node) => node.op.name)),
  )
  // It refuses to be differentiated.
  tried.add('ctcLossGradient')
  // Its gradient is not its slope, which is 0 or infinite: train/quantize.test.ts compares it with PyTorch's.
  tried.add('fakeQuantize')
  const differentiable = Object.values({ ...elementwiseOps, ...structuredOps }).filter((op) => op.gradient)
  expect(differentiable.map((op) => op.name).filter((name) => !tried.has(name))).toEqual([])
})
