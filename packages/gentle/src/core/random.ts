/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy
 * as 1, 2, 3", SC 2011, section 4.2). A draw is a pure function of key and counter, so that any thread or backend computes
 * any draw alone and all of them agree to the bit.
 */
import * as portableMath from './portable-math.ts'

/** Skein's parity constant, from which the third key word is made. */
export const threefryParity = 0x1bd11bda

/** A word whose upper bits come in again from below. */
const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** The second word of what was enciphered last: a list of both for each of a model's millions of first values would be garbage by the gigabyte. */
let secondWord = 0

/** Enciphers the counter (c0, c1) with the key (k0, k1), all 32-bit words; gives the first word as a signed integer. */
function encipher(k0: number, k1: number, c0: number, c1: number): number {
  let [key, next, afterNext] = [k0 | 0, k1 | 0, k0 ^ k1 ^ threefryParity]
  let x0 = (c0 + key) | 0
  let x1 = (c1 + next) | 0
  // The rotations are written out: reading them from a list takes a fifth more time.
  for (let injection = 1; injection < 6; injection++) {
    const isOdd = injection % 2 > 0
    x0 = (x0 + x1) | 0
    x1 = rotated(x1, isOdd ? 13 : 17) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotated(x1, isOdd ? 15 : 29) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotated(x1, isOdd ? 26 : 16) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotated(x1, isOdd ? 6 : 24) ^ x0
    ;[key, next, afterNext] = [next, afterNext, key]
    x0 = (x0 + key) | 0
    x1 = (x1 + next + injection) | 0
  }
  secondWord = x1
  return x0
}

/** Enciphers the counter (c0, c1) with the key (k0, k1), all 32-bit words; gives two words as signed integers. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  return [encipher(k0, k1, c0, c1), secondWord]
}

/** The upper 24 bits of a word as a number in [0, 1), exact in float32. */
export const toUniform = (word: number): number => (word >>> 8) / 2 ** 24

/** A 32-bit hash of a name (FNV-1a), to derive independent streams from one seed. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash | 0
}

/** Keeps the keys of forks apart from the draws of the stream itself. */
const forkTag = 0x5f3759df

/** A stream of random numbers on the host. Streams of one seed with different names are independent. */
export class Random {
  // The two words of the key.
  #seed: number
  #stream: number
  #counter = 0

  constructor(seed: number, stream = '') {
    this.#seed = seed | 0
    this.#stream = hashName(stream)
  }

  /**
   * A stream of its own for every two whole numbers, such as a pass and an example's index, independent of this one and of each other. It does not
   * move this stream. `reused` becomes it, where one is given, so that nothing is allocated.
   */
  fork(a: number, b: number, reused: Random = new Random(0)): Random {
    reused.#seed = encipher(this.#seed ^ forkTag, this.#stream, a, b)
    reused.#stream = secondWord
    reused.#counter = 0
    return reused
  }

  /** A number in [0, 1) on the grid of 2^-24. */
  uniform(): number {
    return toUniform(this.#word())
  }

  /** A standard normal number (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * portableMath.log(1 - this.uniform()))
    return radius * portableMath.cos(2 * Math.PI * this.uniform())
  }

  /** A whole number in [0, limit); limit up to 2^32. The bias is below limit / 2^53. */
  integer(limit: number): number {
    const high = this.#word() >>> 0
    const low = this.#word() >>> 11
    return Math.floor(((high * 2 ** 21 + low) / 2 ** 53) * limit)
  }

  /** The numbers 0 to length - 1 in random order (Fisher and Yates). */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, i) => i)
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const swapped = order[i]
      order[i] = order[j]
      order[j] = swapped
    }
    return order
  }

  #word(): number {
    const counter = this.#counter++
    return encipher(this.#seed, this.#stream, counter | 0, Math.floor(counter / 2 ** 32))
  }
}
