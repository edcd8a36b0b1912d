/** JPEG files of random coefficients, with codes, samplings and markers as the test wants them. */
import type { Random } from '../../../src/core/random.ts'

export interface WrittenJpeg {
  readonly height: number
  readonly width: number
  /** Of the first component; 0x11 for a single one. */
  readonly sampling: number
  readonly components: 1 | 3
  /** Groups of blocks between markers; 0: none. */
  readonly restartInterval?: number
  /** Share of coefficients that are not 0; 0.2 unless given. */
  readonly density?: number
  /** Divisors up to this; 40 unless given. */
  readonly divisors?: number
}

/** A prefix code by the symbols' lengths, shortest first. */
interface Code {
  readonly counts: number[]
  readonly symbols: number[]
  readonly of: Map<number, { readonly bits: number; readonly length: number }>
}

function codeOf(symbols: readonly number[], lengths: readonly number[]): Code {
  const counts = Array.from({ length: 16 }, (_, i) => lengths.filter((length) => length === i + 1).length)
  const of = new Map<number, { bits: number; length: number }>()
  let bits = 0
  for (const [i, length] of lengths.entries()) {
    if (i > 0) bits = (bits + 1) << (length - lengths[i - 1])
    of.set(symbols[i], { bits, length })
  }
  return { counts, symbols: [...symbols], of }
}

function shuffled(random: Random, values: readonly number[]): number[] {
  return Array.from(random.permutation(values.length), (i) => values[i])
}

const times = (count: number, length: number): number[] => Array.from({ length: count }, () => length)

class BitWriter {
  readonly bytes: number[] = []
  #bits = 0
  #count = 0

  write(bits: number, length: number): void {
    for (let i = length - 1; i >= 0; i--) {
      this.#bits = 2 * this.#bits + ((bits >> i) & 1)
      if (++this.#count === 8) this.#byte()
    }
  }

  /** Fills the byte with ones. */
  end(): void {
    while (this.#count > 0) this.write(1, 1)
  }

  #byte(): void {
    this.bytes.push(this.#bits)
    if (this.#bits === 255) this.bytes.push(0)
    this.#bits = 0
    this.#count = 0
  }
}

const sizeOf = (value: number): number => 32 - Math.clz32(Math.abs(value))
const word = (value: number): number[] => [value >> 8, value & 255]
export const segment = (marker: number, content: readonly number[]): number[] => [
  0xff,
  marker,
  ...word(content.length + 2),
  ...content,
]

export function writtenJpeg(
  random: Random,
  { height, width, sampling, components, restartInterval = 0, density = 0.2, divisors = 40 }: WrittenJpeg,
): Uint8Array<ArrayBuffer> {
  const [across, down] = [sampling >> 4, sampling & 15]
  const ids = components === 1 ? [1] : [1, 2, 3]
  const tables = components === 1 ? [0] : [0, 1]
  // Codes of all lengths, those of more than ten bits among them.
  const first = tables.map(() =>
    codeOf(
      shuffled(
        random,
        Array.from({ length: 12 }, (_, i) => i),
      ),
      [2, 3, 3, 4, 5, 6, 7, 8, 9, 11, 14, 16],
    ),
  )
  const runs = Array.from({ length: 160 }, (_, i) => (Math.floor(i / 10) << 4) | ((i % 10) + 1))
  const others = tables.map(() => {
    const order = shuffled(random, runs)
    return codeOf(
      [0, ...order.slice(0, 3), 0xf0, ...order.slice(3)],
      [2, 3, 4, 5, ...times(100, 8), ...times(30, 11), ...times(28, 16)],
    )
  })
  const bits = new BitWriter()
  const put = (code: Code, symbol: number, value: number): void => {
    const { bits: prefix, length } = code.of.get(symbol)!
    bits.write(prefix, length)
    const size = symbol & 15
    bits.write(value < 0 ? value + 2 ** size - 1 : value, size)
  }
  const last = ids.map(() => 0)
  const block = (c: number): void => {
    const table = Math.min(c, tables.length - 1)
    const value = Math.round(60 * (random.uniform() - 0.5))
    put(first[table], sizeOf(value - last[c]), value - last[c])
    last[c] = value
    const isFlat = random.uniform() < 0.2
    let run = 0
    for (let k = 1; k < 64; k++) {
      const one = !isFlat && random.uniform() < density
      const value = one ? Math.round((random.uniform() - 0.5) * (random.uniform() < 0.02 ? 1000 : 30)) : 0
      if (value === 0) {
        run++
        continue
      }
      for (; run > 15; run -= 16) put(others[table], 0xf0, 0)
      put(others[table], (run << 4) | sizeOf(value), value)
      run = 0
    }
    if (run > 0) put(others[table], 0, 0)
  }
  const groups = Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down))
  let restarts = 0
  for (let group = 0; group < groups; group++) {
    if (restartInterval > 0 && group > 0 && group % restartInterval === 0) {
      bits.end()
      bits.bytes.push(0xff, 0xd0 + (restarts++ & 7))
      last.fill(0)
    }
    for (const c of ids.keys()) for (let i = 0; i < (c === 0 ? across * down : 1); i++) block(c)
  }
  bits.end()
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [...[...'JFIF\0'].map((letter) => letter.charCodeAt(0)), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...tables.flatMap((t) => segment(0xdb, [t, ...Array.from({ length: 64 }, () => 1 + random.integer(divisors))])),
    ...segment(0xc0, [
      8,
      ...word(height),
      ...word(width),
      ids.length,
      ...ids.flatMap((id, c) => [id, c === 0 ? sampling : 0x11, Math.min(c, tables.length - 1)]),
    ]),
    ...tables.flatMap((t) => [
      ...segment(0xc4, [t, ...first[t].counts, ...first[t].symbols]),
      ...segment(0xc4, [0x10 + t, ...others[t].counts, ...others[t].symbols]),
    ]),
    ...(restartInterval > 0 ? segment(0xdd, word(restartInterval)) : []),
    ...segment(0xda, [
      ids.length,
      ...ids.flatMap((id, c) => [id, 0x11 * Math.min(c, tables.length - 1)]),
      ...[0, 63, 0],
    ]),
    ...bits.bytes,
    ...[0xff, 0xd9],
  ])
}
