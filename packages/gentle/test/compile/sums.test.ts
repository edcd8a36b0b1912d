import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { simplify } from '../../src/compile/simplify.ts'
import { topologicalOrder } from '../../src/graph/graph.ts'
import { idFromNowOn, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import { add, div, exp, mean, mul, neg, reshape, sqrt, sub, sum } from '../../src/ops/index.ts'

const shape = [3, 4, 2, 5]
const axes = [0, 2, 3]
const perChannel = [4, 1, 1]
const wave = (count: number, pace: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * pace) + 0.2)

const x = input(shape)
const y = input(shape)
const a = input(perChannel)
const b = input(perChannel)
const inputs = { x, y, a, b }
const feed = { x: wave(120, 1.7), y: wave(120, 0.9), a: wave(4, 2), b: wave(4, 3) }

const centred = (of: Tensor, over = axes): Tensor => sub(of, mean(of, over, { keepDims: true }))

/** What the simplified graph computes: its ops, and the tensors that it sums over these axes. */
function simplified(outputs: Record<string, Tensor>) {
  const graph = simplify({ inputs, outputs })
  const order = topologicalOrder(Object.values(graph.outputs))
  return {
    graph,
    ops: order.map(({ op }) => op.name),
    summed: order.filter(({ op }) => op.name === 'sum').map(({ inputs: [operand] }) => operand),
  }
}

/** That simplifying has changed the values by rounding alone. */
async function expectSameValues(outputs: Record<string, Tensor>): Promise<void> {
  const backend = reference({ precision: 'float64' })
  const [wanted, actual] = await Promise.all(
    [{ inputs, outputs }, simplified(outputs).graph].map(async (graph) => (await backend.compile(graph)).run(feed)),
  )
  for (const name of Object.keys(outputs)) {
    expect(actual[name].shape).toEqual(wanted[name].shape)
    wanted[name].data.forEach((value, i) => {
      expect(actual[name].data[i]).toBeCloseTo(value, 4)
    })
  }
}

describe('sums over axes', () => {
  it('of what is scaled or negated are scaled or negated afterwards', async () => {
    const outputs = { scaled: sum(mul(a, exp(x)), axes), negated: sum(neg(exp(y)), axes), third: sum(mul(x, 3)) }
    const { summed } = simplified(outputs)
    expect(summed.map(({ op }) => op.name)).toEqual(['exp', 'exp', 'input'])
    await expectSameValues(outputs)
  })

  it('stay as they are where the factor differs along the axes, or the product is needed anyway', () => {
    const product = mul(a, x)
    expect(simplified({ s: sum(product, 1) }).summed[0].op.name).toBe('mul')
    expect(simplified({ s: sum(product, axes), product }).summed[0].op.name).toBe('mul')
  })

  it('of numbers without their mean are 0', async () => {
    const outputs = { all: sum(centred(x, [0, 1, 2, 3])), s: sum(centred(x), axes), one: sum(centred(x, [1]), 1) }
    const { ops } = simplified(outputs)
    expect(ops).not.toContain('sum')
    expect(ops).not.toContain('sub')
    await expectSameValues(outputs)
  })

  it('of whole numbers are whole', () => {
    const counts = input([4, 1], 'int32')
    const { outputs } = simplify({
      inputs: { counts },
      outputs: { s: sum(sub(counts, sum(counts, 1, { keepDims: true })), 1) },
    })
    expect(outputs['s'].dtype).toBe('int32')
  })

  it('of numbers without another mean are computed', async () => {
    const outputs = {
      otherAxes: sum(centred(x, [0, 2]), axes),
      otherTensor: sum(sub(y, mean(x, axes, { keepDims: true })), axes),
      otherShare: sum(sub(x, reshape(mul(sum(x, axes), 1 / 29), perChannel)), axes),
      otherAxis: sum(sub(input([4, 4]), mean(input([4, 4]), [1])), 1),
    }
    for (const [name, output] of Object.entries(outputs)) expect(simplified({ [name]: output }).ops).toContain('sub')
    const { otherAxis: _, ...fed } = outputs
    await expectSameValues(fed)
  })

  it('of a combination are that of the sums, where the graph has them or they are 0', async () => {
    const combination = sub(add(mul(x, a), mul(mul(centred(y), b), 2)), neg(y))
    const outputs = { x: sum(x, axes), y: sum(y, axes), all: sum(combination, axes), combination }
    const { summed } = simplified(outputs)
    expect(new Set(summed)).toEqual(new Set([x, y]))
    await expectSameValues(outputs)
  })

  it('of a combination are taken at once where the graph lacks one of them', () => {
    const { summed } = simplified({ x: sum(x, axes), all: sum(add(x, y), axes) })
    expect(summed.map(({ op }) => op.name)).toEqual(['input', 'add'])
  })

  it('are simplified once a layer, however many layers are below it', () => {
    /** How many nodes are made to simplify the gradient of so many layers that normalize. */
    const nodesMade = (layers: number): number => {
      const weight = variable(perChannel, 1)
      let value: Tensor = x
      for (let i = 0; i < layers; i++) {
        const deviations = centred(value)
        const variance = mean(mul(deviations, deviations), axes, { keepDims: true })
        value = exp(mul(div(deviations, sqrt(variance)), weight))
      }
      const [gradient] = gradients(sum(value), [weight])
      const before = idFromNowOn()
      simplify({ inputs, outputs: { gradient } })
      return idFromNowOn() - before
    }
    const [few, more, most] = [nodesMade(4), nodesMade(8), nodesMade(12)]
    expect(most - more).toBe(more - few)
  })
})
