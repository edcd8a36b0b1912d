/** The discrete Fourier transform of real numbers, of any length (Cooley and Tukey, 1965; sorted as it goes, as Stockham does it). */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'

/** One pass over all numbers, by a factor of their count. */
interface Pass {
  readonly radix: number
  /** The length that is divided, by the radix into `rest`, and the parts that were made of it before. */
  readonly rest: number
  readonly parts: number
  /** exp(-2 pi i p j / length) for j from 1 and p from 0: [rest, radix - 1]. */
  readonly cosines: Float64Array
  readonly sines: Float64Array
  /** exp(-2 pi i k / radix), for k from 0. */
  readonly turns: { readonly cosine: Float64Array; readonly sine: Float64Array }
}

/** Factors of a length: 4 as often as it goes, then primes. */
function factorsOf(length: number): number[] {
  const factors: number[] = []
  let rest = length
  for (; rest % 4 === 0; rest /= 4) factors.push(4)
  for (let prime = 2; rest > 1; prime++) for (; rest % prime === 0; rest /= prime) factors.push(prime)
  return factors
}

function passesOf(length: number): Pass[] {
  let [rest, parts] = [length, 1]
  return factorsOf(length).map((radix) => {
    const whole = rest
    rest /= radix
    const angle = (k: number): number => {
      const [p, j] = [Math.floor(k / (radix - 1)), (k % (radix - 1)) + 1]
      return (2 * Math.PI * ((p * j) % whole)) / whole
    }
    const count = rest * (radix - 1)
    const pass = {
      radix,
      rest,
      parts,
      cosines: Float64Array.from({ length: count }, (_, k) => portableMath.cos(angle(k))),
      sines: Float64Array.from({ length: count }, (_, k) => -portableMath.sin(angle(k))),
      turns: {
        cosine: Float64Array.from({ length: radix }, (_, k) => portableMath.cos((2 * Math.PI * k) / radix)),
        sine: Float64Array.from({ length: radix }, (_, k) => -portableMath.sin((2 * Math.PI * k) / radix)),
      },
    }
    parts *= radix
    return pass
  })
}

/** Complex numbers, their parts side by side. */
interface Numbers {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

const numbers = (length: number): Numbers => ({
  real: new Float64Array(length),
  imaginary: new Float64Array(length),
})

function passOfTwo({ rest, parts, cosines, sines }: Pass, x: Numbers, y: Numbers): void {
  const half = rest * parts
  const { real: xr, imaginary: xi } = x
  const { real: yr, imaginary: yi } = y
  for (let p = 0; p < rest; p++) {
    const cosine = cosines[p]
    const sine = sines[p]
    for (let q = 0; q < parts; q++) {
      const a = p * parts + q
      const to = a + p * parts
      const lessR = xr[a] - xr[a + half]
      const lessI = xi[a] - xi[a + half]
      yr[to] = xr[a] + xr[a + half]
      yi[to] = xi[a] + xi[a + half]
      yr[to + parts] = lessR * cosine - lessI * sine
      yi[to + parts] = lessR * sine + lessI * cosine
    }
  }
}

function passOfFour({ rest, parts, cosines, sines }: Pass, x: Numbers, y: Numbers): void {
  const quarter = rest * parts
  const { real: xr, imaginary: xi } = x
  const { real: yr, imaginary: yi } = y
  for (let p = 0; p < rest; p++) {
    const c1 = cosines[3 * p]
    const c2 = cosines[3 * p + 1]
    const c3 = cosines[3 * p + 2]
    const s1 = sines[3 * p]
    const s2 = sines[3 * p + 1]
    const s3 = sines[3 * p + 2]
    for (let q = 0; q < parts; q++) {
      const a = p * parts + q
      const to = 4 * p * parts + q
      const evenR = xr[a] + xr[a + 2 * quarter]
      const evenI = xi[a] + xi[a + 2 * quarter]
      const lessR = xr[a] - xr[a + 2 * quarter]
      const lessI = xi[a] - xi[a + 2 * quarter]
      const oddR = xr[a + quarter] + xr[a + 3 * quarter]
      const oddI = xi[a + quarter] + xi[a + 3 * quarter]
      // The difference of the odd ones, times -i.
      const turnR = xi[a + quarter] - xi[a + 3 * quarter]
      const turnI = xr[a + 3 * quarter] - xr[a + quarter]
      yr[to] = evenR + oddR
      yi[to] = evenI + oddI
      const r1 = lessR + turnR
      const i1 = lessI + turnI
      yr[to + parts] = r1 * c1 - i1 * s1
      yi[to + parts] = r1 * s1 + i1 * c1
      const r2 = evenR - oddR
      const i2 = evenI - oddI
      yr[to + 2 * parts] = r2 * c2 - i2 * s2
      yi[to + 2 * parts] = r2 * s2 + i2 * c2
      const r3 = lessR - turnR
      const i3 = lessI - turnI
      yr[to + 3 * parts] = r3 * c3 - i3 * s3
      yi[to + 3 * parts] = r3 * s3 + i3 * c3
    }
  }
}

/** Of any prime, by its definition; the numbers k and radix - k turn alike, so that half of the products are enough. */
function passOfPrime({ radix, rest, parts, cosines, sines, turns }: Pass, x: Numbers, y: Numbers): void {
  const stride = rest * parts
  const { real: xr, imaginary: xi } = x
  const { real: yr, imaginary: yi } = y
  const { cosine, sine } = turns
  const half = (radix - 1) / 2
  for (let p = 0; p < rest; p++)
    for (let q = 0; q < parts; q++) {
      const a = p * parts + q
      const to = radix * p * parts + q
      let allR = xr[a]
      let allI = xi[a]
      for (let k = a + stride; k < a + radix * stride; k += stride) {
        allR += xr[k]
        allI += xi[k]
      }
      yr[to] = allR
      yi[to] = allI
      for (let j = 1; j <= half; j++) {
        let evenR = xr[a]
        let evenI = xi[a]
        let oddR = 0
        let oddI = 0
        for (let k = 1, turn = j; k <= half; k++) {
          const near = a + k * stride
          const far = a + (radix - k) * stride
          evenR += (xr[near] + xr[far]) * cosine[turn]
          evenI += (xi[near] + xi[far]) * cosine[turn]
          oddR += (xi[far] - xi[near]) * sine[turn]
          oddI += (xr[near] - xr[far]) * sine[turn]
          turn += j
          if (turn >= radix) turn -= radix
        }
        const low = p * (radix - 1) + j - 1
        const high = p * (radix - 1) + radix - j - 1
        yr[to + j * parts] = (evenR + oddR) * cosines[low] - (evenI + oddI) * sines[low]
        yi[to + j * parts] = (evenR + oddR) * sines[low] + (evenI + oddI) * cosines[low]
        yr[to + (radix - j) * parts] = (evenR - oddR) * cosines[high] - (evenI - oddI) * sines[high]
        yi[to + (radix - j) * parts] = (evenR - oddR) * sines[high] + (evenI - oddI) * cosines[high]
      }
    }
}

const passOf = ({ radix }: Pass) => (radix === 2 ? passOfTwo : radix === 4 ? passOfFour : passOfPrime)

/**
 * The Fourier transform of `length` real numbers: X[k] = sum over n of x[n] exp(-2 pi i k n / length), for k from 0 to length / 2. Lengths of small prime
 * factors are fast; a prime takes the square of its length. Its memory is reused from call to call.
 */
export class RealFourier {
  readonly length: number
  /** Frequencies of the result: floor(length / 2) + 1. */
  readonly bins: number
  /** The numbers to transform; the caller fills them, and `transform` keeps them. */
  readonly input: Float64Array
  /** The result. */
  readonly real: Float64Array
  readonly imaginary: Float64Array
  readonly #passes: readonly Pass[]
  /** Even lengths are transformed as half as many complex numbers. */
  readonly #half: boolean
  #from: Numbers
  #to: Numbers
  readonly #cosines: Float64Array
  readonly #sines: Float64Array

  /** @throws ArgumentError for a length that is not a whole number of at least 1. */
  constructor(length: number) {
    if (!Number.isInteger(length) || length < 1)
      throw new ArgumentError(`RealFourier: the length is ${length}; expected a whole number of at least 1`)
    this.length = length
    this.bins = Math.floor(length / 2) + 1
    this.#half = length % 2 === 0
    const complex = this.#half ? length / 2 : length
    this.#passes = passesOf(complex)
    this.#from = numbers(complex)
    this.#to = numbers(complex)
    this.input = new Float64Array(length)
    this.real = new Float64Array(this.bins)
    this.imaginary = new Float64Array(this.bins)
    this.#cosines = Float64Array.from({ length: this.bins }, (_, k) => portableMath.cos((2 * Math.PI * k) / length))
    this.#sines = Float64Array.from({ length: this.bins }, (_, k) => -portableMath.sin((2 * Math.PI * k) / length))
  }

  /** Transforms `input` into `real` and `imaginary`. */
  transform(): void {
    const { input, length, bins } = this
    const { real, imaginary } = this.#from
    if (this.#half)
      for (let i = 0, n = 0; n < length; i++, n += 2) {
        real[i] = input[n]
        imaginary[i] = input[n + 1]
      }
    else {
      real.set(input)
      imaginary.fill(0)
    }
    for (const pass of this.#passes) {
      passOf(pass)(pass, this.#from, this.#to)
      const made = this.#to
      this.#to = this.#from
      this.#from = made
    }
    const result = this.#from
    if (this.#half) this.#split(result)
    else
      for (let k = 0; k < bins; k++) {
        this.real[k] = result.real[k]
        this.imaginary[k] = result.imaginary[k]
      }
  }

  /** Of the transform of x[2n] + i x[2n + 1]: that of the even numbers and, turned, that of the odd ones. */
  #split({ real, imaginary }: Numbers): void {
    const half = this.length / 2
    const cosines = this.#cosines
    const sines = this.#sines
    for (let k = 0; k < this.bins; k++) {
      const a = k === half ? 0 : k
      const b = k === 0 ? 0 : half - k
      const evenR = (real[a] + real[b]) / 2
      const evenI = (imaginary[a] - imaginary[b]) / 2
      const oddR = (imaginary[a] + imaginary[b]) / 2
      const oddI = (real[b] - real[a]) / 2
      this.real[k] = evenR + oddR * cosines[k] - oddI * sines[k]
      this.imaginary[k] = evenI + oddR * sines[k] + oddI * cosines[k]
    }
  }
}
