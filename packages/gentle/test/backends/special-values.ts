/** NaN, infinities, zeros of either sign, subnormal and very large numbers: every elementwise op takes each of them, and each pair. */
import { expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { range } from '../../src/core/range.ts'
import { apply, constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { type ElementwiseName, elementwiseOps } from '../../src/ops/table.ts'
import { mismatch } from './closeness.ts'
import { opCases } from './op-cases.ts'

const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY]
const positive = [0, 1e-40, 2 ** -126, 1e-8, 0.5, 1, 1.5, 2, 3, 88, 3.4e38, infinity]
const floats = [nan, ...positive, ...positive.map((x) => -x)]
const integers = [0, 1, -1, 2, -2, 7, -7, 2 ** 31 - 1, -(2 ** 31)]

/** Ops that take float32 as well as int32, and those that take int32 alone. */
const onIntegers = new Set<ElementwiseName>(['neg', 'abs', 'sign', 'add', 'sub', 'mul', 'maximum', 'minimum'])
const onIntegersAlone = new Set<ElementwiseName>(['floorDiv', 'mod'])
const comparing = new Set<ElementwiseName>(['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'])

/** What ops take behind the first two operands, where it is not the first once more. */
const rest: Partial<Record<ElementwiseName, readonly Tensor[]>> = {
  fakeQuantize: [constant(3), constant(0), constant(127)],
}

/** All pairs of some numbers: the first of each, and the second. */
const pairs = (values: readonly number[]): [number[], number[]] => [
  values.flatMap((a) => values.map(() => a)),
  values.flatMap(() => values),
]

/** Registers the test that a backend computes them as the reference does, with the signs of zeros where results are exact. */
export function describeSpecialValues(backend: () => Backend): void {
  it('computes NaN, infinities, zeros and subnormal numbers by every elementwise op as the reference does', async () => {
    const inputs: Record<string, Tensor> = {}
    const feed: Record<string, Float32Array | Int32Array> = {}
    const operandsOf = (dtype: 'float32' | 'int32'): Tensor[] => {
      const values = pairs(dtype === 'int32' ? integers : floats)
      return values.map((data, i) => {
        const name = `${dtype} ${i}`
        feed[name] = dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data)
        inputs[name] = input([data.length], dtype)
        return inputs[name]
      })
    }
    const [ofFloats, ofIntegers] = [operandsOf('float32'), operandsOf('int32')]
    const outputs: Record<string, Tensor> = {}
    for (const name of Object.keys(elementwiseOps) as ElementwiseName[]) {
      const make = ([a, b]: readonly Tensor[]): Tensor =>
        apply(elementwiseOps[name], [a, b, ...(rest[name] ?? [a])].slice(0, elementwiseOps[name].of.length), {})
      if (!onIntegersAlone.has(name)) outputs[name] = make(ofFloats)
      if (onIntegers.has(name) || onIntegersAlone.has(name) || comparing.has(name) || name.startsWith('to'))
        outputs[`${name} of integers`] = make(ofIntegers)
    }
    const run = async (on: Backend) => (await on.compile({ inputs: inputs as never, outputs })).run(feed)
    const [actual, float32, float64] = [
      await run(backend()),
      await run(reference()),
      await run(reference({ precision: 'float64' })),
    ]
    const wrong = Object.keys(outputs).flatMap((name) => {
      const { tolerance } = opCases[name.split(' ')[0] as ElementwiseName]
      // Where a result would be subnormal, an approximation may give 0.
      const found = mismatch(actual[name], float32[name], float64[name], tolerance)
      if (found === undefined) return []
      const at = Number(/element (\d+)/.exec(found)?.[1])
      const kind = name.endsWith('integers') ? 'int32' : 'float32'
      return [`${name} of ${range(2).map((i) => feed[`${kind} ${i}`][at])}: ${found}`]
    })
    expect(wrong).toEqual([])
  })
}
