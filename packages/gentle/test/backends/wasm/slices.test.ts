import { describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import { bytesOf, storageOf } from '../../../src/backends/wasm/buffer.ts'
import { schedule } from '../../../src/backends/wasm/schedule.ts'
import { rootsOf, topologicalOrder } from '../../../src/graph/graph.ts'
import { input, type Tensor } from '../../../src/graph/tensor.ts'
import { add, exp, mul, slice, sum, tanh, unstack } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'

const [rows, columns] = [16, 32]

/** The gradient of a sum of functions of slices of exp(x), as a program. */
async function gradientOf(steps: number, slicesOf: (x: Tensor) => Tensor[]) {
  const x = input([steps, rows, columns])
  const terms = slicesOf(exp(x)).map((part) => sum(mul(part, tanh(part))))
  const [dx] = gradients(
    terms.reduce((a, b) => add(a, b)),
    [x],
  )
  const graph = { inputs: { x }, outputs: { dx } }
  const made = await lowered(graph)
  const { arenaBytes, phases } = schedule(made)
  const wholeBytes = 4 * steps * rows * columns
  const whole = new Set(
    made.kernels
      .flatMap(({ writes }) => writes)
      .filter((buffer) => bytesOf(buffer) === wholeBytes)
      .map(storageOf),
  )
  const nodes = topologicalOrder(rootsOf(graph)).length
  return { kernels: made.kernels.length, phases: phases.length, whole: whole.size, arenaBytes, wholeBytes, nodes }
}

const windows = (x: Tensor): Tensor[] =>
  Array.from({ length: x.shape[0] - 1 }, (_, t) => slice(x, [t, 0, 0], [2, rows, columns]))

describe('the gradient of many slices of one tensor', () => {
  it.each([
    ['that make it up', (x: Tensor) => unstack(x)],
    ['that overlap', windows],
    ['of which some are missing', (x: Tensor) => unstack(x).slice(1)],
  ])('%s is one buffer of the size of the tensor', async (_, slicesOf) => {
    const [few, many] = [await gradientOf(16, slicesOf), await gradientOf(64, slicesOf)]
    // exp(x), the gradient of its slices, and the gradient of x.
    expect(few.whole).toBe(3)
    expect(many.whole).toBe(3)
    expect(many.arenaBytes / many.wholeBytes).toBeLessThan(1.1 * (few.arenaBytes / few.wholeBytes))
    expect(many.nodes).toBeLessThan(4.5 * few.nodes)
    expect(many.kernels).toBeLessThan(4.5 * few.kernels)
  })

  it('that make it up is put together without a barrier for each', async () => {
    const [few, many] = await Promise.all([16, 64].map((steps) => gradientOf(steps, (x) => unstack(x))))
    expect(many.phases).toBe(few.phases)
  })
})
