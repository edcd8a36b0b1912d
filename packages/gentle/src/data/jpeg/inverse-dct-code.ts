/**
 * The inverse discrete cosine transform of 8 x 8 coefficients in whole numbers, to the bit as libjpeg's default, `jidctint.c`, computes it: Loeffler, Ligtenberg,
 * Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications" (1989), with sums of two products where libjpeg-turbo's code for vectors has them.
 */

import { i8x16 } from '../../backends/wasm/assembler/i8x16.ts'
import { i16x8 } from '../../backends/wasm/assembler/i16x8.ts'
import {
  type FunctionHandle,
  i32,
  i32x4,
  Local,
  type Module,
  type Statement,
  shuffle,
  type Value,
  v128,
} from '../../backends/wasm/assembler/index.ts'
import { coefficientsAt } from './scan-code.ts'

type Vector = Value<'v128'>

/** Bits behind the point of constants, and of what the first pass hands to the second. */
const [constantBits, passBits] = [13, 2]

/** Units of two vectors in turn, `size` bytes each, of their lower or their upper halves. */
export const interleaved = (size: number, a: Vector, b: Vector, upper: boolean): Vector =>
  shuffle(
    Array.from({ length: 16 }, (_, i) => {
      const unit = Math.floor(i / size)
      return (upper ? 8 : 0) + size * (unit >> 1) + (i % size) + 16 * (unit & 1)
    }),
    a,
    b,
  )

/** FIX(x) of jidctint.c. */
const fixed = (x: number): number => Math.round(x * 2 ** constantBits)
const c0541 = fixed(0.5411961)
const c0765 = fixed(0.765366865)
const c0899 = fixed(0.899976223)
const c1175 = fixed(1.175875602)
const c1501 = fixed(1.50132111)
const c1847 = fixed(1.847759065)
const c1961 = fixed(1.96157056)
const c2053 = fixed(2.053119869)
const c2562 = fixed(2.562915447)
const c3072 = fixed(3.072711026)
const c0298 = fixed(0.298631336)
const c0390 = fixed(0.390180644)

class Builder {
  readonly statements: Statement[] = []

  keep(value: Vector): Local<'v128'> {
    const local = new Local('v128')
    this.statements.push(local.set(value))
    return local
  }
}

/** One pass over eight vectors, of which each is a row of eight columns: their values at the eight places, with so many bits less. */
function pass(builder: Builder, rows: readonly Vector[], bits: number): Vector[] {
  const round = 2 ** (bits - 1)
  const [ends, spread] = [i16x8.add(rows[0], rows[4]), i16x8.sub(rows[0], rows[4])].map((value) => builder.keep(value))
  const zeros = v128.constI32x4(0, 0, 0, 0)
  const halves = [false, true].map((upper) => {
    const pair = (a: number, b: number) => builder.keep(interleaved(2, rows[a], rows[b], upper))
    const products = (pairs: Vector, a: number, b: number): Local<'v128'> =>
      builder.keep(i16x8.dotToI32x4S(pairs, i16x8.pairs(a, b)))
    // Even rows.
    const [sum, difference] = [ends, spread].map((value) => {
      const scaled = i16x8.dotToI32x4S(interleaved(2, value, zeros, upper), i16x8.pairs(2 ** constantBits, 0))
      return builder.keep(i32x4.add(scaled, i32x4.splat(round)))
    })
    const middles = pair(2, 6)
    const inner = products(middles, c0541, c0541 - c1847)
    const outer = products(middles, c0541 + c0765, c0541)
    const even = [
      i32x4.add(sum, outer),
      i32x4.add(difference, inner),
      i32x4.sub(difference, inner),
      i32x4.sub(sum, outer),
    ].map((value) => builder.keep(value))
    // Odd rows.
    const [first, second] = [pair(7, 1), pair(5, 3)]
    const sums = builder.keep(interleaved(2, i16x8.add(rows[7], rows[3]), i16x8.add(rows[5], rows[1]), upper))
    const z3 = products(sums, c1175 - c1961, c1175)
    const z4 = products(sums, c1175, c1175 - c0390)
    const odd = [
      i32x4.add(i16x8.dotToI32x4S(first, i16x8.pairs(-c0899, c1501 - c0899)), z4),
      i32x4.add(i16x8.dotToI32x4S(second, i16x8.pairs(-c2562, c3072 - c2562)), z3),
      i32x4.add(i16x8.dotToI32x4S(second, i16x8.pairs(c2053 - c2562, -c2562)), z4),
      i32x4.add(i16x8.dotToI32x4S(first, i16x8.pairs(c0298 - c0899, -c0899)), z3),
    ].map((value) => builder.keep(value))
    return Array.from({ length: 8 }, (_, i) =>
      builder.keep(i32x4.shrS(i < 4 ? i32x4.add(even[i], odd[i]) : i32x4.sub(even[7 - i], odd[7 - i]), bits)),
    )
  })
  return halves[0].map((low, i) => builder.keep(i16x8.narrowI32x4S(low, halves[1][i])))
}

/** Neighbours of two vectors in turn, `size` bytes at a time: those of the lower halves, and those of the upper ones. */
const zipped = (builder: Builder, size: number, a: Vector, b: Vector): [Vector, Vector] => [
  builder.keep(interleaved(size, a, b, false)),
  builder.keep(interleaved(size, a, b, true)),
]

/** Eight vectors of eight numbers, of which columns become rows. */
function transposed(builder: Builder, rows: readonly Vector[]): Vector[] {
  const zip = (size: number, a: Vector, b: Vector) => zipped(builder, size, a, b)
  const quarters = [0, 2, 4, 6].map((i) => zip(2, rows[i], rows[i + 1]))
  return [0, 1].flatMap((half) => {
    const [above, below] = [zip(4, quarters[0][half], quarters[1][half]), zip(4, quarters[2][half], quarters[3][half])]
    return [...zip(8, above[0], below[0]), ...zip(8, above[1], below[1])]
  })
}

/** Columns of eight numbers as rows of bytes, two rows a vector; 0 becomes 128, and what does not fit the nearest byte. */
function rowsOfBytes(builder: Builder, columns: readonly Vector[]): Vector[] {
  const zip = (size: number, a: Vector, b: Vector) => zipped(builder, size, a, b)
  const middle = i16x8.pairs(0x8080)
  const bytes = (a: number, b: number): Vector =>
    builder.keep(v128.xor(i8x16.narrowI16x8S(columns[a], columns[b]), middle))
  const halves = [0, 4].map((c) => {
    const [left, right] = zip(1, bytes(c, c + 2), bytes(c + 1, c + 3))
    return zip(2, left, right)
  })
  return [0, 1].flatMap((half) => zip(4, halves[0][half], halves[1][half]))
}

/** `transform(divisors, to, pitch)`: pixels of the block's coefficients, whose memory it leaves as zeros. Divisors are 64 numbers of 16 bits. */
export const defineTransform = (module: Module): FunctionHandle<'i32'> =>
  module.function('transform', { divisors: 'i32', to: 'i32', pitch: 'i32' }, undefined, ({ divisors, to, pitch }) => {
    const builder = new Builder()
    const rows = Array.from({ length: 8 }, (_, row) =>
      builder.keep(i16x8.mul(v128.load(0, coefficientsAt + 16 * row), v128.load(divisors, 16 * row))),
    )
    const columns = transposed(builder, pass(builder, rows, constantBits - passBits))
    const pixels = rowsOfBytes(builder, pass(builder, columns, constantBits + passBits + 3))
    const zeros = v128.constI32x4(0, 0, 0, 0)
    return [
      ...builder.statements,
      ...pixels.flatMap((pair) =>
        ([0, 1] as const).flatMap((lane) => [v128.store64Lane(to, pair, lane), to.advance(pitch)]),
      ),
      ...rows.map((_, row) => v128.store(0, zeros, coefficientsAt + 16 * row)),
    ]
  })

/** `fill(first, to, pitch)`: the pixels of a block that has no coefficient but the first. */
export const defineFill = (module: Module): FunctionHandle<'i32'> =>
  module.function('fill', { first: 'i32', to: 'i32', pitch: 'i32' }, undefined, ({ first, to, pitch }) => {
    const byte = i32.min(255, i32.max(0, i32.add(i32.shrS(i32.add(first, 4), 3), 128)))
    const bytes = new Local('v128')
    return [
      bytes.set(i32x4.splat(i32.mul(byte, 0x01010101))),
      ...Array.from({ length: 8 }, () => [v128.store64Lane(to, bytes, 0), to.advance(pitch)]).flat(),
    ]
  })
