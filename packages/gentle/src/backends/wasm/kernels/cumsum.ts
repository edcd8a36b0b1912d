/** Sums of all that comes before along an axis of row-major numbers: one pass. */
import { stridesOf } from '../../../core/shape.ts'
import type { CumsumAttributes } from '../../../ops/cumulative.ts'
import { f32, f32x4, f64, i32, i32x4, Local, type Statement, type Value, v128 } from '../assembler/index.ts'
import type { Buffer } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { collapse, nest, plainItems, plainNest } from './nest.ts'

/** How a running total is kept: sums that run along a row are taken in float64. */
interface Total {
  readonly begin: Statement
  readonly add: (x: Local<'i32'>) => Statement
  readonly store: (target: Local<'i32'>) => Statement
}

function totalOf(width: 'vector' | 'single', integers: boolean): Total {
  if (width === 'vector') {
    const total = new Local('v128')
    const add = integers ? i32x4.add : f32x4.add
    return {
      begin: total.set(i32x4.splat(0)),
      add: (x) => total.set(add(total, v128.load(x))),
      store: (target) => v128.store(target, total),
    }
  }
  if (integers) {
    const total = new Local('i32')
    return {
      begin: total.set(0),
      add: (x) => total.set(i32.add(total, i32.load(x))),
      store: (target) => i32.store(target, total),
    }
  }
  const total = new Local('f64')
  return {
    begin: total.set(f64.const(0)),
    add: (x) => total.set(f64.add(total, f64.promoteF32(f32.load(x)))),
    store: (target) => f32.store(target, f32.demoteF64(total)),
  }
}

export function cumsumKernel(input: Buffer, { axis, reverse, exclusive }: CumsumAttributes, output: Buffer): Kernel {
  const strides = stridesOf(input.shape).map((stride) => 4 * stride)
  const length = input.shape[axis]
  const others = strides.toSpliced(axis, 1)
  const { extents, strides: walks } = collapse(input.shape.toSpliced(axis, 1), [others, others])
  const first = reverse ? (length - 1) * strides[axis] : 0
  const step = reverse ? -strides[axis] : strides[axis]
  return {
    name: 'cumsum',
    split: { by: 'items', count: plainItems(extents) },
    reads: [input],
    writes: [output],
    emit(context) {
      const at = (buffer: Buffer): Value<'i32'> => i32.add(context.address(buffer), first)
      const streams = [output, input].map((buffer, k) => ({ start: at(buffer), strides: walks[k] }))
      return plainNest(context, extents, streams, (pointers, width) => {
        const total = totalOf(width, input.dtype === 'int32')
        const along = pointers.map((start) => ({ start, strides: [step] }))
        return [
          total.begin,
          ...nest([length], along, ([target, source]) =>
            exclusive ? [total.store(target), total.add(source)] : [total.add(source), total.store(target)],
          ),
        ]
      })
    },
  }
}
