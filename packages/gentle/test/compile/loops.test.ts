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
})
