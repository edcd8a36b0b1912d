import { describe, expect, it } from 'vitest'
import {
  block,
  branch,
  branchIf,
  call,
  countedLoop,
  drop,
  type FunctionBuilder,
  f32,
  i32,
  ifThen,
  type Local,
  locals,
  loop,
  repeat,
  return_,
  type Statement,
  select,
  sequence,
  unreachable,
  type Value,
} from '../../../../src/backends/wasm/assembler/index.ts'
import { InternalError } from '../../../../src/core/errors.ts'
import { instantiate } from '../instantiate.ts'

type Body = (n: Local<'i32'>, builder: FunctionBuilder) => Value<'i32'> | readonly Statement[]

/** Runs a function of one integer. */
function run(body: Body, n = 0): number {
  const { exports } = instantiate((module) => {
    module.function('f', { n: 'i32' }, 'i32', (p, builder) => body(p.n, builder), { export: true })
  })
  return exports.f(n)
}

describe('countedLoop', () => {
  /** The values that the counter takes, as decimal digits. */
  const digits =
    (count: (n: Local<'i32'>) => number | Value<'i32'>, options?: Parameters<typeof countedLoop>[3]): Body =>
    (n, builder) => {
      const [i, seen] = [builder.local('i32'), builder.local('i32')]
      return sequence([countedLoop(i, count(n), [seen.set(i32.add(i32.mul(seen, 10), i))], options)], seen)
    }

  it.each([
    [0, 0],
    [1, 1],
    [4, 1234],
  ])('runs %i times, a number', (count, expected) => {
    expect(run(digits(() => count, { from: 1 }))).toBe(expected)
  })

  it.each([
    [-5, 0],
    [0, 0],
    [1, 1],
    [4, 1234],
  ])('runs %i times, a value', (count, expected) => {
    expect(
      run(
        digits((n) => n, { from: 1 }),
        count,
      ),
    ).toBe(expected)
    expect(
      run(
        digits((n) => n, { from: i32.const(1) }),
        count,
      ),
    ).toBe(expected)
  })

  it('counts from a value, by steps, down too', () => {
    expect(run((n, builder) => digits(() => 3, { from: n, step: 2 })(n, builder), 1)).toBe(135)
    expect(
      run(
        digits((n) => n, { from: 8, step: -3 }),
        3,
      ),
    ).toBe(852)
    expect(run(digits(() => 3, { from: 8, step: -3 }))).toBe(852)
  })

  it('evaluates a count once, so that the body may change what it was made of', () => {
    const body: Body = (n, builder) => {
      const turns = builder.local('i32')
      const step = [n.set(i32.sub(n, 1)), turns.set(i32.add(turns, 1))]
      return sequence([countedLoop(builder.local('i32'), i32.mul(n, 2), step)], turns)
    }
    expect(run(body, 5)).toBe(10)
  })

  it('nests, with one body in several places', () => {
    const body: Body = (n, builder) => {
      const [i, j, sum] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
      const inner = countedLoop(j, n, [sum.set(i32.add(sum, 1))])
      return sequence([countedLoop(i, 3, [inner, inner])], sum)
    }
    expect(run(body, 4)).toBe(24)
  })
})

describe('repeat, locals and advance', () => {
  it('run a body so often, make as many variables as are taken, and add to them', () => {
    const body: Body = (n) => {
      const [fives, counted, still] = locals('i32')
      return sequence(
        [repeat(n, [fives.advance(5), counted.advance(1), still.advance(0)]), fives.advance(counted)],
        i32.add(fives, still),
      )
    }
    expect(run(body, 4)).toBe(24)
    expect(run(body, 0)).toBe(0)
  })
})

describe('blocks', () => {
  it('a branch to a block leaves it, from inner blocks too', () => {
    const body: Body = (n, builder) => {
      const x = builder.local('i32')
      return sequence(
        [block((outer) => [x.set(1), block(() => [ifThen(n, [branch(outer)]), x.set(2)]), x.set(i32.add(x, 10))])],
        x,
      )
    }
    expect(run(body, 0)).toBe(12)
    expect(run(body, 1)).toBe(1)
  })

  it('a branch to a loop runs it again', () => {
    const body: Body = (n, builder) => {
      const sum = builder.local('i32')
      const turn = loop((again) => [sum.set(i32.add(sum, n)), branchIf(again, n.tee(i32.sub(n, 1)))])
      return sequence([turn], sum)
    }
    expect(run(body, 4)).toBe(10)
  })

  it('a branch outside its block is refused', () => {
    const escaped: Statement[] = []
    const body: Body = (n) => {
      block((label) => {
        escaped.push(branch(label))
        return []
      })
      return sequence(escaped, n)
    }
    expect(() => run(body)).toThrow(InternalError)
  })

  it('ifThen with and without another way', () => {
    const body: Body = (n) => [ifThen(n, [return_(10)], [return_(20)])]
    expect([0, 1].map((n) => run(body, n))).toEqual([20, 10])
    expect([0, 1].map((n) => run((x) => [ifThen(x, [return_(10)]), return_(30)], n))).toEqual([30, 10])
  })

  it('select', () => {
    expect([0, 1].map((n) => run((x) => select(7, i32.const(8), x), n))).toEqual([8, 7])
    expect(run((x) => i32.truncSatF32S(select(f32.const(1), f32.const(2), x)))).toBe(2)
  })

  it('a function with a result that ends without one traps', () => {
    expect(() => run(() => [])).toThrow(WebAssembly.RuntimeError)
    expect(() => run(() => [unreachable()])).toThrow(WebAssembly.RuntimeError)
  })
})

describe('calls', () => {
  it('pass operands in order and give the result', () => {
    const { exports } = instantiate((module) => {
      const difference = module.function('difference', { a: 'i32', b: 'f32' }, 'f32', ({ a, b }) =>
        f32.sub(f32.convertI32S(a), b),
      )
      module.function('f', {}, 'f32', () => call(difference, 5, f32.const(0.5)), { export: true })
    })
    expect(exports.f()).toBe(4.5)
  })

  it('reach imports, which come before functions', () => {
    const seen: number[] = []
    const { exports } = instantiate(
      (module) => {
        const note = module.importFunction('note', { x: 'i32' })
        const next = module.importFunction('next', { x: 'i32' }, 'i32')
        const one = module.function('one', {}, 'i32', () => i32.const(1))
        expect(() => module.importFunction('late', {})).toThrow('late is imported behind a function')
        const body = () => [call(note, call(next, call(one))), drop(call(next, 0))]
        module.function('f', {}, undefined, body, { export: true })
      },
      { imports: { note: (x: number) => seen.push(x), next: (x: number) => x + 1 } },
    )
    exports.f()
    expect(seen).toEqual([2])
  })

  it('refuse operands of the wrong number or type', () => {
    instantiate((module) => {
      const f = module.function('f', { a: 'i32', b: 'f32' }, undefined, () => [])
      expect(() => call(f, 1)).toThrow('f is called with (i32); it takes (i32, f32)')
      expect(() => call(f, f32.const(1), 1)).toThrow(InternalError)
    })
  })

  it('refuse a parameter of another function, which would begin as 0', () => {
    const define = () =>
      instantiate((module) => {
        module.function('outer', { a: 'i32' }, 'i32', ({ a }) => {
          module.function('inner', {}, 'i32', () => a)
          return a
        })
      })
    expect(define).toThrow('a parameter is used in another function than its own')
  })

  it('refuse a function of another module', () => {
    instantiate((module) => {
      const stranger = module.function('stranger', {}, undefined, () => [])
      const define = () =>
        instantiate((other) => {
          other.function('f', {}, undefined, () => [call(stranger)])
        })
      expect(define).toThrow(InternalError)
    })
  })
})

it('the types of operands are checked by the compiler', () => {
  const check = (x: Value<'i32'>, y: Value<'f32'>, local: Local<'i32'>): void => {
    // @ts-expect-error: a float is not an integer
    i32.add(x, y)
    // @ts-expect-error: a number stands for an integer only
    f32.add(y, 1)
    // @ts-expect-error: a local keeps its type
    local.set(y)
    // @ts-expect-error: a value is not a statement
    loop(() => [x])
    // @ts-expect-error: both values of a choice have one type
    select(x, y, x)
  }
  expect(check).toBeTypeOf('function')
})
