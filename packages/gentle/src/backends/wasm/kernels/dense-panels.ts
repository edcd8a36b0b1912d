/**
 * Dense layers on a batch in lanes whose weights are used again and again: in all steps of a loop, or for the rows of all steps at once. They are packed once, into panels of
 * a tile's outputs [tiles][inner][outputs], so that a tile reads its weights in one straight line, however many there are.
 *
 * A tile is 6 outputs of 8 rows, as elsewhere; where the engine joins vectors to such of 256 bits it is 12 outputs, for a tile of 6 would wait for its sums.
 * Outside of loops some blocks of rows pass over a panel while it is in the first-level cache.
 */
import { range } from '../../../core/range.ts'
import { call, countedLoop, f32, i32, type Local, locals, repeat, type Statement, v128 } from '../assembler/index.ts'
import { type Buffer, floatBuffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { transpose4 } from './convert.ts'
import { forEachItem } from './nest.ts'
import { type Cut, cut, startOf } from './product-tile.ts'
import { registerTile } from './register-tile.ts'
import {
  type Epilogue,
  nameWith,
  operandBuffers,
  operandParameters,
  storeSums,
  tileRows,
  walkingOperands,
} from './tile.ts'

export interface DenseProblem {
  /** [N, K] in lanes. */
  readonly x: Buffer
  /** Row-major [K, M], or [M, K] where `transposed`. */
  readonly weights: Buffer
  readonly transposed: boolean
  /** [N, M] in lanes. */
  readonly y: Buffer
  readonly epilogue?: Epilogue
}

/** Bytes of rows that pass over a panel while they are in the second-level cache. */
const cachedBytes = 128 * 1024

/** Blocks of rows are put together only as long as there are so many items, or threads would be idle. */
const minItems = 16

/** The kernels that pack weights and multiply by them. `inLoop`: blocks of rows depend on each other alone from step to step. */
export function densePanelsKernels(problem: DenseProblem, wide: boolean, inLoop: boolean): Kernel[] {
  const { x, y } = problem
  const [inner, outer] = [x.shape[1], y.shape[1]]
  const tiles = Math.ceil(outer / (wide ? 2 * tileRows : tileRows))
  const outputs = cut(outer, Math.ceil(outer / tiles))
  const panels = floatBuffer('panels', [tiles * inner * outputs.size])
  return [packKernel(problem, panels, outputs, inner), multiplyKernel(problem, panels, outputs, inLoop)]
}

function packKernel({ weights, transposed }: DenseProblem, panels: Buffer, outputs: Cut, inner: number): Kernel {
  const { count, size, tiles } = outputs
  const fours = size >> 2
  const rest = range(size & 3).map((i) => 4 * fours + i)
  return {
    name: 'pack weights',
    split: { by: 'items', count: tiles },
    reads: [weights],
    writes: [panels],
    emit(context) {
      const [item, source, target] = locals('i32')
      const copy = (at: (output: number) => number): Statement[] =>
        rest.map((output) => f32.store(target, f32.load(source, at(output)), 4 * output))
      const next = (elements: number, bytes: number): Statement[] => [
        source.advance(elements * bytes),
        target.advance(elements * size * 4),
      ]
      const ofRow = [
        ...range(fours).map((four) => v128.store(target, v128.load(source, 16 * four), 16 * four)),
        ...copy((output) => 4 * output),
        ...next(1, count * 4),
      ]
      const rowAt = (output: number): number => output * inner * 4
      const fourTransposed = [
        ...range(fours).flatMap((four) => {
          const { statements, columns } = transpose4([0, 1, 2, 3].map((r) => v128.load(source, rowAt(4 * four + r))))
          return [...statements, ...columns.map((column, i) => v128.store(target, column, (i * size + 4 * four) * 4))]
        }),
        ...range(4).flatMap((i) =>
          rest.map((output) => f32.store(target, f32.load(source, rowAt(output) + 4 * i), (i * size + output) * 4)),
        ),
        ...next(4, 4),
      ]
      const oneTransposed = [
        ...range(size).map((output) => f32.store(target, f32.load(source, rowAt(output)), 4 * output)),
        ...next(1, 4),
      ]
      return [
        forEachItem(context, item, [
          source.set(i32.add(context.address(weights), i32.mul(startOf(outputs, item), (transposed ? inner : 1) * 4))),
          target.set(i32.add(context.address(panels), i32.mul(item, inner * size * 4))),
          ...(transposed
            ? [repeat(inner >> 2, fourTransposed), repeat(inner & 3, oneTransposed)]
            : [repeat(inner, ofRow)]),
        ]),
      ]
    },
  }
}

function multiplyKernel({ x, y, epilogue }: DenseProblem, panels: Buffer, outputs: Cut, inLoop: boolean): Kernel {
  const [images, inner] = x.shape
  const walking = walkingOperands({ epilogue })
  const fitting = Math.max(1, Math.floor(cachedBytes / x.blockBytes))
  const together = inLoop ? 1 : Math.min(fitting, Math.ceil(y.blocks / minItems))

  const emitTile = (context: KernelContext) =>
    context.module.function(
      'densePanels',
      { source: 'i32', panel: 'i32', output: 'i32', ...operandParameters(walking) } as Record<string, 'i32'>,
      undefined,
      (p) => {
        const { sums, clear, step } = registerTile(context, outputs.size, 2)
        const unroll = [4, 2].find((count) => inner % count === 0) ?? 1
        const operands = walking.map((_, k) => p[`operand${k}`])
        return [
          ...clear,
          repeat(inner / unroll, [
            ...range(unroll).flatMap((u) =>
              step(
                (row) => v128.load32Splat(p.panel, (u * outputs.size + row) * 4),
                (vector) => v128.load(p.source, u * laneBytes + 16 * vector),
              ),
            ),
            p.source.advance(unroll * laneBytes),
            p.panel.advance(unroll * outputs.size * 4),
          ]),
          ...storeSums(
            { epilogue, outputSteps: { channel: laneBytes } },
            walking,
            operands,
            context,
            p.output,
            sums,
            0,
          ),
        ]
      },
    )

  return {
    name: nameWith(epilogue, 'matmul'),
    split: inLoop ? { by: 'blocks', count: y.blocks } : { by: 'items', count: Math.ceil(y.blocks / together) },
    reads: [x, panels, ...operandBuffers(epilogue)],
    writes: [y],
    multiplyAdds: images * inner * outputs.count,
    emit(context) {
      const tile = emitTile(context)
      const [item, index, start, panel, block, first] = locals('i32')
      const tileOf = (of?: Local<'i32'>): Statement =>
        call(
          tile,
          context.address(x, of),
          i32.add(context.address(panels), panel),
          i32.add(context.address(y, of), i32.mul(start, laneBytes)),
          ...walking.map(({ buffer, along }) =>
            along === 'elements'
              ? i32.add(context.address(buffer, of), i32.mul(start, laneBytes))
              : i32.add(context.address(buffer), i32.mul(start, 4)),
          ),
        )
      const eachTile = (body: Statement): Statement =>
        countedLoop(index, outputs.tiles, [
          start.set(startOf(outputs, index)),
          panel.set(i32.mul(index, inner * outputs.size * 4)),
          body,
        ])
      if (inLoop) return [eachTile(tileOf())]
      return [
        forEachItem(context, item, [
          first.set(i32.mul(item, together)),
          eachTile(countedLoop(block, i32.min(together, i32.sub(y.blocks, first)), [tileOf(block)], { from: first })),
        ]),
      ]
    },
  }
}
