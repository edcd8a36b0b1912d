import { countedLoop, f32, i32, i32x4, locals, repeat, v128 } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'

/** A row of 0 with a 1 for each index; indices and result in the same layout. */
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
        return [
          source.set(context.address(indices)),
          target.set(context.address(output)),
          repeat(indices.elements, [
            countedLoop(label, classes, [
              ...[0, 16].map((half) =>
                v128.store(target, v128.and(i32x4.eq(v128.load(source, half), i32x4.splat(label)), one), half),
              ),
              target.advance(laneBytes),
            ]),
            source.advance(laneBytes),
          ]),
        ]
      }
      return [
        source.set(i32.add(context.address(indices), i32.mul(context.from, 4))),
        target.set(i32.add(context.address(output), i32.mul(context.from, classes * 4))),
        repeat(i32.sub(context.to, context.from), [
          countedLoop(label, classes, [
            f32.store(target, f32.convertI32S(i32.eq(i32.load(source), label))),
            target.advance(4),
          ]),
          source.advance(4),
        ]),
      ]
    },
  }
}
