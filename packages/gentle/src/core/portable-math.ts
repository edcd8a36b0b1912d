/**
 * Elementary functions that give the same bits on every machine. ECMAScript leaves the last bits of `Math.exp` and its like, and of `**`, to the
 * engine, and engines differ: V8's contract products and sums where the processor fuses them, as on ARM, and its power is the system's. Only +, -, *, /
 * and square roots are exact, and these are made of them. What reaches weights is computed by them: first values, schedules, changes of pictures and sounds.
 * Import all of it as `portableMath`; a bundler takes what is used.
 *
 * From fdlibm (Sun Microsystems, 1993; exp, sine and cosine as there, the logarithm as in FreeBSD's msun), to a unit or two in the last place.
 */

const [ln2High, ln2Low] = [0.6931471803691238, 1.9082149292705877e-10]

const float = new Float64Array(1)
/** The float's lower and upper word. They are only read: a processor waits where a float is read of which a word has just been written. */
const words = new Int32Array(float.buffer)

/** 2 to the powers from -1024 to 1023. */
const powersOf2 = new Float64Array(2048)
powersOf2[1024] = 1
for (let k = 1; k < 1024; k++) powersOf2[1024 + k] = 2 * powersOf2[1023 + k]
for (let k = 1; k <= 1024; k++) powersOf2[1024 - k] = powersOf2[1025 - k] / 2

const powerOf2 = (exponent: number): number => powersOf2[1024 + exponent]

/** As `Math.exp`. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY
  if (x < -745.1332191019411) return 0
  const k = Math.round(x * Math.LOG2E)
  const high = x - k * ln2High
  const low = k * ln2Low
  const r = high - low
  const t = r * r
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))))
  const y = 1 - (low - (r * c) / (2 - c) - high)
  if (k > 1023) return y * 2 * powerOf2(k - 1)
  return k < -1021 ? y * powerOf2(k + 1000) * powerOf2(-1000) : y * powerOf2(k)
}

/** As `Math.log`. */
export function log(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN
  const isSubnormal = x < 2.2250738585072014e-308
  const scaled = isSubnormal ? x * 18014398509481984 : x
  float[0] = scaled
  // The mantissa from √½ to √2.
  const shifted = words[1] + (0x3ff00000 - 0x3fe6a09e)
  const exponent = (shifted >> 20) - 0x3ff
  const k = exponent - (isSubnormal ? 54 : 0)
  const f = scaled * powerOf2(-exponent) - 1
  const halfSquare = 0.5 * f * f
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  return s * (halfSquare + odd + even) + k * ln2Low - halfSquare + f + k * ln2High
}

/** The sine of x + rest, for x from -π/4 to π/4. */
function sineNear0(x: number, rest: number): number {
  const z = x * x
  const w = z * z
  const r =
    0.00833333333332249 +
    z * (-0.0001984126982985795 + z * 2.7557313707070068e-6) +
    z * w * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)
  const v = z * x
  return x - (z * (0.5 * rest - v * r) - rest - v * -0.16666666666666632)
}

/** The cosine of x + rest, for x from -π/4 to π/4. */
function cosineNear0(x: number, rest: number): number {
  const z = x * x
  const w = z * z
  const r =
    z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5)) +
    w * w * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11))
  const half = 0.5 * z
  const most = 1 - half
  return most + (1 - most - half + (z * r - x * rest))
}

/** The sine of x and of `quarters` quarter turns. */
function sineOfTurned(x: number, quarters: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  const n = Math.round(x * 0.6366197723675814)
  // π/2 in three parts, whose products with n are exact up to 2^20.
  const first = x - n * 1.5707963267341256
  const second = n * 6.077100506303966e-11
  const r = first - second
  const w = n * 2.0222662487959506e-21 - (first - r - second)
  const near = r - w
  const rest = r - near - w
  const quadrant = (n + quarters) & 3
  const value = quadrant % 2 === 0 ? sineNear0(near, rest) : cosineNear0(near, rest)
  return quadrant < 2 ? value : -value
}

/** x to the power y, of x from 0: whole powers by products, others by exp(y log x), to |y log x| units in the last place and some. */
export function pow(x: number, y: number): number {
  if (!Number.isInteger(y) || Math.abs(y) > 1024) return x === 0 && y > 0 ? 0 : exp(y * log(x))
  let result = 1
  let square = x
  for (let left = Math.abs(y); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square
    square *= square
  }
  return y < 0 ? 1 / result : result
}

/** As `Math.log10`. */
export const log10 = (x: number): number => log(x) * Math.LOG10E

/** As `Math.sin`, for angles up to a million; beyond, it is less exact. */
export const sin = (x: number): number => sineOfTurned(x, 0)

/** As `Math.cos`, for angles up to a million; beyond, it is less exact. */
export const cos = (x: number): number => sineOfTurned(x, 1)

/** As `Math.tan`, for angles up to a million; beyond, it is less exact. */
export const tan = (x: number): number => sineOfTurned(x, 0) / sineOfTurned(x, 1)

/** As `Math.hypot` of two numbers. */
export const hypot = (x: number, y: number): number => Math.sqrt(x * x + y * y)
