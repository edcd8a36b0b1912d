/** Kernels around indices: gathering, and the gradients of that. */
import { sizeOf } from '../../../core/shape.ts'
import {
  countedLoop,
  f32,
  i32,
  ifThen,
  locals,
  memoryCopy,
  memoryFill,
  repeat,
  type Statement,
  select,
  type Value,
} from '../assembler/index.ts'
import type { Buffer } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { forEachItem } from './nest.ts'

/** Whether an index is one of an axis of `count` elements: negative ones, without their sign, are larger. */
const isInside = (index: Value<'i32'>, count: number): Value<'i32'> => i32.ltU(index, count)

/** The bits of what an index outside picks: NaN, and the smallest of int32. */
const nothing = (dtype: Buffer['dtype']): Value<'i32'> => i32.const(dtype === 'int32' ? -(2 ** 31) : 0x7fc00000)

/** Sizes of an axis and of what stands before and behind it. */
function axisSizes(shape: readonly number[], axis: number) {
  return { outer: sizeOf(shape.slice(0, axis)), along: shape[axis], innerBytes: sizeOf(shape.slice(axis + 1)) * 4 }
}

/** Slices of row-major x, picked by indices along an axis. */
export function gatherKernel(x: Buffer, indices: Buffer, output: Buffer, axis: number): Kernel {
  const { outer, along, innerBytes } = axisSizes(x.shape, axis)
  const count = indices.elements
  return {
    name: 'gather',
    split: { by: 'items', count: outer * count },
    reads: [x, indices],
    writes: [output],
    emit(context) {
      const [item, index, target] = locals('i32')
      return [
        forEachItem(context, item, [
          index.set(i32.load(i32.add(context.address(indices), i32.mul(i32.remU(item, count), 4)))),
          target.set(i32.add(context.address(output), i32.mul(item, innerBytes))),
          ifThen(
            isInside(index, along),
            [
              memoryCopy(
                target,
                i32.add(context.address(x), i32.mul(i32.add(i32.mul(i32.divU(item, count), along), index), innerBytes)),
                innerBytes,
              ),
            ],
            [repeat(innerBytes / 4, [i32.store(target, nothing(x.dtype)), target.advance(4)])],
          ),
        ]),
      ]
    },
  }
}

/** Adds slices of dy at their indices; each item is one place before the axis, so that no two threads add to the same element. */
export function scatterAddKernel(dy: Buffer, indices: Buffer, output: Buffer, axis: number): Kernel {
  const { outer, along, innerBytes } = axisSizes(output.shape, axis)
  const count = indices.elements
  return {
    name: 'scatterAdd',
    split: { by: 'items', count: outer },
    reads: [dy, indices],
    writes: [output],
    emit(context) {
      const [item, source, target, index, base, position] = locals('i32')
      const body: Statement[] = [
        index.set(i32.load(i32.add(context.address(indices), i32.mul(position, 4)))),
        ifThen(
          isInside(index, along),
          [
            target.set(i32.add(base, i32.mul(index, innerBytes))),
            repeat(innerBytes / 4, [
              f32.store(target, f32.add(f32.load(target), f32.load(source))),
              source.advance(4),
              target.advance(4),
            ]),
          ],
          [source.advance(innerBytes)],
        ),
      ]
      return [
        forEachItem(context, item, [
          base.set(i32.add(context.address(output), i32.mul(item, along * innerBytes))),
          source.set(i32.add(context.address(dy), i32.mul(item, count * innerBytes))),
          memoryFill(base, 0, along * innerBytes),
          countedLoop(position, count, body),
        ]),
      ]
    },
  }
}

/** Single elements of row-major x, each picked along an axis by an index of its own. */
export function takeAlongAxisKernel(x: Buffer, indices: Buffer, output: Buffer, axis: number): Kernel {
  const { outer, along, innerBytes } = axisSizes(indices.shape, axis)
  const size = x.shape[axis]
  return {
    name: 'takeAlongAxis',
    split: { by: 'items', count: outer * along },
    reads: [x, indices],
    writes: [output],
    emit(context) {
      const [item, base, pointer, index, inside, target] = locals('i32')
      // What is loaded for an index outside is that of the first place, and not used.
      const found = i32.load(i32.add(base, i32.mul(i32.mul(index, inside), innerBytes)))
      return [
        forEachItem(context, item, [
          base.set(i32.add(context.address(x), i32.mul(i32.divU(item, along), size * innerBytes))),
          pointer.set(i32.add(context.address(indices), i32.mul(item, innerBytes))),
          target.set(i32.add(context.address(output), i32.mul(item, innerBytes))),
          repeat(innerBytes / 4, [
            index.set(i32.load(pointer)),
            inside.set(isInside(index, size)),
            i32.store(target, select(found, nothing(x.dtype), inside)),
            base.advance(4),
            pointer.advance(4),
            target.advance(4),
          ]),
        ]),
      ]
    },
  }
}

/** Adds single elements of dy at their indices along an axis; each item is one place before the axis, so that no two threads add to one element. */
export function addAlongAxisKernel(dy: Buffer, indices: Buffer, output: Buffer, axis: number): Kernel {
  const { outer, along, innerBytes } = axisSizes(indices.shape, axis)
  const size = output.shape[axis]
  return {
    name: 'addAlongAxis',
    split: { by: 'items', count: outer },
    reads: [dy, indices],
    writes: [output],
    emit(context) {
      const [item, base, source, pointer, index, target] = locals('i32')
      return [
        forEachItem(context, item, [
          base.set(i32.add(context.address(output), i32.mul(item, size * innerBytes))),
          source.set(i32.add(context.address(dy), i32.mul(item, along * innerBytes))),
          pointer.set(i32.add(context.address(indices), i32.mul(item, along * innerBytes))),
          memoryFill(base, 0, size * innerBytes),
          repeat(along, [
            repeat(innerBytes / 4, [
              index.set(i32.load(pointer)),
              ifThen(isInside(index, size), [
                target.set(i32.add(base, i32.mul(index, innerBytes))),
                f32.store(target, f32.add(f32.load(target), f32.load(source))),
              ]),
              base.advance(4),
              source.advance(4),
              pointer.advance(4),
            ]),
            base.advance(-innerBytes),
          ]),
        ]),
      ]
    },
  }
}
