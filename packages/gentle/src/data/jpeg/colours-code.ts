/** Code that makes pixels of planes of Y, Cb and Cr, to the bit as libjpeg does by default: `jdsample.c` and `jdcolor.c`. */

import { i8x16 } from '../../backends/wasm/assembler/i8x16.ts'
import { i16x8 } from '../../backends/wasm/assembler/i16x8.ts'
import {
  countedLoop,
  i32,
  i32x4,
  Local,
  locals,
  type Module,
  type Statement,
  shuffle,
  type Value,
  v128,
} from '../../backends/wasm/assembler/index.ts'
import { interleaved } from './inverse-dct-code.ts'

type Vector = Value<'v128'>

const tripled = (value: Vector): Vector => i16x8.mul(value, i16x8.pairs(3))

/** Two neighbours that one sample becomes: three quarters of it, and a quarter of the one on their side; as bytes in turn. */
const neighbours = (
  sample: Vector,
  before: Vector,
  behind: Vector,
  bits: number,
  [roundFirst, roundSecond]: readonly [number, number],
): Vector => {
  const threefold = new Local('v128')
  const first = i16x8.shrU(i16x8.add(i16x8.add(threefold.tee(tripled(sample)), before), i16x8.pairs(roundFirst)), bits)
  const second = i16x8.shrU(i16x8.add(i16x8.add(threefold, behind), i16x8.pairs(roundSecond)), bits)
  return v128.or(first, i16x8.shl(second, 8))
}

/** `widen(from, to, eights)`: each sample of a row becomes two (h2v1_fancy_upsample). */
function defineWiden(module: Module): void {
  module.function(
    'widen',
    { from: 'i32', to: 'i32', eights: 'i32' },
    undefined,
    ({ from, to, eights }) => {
      const at = (offset: number): Vector => i16x8.extendLowI8x16U(v128.load64Zero(from, 1 + offset))
      return [
        from.set(i32.sub(from, 1)),
        countedLoop(new Local('i32'), eights, [
          v128.store(to, neighbours(at(0), at(-1), at(1), 2, [1, 2])),
          from.advance(8),
          to.advance(16),
        ]),
      ]
    },
    { export: true },
  )
}

/** `blend(row, near, to, eights)`: three of a row and one of the row that is nearer to the pixels, as numbers of 16 bits. */
function defineBlend(module: Module): void {
  module.function(
    'blend',
    { row: 'i32', near: 'i32', to: 'i32', eights: 'i32' },
    undefined,
    ({ row, near, to, eights }) => {
      const of = (address: Local<'i32'>): Vector => i16x8.extendLowI8x16U(v128.load64Zero(address))
      return [
        countedLoop(new Local('i32'), eights, [
          v128.store(to, i16x8.add(tripled(of(row)), of(near))),
          row.advance(8),
          near.advance(8),
          to.advance(16),
        ]),
      ]
    },
    { export: true },
  )
}

/** `widenBlend(from, to, eights)`: each of such numbers becomes two bytes (h2v2_fancy_upsample). */
function defineWidenBlend(module: Module): void {
  module.function(
    'widenBlend',
    { from: 'i32', to: 'i32', eights: 'i32' },
    undefined,
    ({ from, to, eights }) => [
      from.set(i32.sub(from, 2)),
      countedLoop(new Local('i32'), eights, [
        v128.store(to, neighbours(v128.load(from, 2), v128.load(from), v128.load(from, 4), 4, [8, 7])),
        from.advance(16),
        to.advance(16),
      ]),
    ],
    { export: true },
  )
}

/** Bits behind the point of factors. */
const factorBits = 16
const factor = (x: number): number => Math.round(x * 2 ** factorBits)
const one = 2 ** factorBits

/** Bytes of three vectors in turn: the first, second or third sixteen of them. */
function thirds(part: number, [red, green, blue]: readonly Vector[]): Vector {
  const places = Array.from({ length: 16 }, (_, i) => {
    const at = 16 * part + i
    return { channel: at % 3, pixel: Math.floor(at / 3) }
  })
  const two = shuffle(
    places.map(({ channel, pixel }) => (channel === 1 ? 16 + pixel : channel === 0 ? pixel : 0)),
    red,
    green,
  )
  return shuffle(
    places.map(({ channel, pixel }, i) => (channel === 2 ? 16 + pixel : i)),
    two,
    blue,
  )
}

/** `colours(y, cb, cr, to, sixteens)`: red, green and blue, byte after byte. */
function defineColours(module: Module): void {
  module.function(
    'colours',
    { y: 'i32', cb: 'i32', cr: 'i32', to: 'i32', sixteens: 'i32' },
    undefined,
    (at) => {
      const statements: Statement[] = []
      const keep = (value: Vector): Local<'v128'> => {
        const local = new Local('v128')
        statements.push(local.set(value))
        return local
      }
      const [ys, cbs, crs] = [at.y, at.cb, at.cr].map((address) => keep(v128.load(address)))
      const halves = [i16x8.extendLowI8x16U, i16x8.extendHighI8x16U].map((extend) => {
        const y = keep(extend(ys))
        const [cb, cr] = [cbs, crs].map((chroma) => keep(i16x8.sub(extend(chroma), i16x8.pairs(128))))
        const pairs = [false, true].map((upper) => keep(interleaved(2, cb, cr, upper)))
        // Factors are below a half: what is more is added whole.
        const part = (ofCb: number, ofCr: number): Vector => {
          const [low, high] = pairs.map((pair) =>
            i32x4.shrS(i32x4.add(i16x8.dotToI32x4S(pair, i16x8.pairs(ofCb, ofCr)), i32x4.splat(one / 2)), factorBits),
          )
          return i16x8.narrowI32x4S(low, high)
        }
        const red = i16x8.add(i16x8.add(y, cr), part(0, factor(1.402) - one))
        const green = i16x8.add(i16x8.sub(y, cr), part(-factor(0.34414), one - factor(0.71414)))
        const blue = i16x8.add(i16x8.add(y, i16x8.add(cb, cb)), part(factor(1.772) - 2 * one, 0))
        return [red, green, blue].map(keep)
      })
      const channels = [0, 1, 2].map((c) => keep(i8x16.narrowI16x8U(halves[0][c], halves[1][c])))
      return [
        countedLoop(new Local('i32'), at.sixteens, [
          ...statements,
          ...[0, 1, 2].map((part) => v128.store(at.to, thirds(part, channels), 16 * part)),
          at.y.advance(16),
          at.cb.advance(16),
          at.cr.advance(16),
          at.to.advance(48),
        ]),
      ]
    },
    { export: true },
  )
}

/** `repeatEdges(from, rows, pitch, last)`: left of each row stands its first sample once more; right of the sample `last`, that one. */
function defineRepeatEdges(module: Module): void {
  module.function(
    'repeatEdges',
    { from: 'i32', rows: 'i32', pitch: 'i32', last: 'i32' },
    undefined,
    ({ from, rows, pitch, last }) => {
      const [end] = locals('i32')
      return [
        countedLoop(new Local('i32'), rows, [
          i32.store8(i32.sub(from, 1), i32.load8U(from)),
          end.set(i32.add(from, last)),
          i32.store8(end, i32.load8U(end), 1),
          from.advance(pitch),
        ]),
      ]
    },
    { export: true },
  )
}

export function defineColourCode(module: Module): void {
  defineWiden(module)
  defineBlend(module)
  defineWidenBlend(module)
  defineColours(module)
  defineRepeatEdges(module)
}
