import { expect, expectTypeOf, test } from 'vitest'
import type { NDArray } from '../../src/core/ndarray.ts'
import {
  type Backend,
  compile,
  constant,
  type Graph,
  input,
  type Program,
  reference,
  variable,
} from '../../src/entries/index.ts'
import { add, mul, sub, sum } from '../../src/entries/ops.ts'

const backend: Backend = reference()
const x = input([2])
const weights = variable([2])
const compiled = () =>
  compile(
    { inputs: { x }, outputs: { y: add(x, weights), total: sum(x) }, updates: [[weights, sub(weights, 1)]] },
    { backend },
  )

test("a program's type has the names of its inputs and outputs, and no others", async () => {
  const program = await compiled()
  expectTypeOf(program).toEqualTypeOf<Program<'x', 'y' | 'total'>>()
  const results = await program.run({ x: [1, 2] })
  expectTypeOf(results).toEqualTypeOf<Record<'y' | 'total', NDArray>>()
  expect([...results.y.data]).toEqual([1, 2])
  // @ts-expect-error: no output has this name
  expect(results.z).toBeUndefined()
  // @ts-expect-error: no input has this name
  await expect(program.run({ X: [1, 2] })).rejects.toThrow("there is no input 'X'")
  // @ts-expect-error: nor is another one allowed beside those that it has
  await expect(program.run({ x: [1, 2], z: 1 })).rejects.toThrow("there is no input 'z'")
  // @ts-expect-error: an input has values
  await expect(program.run()).rejects.toThrow('x')
  // @ts-expect-error: a profile is of the same inputs
  await expect(program.profile({ X: [1, 2] })).rejects.toThrow("there is no input 'X'")
  const { outputs } = await program.profile({ x: [1, 2] }, { repeats: 1 })
  expectTypeOf(outputs).toEqualTypeOf<Record<'y' | 'total', NDArray>>()
})

test('a program without inputs runs on nothing', async () => {
  const program = await compile({ inputs: {}, outputs: { doubled: mul(constant([1, 2], [2]), 2) } }, { backend })
  expect([...(await program.run()).doubled.data]).toEqual([2, 4])
  // @ts-expect-error: it takes none
  await expect(program.run({ x: [1, 2] })).rejects.toThrow("there is no input 'x'")
})

test('what is updated are variables', async () => {
  // @ts-expect-error: an input is not a state
  const graph: Graph = { inputs: { x }, outputs: {}, updates: [[x, weights]] }
  await expect(compile(graph, { backend })).rejects.toThrow('the first of one is not a variable')
})

test('a program of any names is a Program, which looks at names when it runs', async () => {
  const known: Program = await compiled()
  const open = await compile<string, string>({ inputs: { x }, outputs: { y: x } }, { backend })
  expectTypeOf(open).toEqualTypeOf<Program>()
  for (const program of [known, open]) {
    await expect(program.run()).rejects.toThrow('x')
    await expect(program.run({ X: [1, 2] })).rejects.toThrow("there is no input 'X'")
    expectTypeOf((await program.run({ x: [1, 2] }))['y']).toEqualTypeOf<NDArray>()
  }
})
