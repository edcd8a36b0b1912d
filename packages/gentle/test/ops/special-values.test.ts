/** NaN, infinities, zeros, subnormal numbers, kinks and ties against PyTorch; test/goldens/make-special-values.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import * as visionLosses from '../../src/nn/vision-losses.ts'
import * as ops from '../../src/ops/index.ts'

/** A number as JSON holds it, which has no NaN and no infinities. */
type Stored = number | string

interface Case {
  readonly y: Stored[]
  readonly gradients?: Stored[][]
}

type Cases = Readonly<Record<string, Case>>

const goldens: {
  readonly unary: { readonly x: Stored[]; readonly cases: Cases }
  readonly binary: { readonly a: Stored[]; readonly b: Stored[]; readonly cases: Cases }
  readonly rows: { readonly shape: Shape; readonly x: Stored[]; readonly cases: Cases }
  readonly losses: Readonly<Record<string, Case & { readonly shape: Shape; readonly x: Stored[] }>>
  readonly binaryTargets: number[]
} = JSON.parse(readFileSync(new URL('../goldens/special-values.json', import.meta.url), 'utf8'))

type Expression = (...operands: Tensor[]) => Tensor

const asFloats = (of: (x: Tensor) => Tensor): Expression => {
  return (x) => ops.cast(of(x), 'float32')
}
const inWindows = (x: Tensor): Tensor => ops.reshape(x, [-1, 1, 2, 2])

const unary: Record<string, Expression> = {
  neg: ops.neg,
  exp: ops.exp,
  expm1: ops.expm1,
  log: ops.log,
  sqrt: ops.sqrt,
  abs: ops.abs,
  sign: ops.sign,
  tanh: ops.tanh,
  sigmoid: ops.sigmoid,
  softplus: ops.softplus,
  erf: ops.erf,
  relu: ops.relu,
  relu6: ops.relu6,
  step: ops.step,
  elu: (x) => ops.elu(x),
  gelu: ops.gelu,
  silu: ops.silu,
  leakyRelu: (x) => ops.leakyRelu(x),
  'elu of alpha 1.5': (x) => ops.elu(x, 1.5),
  clip: (x) => ops.clip(x, -0.5, 2),
  ...Object.fromEntries([2, 0.5, -1, 0, 1, 3].map((p) => [`pow to ${p}`, (x: Tensor) => ops.pow(x, p)])),
}

const binary: Record<string, Expression> = {
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  div: ops.div,
  pow: ops.pow,
  maximum: ops.maximum,
  minimum: ops.minimum,
  equal: ops.equal,
  notEqual: ops.notEqual,
  less: ops.less,
  lessEqual: ops.lessEqual,
  greater: ops.greater,
  greaterEqual: ops.greaterEqual,
  where: (a, b) => ops.where(a, b, 7),
}

const rows: Record<string, Expression> = {
  sum: (x) => ops.sum(x, 1),
  mean: (x) => ops.mean(x, 1),
  max: (x) => ops.max(x, 1),
  min: (x) => ops.min(x, 1),
  argmax: asFloats((x) => ops.argmax(x, 1)),
  logSumExp: (x) => ops.logSumExp(x, 1),
  softmax: (x) => ops.softmax(x),
  logSoftmax: (x) => ops.logSoftmax(x),
  cumsum: (x) => ops.cumsum(x, 1),
  sort: (x) => ops.sort(x).values,
  argsort: asFloats((x) => ops.argsort(x)),
  'descending argsort': asFloats((x) => ops.argsort(x, -1, { descending: true })),
  topK: (x) => ops.topK(x, 2).values,
  maxPool2d: (x) => ops.maxPool2d(inWindows(x), 2),
  avgPool2d: (x) => ops.avgPool2d(inWindows(x), 2),
}

const labels = (...values: number[]): Tensor => constant(values, [values.length], 'int32')
const binaryTargets = constant(goldens.binaryTargets, [goldens.binaryTargets.length])

const losses: Record<string, Expression> = {
  crossEntropy: (x) => nn.crossEntropy(x, labels(0, 2, 0)),
  'crossEntropy with smoothing': (x) => nn.crossEntropy(x, labels(0, 2, 0), { labelSmoothing: 0.1 }),
  'crossEntropy with weights': (x) => nn.crossEntropy(x, labels(0, 2, 0), { classWeights: [1, 2, 0.5] }),
  'crossEntropy of a label that cannot be': (x) => nn.crossEntropy(x, labels(2, 2, 0)),
  pixelCrossEntropy: (x) =>
    visionLosses.pixelCrossEntropy(ops.reshape(x, [3, 3, 1, 1]), constant([0, 2, 0], [3, 1, 1], 'int32')),
  'hinge of classes': (x) => nn.hinge(x, labels(0, 1)),
  // The mean is over one: each is told alone.
  binaryCrossEntropy: (x) =>
    ops.stack(goldens.binaryTargets.map((_, i) => nn.binaryCrossEntropy(one(x, i), one(binaryTargets, i)))),
  meanAbsoluteError: (x) => nn.meanAbsoluteError(x, zeros),
  huber: (x) => nn.huber(x, zeros),
  smoothL1: (x) => visionLosses.smoothL1(x, zeros),
}
const zeros = constant([0, 0, 0, 0], [4])
const one = (x: Tensor, i: number): Tensor => ops.slice(x, [i], [1])

const numbers = (stored: readonly Stored[]): Float32Array => Float32Array.from(stored, Number)

/** The relative difference that functions and what they are made of may have; where a number is near 0, the absolute one. */
const isNear = (x: number, y: number): boolean => Math.abs(x - y) <= 1e-7 + 1e-5 * Math.abs(y)

/** What differs, as text. The sign of a zero is not compared: where it is that of the larger of two, PyTorch's depends on their order. */
function differences(
  what: string,
  actual: ArrayLike<number>,
  stored: readonly Stored[],
  operands: readonly Float32Array[],
) {
  return [...numbers(stored)].flatMap((wanted, i) => {
    const is = Math.fround(actual[i])
    if (is === wanted || (Number.isNaN(is) && Number.isNaN(wanted)) || isNear(is, wanted)) return []
    const at = operands.map((x) =>
      x.subarray(Math.floor((i * x.length) / stored.length), Math.ceil(((i + 1) * x.length) / stored.length)).join(' '),
    )
    return [`${what} at ${at.join(' and ')}: ${is}; PyTorch gives ${wanted}`]
  })
}

/** Which gradients are compared: PyTorch's rule for NaN differs from op to op, and of ties it takes the one or the other. */
type Compared = (operands: readonly Float32Array[], i: number) => boolean
const everywhere: Compared = (operands, i) => operands.every((x) => !Number.isNaN(x[i]))
const rowsWithout =
  (unlike: (row: readonly number[]) => boolean): Compared =>
  ([x], i) =>
    !unlike([...x.subarray(i - (i % 4), i - (i % 4) + 4)])
const comparedRows: Record<string, Compared> = {
  // Ours is 0.
  logSumExp: rowsWithout((row) => row.every((x) => x === Number.NEGATIVE_INFINITY)),
  maxPool2d: rowsWithout((row) => row.some(Number.isNaN)),
  topK: rowsWithout((row) => new Set(row.map((x) => x + 0)).size < 4),
}

let fast: Backend
beforeAll(async () => {
  fast = await wasm({ threads: 1 })
})
afterAll(() => fast.close())

describe('special values and gradients at kinks are as in PyTorch:', () => {
  const groups: [string, Record<string, Expression>, Cases, Shape, Stored[][]][] = [
    ['', unary, goldens.unary.cases, [goldens.unary.x.length], [goldens.unary.x]],
    ['of pairs', binary, goldens.binary.cases, [goldens.binary.a.length], [goldens.binary.a, goldens.binary.b]],
    ['of rows', rows, goldens.rows.cases, goldens.rows.shape, [goldens.rows.x]],
  ]
  const all = groups.flatMap(([kind, expressions, cases, shape, stored]) =>
    Object.entries(cases).map(
      ([name, golden]) => [`${name} ${kind}`, expressions[name], golden, shape, stored, kind, name] as const,
    ),
  )
  it.each(all)('%s', async (_, of, golden, shape, stored, kind, name) => {
    const compared = (kind === 'of rows' ? comparedRows[name] : undefined) ?? everywhere
    await expectAlike(of, golden, shape, stored.map(numbers), compared)
  })
})

describe('losses of infinite logits and at kinks are as in PyTorch:', () => {
  it.each(Object.entries(goldens.losses))('%s', (name, { shape, x, ...golden }) =>
    expectAlike(losses[name], golden, shape, [numbers(x)], everywhere),
  )
})

async function expectAlike(
  of: Expression,
  { y: wanted, gradients: slopes }: Case,
  shape: Shape,
  operands: readonly Float32Array[],
  compared: Compared,
): Promise<void> {
  const variables = operands.map((x, i) => variable(shape, x, `x${i}`))
  const y = of(...variables)
  const all = slopes === undefined ? [] : gradients(ops.sum(y), variables)
  const outputs = { y, ...Object.fromEntries(all.map((slope, i) => [`gradient ${i}`, slope])) }
  for (const backend of [reference(), fast]) {
    const results = await (await backend.compile<never, string>({ inputs: {}, outputs })).run()
    expect(differences('y', results.y.data, wanted, operands)).toEqual([])
    for (const i of all.keys()) {
      const slope = results[`gradient ${i}`].data.map((value, at) => (compared(operands, at) ? value : 0))
      const stored = slopes![i].map((value, at) => (compared(operands, at) ? value : 0))
      expect(differences(`gradient ${i}`, slope, stored, operands)).toEqual([])
    }
    backend.release(variables)
  }
}
