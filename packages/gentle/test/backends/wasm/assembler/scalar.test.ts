import { describe, expect, it } from 'vitest'
import { f32, f64, i32, i64, Local, type Value, type ValueType } from '../../../../src/backends/wasm/assembler/index.ts'
import { InternalError } from '../../../../src/core/errors.ts'
import { instantiate } from '../instantiate.ts'

/** Computes a value of the two arguments in WebAssembly. */
function compute<T extends 'i32' | 'f32' | 'f64', R extends ValueType>(
  type: T,
  result: R,
  emit: (a: Value<T>, b: Value<T>) => Value<R>,
  a: number,
  b = 0,
): number {
  const { exports } = instantiate((module) => {
    module.function('f', { a: type, b: type }, result, (p) => emit(p.a, p.b) as never, { export: true })
  })
  return exports.f(a, b)
}

const [big, small] = [0x7fffffff, -0x80000000]

describe('i32', () => {
  it.each([
    ['add', big, 1, small],
    ['sub', small, 1, big],
    ['mul', 0x10001, 0x10001, 0x20001],
    ['divS', -7, 2, -3],
    ['divU', -1, 2, big],
    ['remS', -7, 2, -1],
    ['remU', -1, 10, 5],
    ['and', 12, 10, 8],
    ['or', 12, 10, 14],
    ['xor', 12, 10, 6],
    ['shl', 3, 33, 6],
    ['shrS', -8, 1, -4],
    ['shrU', -8, 1, 0x7ffffffc],
    ['rotl', small, 1, 1],
    ['rotr', 1, 1, small],
    ['min', -3, 4, -3],
    ['max', -3, 4, 4],
    ['eq', 5, 5, 1],
    ['ne', 5, 5, 0],
    ['ltS', -1, 1, 1],
    ['ltU', -1, 1, 0],
    ['gtS', -1, 1, 0],
    ['gtU', -1, 1, 1],
    ['leS', 1, 1, 1],
    ['leU', -1, 1, 0],
    ['geS', -1, 1, 0],
    ['geU', -1, 1, 1],
  ] as const)('%s of %i and %i is %i, on values and on constants', (name, a, b, expected) => {
    expect(compute('i32', 'i32', i32[name], a, b)).toBe(expected)
    expect(compute('i32', 'i32', () => i32[name](a, b), 0)).toBe(expected)
    expect(compute('i32', 'i32', (x) => i32[name](x, b), a)).toBe(expected)
    expect(compute('i32', 'i32', (_, y) => i32[name](a, y), 0, b)).toBe(expected)
  })

  it.each([
    ['eqz', 0, 1],
    ['clz', 1, 31],
    ['ctz', 8, 3],
  ] as const)('%s of %i is %i', (name, a, expected) => {
    expect(compute('i32', 'i32', (x) => i32[name](x), a)).toBe(expected)
  })

  it('takes unsigned numbers for their bits', () => {
    expect(compute('i32', 'i32', () => i32.const(0xffffffff), 0)).toBe(-1)
  })

  it.each([2 ** 32, -(2 ** 31) - 1, 0.5, Number.NaN])('refuses the constant %d', (number) => {
    expect(() => i32.const(number)).toThrow(InternalError)
  })

  it('folds constants and leaves out what changes nothing', () => {
    const x = new Local('i32')
    expect(i32.add(i32.mul(3, 4), 5).constant).toBe(17)
    expect(i32.add(x, 0)).toBe(x)
    expect(i32.add(0, x)).toBe(x)
    expect(i32.sub(x, 0)).toBe(x)
    expect(i32.sub(0, x)).not.toBe(x)
    expect(i32.mul(x, 1)).toBe(x)
    expect(i32.mul(1, x)).toBe(x)
  })
})

describe('floats', () => {
  it.each([
    ['add', 1.5, 2.25, 3.75],
    ['sub', 1.5, 2.25, -0.75],
    ['mul', 1.5, 2.5, 3.75],
    ['div', 1, 8, 0.125],
    ['min', 1, -2, -2],
    ['max', 1, -2, 1],
  ] as const)('%s of %d and %d is %d', (name, a, b, expected) => {
    expect(compute('f32', 'f32', f32[name], a, b)).toBe(expected)
    expect(compute('f64', 'f64', f64[name], a, b)).toBe(expected)
    expect(compute('f32', 'f32', () => f32[name](f32.const(a), f32.const(b)), 0)).toBe(expected)
    expect(compute('f64', 'f64', () => f64[name](f64.const(a), f64.const(b)), 0)).toBe(expected)
  })

  it.each([
    ['abs', -2.5, 2.5],
    ['neg', 2.5, -2.5],
    ['sqrt', 6.25, 2.5],
  ] as const)('%s of %d is %d', (name, a, expected) => {
    expect(compute('f32', 'f32', (x) => f32[name](x), a)).toBe(expected)
    expect(compute('f64', 'f64', (x) => f64[name](x), a)).toBe(expected)
  })

  it.each([
    ['ceil', 2.5, 3],
    ['floor', -2.5, -3],
    ['trunc', -2.5, -2],
    ['nearest', 2.5, 2],
  ] as const)('%s of %d is %d', (name, a, expected) => {
    expect(compute('f32', 'f32', (x) => f32[name](x), a)).toBe(expected)
  })

  it.each([
    ['eq', [0, 1, 0]],
    ['ne', [1, 0, 1]],
    ['lt', [1, 0, 0]],
    ['gt', [0, 0, 1]],
    ['le', [1, 1, 0]],
    ['ge', [0, 1, 1]],
  ] as const)('%s compares', (name, expected) => {
    expect([1, 2, 3].map((a) => compute('f32', 'i32', f32[name], a, 2))).toEqual(expected)
    expect([1, 2, 3].map((a) => compute('f64', 'i32', f64[name], a, 2))).toEqual(expected)
  })

  it('copies signs', () => {
    expect(compute('f32', 'f32', f32.copysign, 3, -0)).toBe(-3)
  })

  it('converts between types', () => {
    expect(compute('f32', 'i32', (x) => i32.truncSatF32S(x), -2.9)).toBe(-2)
    expect(compute('f32', 'i32', (x) => i32.truncSatF32S(x), 1e20)).toBe(big)
    expect(compute('f32', 'i32', (x) => i32.truncSatF32U(x), 4e9)).toBe(4e9 | 0)
    expect(compute('i32', 'f32', (x) => f32.convertI32S(x), -1)).toBe(-1)
    expect(compute('i32', 'f32', (x) => f32.convertI32U(x), -1)).toBe(2 ** 32)
    expect(compute('i32', 'f64', (x) => f64.convertI32S(x), -1)).toBe(-1)
    expect(compute('i32', 'f64', (x) => f64.convertI32U(x), -1)).toBe(2 ** 32 - 1)
    expect(compute('f32', 'i32', (x) => i32.reinterpretF32(x), 1)).toBe(0x3f800000)
    expect(compute('i32', 'f32', (x) => f32.reinterpretI32(x), 0x3f800000)).toBe(1)
    expect(compute('f64', 'f32', (x) => f32.demoteF64(x), 0.1)).toBe(Math.fround(0.1))
    expect(compute('f32', 'f64', (x) => f64.promoteF32(x), 0.1)).toBe(Math.fround(0.1))
  })
})

describe('i64', () => {
  const wrapped = (emit: (a: Value<'i64'>) => Value<'i64'>, a: number): number =>
    compute('i32', 'i32', (x) => i32.wrapI64(i64.shrU(emit(i64.extendI32S(x)), i64.const(1))), a)

  it('computes beyond 32 bits', () => {
    expect(wrapped((x) => i64.add(x, i64.const(1)), big)).toBe(2 ** 30)
    expect(wrapped((x) => i64.sub(x, i64.const(-1)), big)).toBe(2 ** 30)
    expect(wrapped((x) => i64.mul(x, i64.const(6)), 2 ** 30)).toBe((3 * 2 ** 30) | 0)
    expect(wrapped((x) => i64.shl(x, i64.const(2n)), 2 ** 29)).toBe(2 ** 30)
    expect(wrapped((x) => i64.xor(i64.or(x, i64.const(1)), i64.and(x, i64.const(4))), 4)).toBe(0)
    expect(wrapped((x) => i64.shrS(x, i64.const(1)), -8)).toBe(-2)
  })

  it('compares', () => {
    const compared = (emit: (a: Value<'i64'>, b: Value<'i64'>) => Value<'i32'>): number =>
      compute('i32', 'i32', (a, b) => emit(i64.extendI32S(a), i64.extendI32U(b)), -1, -1)
    expect(compared(i64.eq)).toBe(0)
    expect(compared(i64.ne)).toBe(1)
    expect(compared(i64.ltS)).toBe(1)
    expect(compared(i64.ltU)).toBe(0)
    expect(compared((a) => i64.eqz(a))).toBe(0)
  })
})
