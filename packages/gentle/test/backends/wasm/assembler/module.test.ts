import { describe, expect, it } from 'vitest'
import { f32, f32x4, i32, Local, Module, v128, wasmFeatures } from '../../../../src/backends/wasm/assembler/index.ts'
import { instantiate } from '../instantiate.ts'

const empty = () => new Module({ memory: { initialPages: 1, maximumPages: 2, shared: false } })

describe('a module', () => {
  it('without functions is valid', () => {
    expect(WebAssembly.validate(empty().emit())).toBe(true)
  })

  it('imports its memory and exports what it is told to', () => {
    const module = empty()
    module.importFunction('log', { x: 'f32' })
    module.function('hidden', {}, undefined, () => [])
    module.function('seen', { x: 'f64' }, undefined, () => [], { export: true })
    const compiled = new WebAssembly.Module(module.emit())
    expect(WebAssembly.Module.exports(compiled)).toEqual([{ name: 'seen', kind: 'function' }])
    expect(WebAssembly.Module.imports(compiled)).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
      { module: 'env', name: 'log', kind: 'function' },
    ])
  })

  it('emits the same bytes each time, and more when functions were added', () => {
    const module = empty()
    module.function('a', {}, undefined, () => [])
    const first = module.emit()
    expect(module.emit()).toEqual(first)
    module.function('b', {}, undefined, () => [])
    expect(module.emit().length).toBeGreaterThan(first.length)
  })

  it('names its functions in stack traces', () => {
    const { exports } = instantiate((module) => {
      module.function('loads far away', {}, 'i32', () => i32.load(-1), { export: true })
    })
    expect(() => exports['loads far away']()).toThrow(
      expect.objectContaining({ stack: expect.stringContaining('loads far away') }),
    )
  })

  it('has locals of every type, and one local in two functions is two', () => {
    const shared = new Local('i32')
    const { exports } = instantiate((module) => {
      for (const name of ['f', 'g'])
        module.function(
          name,
          { x: 'i32' },
          'i32',
          ({ x }, builder) => {
            const [a, b, c] = [builder.local('f32'), builder.local('v128'), builder.local('i32')]
            const sum = i32.add(
              c.tee(i32.add(shared.tee(i32.add(x, shared)), 1)),
              i32.truncSatF32S(a.tee(f32.const(2))),
            )
            return i32.add(sum, f32x4.extractLane(b, 0).type === 'f32' ? v128.anyTrue(b) : 0)
          },
          { export: true },
        )
    })
    expect([exports.f(10), exports.g(20), exports.f(10)]).toEqual([13, 23, 13])
  })
})

it('features are asked once, and fusing needs the instruction', () => {
  const features = wasmFeatures()
  expect(wasmFeatures()).toBe(features)
  expect(features.simd).toBe(true)
  if (features.fusesMultiplyAdd) expect(features.relaxedMadd).toBe(true)
})
