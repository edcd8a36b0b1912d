/**
 * sin, cos and tan. x = n π/2 + r with |r| <= π/4, and n mod 4 tells which of ± sin(r) and ± cos(r) it is. n π/2 is taken from x in float64, in two
 * parts, the first of which has so few bits that its product with n is exact (Cody and Waite, "Software Manual for the Elementary Functions", 1980,
 * chapter 8). From 2^20 on, where n would be too long for that, x 2/π is multiplied out in integers, with those bits of 2/π alone that do not stand for
 * whole turns (Payne and Hanek, "Radian Reduction for Trigonometric Functions", 1983). The polynomials are Cephes' (Moshier, single/sinf.c).
 */
import {
  call,
  type FunctionHandle,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  ifThen,
  type Lane,
  Local,
  locals,
  type Module,
  return_,
  type Statement,
  select,
  shuffle32,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Arithmetic, inlined, type Products, polynomial, splat, type Vector } from './arithmetic.ts'

/** π/2 in two parts: the first has 33 bits. */
const [halfPiHigh, halfPiLow] = [1.5707963267341256, 6.077100506506192e-11]

/** From here on the reduction is that of large numbers. */
const large = 2 ** 20

/** 1.5 x 2^52 has a unit in the last place of 1: added to a number, it rounds it, and the low bits of the sum hold the result. */
const rounding = 1.5 * 2 ** 52

/** (sin(r) - r) / r³ in r², and (cos(r) - 1 + r²/2) / r⁴ in r². */
const sineTail = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]
const cosineTail = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]

/** n, as int32, and x - n π/2, in float64, of two lanes. */
function quartersOf(x: Vector, quarters: Local<'v128'>, remainder: Local<'v128'>): Statement[] {
  const wide = new Local('v128')
  const [n, product] = [f64x2.sub(quarters, f64x2.splat(rounding)), f64x2.mul]
  return [
    wide.set(f64x2.promoteLowF32x4(x)),
    quarters.set(f64x2.add(product(wide, f64x2.splat(2 / Math.PI)), f64x2.splat(rounding))),
    remainder.set(f64x2.sub(f64x2.sub(wide, product(n, f64x2.splat(halfPiHigh))), product(n, f64x2.splat(halfPiLow)))),
  ]
}

/** 2/π behind 8 bits of zeros, 64 bits a word. */
const twoOverPi = [0x00a2f9836e4e4415n, 0x29fc2757d1f534ddn, 0xc0db6295993c4390n, 0x41fe5163abdebbc5n]

/** x 2/π mod 4, in units of 2^-62, from the bits of a float32 from 2^20 on. */
const defineQuartersOfLarge = (module: Module): FunctionHandle<'i32', 'i64'> =>
  module.function('quartersOfLarge', { bits: 'i32' }, 'i64', ({ bits }) => {
    const skipped = new Local('i32')
    const [mantissa, shift, first, second, third] = locals('i64')
    const word = (k: number): Value<'i64'> => {
      const [near, far] = [twoOverPi[k], twoOverPi[k + 1]].map((value) => i64.const(BigInt.asIntN(64, value)))
      return select(far, near, i32.geS(skipped, 64))
    }
    /** 64 bits from two words; the second is shifted in two steps, since a shift by 64 is none. */
    const window = (high: Value<'i64'>, low: Value<'i64'>): Value<'i64'> =>
      i64.or(i64.shl(high, shift), i64.shrU(i64.shrU(low, i64.const(1)), i64.xor(shift, i64.const(63))))
    return [
      skipped.set(i32.sub(i32.shrU(bits, 23), 144)),
      shift.set(i64.extendI32U(i32.and(skipped, 63))),
      mantissa.set(i64.extendI32U(i32.or(i32.and(bits, 0x7fffff), 0x800000))),
      first.set(word(0)),
      second.set(word(1)),
      third.set(word(2)),
      return_(
        i64.add(
          i64.mul(mantissa, window(first, second)),
          i64.shrU(i64.mul(mantissa, i64.shrU(window(second, third), i64.const(32))), i64.const(32)),
        ),
      ),
    ]
  })

/** The functions of a module that sin and cos call. */
export interface SineFunctions {
  /** sin(x + quarters π/2) for x >= 0. */
  readonly shifted: FunctionHandle<'v128', 'v128'>
}

/** Adds them to a module. */
export function defineSine(module: Module, ways: Products): SineFunctions {
  const quartersOfLarge = defineQuartersOfLarge(module)

  /** The lanes of large numbers anew. */
  const ofLarge = (x: Vector, isLarge: Vector, quarters: Local<'v128'>, remainder: Local<'v128'>): Statement[] => {
    const [turned, whole] = locals('i64')
    const [exactQuarters, exactRemainder] = locals('v128')
    const lanes = [0, 1, 2, 3] as const
    const lane = (i: Lane): Statement[] => [
      turned.set(call(quartersOfLarge, i32x4.extractLane(x, i))),
      whole.set(i64.shrU(i64.add(turned, i64.const(2n ** 61n)), i64.const(62))),
      exactQuarters.set(i32x4.replaceLane(exactQuarters, i, i32.wrapI64(whole))),
      exactRemainder.set(
        f32x4.replaceLane(
          exactRemainder,
          i,
          f32.demoteF64(
            f64.mul(
              f64.convertI64S(i64.sub(turned, i64.shl(whole, i64.const(62)))),
              f64.const((Math.PI / 2) * 2 ** -62),
            ),
          ),
        ),
      ),
    ]
    return [
      ...lanes.flatMap(lane),
      quarters.set(v128.bitselect(exactQuarters, quarters, isLarge)),
      remainder.set(v128.bitselect(exactRemainder, remainder, isLarge)),
    ]
  }

  const shifted = module.function('sine', { x: 'v128', quarters: 'v128' }, 'v128', (p) => {
    const [lowQuarters, highQuarters, low, high, quarters, remainder, isLarge] = locals('v128')
    return [
      ...quartersOf(p.x, lowQuarters, low),
      ...quartersOf(shuffle32([2, 3, 2, 3], p.x, p.x), highQuarters, high),
      quarters.set(shuffle32([0, 2, 4, 6], lowQuarters, highQuarters)),
      remainder.set(shuffle32([0, 1, 4, 5], f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high))),
      isLarge.set(v128.and(f32x4.ge(p.x, splat(large)), f32x4.lt(p.x, splat(Number.POSITIVE_INFINITY)))),
      ifThen(v128.anyTrue(isLarge), ofLarge(p.x, isLarge, quarters, remainder)),
      return_(inlined(ways, sineOfQuarter, [remainder, i32x4.add(quarters, p.quarters)])),
    ]
  })
  return { shifted }
}

/** sin(r + n π/2) for |r| <= π/4. */
function sineOfQuarter(a: Arithmetic, r: Vector, n: Vector): Vector {
  const square = a.keep(f32x4.mul(r, r))
  const sine = a.multiplyAdd(f32x4.mul(square, r), polynomial(a, square, sineTail), r)
  const cosine = a.multiplyAdd(
    f32x4.mul(square, square),
    polynomial(a, square, cosineTail),
    a.subtractProduct(splat(1), square, splat(0.5)),
  )
  const isOdd = i32x4.shrS(i32x4.shl(n, 31), 31)
  // The second bit of n is the sign.
  const sign = i32x4.shl(i32x4.shrU(n, 1), 31)
  return v128.xor(v128.bitselect(cosine, sine, isOdd), sign)
}

/** sin(x), to 2 ulp over the whole range; NaN at infinity. */
export const sin = ({ shifted }: SineFunctions, x: Vector): Vector =>
  v128.xor(call(shifted, f32x4.abs(x), i32x4.splat(0)), v128.and(x, splat(-0)))

/** cos(x), as `sin`. */
export const cos = ({ shifted }: SineFunctions, x: Vector): Vector => call(shifted, f32x4.abs(x), i32x4.splat(1))

/** tan(x), to 4 ulp. */
export const tan = (functions: SineFunctions, x: Vector): Vector => f32x4.div(sin(functions, x), cos(functions, x))
