import { describe, expect, it } from 'vitest'
import {
  call,
  countedLoop,
  i32,
  i32x4,
  type Value,
  v128,
  wasmFeatures,
} from '../../../../src/backends/wasm/assembler/index.ts'
import { MathLibrary } from '../../../../src/backends/wasm/math/index.ts'
import * as rare from '../../../../src/backends/wasm/math/rare.ts'
import { powOp } from '../../../../src/ops/elementwise.ts'
import { instantiate } from '../instantiate.ts'

type Vector = Value<'v128'>
type Emit = (math: MathLibrary, x: Vector, y: Vector) => Vector

const ways = wasmFeatures().relaxedMadd ? [false, true] : [false]

/** f of every x, or of every pair; the length is a multiple of 4. */
function evaluate(emit: Emit, fma: boolean, xs: Float32Array, ys = xs): Float32Array {
  const bytes = xs.byteLength
  const define: Parameters<typeof instantiate>[0] = (module) => {
    const math = new MathLibrary(module, { fma, rare })
    module.function(
      'map',
      { x: 'i32' },
      undefined,
      ({ x }, builder) => [
        countedLoop(builder.local('i32'), xs.length / 4, [
          v128.store(x, emit(math, v128.load(x), v128.load(x, bytes)), 2 * bytes),
          x.set(i32.add(x, 16)),
        ]),
      ],
      { export: true },
    )
  }
  const { exports, memory } = instantiate(define, { pages: Math.ceil((3 * bytes) / 65536) })
  new Float32Array(memory.buffer).set(xs)
  new Float32Array(memory.buffer, bytes).set(ys)
  exports.map(0)
  return new Float32Array(memory.buffer, 2 * bytes, xs.length)
}

/** Points between two ends: evenly spaced, and closer and closer to 0. */
function points(from: number, to: number): Float32Array {
  const n = 1 << 14
  return Float32Array.from({ length: 2 * n }, (_, i) => {
    const part = (i >> 1) / n
    if (i % 2 === 0) return from + (to - from) * part
    return ((i >> 1) % 2 === 0 ? from : to) * 2 ** (-24 * part)
  })
}

/** The distance of neighbouring float32 at a number; that of the normal ones below them. */
function unitInTheLastPlace(y: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(y))), -126)
  return 2 ** (exponent - 23)
}

/** The largest error in units in the last place, where the result is a normal number. */
function worstError(xs: Float32Array, results: Float32Array, exact: (x: number) => number): number {
  let worst = 0
  for (const [i, x] of xs.entries()) {
    const y = exact(x)
    if (Math.abs(y) < 2 ** -125 || !Number.isFinite(Math.fround(y))) continue
    const error = Math.abs(results[i] - y) / unitInTheLastPlace(y)
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)
  }
  return worst
}

/** erf by its series, beyond 2.5 by the continued fraction of erfc (Abramowitz and Stegun, 7.1.5 and 7.1.14). */
function exactErf(x: number): number {
  const a = Math.abs(x)
  if (a > 2.5) {
    let fraction = a
    for (let n = 80; n >= 1; n--) fraction = a + n / 2 / fraction
    return Math.sign(x) * (1 - Math.exp(-a * a) / (fraction * Math.sqrt(Math.PI)))
  }
  let term = x
  let total = x
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n
    total += term / (2 * n + 1)
  }
  return (2 * total) / Math.sqrt(Math.PI)
}

interface Case {
  readonly name: string
  readonly emit: Emit
  readonly exact: (x: number) => number
  readonly range: readonly [number, number]
  readonly ulps: number
  /** Arguments with the exact result. */
  readonly special: readonly (readonly [number, number])[]
}

const infinity = Number.POSITIVE_INFINITY

const noneAtInfinity = [
  [infinity, Number.NaN],
  [-infinity, Number.NaN],
] as const
const zeroAtZero = [[0, 0], [-0, -0], ...noneAtInfinity] as const

const cases: Case[] = [
  {
    name: 'exp',
    emit: (math, x) => math.exp(x),
    exact: Math.exp,
    range: [-87, 88.7],
    ulps: 1.5,
    special: [
      [0, 1],
      [-0, 1],
      [infinity, infinity],
      [-infinity, 0],
      [88.73, infinity],
      [1e30, infinity],
      [-104, 0],
      [-1e30, 0],
    ],
  },
  {
    name: 'expm1',
    emit: (math, x) => math.expm1(x),
    exact: Math.expm1,
    range: [-20, 88.7],
    ulps: 2,
    special: [
      [0, 0],
      [infinity, infinity],
      [-infinity, -1],
      [89.5, infinity],
      [-1e30, -1],
      [1e-30, Math.fround(1e-30)],
    ],
  },
  {
    name: 'log',
    emit: (math, x) => math.log(x),
    exact: Math.log,
    range: [1e-38, 30],
    ulps: 1,
    special: [
      [1, 0],
      [0, -infinity],
      [-0, -infinity],
      [infinity, infinity],
      [-1, Number.NaN],
      [-infinity, Number.NaN],
      [-1e-40, Number.NaN],
    ],
  },
  {
    name: 'log1p',
    emit: (math, x) => math.log1p(x),
    exact: Math.log1p,
    range: [-0.99, 30],
    ulps: 2,
    special: [
      [0, 0],
      [-0, -0],
      [-1, -infinity],
      [infinity, infinity],
      [-1.5, Number.NaN],
      [-infinity, Number.NaN],
      [-1e-20, Math.fround(-1e-20)],
    ],
  },
  ...([10, 1e6, 4e9, 3e38] as const).flatMap((limit): Case[] => [
    {
      name: `sin up to ${limit}`,
      emit: (math, x) => math.sin(x),
      exact: Math.sin,
      range: [-limit, limit],
      ulps: 2,
      special: zeroAtZero,
    },
    {
      name: `cos up to ${limit}`,
      emit: (math, x) => math.cos(x),
      exact: Math.cos,
      range: [-limit, limit],
      ulps: 2,
      special: noneAtInfinity,
    },
    {
      name: `tan up to ${limit}`,
      emit: (math, x) => math.tan(x),
      exact: Math.tan,
      range: [-limit, limit],
      ulps: 4,
      special: zeroAtZero,
    },
  ]),
  {
    name: 'asin',
    emit: (math, x) => math.asin(x),
    exact: Math.asin,
    range: [-1, 1],
    ulps: 3,
    special: [
      [0, 0],
      [-0, -0],
      [1, Math.fround(Math.PI / 2)],
      [-1, Math.fround(-Math.PI / 2)],
      [1.1, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
  {
    name: 'acos',
    emit: (math, x) => math.acos(x),
    exact: Math.acos,
    range: [-1, 1],
    ulps: 2,
    special: [
      [0, Math.fround(Math.PI / 2)],
      [1, 0],
      [-1, Math.fround(Math.PI)],
      [1.1, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
  {
    name: 'atan',
    emit: (math, x) => math.atan(x),
    exact: Math.atan,
    range: [-20, 20],
    ulps: 3,
    special: [
      [0, 0],
      [-0, -0],
      [infinity, Math.fround(Math.PI / 2)],
      [-infinity, Math.fround(-Math.PI / 2)],
      [1e30, Math.fround(Math.PI / 2)],
    ],
  },
  {
    name: 'sinh',
    emit: (math, x) => math.sinh(x),
    exact: Math.sinh,
    range: [-89.4, 89.4],
    ulps: 4,
    special: [
      [0, 0],
      [-0, -0],
      [infinity, infinity],
      [-infinity, -infinity],
      [90, infinity],
      [-1e30, -infinity],
    ],
  },
  {
    name: 'cosh',
    emit: (math, x) => math.cosh(x),
    exact: Math.cosh,
    range: [-89.4, 89.4],
    ulps: 4,
    special: [
      [0, 1],
      [infinity, infinity],
      [-infinity, infinity],
      [90, infinity],
      [-1e30, infinity],
    ],
  },
  {
    name: 'asinh',
    emit: (math, x) => math.asinh(x),
    exact: Math.asinh,
    range: [-1e4, 1e4],
    ulps: 3,
    special: [
      [0, 0],
      [-0, -0],
      [infinity, infinity],
      [-infinity, -infinity],
      [1e30, Math.fround(Math.asinh(Math.fround(1e30)))],
    ],
  },
  {
    name: 'acosh',
    emit: (math, x) => math.acosh(x),
    exact: Math.acosh,
    range: [1, 1e4],
    ulps: 3,
    special: [
      [1, 0],
      [0.9, Number.NaN],
      [-3, Number.NaN],
      [-3e38, Number.NaN],
      [infinity, infinity],
      [-infinity, Number.NaN],
      [1e30, Math.fround(Math.acosh(Math.fround(1e30)))],
    ],
  },
  {
    name: 'atanh',
    emit: (math, x) => math.atanh(x),
    exact: Math.atanh,
    range: [-0.99999, 0.99999],
    ulps: 3,
    special: [
      [0, 0],
      [-0, -0],
      [1, infinity],
      [-1, -infinity],
      [1.1, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
  {
    name: 'tanh',
    emit: (math, x) => math.tanh(x),
    exact: Math.tanh,
    range: [-10, 10],
    ulps: 4,
    special: [
      [0, 0],
      [-0, -0],
      [infinity, 1],
      [-infinity, -1],
      [9.1, 1],
      [-1e30, -1],
    ],
  },
  {
    name: 'sigmoid',
    emit: (math, x) => math.sigmoid(x),
    exact: (x) => 1 / (1 + Math.exp(-x)),
    range: [-86, 30],
    ulps: 3,
    special: [
      [0, 0.5],
      [infinity, 1],
      [-infinity, 0],
      [-1e30, 0],
      [100, 1],
    ],
  },
  {
    name: 'softplus',
    emit: (math, x) => math.softplus(x),
    exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    range: [-86, 100],
    ulps: 2,
    special: [
      [infinity, infinity],
      [-infinity, 0],
      [1e30, Math.fround(1e30)],
      [-1e30, 0],
      [0, Math.fround(Math.LN2)],
    ],
  },
  {
    name: 'erf',
    emit: (math, x) => math.erf(x),
    exact: exactErf,
    range: [-4, 4],
    ulps: 4,
    special: [
      [0, 0],
      [-0, -0],
      [infinity, 1],
      [-infinity, -1],
      [4.1, 1],
      [-1e30, -1],
    ],
  },
]

describe.each(ways)('with fused multiply-add: %s', (fma) => {
  describe.each(cases)('$name', ({ emit, exact, range, ulps, special }) => {
    it('stays within its bound of the exact value', () => {
      const xs = points(...range)
      expect(worstError(xs, evaluate(emit, fma, xs), exact)).toBeLessThanOrEqual(ulps)
    })

    it('has the right limits', () => {
      const padded = [...special]
      while (padded.length % 4 !== 0) padded.push([Number.NaN, Number.NaN])
      const results = evaluate(
        emit,
        fma,
        Float32Array.from(padded, ([x]) => x),
      )
      expect([...results]).toEqual(padded.map(([, y]) => y))
    })

    it('keeps NaN whatever its payload', () => {
      const payloads = new Float32Array(Int32Array.of(0x7fc00000, 0x7fc001ff, -1, 0x7ff55555).buffer)
      expect([...evaluate(emit, fma, payloads)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
    })
  })

  it('log takes subnormal numbers', () => {
    const xs = Float32Array.of(2 ** -149, 2 ** -140, 2 ** -127, 2 ** -126)
    expect([...evaluate((math, x) => math.log(x), fma, xs)]).toEqual([...xs].map((x) => Math.fround(Math.log(x))))
  })

  it('tanh never passes 1', () => {
    const xs = Float32Array.from({ length: 1 << 16 }, (_, i) => 3 + (i * 7) / (1 << 16))
    expect(Math.max(...evaluate((math, x) => math.tanh(x), fma, xs))).toBe(1)
  })

  it('pow is within 1e-6 where the exponent of e is below 20', () => {
    const bases = points(0, 50)
    const exponents = Float32Array.from(bases, (x, i) => (20 * Math.sin(i)) / Math.max(Math.abs(Math.log(x)), 0.01))
    const results = evaluate((math, x, y) => math.pow(x, y), fma, bases, exponents)
    const worst = [...bases].reduce((max, x, i) => {
      const exact = x ** exponents[i]
      return x === 0 ? max : Math.max(max, Math.abs(results[i] / exact - 1))
    }, 0)
    expect(worst).toBeLessThan(2e-7)
  })

  it('pow agrees with the reference in its special cases', () => {
    const values = [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      2.5,
      -2.5,
      1e30,
      -1e30,
      infinity,
      -infinity,
      Number.NaN,
      16777216,
    ]
    const pairs = values.flatMap((x) => values.map((y) => [x, y] as const))
    const results = evaluate(
      (math, x, y) => math.pow(x, y),
      fma,
      Float32Array.from(pairs, ([x]) => x),
      Float32Array.from(pairs, ([, y]) => y),
    )
    for (const [i, [x, y]] of pairs.entries()) {
      const exact = Math.fround(powOp.of(Math.fround(x), Math.fround(y)))
      const close =
        Number.isFinite(exact) && exact !== 0 ? Math.abs(results[i] / exact - 1) < 2e-7 : Object.is(results[i], exact)
      expect(close, `${x} ** ${y} is ${exact}, computed ${results[i]}`).toBe(true)
    }
  })
})

it('an operand is evaluated once', () => {
  let calls = 0
  const { exports } = instantiate(
    (module) => {
      const math = new MathLibrary(module, { fma: false })
      const count = module.importFunction('count', { x: 'i32' }, 'i32')
      module.function('f', {}, 'i32', () => v128.anyTrue(math.softplus(i32x4.splat(call(count, 1)))), { export: true })
    },
    { imports: { count: () => ++calls } },
  )
  exports.f()
  expect(calls).toBe(1)
})
