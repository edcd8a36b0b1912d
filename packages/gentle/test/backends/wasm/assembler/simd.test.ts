import { describe, expect, it } from 'vitest'
import { i8x16 } from '../../../../src/backends/wasm/assembler/i8x16.ts'
import { i16x8 } from '../../../../src/backends/wasm/assembler/i16x8.ts'
import {
  f32,
  f32x4,
  f64x2,
  i32,
  i32x4,
  shuffle,
  shuffle32,
  type Value,
  v128,
  wasmFeatures,
} from '../../../../src/backends/wasm/assembler/index.ts'
import { InternalError } from '../../../../src/core/errors.ts'
import { instantiate } from '../instantiate.ts'

type Vector = Value<'v128'>
type Emit = (a: Vector, b: Vector, c: Vector) => Vector

/** Computes a vector of three; all are given and read as bytes. */
function bytesOf(emit: Emit, ...operands: readonly (Float32Array | Int32Array)[]): ArrayBuffer {
  const { exports, memory } = instantiate((module) => {
    const [a, b, c] = [0, 16, 32].map((at) => v128.load(0, at))
    module.function('f', {}, undefined, () => [v128.store(48, emit(a, b, c))], { export: true })
  })
  for (const [i, operand] of operands.entries())
    new Uint8Array(memory.buffer).set(new Uint8Array(operand.buffer as ArrayBuffer), 16 * i)
  exports.f()
  return memory.buffer.slice(48, 64) as ArrayBuffer
}

const floats = (emit: Emit, ...operands: number[][]): number[] => [
  ...new Float32Array(bytesOf(emit, ...operands.map((x) => Float32Array.from(x)))),
]
const integers = (emit: Emit, ...operands: number[][]): number[] => [
  ...new Int32Array(bytesOf(emit, ...operands.map((x) => Int32Array.from(x)))),
]
/** Comparisons of floats as 0 and -1. */
const floatMask = (emit: Emit, ...operands: number[][]): number[] => [
  ...new Int32Array(bytesOf(emit, ...operands.map((x) => Float32Array.from(x)))),
]

describe('f32x4', () => {
  const a = [1.5, -2.5, 3.5, -0.5]
  const b = [2, 4, -1, -0.5]

  it.each([
    ['add', (x: number, y: number) => x + y],
    ['sub', (x: number, y: number) => x - y],
    ['mul', (x: number, y: number) => x * y],
    ['div', (x: number, y: number) => x / y],
    ['min', Math.min],
    ['max', Math.max],
    ['pmin', Math.min],
    ['pmax', Math.max],
  ] as const)('%s', (name, expected) => {
    expect(floats(f32x4[name], a, b)).toEqual(a.map((x, i) => expected(x, b[i])))
  })

  it.each([
    ['abs', [1.5, 2.5, 3.5, 0.5]],
    ['neg', [-1.5, 2.5, -3.5, 0.5]],
    ['ceil', [2, -2, 4, -0]],
    ['floor', [1, -3, 3, -1]],
    ['trunc', [1, -2, 3, -0]],
    ['nearest', [2, -2, 4, -0]],
  ] as const)('%s', (name, expected) => {
    expect(floats((x) => f32x4[name](x), a)).toEqual(expected)
  })

  it('sqrt', () => {
    expect(floats((x) => f32x4.sqrt(x), [0, 1, 4, 6.25])).toEqual([0, 1, 2, 2.5])
  })

  it.each([
    ['eq', [0, -1, 0, 0]],
    ['ne', [-1, 0, -1, -1]],
    ['lt', [-1, 0, 0, 0]],
    ['gt', [0, 0, -1, 0]],
    ['le', [-1, -1, 0, 0]],
    ['ge', [0, -1, -1, 0]],
  ] as const)('%s gives masks', (name, expected) => {
    expect(floatMask(f32x4[name], [1, 2, 3, Number.NaN], [2, 2, 2, 2])).toEqual(expected)
  })

  it('pmin and pmax keep a NaN of the first operand and ignore one of the second', () => {
    const nan = Number.NaN
    expect(floats(f32x4.pmin, [nan, 1, 2, 3], [1, nan, 1, 4])).toEqual([nan, 1, 1, 3])
    expect(floats(f32x4.pmax, [nan, 1, 2, 3], [1, nan, 1, 4])).toEqual([nan, 1, 2, 4])
  })

  it('converts', () => {
    expect(floatMask((x) => i32x4.truncSatF32x4S(x), [1.9, -1.9, 1e20, Number.NaN])).toEqual([1, -1, 0x7fffffff, 0])
    expect(floatMask((x) => i32x4.truncSatF32x4U(x), [1.9, -1.9, 1e20, 3e9])).toEqual([1, 0, -1, 3e9 | 0])
    const ofIntegers = (emit: Emit): number[] => [...new Float32Array(bytesOf(emit, Int32Array.of(1, -1, 0, 7)))]
    expect(ofIntegers((x) => f32x4.convertI32x4S(x))).toEqual([1, -1, 0, 7])
    expect(ofIntegers((x) => f32x4.convertI32x4U(x))).toEqual([1, 2 ** 32, 0, 7])
  })

  it('lanes', () => {
    expect(floats((x) => f32x4.replaceLane(x, 2, f32x4.extractLane(x, 1)), a)).toEqual([1.5, -2.5, -2.5, -0.5])
    expect(floats((x) => f32x4.splat(f32x4.extractLane(x, 3)), a)).toEqual([-0.5, -0.5, -0.5, -0.5])
  })

  it.each([0, -0, 1, 0.1, Number.NaN, Number.NEGATIVE_INFINITY])('the constant %d, four times', (value) => {
    expect(floats(() => f32x4.splat(value))).toEqual(Array(4).fill(Math.fround(value)))
  })

  it('constants of different lanes', () => {
    expect(floats(() => v128.constF32x4(1, 2, 3, 4))).toEqual([1, 2, 3, 4])
    expect(integers(() => v128.constI32x4(1, -2, 3, -4))).toEqual([1, -2, 3, -4])
  })

  it.runIf(wasmFeatures().relaxedMadd)('relaxedMadd and relaxedNmadd', () => {
    const c = [10, 20, 30, 40]
    expect(floats(f32x4.relaxedMadd, a, b, c)).toEqual(a.map((x, i) => x * b[i] + c[i]))
    expect(floats(f32x4.relaxedNmadd, a, b, c)).toEqual(a.map((x, i) => c[i] - x * b[i]))
  })
})

describe('i32x4', () => {
  const a = [5, -6, 0x7fffffff, 0]
  const b = [3, 7, 1, -1]

  it.each([
    ['add', [8, 1, -0x80000000, -1]],
    ['sub', [2, -13, 0x7ffffffe, 1]],
    ['mul', [15, -42, 0x7fffffff, 0]],
    ['minS', [3, -6, 1, -1]],
    ['maxS', [5, 7, 0x7fffffff, 0]],
    ['eq', [0, 0, 0, 0]],
    ['ne', [-1, -1, -1, -1]],
    ['ltS', [0, -1, 0, 0]],
    ['ltU', [0, 0, 0, -1]],
    ['gtS', [-1, 0, -1, -1]],
    ['gtU', [-1, -1, -1, 0]],
    ['leS', [0, -1, 0, 0]],
    ['geS', [-1, 0, -1, -1]],
  ] as const)('%s', (name, expected) => {
    expect(integers(i32x4[name], a, b)).toEqual(expected)
  })

  it('abs, neg and shifts', () => {
    expect(integers((x) => i32x4.abs(x), a)).toEqual([5, 6, 0x7fffffff, 0])
    expect(integers((x) => i32x4.neg(x), [5, -6, 7, 1])).toEqual([-5, 6, -7, -1])
    expect(integers((x) => i32x4.shl(x, 2), [1, -1, 3, 0])).toEqual([4, -4, 12, 0])
    expect(integers((x) => i32x4.shrS(x, 1), [8, -8, 3, 0])).toEqual([4, -4, 1, 0])
    expect(integers((x) => i32x4.shrU(x, i32.const(1)), [8, -8, 3, 0])).toEqual([4, 0x7ffffffc, 1, 0])
  })

  it('lanes', () => {
    expect(integers((x) => i32x4.replaceLane(x, 0, i32x4.extractLane(x, 1)), a)).toEqual([-6, -6, 0x7fffffff, 0])
    expect(integers((x) => i32x4.splat(i32x4.extractLane(x, 0)), a)).toEqual([5, 5, 5, 5])
    for (const value of [0, -1, 7]) expect(integers(() => i32x4.splat(value))).toEqual(Array(4).fill(value))
  })
})

it('f64x2 computes on two float64', () => {
  const product = floats(
    (x) => {
      const wide = f64x2.promoteLowF32x4(x)
      const sum = f64x2.sub(f64x2.add(f64x2.mul(wide, wide), f64x2.splat(1)), f64x2.splat(2))
      return f32x4.demoteF64x2Zero(f64x2.div(f64x2.pmin(f64x2.pmax(sum, f64x2.splat(0)), f64x2.splat(100)), wide))
    },
    [4, 0.5, 9, 9],
  )
  expect(product).toEqual([3.75, 0, 0, 0])
})

it('f64x2 takes int32 and gives them back', () => {
  const halved = integers(
    (x) => i32x4.truncSatF64x2SZero(f64x2.floor(f64x2.div(f64x2.convertLowI32x4S(x), f64x2.splat(2)))),
    [-7, 0x7fffffff, 1, 1],
  )
  expect(halved).toEqual([-4, 0x3fffffff, 0, 0])
})

describe('v128', () => {
  const [a, b, mask] = [
    [0b1100, -1, 0, 5],
    [0b1010, 0, 0, 3],
    [0b0110, -1, -1, 0],
  ]

  it('logic', () => {
    expect(integers(v128.and, a, b)).toEqual([0b1000, 0, 0, 1])
    expect(integers(v128.or, a, b)).toEqual([0b1110, -1, 0, 7])
    expect(integers(v128.xor, a, b)).toEqual([0b0110, -1, 0, 6])
    expect(integers(v128.andnot, a, b)).toEqual([0b0100, -1, 0, 4])
    expect(integers((x) => v128.not(x), a)).toEqual([~0b1100, 0, -1, ~5])
    expect(integers(v128.bitselect, a, b, mask)).toEqual([0b1100, -1, 0, 3])
    expect(integers((x) => i32x4.splat(v128.anyTrue(x)), [0, 0, 0, 0])).toEqual([0, 0, 0, 0])
    expect(integers((x) => i32x4.splat(v128.anyTrue(x)), [0, 0, 4, 0])).toEqual([1, 1, 1, 1])
  })

  it('shuffles', () => {
    expect(integers((x, y) => shuffle32([0, 4, 3, 5], x, y), [10, 11, 12, 13], [20, 21, 22, 23])).toEqual([
      10, 20, 13, 21,
    ])
    const reversed = Array.from({ length: 16 }, (_, i) => 15 - i)
    expect(integers((x) => shuffle(reversed, x, x), [0x01020304, 0, 0, 0])).toEqual([0, 0, 0, 0x04030201])
    expect(() => shuffle([0, 1], v128.load(0), v128.load(0))).toThrow(InternalError)
    expect(() => shuffle(Array(16).fill(32), v128.load(0), v128.load(0))).toThrow(InternalError)
  })

  it('loads parts', () => {
    const memory = [1, 2, 3, 4]
    expect(floats(() => v128.load32Splat(0, 8), memory)).toEqual([3, 3, 3, 3])
    expect(floats(() => v128.load64Splat(8), memory)).toEqual([3, 4, 3, 4])
    expect(floats(() => v128.load32Zero(4), memory)).toEqual([2, 0, 0, 0])
    expect(floats(() => v128.load64Zero(4), memory)).toEqual([2, 3, 0, 0])
    expect(floats((x) => v128.load32Lane(0, x, 3), memory)).toEqual([1, 2, 3, 1])
    expect(floats((x) => v128.load64Lane(0, x, 1, 4), memory)).toEqual([1, 2, 2, 3])
  })

  it('stores lanes', () => {
    const { exports, memory } = instantiate((module) => {
      const body = () => [
        v128.store32Lane(0, v128.constF32x4(1, 2, 3, 4), 2, 4),
        v128.store64Lane(16, v128.constF32x4(5, 6, 7, 8), 1),
        f32.store(32, f32x4.extractLane(v128.load(16), 1)),
      ]
      module.function('f', {}, undefined, body, { export: true })
    })
    exports.f()
    expect([...new Float32Array(memory.buffer, 0, 9)]).toEqual([0, 3, 0, 0, 7, 8, 0, 0, 8])
  })
})

describe('i16x8 and i8x16', () => {
  const a = Int16Array.of(1, -2, 300, -400, 32767, -32768, 7, 0)
  const b = Int16Array.of(5, 6, -700, 800, 1, -1, 2, 9)
  const shorts = (emit: Emit): number[] => [
    ...new Int16Array(bytesOf(emit, new Int32Array(a.buffer), new Int32Array(b.buffer))),
  ]
  /** The lowest 16 bits, signed. */
  const wrapped = (value: number): number => (value << 16) >> 16

  it.each([
    ['add', (x: number, y: number) => x + y],
    ['sub', (x: number, y: number) => x - y],
    ['mul', Math.imul],
  ] as const)('%s keeps the lowest 16 bits', (name, expected) => {
    expect(shorts(i16x8[name])).toEqual([...a].map((x, i) => wrapped(expected(x, b[i]))))
  })

  it('shift, the right one without the sign', () => {
    expect(shorts((x) => i16x8.shl(x, 3))).toEqual([...a].map((x) => wrapped(x << 3)))
    expect(shorts((x) => i16x8.shrU(x, 3))).toEqual([...a].map((x) => wrapped((x & 0xffff) >> 3)))
  })

  it('add products of neighbours, and repeat pairs of numbers', () => {
    const sums = [0, 2, 4, 6].map((i) => 3 * a[i] - 5 * a[i + 1])
    const emit: Emit = (x) => i16x8.dotToI32x4S(x, i16x8.pairs(3, -5))
    expect([...new Int32Array(bytesOf(emit, new Int32Array(a.buffer)))]).toEqual(sums)
  })

  it('are bytes without a sign and back, the nearest where one does not fit', () => {
    const bytes = new Uint8Array(a.buffer)
    expect(shorts((x) => i16x8.extendLowI8x16U(x))).toEqual([...bytes.subarray(0, 8)])
    expect(shorts((x) => i16x8.extendHighI8x16U(x))).toEqual([...bytes.subarray(8)])
    const narrowed = new Uint8Array(bytesOf(i8x16.narrowI16x8U, new Int32Array(a.buffer), new Int32Array(b.buffer)))
    expect([...narrowed]).toEqual([...a, ...b].map((x) => Math.min(255, Math.max(0, x))))
    const equal = new Uint8Array(bytesOf(i8x16.eq, new Int32Array(a.buffer), new Int32Array(b.buffer)))
    const others = new Uint8Array(b.buffer)
    expect([...equal]).toEqual([...bytes].map((x, i) => (x === others[i] ? 255 : 0)))
  })
})
