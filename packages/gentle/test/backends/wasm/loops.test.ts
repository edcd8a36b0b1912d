import { describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import { kernelsOf, type Schedule, schedule } from '../../../src/backends/wasm/schedule.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { constant, input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import { add, matmul, mul, scan, sub, sum, tanh } from '../../../src/ops/index.ts'
import { lowered } from './lowered.ts'

/** A training step of a plain recurrent network. */
function training(steps: number, rematerialize?: number): Graph {
  const [batch, units] = [8, 16]
  const x = input([steps, batch, units])
  const [w, u] = [variable([units, units], 0.01, 'w'), variable([units, units], 0.01, 'u')]
  const { outputs } = scan(
    (h: Tensor, row: Tensor) => {
      const next = tanh(add(matmul(row, w), matmul(h, u)))
      return { state: next, output: next }
    },
    constant(0, [batch, units]),
    x,
    { rematerialize },
  )
  const loss = sum(mul(outputs, outputs))
  const slopes = gradients(loss, [w, u])
  return { inputs: { x }, outputs: { loss }, updates: [w, u].map((p, i) => [p, sub(p, mul(slopes[i], 0.1))] as const) }
}

const plan = async (graph: Graph): Promise<Schedule> => schedule(await lowered(graph))

/** The bytes of the modules that a graph is compiled to. */
async function moduleBytes(graph: Graph): Promise<number> {
  const { compile } = WebAssembly
  let bytes = 0
  WebAssembly.compile = (source) => {
    bytes += source.byteLength
    return compile(source)
  }
  try {
    const backend = await wasm({ threads: 1 })
    await backend.compile(graph)
    await backend.close()
  } finally {
    WebAssembly.compile = compile
  }
  return bytes
}

describe('a loop that is compiled', () => {
  it('has as many kernels and as large a module for 1,000 steps as for 10', async () => {
    expect(kernelsOf(await plan(training(1000))).length).toBe(kernelsOf(await plan(training(10))).length)
    const [few, many] = [await moduleBytes(training(10)), await moduleBytes(training(1000))]
    expect(many / few).toBeLessThan(1.02)
  })

  it('has one product with the inputs of all steps, and none for them within', async () => {
    const products = kernelsOf(await plan(training(50))).filter(({ kernel }) => kernel.name.startsWith('matmul'))
    expect(products.map(({ runs }) => runs).sort((a, b) => a - b)).toEqual([1, 1, 1, 50, 50])
  })

  it('takes less memory where steps are computed anew, and tells how much before it runs', async () => {
    const backend = await wasm({ threads: 1 })
    const bytesOf = async (rematerialize?: number): Promise<number> => {
      const program = await backend.compile(training(400, rematerialize))
      program.dispose()
      return program.bytes
    }
    const kept = await bytesOf()
    expect(await bytesOf(20)).toBeLessThan(0.6 * kept)
    expect(kept).toBeGreaterThan(400 * 8 * 16 * 4)
    await backend.close()
  })

  it('is told in a profile: each kernel with what all its steps take', async () => {
    const backend = await wasm({ threads: 2 })
    const program = await backend.compile(training(12))
    const { profile } = await program.profile({ x: new Float32Array(12 * 8 * 16) }, { repeats: 2 })
    const inLoop = profile.kernels.filter(({ multiplyAdds }) => multiplyAdds === 12 * 8 * 16 * 16)
    expect(inLoop.length).toBeGreaterThanOrEqual(2)
    expect(Math.max(...profile.kernels.map(({ calls }) => calls))).toBeGreaterThanOrEqual(12)
    await backend.close()
  })
})
