/** Reductions: sum and max over axes, argmax along one, and the sum over the images of a batch. */

import type { DType } from '../../../core/dtype.ts'
import { range } from '../../../core/range.ts'
import { sizeOf, stridesOf } from '../../../core/shape.ts'
import {
  f32,
  f32x4,
  f64,
  i32,
  i32x4,
  ifThen,
  type Lane,
  Local,
  locals,
  type Statement,
  sequence,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes, loopShape } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { horizontalSum, lastBlockMasks } from './convert.ts'
import { byteStrides, type Expression, expressionKernelKey, loadsOfBlock, startOf } from './map.ts'
import { collapse, nest, plainItems, plainNest, type Stream, sharedNest } from './nest.ts'

export type Reduction = 'sum' | 'max'

/** Loops of a reduction in bytes: those that remain, with strides of the output and of the operands, and those that fold. */
interface Folding {
  readonly kept: { extents: number[]; strides: number[][] }
  readonly folded: { extents: number[]; strides: number[][] }
}

/** `shape`, `axes` and the operands' strides, in bytes, count from the first axis over which kernels loop. */
function foldingOf(
  shape: readonly number[],
  axes: readonly number[],
  operands: readonly (readonly number[])[],
  outputBytes: number,
): Folding {
  const keptAxes = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const keptShape = keptAxes.map((axis) => shape[axis])
  const along = (axes: readonly number[]): number[][] => operands.map((strides) => axes.map((axis) => strides[axis]))
  return {
    kept: collapse(keptShape, [stridesOf(keptShape).map((stride) => stride * outputBytes), ...along(keptAxes)]),
    folded: collapse(
      axes.map((axis) => shape[axis]),
      along(axes),
    ),
  }
}

/** The strides of one stored operand. */
const storedStrides = (shape: readonly number[], bytes: number): number[][] => [
  stridesOf(shape).map((stride) => stride * bytes),
]

const smallestInteger = -(2 ** 31)

const vectorIdentity = (reduction: Reduction, dtype: DType): Value<'v128'> =>
  dtype === 'int32'
    ? i32x4.splat(reduction === 'sum' ? 0 : smallestInteger)
    : f32x4.splat(reduction === 'sum' ? 0 : Number.NEGATIVE_INFINITY)

const combineVectors = (reduction: Reduction, dtype: DType) =>
  dtype === 'int32' ? (reduction === 'sum' ? i32x4.add : i32x4.maxS) : reduction === 'sum' ? f32x4.add : f32x4.max

/** Folds vectors of four neighbours of row-major numbers. */
function foldVectors(
  reduction: Reduction,
  dtype: DType,
  { folded }: Folding,
  source: Local<'i32'>,
): { statements: Statement[]; total: Local<'v128'> } {
  const total = new Local('v128')
  const statements = [
    total.set(vectorIdentity(reduction, dtype)),
    ...nest(folded.extents, [{ start: source, strides: folded.strides[0] }], ([x]) => [
      total.set(combineVectors(reduction, dtype)(total, v128.load(x))),
    ]),
  ]
  return { statements, total }
}

/**
 * Folds an expression in blocks, to the totals of both halves of a block. Where the innermost loop's turns allow it, neighbours go to totals of
 * their own, which are put together in the end: one addition need not wait for the one before.
 */
function foldExpression(
  context: KernelContext,
  reduction: Reduction,
  { folded }: Folding,
  { domain: { dtype }, inputs, compute }: Expression,
  sources: readonly Local<'i32'>[],
): { statements: Statement[]; totals: Local<'v128'>[] } {
  const inner = folded.extents.length - 1
  const steps = [4, 2, 1].find((count) => folded.extents[inner] % count === 0)!
  const extents = folded.extents.with(inner, folded.extents[inner] / steps)
  const streams = sources.map((start, k) => ({
    start,
    strides: folded.strides[k].with(inner, folded.strides[k][inner] * steps),
  }))
  const combine = combineVectors(reduction, dtype)
  const totals = range(steps).map(() => [new Local('v128'), new Local('v128')])
  const loads = loadsOfBlock(inputs, folded.strides)
  const body = (pointers: readonly Local<'i32'>[]): Statement[] =>
    totals.flatMap((ofStep, step) =>
      ofStep.flatMap((total, half) => {
        const { statements, value } = compute(loads.vectors(pointers, half as 0 | 1, step), context)
        return [...statements, total.set(combine(total, value))]
      }),
    )
  const [first, ...others] = totals
  return {
    statements: [
      ...totals.flat().map((total) => total.set(vectorIdentity(reduction, dtype))),
      ...nest(extents, streams, body, loads.before),
      ...others.flatMap((other) => other.map((total, half) => first[half].set(combine(first[half], total)))),
    ],
    totals: first,
  }
}

/** What a reduction of an expression in blocks is called, reads, walks, and folds for one element of its result. */
export function foldBlocks(reduction: Reduction, values: Expression, axes: readonly number[], outputBytes: number) {
  const { domain, inputs } = values
  const folding = foldingOf(loopShape(domain), axes, inputs.map(byteStrides), outputBytes)
  return {
    reads: inputs.map(({ buffer }) => buffer),
    extents: folding.kept.extents,
    streams: (context: KernelContext, target: Value<'i32'>): Stream[] =>
      [target, ...inputs.map((operand) => startOf(operand, domain, context))].map((start, k) => ({
        start,
        strides: folding.kept.strides[k],
      })),
    /** The totals of both halves of a block for one element of the result, of `values` or of others with the same operands. */
    fold: (context: KernelContext, sources: readonly Local<'i32'>[], folded = values) =>
      foldExpression(context, reduction, folding, folded, sources),
  }
}

/** Within each image, or each channel: values and output in blocks; `axes` count from the first axis over which kernels loop. */
export function reduceBlocksKernel(
  name: string,
  reduction: Reduction,
  values: Expression,
  axes: readonly number[],
  output: Buffer,
): Kernel {
  const { reads, extents, streams, fold } = foldBlocks(reduction, values, axes, laneBytes)
  return {
    name,
    split: { by: 'blocks', count: output.blocks, parts: extents[0] },
    reads,
    writes: [output],
    key: expressionKernelKey(values, ['reduce', reduction, axes]),
    emit: (context) =>
      sharedNest(context, extents, streams(context, context.address(output)), ([target, ...sources]) => {
        const { statements, totals } = fold(context, sources)
        return [...statements, ...totals.map((total, k) => v128.store(target, total, 16 * k))]
      }),
  }
}

/** Row-major input and output. Sums that run along a row are taken in float64. */
export function reducePlainKernel(
  reduction: Reduction,
  input: Buffer,
  axes: readonly number[],
  output: Buffer,
): Kernel {
  const folding = foldingOf(input.shape, axes, storedStrides(input.shape, 4), 4)
  const { kept, folded } = folding
  const integers = input.dtype === 'int32'
  const foldScalars = (target: Local<'i32'>, source: Local<'i32'>): Statement[] => {
    const over = (body: (x: Local<'i32'>) => Statement): Statement[] =>
      nest(folded.extents, [{ start: source, strides: folded.strides[0] }], ([x]) => [body(x)])
    if (integers) {
      const total = new Local('i32')
      const combine = reduction === 'sum' ? i32.add : i32.max
      return [
        total.set(reduction === 'sum' ? 0 : smallestInteger),
        ...over((x) => total.set(combine(total, i32.load(x)))),
        i32.store(target, total),
      ]
    }
    if (reduction === 'max') {
      const total = new Local('f32')
      return [
        total.set(f32.const(Number.NEGATIVE_INFINITY)),
        ...over((x) => total.set(f32.max(total, f32.load(x)))),
        f32.store(target, total),
      ]
    }
    const total = new Local('f64')
    return [
      total.set(f64.const(0)),
      ...over((x) => total.set(f64.add(total, f64.promoteF32(f32.load(x))))),
      f32.store(target, f32.demoteF64(total)),
    ]
  }
  return {
    name: reduction,
    split: { by: 'items', count: plainItems(kept.extents) },
    reads: [input],
    writes: [output],
    key: ['reduce', reduction, axes],
    emit: (context) =>
      plainNest(
        context,
        kept.extents,
        [output, input].map((buffer, k) => ({ start: context.address(buffer), strides: kept.strides[k] })),
        ([target, source], width) => {
          if (width === 'single') return foldScalars(target, source)
          const { statements, total } = foldVectors(reduction, input.dtype, folding, source)
          return [...statements, v128.store(target, total)]
        },
      ),
  }
}

/**
 * Sums each block's images, and the given axes of theirs, into one row of `partial` [blocks, ...]. A second kernel adds the rows
 * in order, so that the sum does not depend on the number of threads. `axes` count from the axis after the batch.
 */
export function sumBlocksKernel(name: string, values: Expression, axes: readonly number[], partial: Buffer): Kernel {
  const { domain } = values
  const { reads, extents, streams, fold } = foldBlocks('sum', values, axes, 4)
  const rowBytes = sizeOf(partial.shape.slice(1)) * 4
  return {
    name,
    split: { by: 'blocks', count: domain.blocks, parts: extents[0] },
    reads,
    writes: [partial],
    key: expressionKernelKey(values, ['sum blocks', axes]),
    emit(context) {
      const masks = lastBlockMasks(domain, context)
      const row = i32.add(context.address(partial), i32.mul(context.block, rowBytes))
      const body = sharedNest(context, extents, streams(context, row), ([target, ...sources]) => {
        const { statements, totals } = fold(context, sources)
        const [first, second] = masks.apply(totals)
        return [
          ...statements,
          domain.dtype === 'int32'
            ? i32.store(target, horizontalIntegerSum(i32x4.add(first, second)))
            : f32.store(target, horizontalSum(f32x4.add(first, second))),
        ]
      })
      return [...masks.set, ...body]
    },
  }
}

const horizontalIntegerSum = (vector: Value<'v128'>): Value<'i32'> => {
  const local = new Local('v128')
  const lane = (i: Lane): Value<'i32'> => i32x4.extractLane(local, i)
  return sequence([local.set(vector)], i32.add(i32.add(lane(0), lane(1)), i32.add(lane(2), lane(3))))
}

/** Where a value is larger than the best so far; NaN, which is not <= anything, is, and then nothing exceeds it. */
const exceedsOrIsNaN = (value: Value<'v128'>, best: Value<'v128'>): Value<'v128'> =>
  v128.andnot(f32x4.eq(best, best), f32x4.le(value, best))

/** Index of the largest value along one axis; input and output in the same layout. */
export function argmaxKernel(input: Buffer, axis: number, output: Buffer): Kernel {
  const lanes = input.layout === 'lanes'
  const shape = lanes ? input.shape.slice(1) : input.shape
  const bytes = lanes ? laneBytes : 4
  const { kept, folded } = foldingOf(shape, [lanes ? axis - 1 : axis], storedStrides(shape, bytes), bytes)

  const alongLanes = (target: Local<'i32'>, source: Local<'i32'>): Statement[] =>
    [0, 16].flatMap((half) => {
      const [best, index, value, wins] = locals('v128')
      const position = new Local('i32')
      return [
        best.set(vectorIdentity('max', input.dtype)),
        index.set(v128.constI32x4(0, 0, 0, 0)),
        position.set(0),
        ...nest(folded.extents, [{ start: source, strides: folded.strides[0] }], ([x]) => [
          value.set(v128.load(x, half)),
          wins.set(input.dtype === 'int32' ? i32x4.gtS(value, best) : exceedsOrIsNaN(value, best)),
          best.set(v128.bitselect(value, best, wins)),
          index.set(v128.bitselect(i32x4.splat(position), index, wins)),
          position.advance(1),
        ]),
        v128.store(target, index, half),
      ]
    })

  const alongScalars = (target: Local<'i32'>, source: Local<'i32'>): Statement[] => {
    const [index, position] = locals('i32')
    const search = (
      begin: Statement,
      read: (x: Local<'i32'>) => Statement,
      wins: Value<'i32'>,
      keep: Statement,
    ): Statement[] => [
      begin,
      index.set(0),
      position.set(0),
      ...nest(folded.extents, [{ start: source, strides: folded.strides[0] }], ([x]) => [
        read(x),
        ifThen(wins, [keep, index.set(position)]),
        position.advance(1),
      ]),
      i32.store(target, index),
    ]
    if (input.dtype === 'int32') {
      const [best, value] = locals('i32')
      const begin = best.set(smallestInteger)
      return search(begin, (x) => value.set(i32.load(x)), i32.gtS(value, best), best.set(value))
    }
    const [best, value] = locals('f32')
    const begin = best.set(f32.const(Number.NEGATIVE_INFINITY))
    const wins = i32.and(i32.eqz(f32.le(value, best)), f32.eq(best, best))
    return search(begin, (x) => value.set(f32.load(x)), wins, best.set(value))
  }

  return {
    name: 'argmax',
    split: lanes ? { by: 'blocks', count: output.blocks } : { by: 'items', count: kept.extents[0] },
    reads: [input],
    writes: [output],
    emit(context) {
      const streams = [output, input].map((buffer, k) => ({ start: context.address(buffer), strides: kept.strides[k] }))
      if (lanes) return nest(kept.extents, streams, ([target, source]) => alongLanes(target, source))
      return sharedNest(context, kept.extents, streams, ([target, source]) => alongScalars(target, source))
    },
  }
}
