import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import * as loops from '../../src/compile/loops/index.ts'
import { simplify } from '../../src/compile/simplify.ts'
import { Random } from '../../src/core/random.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../src/graph/graph.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import { add, gather, matmul, mul, scan, sigmoid, sum, tanh } from '../../src/ops/index.ts'
import { bodyRoots, isScan } from '../../src/ops/loop.ts'

const random = new Random(5, 'loops')

const drawn = (shape: readonly number[]) =>
  variable(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => 0.5 * random.normal()),
  )

const loopsIn = (graph: Graph): Tensor[] => topologicalOrder(rootsOf(graph)).filter(isScan)

const opsIn = (loop: Tensor): string[] =>
  isScan(loop) ? topologicalOrder(bodyRoots(loop.attributes)).map(({ op }) => op.name) : []

async function run(graph: Graph): Promise<Record<string, number[]>> {
  const program = await reference({ precision: 'float64' }).compile(graph)
  return Object.fromEntries(Object.entries(await program.run()).map(([name, { data }]) => [name, Array.from(data)]))
}

/** A recurrent layer on embedded tokens with an output layer in each step, its loss, and the gradients. */
function language(options: { rematerialize?: number } = {}): Graph {
  const [steps, batch, width, tokens] = [6, 3, 4, 5]
  const ids = constant(
    Array.from({ length: steps * batch }, () => random.integer(tokens)),
    [steps, batch],
    'int32',
  )
  const [table, w, u, b, v, c] = [
    drawn([tokens, width]),
    drawn([width, width]),
    drawn([width, width]),
    drawn([width]),
    drawn([width, tokens]),
    drawn([tokens]),
  ]
  const { outputs, state } = scan(
    (h: Tensor, id: Tensor) => {
      const next = tanh(add(add(matmul(sigmoid(gather(table, id)), mul(w, 2)), matmul(h, u)), b))
      return { state: next, output: add(matmul(next, v), c) }
    },
    drawn([batch, width]),
    ids,
    options,
  )
  const loss = add(sum(mul(outputs, outputs)), sum(state))
  const slopes = gradients(loss, [table, w, u, b, v, c])
  return { inputs: {}, outputs: { loss, outputs, ...Object.fromEntries(slopes.map((g, i) => [`slope ${i}`, g])) } }
}

async function expectSame(graph: Graph): Promise<Graph> {
  const simpler = simplify(graph, loops)
  const [got, wanted] = [await run(simpler), await run(graph)]
  for (const [name, values] of Object.entries(wanted))
    values.forEach((value, i) => {
      expect(got[name][i]).toBeCloseTo(value, 10)
    })
  return simpler
}

describe('passes on loops', () => {
  it('leave one product in each step of a recurrent layer, forwards and backwards', async () => {
    const graph = await expectSame(language())
    const found = loopsIn(graph)
    expect(found).toHaveLength(2)
    for (const loop of found) {
      const ops = opsIn(loop)
      expect(ops.filter((name) => name === 'matmul')).toHaveLength(1)
      expect(ops).not.toContain('gather')
      expect(ops).not.toContain('sum')
    }
  })

  it('leave products in blocks where the steps are computed anew', async () => {
    const graph = await expectSame(language({ rematerialize: 3 }))
    const outer = topologicalOrder(rootsOf(graph)).map(({ op }) => op.name)
    expect(outer).not.toContain('gather')
  })

  it('drop state and results that nothing reads', async () => {
    const { state } = scan(
      ({ a, b }, x: Tensor) => ({ state: { a: add(a, x), b: mul(b, a) }, output: tanh(x) }),
      { a: constant(0), b: constant(1) },
      drawn([4]),
    )
    const graph = await expectSame({ inputs: {}, outputs: { a: state.a } })
    const [loop] = loopsIn(graph)
    expect(opsIn(loop)).not.toContain('mul')
    expect(opsIn(loop)).not.toContain('tanh')
  })

  it('sum the gradient of a table of which each step reads one row', async () => {
    const table = drawn([5, 4])
    const ids = constant([1, 2, 4, 1, 0, 2], [6], 'int32')
    const { state, outputs } = scan(
      (h: Tensor, id: Tensor) => {
        const next = tanh(add(h, gather(table, id)))
        return { state: next, output: next }
      },
      drawn([4]),
      ids,
    )
    const loss = add(sum(mul(outputs, outputs)), sum(state))
    const graph = await expectSame({ inputs: {}, outputs: { slope: gradients(loss, [table])[0] } })
    for (const loop of loopsIn(graph)) expect(opsIn(loop)).not.toContain('scatterAdd')
  })

  it.each([
    ['of one batch by another', [2, 3, 4], [2, 4, 3]],
    ['of a batch by one matrix with a leading axis', [5, 2, 4], [1, 4, 3]],
    ['of one matrix by a batch', [2, 4], [5, 4, 3]],
    ['of a batch by one matrix', [5, 2, 4], [4, 3]],
  ])('keep products %s that change with the step', async (_, left, right) => {
    const [a, b] = [drawn([6, ...left]), drawn([6, ...right])]
    const { state, outputs } = scan(
      (h: Tensor, [a, b]: readonly Tensor[]) => {
        const product = matmul(a, b)
        return { state: tanh(add(h, sum(product))), output: product }
      },
      drawn([]),
      [a, b],
    )
    const loss = add(sum(mul(outputs, outputs)), state)
    const [da, db] = gradients(loss, [a, b])
    await expectSame({ inputs: {}, outputs: { outputs, da, db } })
  })

  it('take a weight that a step uses often in their stride', async () => {
    const w = drawn([4, 4])
    const { state } = scan(
      (h: Tensor, x: Tensor) => ({
        state: Array.from({ length: 40 }).reduce<Tensor>((next) => tanh(matmul(next, w)), add(h, x)),
      }),
      drawn([3, 4]),
      drawn([5, 3, 4]),
    )
    await expectSame({ inputs: {}, outputs: { slope: gradients(sum(state), [w])[0] } })
  })
})
