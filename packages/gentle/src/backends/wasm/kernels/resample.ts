/**
 * Images at another size, on a batch in lanes or in channels, and the gradient of that. Rows are summed first, into one row of the image's
 * width that stays in the cache, and columns of that row then: of a window of 3 by 3 each output takes 3 + 3 products, not 9. What is read
 * and by what it is multiplied stands in a table in memory, so that the code is short whatever the size.
 */
import { range } from '../../../core/range.ts'
import type { Tap } from '../../../ops/resample2d.ts'
import { f32x4, i32, Local, locals, repeat, type Statement, type Value, v128 } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'

/** What each position along an axis reads. */
export type Taps = readonly (readonly Tap[])[]

/** Up to this many taps, the same number everywhere, are written one by one; others are a loop. */
const maxUnrolled = 4

/** The number of taps of every position, where they are written one by one. */
const unrolledTaps = (taps: Taps): number | undefined =>
  taps.every(({ length }) => length === taps[0].length) && taps[0].length <= maxUnrolled ? taps[0].length : undefined

/** Whether each position is one of the source as it is. */
const isSelection = (taps: Taps): boolean => taps.every((read) => read.length === 1 && read[0].weight === 1)

/** Words of an axis: position by position its number of taps, where they are a loop, and its taps as the distance in bytes and the weight. */
function axisWords(taps: Taps, stride: number): number[] {
  const counted = unrolledTaps(taps) === undefined
  const bits = (weight: number): number => new Int32Array(Float32Array.of(weight).buffer)[0]
  return taps.flatMap((read) => [
    ...(counted ? [read.length] : []),
    ...read.flatMap(({ index, weight }) => [index * stride, bits(weight)]),
  ])
}

/** The table of a kernel that reads images of this width: that of the rows, then that of the columns. */
export const resampleTable = ([rows, columns]: readonly [Taps, Taps], width: number): Int32Array =>
  Int32Array.from([...axisWords(rows, width * laneBytes), ...axisWords(columns, laneBytes)])

/** Sums the taps of one position at a time. */
interface Summation {
  /** Takes the position at which `entry` points, whose taps are counted from `source`, and moves `entry` on to the next. */
  readonly prepare: readonly Statement[]
  readonly sum: readonly Statement[]
  /** The sums of both halves of the lanes. */
  readonly sums: readonly Value<'v128'>[]
  /** Moves all taps. */
  advance(bytes: number): readonly Statement[]
}

function summation(context: KernelContext, taps: Taps, entry: Local<'i32'>, source: Local<'i32'>): Summation {
  const { math } = context
  const count = unrolledTaps(taps)
  const sums = [new Local('v128'), new Local('v128')]
  const halves = sums.map((sum, half) => ({ sum, offset: 16 * half }))
  if (count === undefined) {
    const [first, number, pointer, tap] = locals('i32')
    const weight = new Local('v128')
    return {
      prepare: [
        number.set(i32.load(entry)),
        first.set(i32.add(entry, 4)),
        entry.set(i32.add(first, i32.mul(number, 8))),
      ],
      sum: [
        ...sums.map((sum) => sum.set(f32x4.splat(0))),
        tap.set(first),
        repeat(number, [
          pointer.set(i32.add(source, i32.load(tap))),
          weight.set(v128.load32Splat(tap, 4)),
          ...halves.map(({ sum, offset }) => sum.set(math.multiplyAdd(weight, v128.load(pointer, offset), sum))),
          tap.advance(8),
        ]),
      ],
      sums,
      advance: (bytes) => [source.advance(bytes)],
    }
  }
  const read = range(count).map((i) => ({
    pointer: new Local('i32'),
    weight: new Local('v128'),
    entry: 8 * i,
  }))
  return {
    prepare: [
      ...read.flatMap((tap) => [
        tap.pointer.set(i32.add(source, i32.load(entry, tap.entry))),
        tap.weight.set(v128.load32Splat(entry, tap.entry + 4)),
      ]),
      entry.advance(8 * count),
    ],
    sum: read.flatMap(({ pointer, weight }, i) =>
      halves.map(({ sum, offset }) => {
        const value = v128.load(pointer, offset)
        return sum.set(i === 0 ? f32x4.mul(weight, value) : math.multiplyAdd(weight, value, sum))
      }),
    ),
    sums,
    advance: (bytes) => read.map(({ pointer }) => pointer.advance(bytes)),
  }
}

/** Writes each pixel of `y` as the sum of those of `x` that its row and its column of taps name. */
export function resampleKernel(
  name: string,
  x: Buffer,
  y: Buffer,
  table: Buffer,
  [rows, columns]: readonly [Taps, Taps],
): Kernel {
  const [height, width] = x.shape.slice(2)
  const planes = x.layout === 'channels' ? 1 : x.shape[1]
  const selected = isSelection(rows)
  return {
    name,
    split: { by: 'blocks', count: y.blocks },
    reads: [x, table],
    writes: [y],
    workspaceBytes: selected ? 0 : width * laneBytes,
    emit(context) {
      const [image, target, row, rowEntry, columnEntry, source, stored] = locals('i32')
      const columnTable = 4 * axisWords(rows, 0).length

      const alongRows = summation(context, rows, rowEntry, source)
      const sumRows: Statement[] = [
        source.set(image),
        ...alongRows.prepare,
        stored.set(context.workspace),
        repeat(width, [
          ...alongRows.sum,
          ...alongRows.sums.map((sum, half) => v128.store(stored, sum, 16 * half)),
          ...alongRows.advance(laneBytes),
          stored.advance(laneBytes),
        ]),
        row.set(context.workspace),
      ]
      const selectRow: Statement[] = [row.set(i32.add(image, i32.load(rowEntry))), rowEntry.advance(8)]

      const alongColumns = summation(context, columns, columnEntry, row)
      return [
        image.set(context.address(x)),
        target.set(context.address(y)),
        repeat(planes, [
          rowEntry.set(context.address(table)),
          repeat(rows.length, [
            ...(selected ? selectRow : sumRows),
            columnEntry.set(i32.add(context.address(table), columnTable)),
            repeat(columns.length, [
              ...alongColumns.prepare,
              ...alongColumns.sum,
              ...alongColumns.sums.map((sum, half) => v128.store(target, sum, 16 * half)),
              target.advance(laneBytes),
            ]),
          ]),
          image.advance(height * width * laneBytes),
        ]),
      ]
    },
  }
}
