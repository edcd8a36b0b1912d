/** JSON of strangers. */
import type { Fail } from '../failure.ts'

/** An object's members, of any kind. */
export type Json = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** What the bytes of a JSON text stand for. */
export function parseJson(bytes: Uint8Array, fail: Fail): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    return fail('it is not JSON text', cause)
  }
}
