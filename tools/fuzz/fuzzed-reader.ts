/** What is fuzzed: a reader, and small valid files that it reads. */
import type { Random } from '../../packages/gentle/src/core/random.ts'

/** Changes a file in terms of its format, so that the change is not refused at its first bytes. */
export type Change = (bytes: Uint8Array, random: Random) => Uint8Array

export interface FuzzedReader {
  readonly seeds: readonly Uint8Array[]
  /** Each case has one of these, or a change of bytes, or several of them one after the other. */
  readonly changes?: readonly Change[]
  /** Reads a file: gives whatever it gives, or throws. */
  read(bytes: Uint8Array): unknown
}

/** One of several. */
export const oneOf = <T>(values: readonly T[], random: Random): T => values[random.integer(values.length)]

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
