/**
 * Sorting by merging (Knuth, "The Art of Computer Programming", volume 3, section 5.2.4): runs of twice the length with each pass, from one
 * half of the workspace to the other. An element is one number of 64 bits, above its value and below its place, so that all are different and
 * equal values keep their order.
 */
import {
  branchIf,
  call,
  countedLoop,
  type FunctionHandle,
  f32,
  i32,
  i64,
  ifThen,
  Local,
  locals,
  loop,
  memoryCopy,
  repeat,
  type Statement,
  select,
  type Value,
} from '../assembler/index.ts'
import type { Buffer } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem } from './nest.ts'

const largestInteger = 2 ** 31 - 1

/** Whole numbers in the order of the numbers at `pointer`; NaN comes last, and 0 and -0 are one. */
function keyOf(pointer: Local<'i32'>, dtype: Buffer['dtype']): { statements: Statement[]; key: Value<'i32'> } {
  if (dtype === 'int32') return { statements: [], key: i32.load(pointer) }
  const value = new Local('f32')
  const bits = new Local('i32')
  // -0 + 0 is 0. Bits of positive numbers are in their order, those of negative ones in the other.
  return {
    statements: [
      value.set(f32.add(f32.load(pointer), f32.const(0))),
      bits.set(i32.reinterpretF32(value)),
      bits.set(i32.xor(bits, i32.and(i32.shrS(bits, 31), largestInteger))),
    ],
    key: select(i32.const(largestInteger), bits, f32.ne(value, value)),
  }
}

/** Merges two runs that lie one after the other, `middle` between them, to `target`. All are addresses of numbers of 64 bits. */
const mergeFunction = ({ module }: KernelContext): FunctionHandle<'i32'> =>
  module.function(
    'merge',
    { left: 'i32', middle: 'i32', end: 'i32', target: 'i32' } as const,
    undefined,
    ({ left, middle, end, target }) => {
      const right = new Local('i32')
      const [a, b] = locals('i64')
      const takesLeft = new Local('i32')
      const both = i32.and(i32.ltU(left, middle), i32.ltU(right, end))
      return [
        right.set(middle),
        ifThen(both, [
          loop((again) => [
            a.set(i64.load(left)),
            b.set(i64.load(right)),
            takesLeft.set(i64.ltS(a, b)),
            i64.store(target, select(a, b, takesLeft)),
            left.set(i32.add(left, i32.shl(takesLeft, 3))),
            right.set(i32.add(right, i32.shl(i32.eqz(takesLeft), 3))),
            target.advance(8),
            branchIf(again, both),
          ]),
        ]),
        // What is left of the first run, then what is left of the second: one of them is empty.
        memoryCopy(target, left, i32.sub(middle, left)),
        memoryCopy(i32.add(target, i32.sub(middle, left)), right, i32.sub(end, right)),
      ]
    },
  )

/** Where the elements in order stand in each row of the last axis. */
export function argsortKernel(input: Buffer, descending: boolean, output: Buffer): Kernel {
  const length = input.shape[input.shape.length - 1]
  const rows = input.elements / length
  const half = 8 * length
  return {
    name: 'argsort',
    split: { by: 'items', count: rows },
    reads: [input],
    writes: [output],
    workspaceBytes: 2 * half,
    emit(context) {
      const merge = context.shared('merge', () => mergeFunction(context))
      const [row, place, pointer, target] = locals('i32')
      const [from, to, swapped] = locals('i32')
      const [run, left, middle, end] = locals('i32')
      const { statements, key } = keyOf(pointer, input.dtype)
      const ordered = descending ? i32.xor(key, -1) : key
      const fill: Statement[] = [
        pointer.set(i32.add(context.address(input), i32.mul(row, 4 * length))),
        target.set(context.workspace),
        countedLoop(place, length, [
          ...statements,
          i64.store(target, i64.or(i64.shl(i64.extendI32S(ordered), i64.const(32)), i64.extendI32U(place))),
          pointer.advance(4),
          target.advance(8),
        ]),
      ]
      const limit = i32.add(from, half)
      const pass: Statement[] = [
        left.set(from),
        target.set(to),
        loop((again) => [
          middle.set(i32.min(i32.add(left, run), limit)),
          end.set(i32.min(i32.add(middle, run), limit)),
          call(merge, left, middle, end, target),
          target.set(i32.add(target, i32.sub(end, left))),
          left.set(end),
          branchIf(again, i32.ltU(left, limit)),
        ]),
        swapped.set(from),
        from.set(to),
        to.set(swapped),
        run.set(i32.shl(run, 1)),
      ]
      return [
        forEachItem(context, row, [
          ...fill,
          from.set(context.workspace),
          to.set(i32.add(context.workspace, half)),
          run.set(8),
          repeat(Math.ceil(Math.log2(length)), pass),
          pointer.set(i32.add(context.address(output), i32.mul(row, 4 * length))),
          repeat(length, [i32.store(pointer, i32.load(from)), pointer.advance(4), from.advance(8)]),
        ]),
      ]
    },
  }
}
