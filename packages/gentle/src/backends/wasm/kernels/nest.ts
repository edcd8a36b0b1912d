/**
 * Loop nests: the frame of every kernel that visits elements one by one or vector by vector. Operands are walked by pointers that
 * advance by fixed strides, so that no index is ever multiplied out.
 */
import { countedLoop, i32, Local, locals, repeat, type Statement, type Value } from '../assembler/index.ts'
import type { KernelContext } from '../kernel.ts'

/** An operand of a nest: where it begins, and how far it moves, in bytes, with each loop. */
export interface Stream {
  readonly start: Value<'i32'>
  readonly strides: readonly number[]
}

/** Loops that every operand walks without a jump are one loop; loops of one turn are none. */
export function collapse(
  extents: readonly number[],
  strides: readonly (readonly number[])[],
): { extents: number[]; strides: number[][] } {
  const kept: number[] = []
  const walks: number[][] = strides.map(() => [])
  extents.forEach((extent, axis) => {
    if (extent === 1) return
    const outer = kept.length - 1
    const continues = outer >= 0 && strides.every((s, k) => walks[k][outer] === s[axis] * extent)
    if (continues) {
      kept[outer] *= extent
      for (const [k, s] of strides.entries()) walks[k][outer] = s[axis]
    } else {
      kept.push(extent)
      for (const [k, s] of strides.entries()) walks[k].push(s[axis])
    }
  })
  if (kept.length === 0) return { extents: [1], strides: strides.map(() => [4]) }
  return { extents: kept, strides: walks }
}

/**
 * Runs `body` at every point of the loops `extents`, the last one innermost, with a pointer for each stream, and `before` each time that the
 * innermost loop begins. The first extent may be known at run time alone.
 */
export function nest(
  extents: readonly (number | Value<'i32'>)[],
  streams: readonly Stream[],
  body: (pointers: readonly Local<'i32'>[]) => Statement[],
  before: (pointers: readonly Local<'i32'>[]) => Statement[] = () => [],
): Statement[] {
  const { pointers, begin } = pointersTo(streams)
  return [...begin, ...loops(extents, streams, pointers, body(pointers), before(pointers))]
}

/** A pointer for each stream, and what sets them to where the streams begin. */
function pointersTo(streams: readonly Stream[]) {
  const pointers = streams.map(() => new Local('i32'))
  return { pointers, begin: streams.map(({ start }, k) => pointers[k].set(start)) }
}

function loops(
  extents: readonly (number | Value<'i32'>)[],
  streams: readonly Stream[],
  pointers: readonly Local<'i32'>[],
  body: readonly Statement[],
  before: readonly Statement[] = [],
  level = 0,
): Statement[] {
  if (level === extents.length) return [...body]
  const inner = loops(extents, streams, pointers, body, before, level + 1)
  const first = level === extents.length - 1 ? before : []
  const innerExtent = extents[level + 1]
  const steps = streams.map(({ strides }, k) => {
    const walked = innerExtent === undefined ? 0 : (innerExtent as number) * strides[level + 1]
    return pointers[k].advance(strides[level] - walked)
  })
  if (extents[level] === 1 && level === 0) return [...first, ...inner]
  return [...first, repeat(extents[level], [...inner, ...steps])]
}

/** The turns of a nest's outermost loop that are the items, or the parts of a block, that a kernel has to compute. */
const shareOfNest = ({ from, to }: KernelContext, extents: readonly number[], streams: readonly Stream[]) => ({
  extents: [i32.sub(to, from), ...extents.slice(1)],
  streams: streams.map(({ start, strides }) => ({ start: i32.add(start, i32.mul(from, strides[0])), strides })),
})

/** As `nest`, over those turns of the outermost loop that are the items, or the parts of a block, that a kernel has to compute. */
export function sharedNest(
  context: KernelContext,
  extents: readonly number[],
  streams: readonly Stream[],
  body: (pointers: readonly Local<'i32'>[]) => Statement[],
  before?: (pointers: readonly Local<'i32'>[]) => Statement[],
): Statement[] {
  const share = shareOfNest(context, extents, streams)
  return nest(share.extents, share.streams, body, before)
}

/** Runs `body` for each item of the range of a kernel that is split by items. */
export const forEachItem = ({ from, to }: KernelContext, item: Local<'i32'>, body: readonly Statement[]): Statement =>
  countedLoop(item, i32.sub(to, from), body, { from })

/** How a body of a plain nest touches memory: four neighbours at once, or one element. */
export type Width = 'vector' | 'single'

/**
 * A nest over row-major operands, split into items among threads: rows of the outermost loop, or, where there is one loop
 * only, groups of four elements. The innermost loop runs on vectors where every stream moves by one element or none.
 */
export function plainItems(extents: readonly number[]): number {
  return extents.length > 1 ? extents[0] : Math.ceil(extents[0] / 4)
}

/** The loops of a kernel split by `plainItems`; extents and strides are collapsed. */
export function plainNest(
  context: KernelContext,
  extents: readonly number[],
  streams: readonly Stream[],
  body: (pointers: readonly Local<'i32'>[], width: Width) => Statement[],
): Statement[] {
  const { from, to } = context
  const last = extents.length - 1
  const vectors = streams.every(({ strides }) => strides[last] === 4 || strides[last] === 0)
  if (last === 0) {
    const count = i32.sub(i32.min(i32.mul(to, 4), extents[0]), i32.mul(from, 4))
    const started = streams.map(({ start, strides }) => ({
      start: i32.add(start, i32.mul(from, 4 * strides[0])),
      strides,
    }))
    if (!vectors) return nest([count], started, (pointers) => body(pointers, 'single'))
    const [elements] = locals('i32')
    const { pointers, begin } = pointersTo(started)
    return [
      elements.set(count),
      ...begin,
      ...rowOf(i32.shrU(elements, 2), i32.and(elements, 3), streams, pointers, body),
    ]
  }
  if (!vectors) return sharedNest(context, extents, streams, (pointers) => body(pointers, 'single'))

  const share = shareOfNest(context, extents, streams)
  const { pointers, begin } = pointersTo(share.streams)
  const row = rowOf(extents[last] >> 2, extents[last] & 3, streams, pointers, body)
  const outer = share.extents.slice(0, last)
  const outerStreams = streams.map(({ start, strides }) => ({ start, strides: strides.slice(0, last) }))
  const rewind = streams.map(({ strides }, k) => pointers[k].advance(-extents[last] * strides[last]))
  return [...begin, ...loops(outer, outerStreams, pointers, [...row, ...rewind])]
}

/** One row: vectors, then what is left element by element. */
function rowOf(
  vectors: number | Value<'i32'>,
  singles: number | Value<'i32'>,
  streams: readonly Stream[],
  pointers: readonly Local<'i32'>[],
  body: (pointers: readonly Local<'i32'>[], width: Width) => Statement[],
): Statement[] {
  const step = (elements: number): Statement[] =>
    streams.map(({ strides }, k) => pointers[k].advance((strides.at(-1) ?? 0) * elements))
  const part = (count: number | Value<'i32'>, width: Width, elements: number): Statement[] =>
    count === 0 ? [] : [repeat(count, [...body(pointers, width), ...step(elements)])]
  return [...part(vectors, 'vector', 4), ...part(singles, 'single', 1)]
}
