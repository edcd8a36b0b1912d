/**
 * Huffman codes as a table, in which the next ten bits of a file tell a code, and for longer codes where the table of the next six bits is. An entry has in bits 0 to 4
 * how many bits a code has together with those that follow it, in bits 8 to 11 the zeros before what it stands for, and from bit 16 on a mask of those that follow.
 */
import type { HuffmanCodes } from './header.ts'

/** Bits of a code that are looked up at first, and then. */
export const [shortBits, longBits] = [10, 6]

/** An entry with this bit has no coefficient: those that are left in the block are zeros. */
export const endOfBlock = 2 ** 31

/** The code is longer: the other bits tell where its table begins, in bytes behind this one's. */
export const isLonger = 2 ** 30

/** No code has an entry of 0. */
function entryOf(length: number, symbol: number, endsBlock: boolean): number {
  if (endsBlock && symbol === 0) return endOfBlock | length
  const size = symbol & 15
  return (length + size) | ((symbol >> 4) << 8) | (((1 << size) - 1) << 16)
}

/** How many beginnings of ten bits longer codes have, which stand behind one another. */
function longerBeginnings(counts: Uint8Array): number {
  let [code, short] = [0, 0]
  for (const [i, count] of counts.entries()) {
    code = 2 * code + count
    if (i + 1 === shortBits) short = code
  }
  return Math.ceil(code / 2 ** longBits) - short
}

/**
 * A table of codes.
 * @param endsBlock whether symbol 0 ends a block: of codes of other coefficients than the first
 */
export function huffmanTable({ counts, symbols }: HuffmanCodes, endsBlock: boolean): Uint32Array {
  const [short, long] = [2 ** shortBits, 2 ** longBits]
  // The first of the longer tables has no codes.
  let end = short + long
  const table = new Uint32Array(end + long * longerBeginnings(counts))
  const none = isLonger | (4 * short)
  table.fill(none, 0, short)
  let [code, next] = [0, 0]
  for (let length = 1; length <= 16; length++, code *= 2)
    for (let i = 0; i < counts[length - 1]; i++, code++) {
      const entry = entryOf(length, symbols[next++], endsBlock)
      if (length <= shortBits) {
        const spare = shortBits - length
        table.fill(entry, code << spare, (code + 1) << spare)
        continue
      }
      const beginning = code >> (length - shortBits)
      if (table[beginning] === none) {
        table[beginning] = isLonger | (4 * end)
        end += long
      }
      const spare = shortBits + longBits - length
      const begin = (table[beginning] - isLonger) / 4 + ((code << spare) & (long - 1))
      table.fill(entry, begin, begin + 2 ** spare)
    }
  return table
}
