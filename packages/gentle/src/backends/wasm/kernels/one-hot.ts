import { countedLoop, f32, i32, i32x4, Local, locals, repeat, select, v128 } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'

/** A row of 0 with a 1 for each index, of NaN for one outside; indices and result in the same layout. */
export function oneHotKernel(indices: Buffer, output: Buffer): Kernel {
  const classes = output.shape[output.shape.length - 1]
  const lanes = output.layout === 'lanes'
  return {
    name: 'oneHot',
    split: lanes ? { by: 'blocks', count: output.blocks } : { by: 'items', count: indices.elements },
    reads: [indices],
    writes: [output],
    emit(context) {
      const [source, target, label] = locals('i32')
      if (lanes) {
        const one = v128.constF32x4(1, 1, 1, 1)
        const halves = [0, 1].map((half) => ({ at: 16 * half, index: new Local('v128'), outside: new Local('v128') }))
        return [
          source.set(context.address(indices)),
          target.set(context.address(output)),
          repeat(indices.elements, [
            // A mask of ones is NaN. Negative indices, without their sign, are larger than any other.
            ...halves.flatMap(({ at, index, outside }) => [
              index.set(v128.load(source, at)),
              outside.set(v128.not(i32x4.ltU(index, i32x4.splat(classes)))),
            ]),
            countedLoop(label, classes, [
              ...halves.map(({ at, index, outside }) =>
                v128.store(target, v128.or(v128.and(i32x4.eq(index, i32x4.splat(label)), one), outside), at),
              ),
              target.advance(laneBytes),
            ]),
            source.advance(laneBytes),
          ]),
        ]
      }
      const outside = new Local('f32')
      return [
        source.set(i32.add(context.address(indices), i32.mul(context.from, 4))),
        target.set(i32.add(context.address(output), i32.mul(context.from, classes * 4))),
        repeat(i32.sub(context.to, context.from), [
          // Added to each number of the row.
          outside.set(select(f32.const(0), f32.const(Number.NaN), i32.ltU(i32.load(source), classes))),
          countedLoop(label, classes, [
            f32.store(target, f32.add(outside, f32.convertI32S(i32.eq(i32.load(source), label)))),
            target.advance(4),
          ]),
          source.advance(4),
        ]),
      ]
    },
  }
}
