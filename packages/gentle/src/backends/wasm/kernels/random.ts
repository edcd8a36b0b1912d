/** Uniform random numbers: Threefry-2x32 (core/random.ts) on four counters at a time. */

import { threefryParity } from '../../../core/random.ts'
import type { UniformAttributes } from '../../../ops/random.ts'
import { f32x4, i32, i32x4, locals, repeat, type Statement, type Value, v128 } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'

type Vector = Value<'v128'>

/** The rotations of eight rounds, then again; there are 20, and after every fourth a key is injected. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24]

const splat = (word: number): Vector => v128.constI32x4(word | 0, word | 0, word | 0, word | 0)

/** The uniform numbers of four counters (index, step). */
function emitUniform(index: Vector, step: Value<'i32'>, [k0, k1]: readonly [number, number]) {
  const keys = [k0, k1, k0 ^ k1 ^ threefryParity]
  const [x0, x1] = locals('v128')
  const statements: Statement[] = [
    x0.set(i32x4.add(index, splat(keys[0]))),
    x1.set(i32x4.splat(i32.add(step, keys[1] | 0))),
  ]
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8]
    statements.push(
      x0.set(i32x4.add(x0, x1)),
      x1.set(v128.xor(v128.or(i32x4.shl(x1, rotation), i32x4.shrU(x1, 32 - rotation)), x0)),
    )
    if (round % 4 !== 3) continue
    const injection = (round + 1) / 4
    statements.push(
      x0.set(i32x4.add(x0, splat(keys[injection % 3]))),
      x1.set(i32x4.add(x1, splat(keys[(injection + 1) % 3] + injection))),
    )
  }
  const scale = 2 ** -24
  const value = f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(x0, 8)), v128.constF32x4(scale, scale, scale, scale))
  return { statements, value }
}

/** Fills a tensor; the counter is the element's row-major index, whatever the layout. */
export function uniformKernel(step: Buffer, output: Buffer, { key }: UniformAttributes): Kernel {
  const lanes = output.layout === 'lanes'
  const vectors = Math.ceil(output.elements / 4)
  return {
    name: 'uniform',
    split: lanes ? { by: 'blocks', count: output.blocks } : { by: 'items', count: vectors },
    reads: [step],
    writes: [output],
    emit(context) {
      const [stepValue, element, target] = locals('i32')
      const loadStep = stepValue.set(i32.load(context.address(step)))
      if (lanes) {
        const { elements } = output
        const halves = [0, 4].flatMap((half) => {
          const images = v128.constI32x4(
            ...([0, 1, 2, 3].map((lane) => (half + lane) * elements) as [number, number, number, number]),
          )
          const { statements, value } = emitUniform(i32x4.add(i32x4.splat(element), images), stepValue, key)
          return [...statements, v128.store(target, value, 4 * half)]
        })
        return [
          loadStep,
          element.set(i32.mul(context.block, blockSize * elements)),
          target.set(context.address(output)),
          repeat(elements, [...halves, element.advance(1), target.advance(laneBytes)]),
        ]
      }
      const index = i32x4.add(i32x4.splat(element), v128.constI32x4(0, 1, 2, 3))
      const { statements, value } = emitUniform(index, stepValue, key)
      return [
        loadStep,
        element.set(i32.mul(context.from, 4)),
        target.set(i32.add(context.address(output), i32.mul(context.from, 16))),
        repeat(i32.sub(context.to, context.from), [
          ...statements,
          // The last vector may reach past the tensor, into the slack that every buffer has.
          v128.store(target, value),
          element.advance(4),
          target.advance(16),
        ]),
      ]
    },
  }
}
