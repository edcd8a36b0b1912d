/** Code that reads the coefficients of a scan (ITU-T T.81, F.2.2). */

import { i8x16 } from '../../backends/wasm/assembler/i8x16.ts'
import {
  block,
  branch,
  branchIf,
  call,
  type FunctionHandle,
  i32,
  i64,
  ifThen,
  type Label,
  Local,
  locals,
  loop,
  type Module,
  return_,
  type Statement,
  shuffle,
  v128,
} from '../../backends/wasm/assembler/index.ts'
import { endOfBlock, isLonger, longBits, shortBits } from './huffman-table.ts'

/** Where coefficient k of a block is, in bytes, for k from 1 to 63; those behind lie behind the block. */
export const zigzagAt = 0

/** Coefficients of a block, 16 bits each, and room behind them for those that a broken file has beyond the last. */
export const coefficientsAt = 128
const coefficientsEnd = coefficientsAt + 128

/** What is told of each block of a group, 32 bytes a block. */
export const blocksAt = 512

/** In bytes from where a block is told of: addresses of its tables, of its component's last first coefficient, and of its pixels in the first group; steps. */
export const told = {
  first: 0,
  others: 4,
  divisors: 8,
  last: 12,
  pixels: 16,
  pitch: 20,
  acrossStep: 24,
  downStep: 28,
  bytes: 32,
} as const

const reversed = Array.from({ length: 16 }, (_, i) => 15 - i)

/**
 * `unstuff(from, end, to)`: copies coefficients from a file up to the next marker, without the zeros behind bytes of ones (B.1.1.5), one byte below the other from `to` on, so
 * that eight of them are the next 64 bits of the file. Gives the address of the marker, or `end`; what `written` gives then is how many bytes they are.
 */
export function defineUnstuff(module: Module): void {
  const written = module.global()
  module.function(
    'unstuff',
    { from: 'i32', end: 'i32', to: 'i32' },
    'i32',
    ({ from, end, to }) => {
      const [start, byte, limit] = locals('i32')
      const bytes = new Local('v128')
      const ones = v128.constI32x4(-1, -1, -1, -1)
      return [
        start.set(to),
        block((finished) => [
          loop((next) => [
            // Sixteen bytes none of which is a marker or stuffed.
            block((careful) => [
              loop((quick) => [
                branchIf(careful, i32.gtU(i32.add(from, 16), end)),
                branchIf(careful, v128.anyTrue(i8x16.eq(bytes.tee(v128.load(from)), ones))),
                v128.store(i32.sub(to, 16), shuffle(reversed, bytes, bytes)),
                from.advance(16),
                to.set(i32.sub(to, 16)),
                branch(quick),
              ]),
            ]),
            limit.set(i32.min(end, i32.add(from, 16))),
            branchIf(finished, i32.eq(from, limit)),
            loop((slow) => [
              byte.set(i32.load8U(from)),
              ifThen(i32.eq(byte, 0xff), [
                branchIf(finished, i32.geU(i32.add(from, 1), end)),
                branchIf(finished, i32.load8U(from, 1)),
                from.advance(1),
              ]),
              from.advance(1),
              i32.store8(to.tee(i32.sub(to, 1)), byte),
              branchIf(slow, i32.ltU(from, limit)),
            ]),
            branch(next),
          ]),
        ]),
        written.set(i32.sub(start, to)),
        return_(from),
      ]
    },
    { export: true },
  )
  module.function('written', {}, 'i32', () => [return_(written)], { export: true })
}

/** The bits of a scan: the next `count` ones are the highest of `bits`; `next` is where the eight bytes behind them are. */
class Bits {
  readonly #bits = new Local('i64')
  readonly #count = new Local('i64')
  readonly #next = new Local('i32')
  readonly entry = new Local('i32')
  readonly #taken = new Local('i64')

  /** At least 56 bits. */
  refill(): Statement[] {
    const [bits, count, next] = [this.#bits, this.#count, this.#next]
    return [
      bits.set(i64.or(bits, i64.shrU(i64.load(next), count))),
      next.set(i32.sub(next, i32.shrU(i32.sub(63, i32.wrapI64(count)), 3))),
      count.set(i64.or(count, i64.const(56))),
    ]
  }

  /** The entry of the next code; of a longer one by its second table. Leaves for `broken` where there is no such code. */
  lookUp(table: Local<'i32'>): Statement {
    const index = i32.wrapI64(i64.shrU(this.#bits, i64.const(64 - shortBits)))
    return this.entry.set(i32.load(i32.add(table, i32.shl(index, 2))))
  }

  lookUpLonger(table: Local<'i32'>, broken: Label): Statement {
    const index = i32.and(i32.wrapI64(i64.shrU(this.#bits, i64.const(64 - shortBits - longBits))), 2 ** longBits - 1)
    return ifThen(i32.eq(i32.shrU(this.entry, 30), isLonger / 2 ** 30), [
      this.entry.set(i32.load(i32.add(i32.add(table, i32.and(this.entry, isLonger - 1)), i32.shl(index, 2)))),
      branchIf(broken, i32.eqz(this.entry)),
    ])
  }

  /** Steps over the code and the bits that follow it. */
  take(): Statement[] {
    const [bits, count, taken] = [this.#bits, this.#count, this.#taken]
    return [
      taken.set(i64.and(i64.extendI32U(this.entry), i64.const(31))),
      bits.set(i64.shl(bits, taken)),
      count.set(i64.sub(count, taken)),
    ]
  }

  /** What follows the code: a number of so many bits, of which those beginning with 0 are negative (F.1.2.1). */
  value(extra: Local<'i32'>, mask: Local<'i32'>): Statement[] {
    const behind = i64.sub(i64.const(0), i64.and(i64.extendI32U(this.entry), i64.const(31)))
    return [
      mask.set(i32.and(i32.shrU(this.entry, 16), 0x7ff)),
      extra.set(i32.and(i32.wrapI64(i64.shrU(this.#bits, behind)), mask)),
      // Less where the highest bit is 0.
      extra.set(i32.sub(extra, i32.and(mask, i32.sub(0, i32.leU(extra, i32.shrU(mask, 1)))))),
    ]
  }

  /** Whether more was taken than there is above an address. */
  isBeyond(limit: Local<'i32'>): ReturnType<typeof i32.ltS> {
    return i32.ltS(i32.add(i32.add(this.#next, 8), i32.shrU(i32.wrapI64(this.#count), 3)), limit)
  }

  begin(from: Local<'i32'>): Statement[] {
    return [this.#next.set(i32.sub(from, 8)), this.#bits.set(i64.const(0)), this.#count.set(i64.const(0))]
  }
}

/** First coefficients beyond this, times their divisors, are of broken files: sums would have more than 16 bits. */
const largestFirst = 8191

/**
 * `scan(from, limit, blocks, row, column, count, perRow, firstColumn, endColumn, firstRow)`: reads `count` groups of so many blocks from the one at `row` and `column` on, and
 * computes the pixels of those from `firstRow` on within the columns; the others are stepped over. `from` and `limit` are where their bits begin and, below, end.
 * Gives 1, or 0 for a broken file.
 */
export function defineScan(module: Module, transform: FunctionHandle<'i32'>, fill: FunctionHandle<'i32'>): void {
  module.function(
    'scan',
    {
      from: 'i32',
      limit: 'i32',
      blocks: 'i32',
      row: 'i32',
      column: 'i32',
      count: 'i32',
      perRow: 'i32',
      firstColumn: 'i32',
      endColumn: 'i32',
      firstRow: 'i32',
    },
    'i32',
    (at) => {
      const bits = new Bits()
      const [described, blocksEnd, keeps, table, k, extra, mask, first, pixels] = locals('i32')
      const skipRun = i32.add(i32.and(i32.shrU(bits.entry, 8), 15), 1)

      /** One coefficient behind the first; `finished` where there is no more. */
      const coefficient = (finished: Label, broken: Label, keep: boolean): Statement[] => [
        bits.lookUp(table),
        ifThen(i32.geU(bits.entry, isLonger), [
          bits.lookUpLonger(table, broken),
          ifThen(i32.geU(bits.entry, endOfBlock), [...bits.take(), branch(finished)]),
        ]),
        ...(keep
          ? [
              k.set(i32.add(k, i32.and(i32.shrU(bits.entry, 8), 15))),
              ...bits.value(extra, mask),
              i32.store16(i32.load8U(k, zigzagAt), extra, coefficientsAt),
              k.advance(1),
            ]
          : [k.set(i32.add(k, skipRun))]),
        ...bits.take(),
      ]

      /** Those of a block: two codes of up to 26 bits from one filling to the next. */
      const coefficients = (broken: Label, keep: boolean): Statement =>
        block((finished) => [
          loop((next) => [
            ...bits.refill(),
            ...coefficient(finished, broken, keep),
            branchIf(finished, i32.geU(k, 64)),
            ...coefficient(finished, broken, keep),
            branchIf(next, i32.ltU(k, 64)),
          ]),
        ])

      return [
        ...bits.begin(at.from),
        blocksEnd.set(i32.add(blocksAt, i32.mul(at.blocks, told.bytes))),
        block((broken) => [
          loop((nextGroup) => [
            keeps.set(
              i32.and(
                i32.geS(at.row, at.firstRow),
                i32.and(i32.geS(at.column, at.firstColumn), i32.ltS(at.column, at.endColumn)),
              ),
            ),
            described.set(blocksAt),
            loop((nextBlock) => [
              ...bits.refill(),
              table.set(i32.load(described, told.first)),
              bits.lookUp(table),
              bits.lookUpLonger(table, broken),
              ...bits.value(extra, mask),
              ...bits.take(),
              table.set(i32.load(described, told.last)),
              extra.set(i32.add(extra, i32.load(table))),
              i32.store(table, extra),
              table.set(i32.load(described, told.others)),
              k.set(1),
              ifThen(
                keeps,
                [
                  i32.store16(0, extra, coefficientsAt),
                  first.set(i32.mul(extra, i32.load16U(i32.load(described, told.divisors)))),
                  branchIf(broken, i32.gtU(i32.add(first, largestFirst), 2 * largestFirst)),
                  coefficients(broken, true),
                  pixels.set(
                    i32.add(
                      i32.load(described, told.pixels),
                      i32.add(
                        i32.mul(i32.sub(at.column, at.firstColumn), i32.load(described, told.acrossStep)),
                        i32.mul(i32.sub(at.row, at.firstRow), i32.load(described, told.downStep)),
                      ),
                    ),
                  ),
                  ifThen(
                    i32.eq(k, 1),
                    [call(fill, first, pixels, i32.load(described, told.pitch))],
                    [call(transform, i32.load(described, told.divisors), pixels, i32.load(described, told.pitch))],
                  ),
                ],
                [coefficients(broken, false)],
              ),
              branchIf(broken, i32.gtU(k, 64)),
              described.advance(told.bytes),
              branchIf(nextBlock, i32.ltU(described, blocksEnd)),
            ]),
            branchIf(broken, bits.isBeyond(at.limit)),
            at.column.advance(1),
            ifThen(i32.eq(at.column, at.perRow), [at.column.set(0), at.row.advance(1)]),
            branchIf(nextGroup, at.count.tee(i32.sub(at.count, 1))),
          ]),
          return_(1),
        ]),
        return_(0),
      ]
    },
    { export: true },
  )
}

/** Bytes of a zigzag table, whose last ones lead behind the block. */
export const zigzag = (): Uint8Array => {
  const order: number[] = []
  for (let diagonal = 0; diagonal < 15; diagonal++)
    for (let i = 0; i <= diagonal; i++) {
      const [row, column] = diagonal % 2 === 0 ? [diagonal - i, i] : [i, diagonal - i]
      if (row < 8 && column < 8) order.push(2 * (8 * row + column))
    }
  return Uint8Array.from({ length: 64 + 16 }, (_, k) => order[k] ?? coefficientsEnd - coefficientsAt)
}
