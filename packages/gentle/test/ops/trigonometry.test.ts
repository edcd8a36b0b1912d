/** Trigonometric and hyperbolic functions where float32 is at its ends: what PyTorch 1.13 gives there in float32. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { type Tensor, variable } from '../../src/graph/tensor.ts'
import * as ops from '../../src/ops/index.ts'

let backend: Backend
beforeAll(async () => {
  backend = await wasm({ threads: 1 })
})
afterAll(() => backend.close())

const { NaN: none, POSITIVE_INFINITY: infinity } = Number
const below1 = 1 - 2 ** -23

/** A function, arguments, and its values and slopes there. */
type Case = [name: string, of: (x: Tensor) => Tensor, xs: number[], ys: number[], slopes: number[]]

const cases: Case[] = [
  [
    'asin',
    ops.asin,
    [-1, 1, below1, 1e-20, 1.5],
    [-1.5707964, 1.5707964, 1.5703081, 1e-20, none],
    [infinity, infinity, 2048, 1, none],
  ],
  [
    'acos',
    ops.acos,
    [-1, 1, below1, 1e-20, 1.5],
    [Math.PI, 0, 0.00048828125, 1.5707964, none],
    [-infinity, -infinity, -2048, -1, none],
  ],
  [
    'acosh',
    ops.acosh,
    [1, 1 + 2 ** -23, 1e15, 0.5],
    [0, 0.00048828122, 35.231924, none],
    [infinity, 2048, 1e-15, none],
  ],
  [
    'atanh',
    ops.atanh,
    [-1, 1, below1, 1e-20, 2],
    [-infinity, infinity, 8.317766, 1e-20, none],
    [infinity, infinity, 4194304, 1, -0.33333334],
  ],
  ['asinh', ops.asinh, [1e-20, -1e-20, 1e30, -1e30], [1e-20, -1e-20, 69.7707, -69.7707], [1, 1, 0, 0]],
  ['atan', ops.atan, [1e30, -1e-20, infinity], [1.5707964, -1e-20, 1.5707964], [0, 1, 0]],
  ['tan', ops.tan, [1.5707964, 1e6, infinity], [-22877332, -0.37362444, none], [523372333105152, 1.13959527, none]],
  ['sinh', ops.sinh, [89.2, 1e-20, -90], [2.7418043e38, 1e-20, -infinity], [2.7418043e38, 1, infinity]],
  ['cosh', ops.cosh, [89.2, 90], [2.7418043e38, infinity], [2.7418043e38, infinity]],
  ['log1p', ops.log1p, [-1, 1e-20, 1e30], [-infinity, 1e-20, 69.077553], [infinity, 1, 1e-30]],
  ['sin', ops.sin, [1e6, 1e20, 3e38], [-0.3499935, 0.65657669, 0.87490487], [0.93675214, 0.75425929, -0.48429477]],
  ['cos', ops.cos, [1e6, 1e20, 3e38], [0.93675214, 0.75425929, -0.48429477], [0.3499935, -0.65657669, -0.87490487]],
  ['floor', ops.floor, [-0.5, 2.5, -0, 1e30, none], [-1, 2, -0, 1e30, none], [0, 0, 0, 0, 0]],
  ['ceil', ops.ceil, [-0.5, 2.5, -0, -1e30, none], [-0, 3, -0, -1e30, none], [0, 0, 0, 0, 0]],
  ['round', ops.round, [-0.5, 0.5, 1.5, 2.5, -2.5, 8388609], [-0, 0, 2, 2, -2, 8388609], [0, 0, 0, 0, 0, 0]],
  ['trunc', ops.trunc, [-0.5, 2.5, -2.5, infinity], [-0, 2, -2, infinity], [0, 0, 0, 0]],
]

it.each(cases)('%s and its gradient are right at the ends of its range', async (_, of, xs, ys, slopes) => {
  const x = variable([xs.length], xs)
  const y = of(x)
  const program = await backend.compile({ inputs: {}, outputs: { y, slope: gradients(ops.sum(y), [x])[0] } })
  const results = await program.run()
  program.dispose()
  backend.release([x])
  for (const [name, wanted] of [
    ['y', ys],
    ['slope', slopes],
  ] as const)
    for (const [i, t] of wanted.entries()) {
      const value = results[name].data[i]
      const isNear = Number.isFinite(t) && t !== 0 ? Math.abs(value / t - 1) < 1e-6 : Object.is(value, t)
      expect(isNear, `${name} at ${xs[i]} is ${value}; expected ${t}`).toBe(true)
    }
})
