/** The softmax of one row of logits as numbers with an exponent each, so that none is rounded to 0. */
import {
  countedLoop,
  f32,
  f32x4,
  i32,
  Local,
  locals,
  memoryCopy,
  type Statement,
  shuffle32,
  type Value,
  v128,
} from '../../assembler/index.ts'
import type { KernelContext } from '../../kernel.ts'
import { powerOfTwo } from './scaled.ts'

type Pointer = Value<'i32'>

/** As many as whole vectors hold. */
export const wholeVectors = (count: number): number => 4 * Math.ceil(count / 4)

const { splat } = f32x4

/** ln 2 in two parts (Cephes): the first has so few bits that its product with a whole number is exact. */
const [ln2High, ln2Low] = [0.693359375, -2.1219444e-4]

/** The four lanes as one, by an operation on two. */
const across = (vector: Local<'v128'>, of: (a: Value<'f32'>, b: Value<'f32'>) => Value<'f32'>): Value<'f32'> => {
  const lane = (k: 0 | 1 | 2 | 3) => f32x4.extractLane(vector, k)
  return of(of(lane(0), lane(1)), of(lane(2), lane(3)))
}

/**
 * Writes the probabilities of `symbols` logits to `pairs`, mantissa and exponent side by side. `logits` is memory for a row in whole
 * vectors. A row with NaN or +Infinity, or without a finite number, gives NaN.
 */
export function softmaxRow(
  { math }: KernelContext,
  symbols: number,
  source: Pointer,
  logits: Pointer,
  pairs: Pointer,
): Statement[] {
  const vectors = wholeVectors(symbols) / 4
  const [x, n, r, max, total, inverse] = locals('v128')
  const [offset, target] = locals('i32')
  const largest = new Local('f32')
  const at = i32.add(logits, offset)
  const eachVector = (body: Statement[]): Statement[] => [
    target.set(pairs),
    countedLoop(offset, vectors, [...body, target.advance(32)], { step: 16 }),
  ]
  // exp(x) = 2^n exp(r); at -Infinity, r is NaN, and any number will do.
  const reduced = f32x4.sub(f32x4.sub(x, f32x4.mul(n, splat(ln2High))), f32x4.mul(n, splat(ln2Low)))
  const bounded = f32x4.pmin(splat(0.35), f32x4.pmax(splat(-0.35), reduced))
  return [
    v128.store(logits, splat(Number.NEGATIVE_INFINITY), 16 * (vectors - 1)),
    memoryCopy(logits, source, 4 * symbols),
    max.set(splat(Number.NEGATIVE_INFINITY)),
    ...eachVector([max.set(f32x4.max(max, v128.load(at)))]),
    largest.set(across(max, f32.max)),
    // 0, or NaN where the largest is none to take a difference from.
    total.set(f32x4.splat(f32.sub(largest, largest))),
    max.set(f32x4.splat(largest)),
    ...eachVector([
      x.set(f32x4.sub(v128.load(at), max)),
      n.set(f32x4.nearest(f32x4.mul(x, splat(Math.LOG2E)))),
      r.set(f32x4.add(math.expm1Near0(bounded), splat(1))),
      total.set(f32x4.add(total, f32x4.mul(r, powerOfTwo(n)))),
      v128.store(target, shuffle32([0, 4, 1, 5], r, n)),
      v128.store(target, shuffle32([2, 6, 3, 7], r, n), 16),
    ]),
    inverse.set(f32x4.splat(f32.div(f32.const(1), across(total, f32.add)))),
    inverse.set(shuffle32([0, 4, 0, 4], inverse, splat(1))),
    ...eachVector([
      v128.store(target, f32x4.mul(v128.load(target), inverse)),
      v128.store(target, f32x4.mul(v128.load(target, 16), inverse), 16),
    ]),
  ]
}
