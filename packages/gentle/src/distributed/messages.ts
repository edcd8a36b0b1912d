/** Values between ranks: all that JSON has, and NaN and infinities. */
import { fromJson, toJson } from '../core/json-numbers.ts'
import type { Addends, Ranks } from './ranks.ts'

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(toJson(value))

const decoded = <T>(messages: readonly Uint8Array[]): T[] =>
  messages.map((bytes) => fromJson(new TextDecoder().decode(bytes)) as T)

/** The values of all ranks, in order; the same for a process alone. */
export const gathered = async <T>(ranks: Ranks | undefined, value: T): Promise<T[]> =>
  ranks === undefined ? [value] : decoded(await ranks.gather(encode(value)))

/** As `ranks.sum`, with values as messages. */
export const summed = async <T>(ranks: Ranks, addends: Addends, value: T): Promise<T[]> =>
  decoded(await ranks.sum(addends, encode(value)))
