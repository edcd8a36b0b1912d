import { describe, expect, it } from 'vitest'
import {
  drop,
  f32,
  f64,
  i32,
  i64,
  memoryCopy,
  memoryFill,
  type Statement,
  type Value,
  wasmFeatures,
} from '../../../../src/backends/wasm/assembler/index.ts'
import { InternalError } from '../../../../src/core/errors.ts'
import { instantiate } from '../instantiate.ts'

/** Runs statements on a memory that `prepare` has filled. */
function run(statements: Statement[], prepare: (bytes: DataView) => void = () => {}, shared = false): DataView {
  const { exports, memory } = instantiate(
    (module) => module.function('f', {}, undefined, () => statements, { export: true }),
    { shared },
  )
  const bytes = new DataView(memory.buffer)
  prepare(bytes)
  exports.f()
  return bytes
}

describe('loads and stores', () => {
  it('of every type and width', () => {
    const bytes = run(
      [
        i32.store(0, i32.load(64)),
        i32.store(4, i32.load8S(64)),
        i32.store(8, i32.load8U(64)),
        i32.store(12, i32.load16S(64)),
        i32.store(16, i32.load16U(64)),
        i32.store8(20, 0x1ff),
        i32.store16(22, 0x1ffff),
        f32.store(24, f32.load(68)),
        f64.store(32, f64.load(72)),
        i64.store(40, i64.load(72)),
      ],
      (memory) => {
        memory.setUint32(64, 0xfffefdfc, true)
        memory.setFloat32(68, 0.5, true)
        memory.setFloat64(72, 0.1, true)
      },
    )
    expect([0, 4, 8, 12, 16].map((at) => bytes.getInt32(at, true))).toEqual([-66052, -4, 0xfc, -516, 0xfdfc])
    expect(bytes.getUint32(20, true)).toBe(0xffff00ff)
    expect(bytes.getFloat32(24, true)).toBe(0.5)
    expect(bytes.getFloat64(32, true)).toBe(0.1)
    expect(bytes.getFloat64(40, true)).toBe(0.1)
  })

  it('at offsets of several bytes', () => {
    const bytes = run([i32.store(0, i32.load(4, 50_000)), i32.store(i32.const(100), 7, 300)], (memory) =>
      memory.setInt32(50_004, 42, true),
    )
    expect(bytes.getInt32(0, true)).toBe(42)
    expect(bytes.getInt32(400, true)).toBe(7)
  })

  it('trap beyond the memory, the largest offset included', () => {
    expect(() => run([drop(i32.load(0, 2 ** 32 - 4))])).toThrow(WebAssembly.RuntimeError)
    expect(() => run([drop(i32.load(-4, 0))])).toThrow(WebAssembly.RuntimeError)
  })

  it.each([-4, 2 ** 32, 0.5])('refuse the offset %d', (offset) => {
    expect(() => i32.load(0, offset)).toThrow(InternalError)
  })
})

it('fills and copies', () => {
  const bytes = run([memoryFill(0, 0xab, 8), memoryCopy(4, 2, 6), memoryCopy(16, 0, 4), memoryFill(0, 0, 2)])
  expect(bytes.getUint32(0, true)).toBe(0xabab0000)
  expect(bytes.getUint32(16, true)).toBe(0xabababab)
  expect(bytes.getUint32(12, true)).toBe(0)
})

describe.runIf(wasmFeatures().threads)('atomics', () => {
  const shared = (emit: Value<'i32'>): [before: number, after: number] => {
    const bytes = run([i32.store(4, emit)], (memory) => memory.setInt32(0, 5, true), true)
    return [bytes.getInt32(4, true), bytes.getInt32(0, true)]
  }

  it('give what was there before', () => {
    expect(shared(i32.atomicLoad(0))).toEqual([5, 5])
    expect(shared(i32.atomicAdd(0, 3))).toEqual([5, 8])
    expect(shared(i32.atomicSub(0, 3))).toEqual([5, 2])
    expect(shared(i32.atomicExchange(0, 9))).toEqual([5, 9])
    expect(shared(i32.atomicCompareExchange(0, 5, 7))).toEqual([5, 7])
    expect(shared(i32.atomicCompareExchange(0, 6, 7))).toEqual([5, 5])
  })

  it('store', () => {
    const bytes = run(
      [i32.atomicStore(0, 3, 8), i64.atomicStore(16, i64.const(-1)), i64.store(24, i64.atomicLoad(16))],
      undefined,
      true,
    )
    expect(bytes.getInt32(8, true)).toBe(3)
    expect(bytes.getBigInt64(24, true)).toBe(-1n)
  })

  it('wait for a change or a time, and wake nobody where nobody sleeps', () => {
    expect(shared(i32.atomicWait(0, 4, i64.const(-1)))[0]).toBe(1)
    expect(shared(i32.atomicWait(0, 5, i64.const(1000)))[0]).toBe(2)
    expect(shared(i32.atomicNotify(0, -1))[0]).toBe(0)
  })
})
