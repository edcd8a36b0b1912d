import { expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { Random } from '../../src/core/random.ts'
import { floatRemainder } from '../../src/formats/float-remainder.ts'
import { input } from '../../src/graph/tensor.ts'

const backend = reference()

async function remainders(a: Float32Array, b: Float32Array) {
  const [x, y] = [input([a.length]), input([b.length])]
  const program = await backend.compile({ inputs: { a: x, b: y }, outputs: floatRemainder(x, y) })
  const { remainder, inexact } = await program.run({ a, b })
  return { remainder: [...remainder.data], inexact: [...inexact.data] }
}

it('a remainder of floats is that of their exact numbers, to the last bit', async () => {
  const random = new Random(1, 'remainders')
  // Of tenths, quotients are nearly whole numbers.
  const tenths = (max: number): number => (1 + random.integer(max)) / 10
  const a = Float32Array.from({ length: 999 }, (_, i) => (i % 3 === 0 ? tenths(999) : 2000 * (random.uniform() - 0.5)))
  const b = Float32Array.from(a, (_, i) =>
    i % 3 === 0 ? tenths(20) : 2 ** (-12 + (i % 24)) * (random.uniform() - 1.5),
  )
  const { remainder, inexact } = await remainders(a, b)
  expect(inexact.every((x) => x === 0)).toBe(true)
  expect(remainder).toEqual(Array.from(a, (x, i) => x % b[i]))
})

it('what is below its divisor is its own remainder, however large both are, and beyond the numbers there is none', async () => {
  const [a, b] = [Float32Array.of(5, -5, 1e36, 1, Infinity, NaN), Float32Array.of(Infinity, 3e38, 3e38, 0, 2, 1)]
  const { remainder, inexact } = await remainders(a, b)
  expect(remainder).toEqual(Array.from(a, (x, i) => x % b[i]))
  expect(inexact).toEqual([0, 0, 0, 0, 0, 0])
})

it('what is not exact is told', async () => {
  const { inexact } = await remainders(Float32Array.of(2 ** 26, 2 ** 24, 1e36), Float32Array.of(3, 1, 3e35))
  expect(inexact).toEqual([1, 0, 1])
})
