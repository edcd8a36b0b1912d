/** Changes of protobuf: one value of a message in a message is another, and all lengths are right. */
import type { Random } from '../../packages/gentle/src/core/random.ts'
import { changeBytes } from './change-bytes.ts'
import { type Change, oneOf } from './fuzzed-reader.ts'

interface Field {
  readonly number: number
  readonly wire: number
  /** A number, bytes, or a message. */
  value: bigint | Uint8Array | Field[]
}

const oddNumbers = [
  0n,
  1n,
  2n,
  3n,
  7n,
  8n,
  100n,
  1_000_000n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/** The fields of a message; undefined for bytes that are none. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; at < bytes.length && shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw new RangeError('a number does not end')
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('a field does not end')
    at += length
    return bytes.subarray(at - length, at)
  }
  const fields: Field[] = []
  try {
    while (at < bytes.length) {
      const key = Number(varint())
      const [number, wire] = [Math.floor(key / 8), key % 8]
      if (number === 0 || number > 100 || ![0, 1, 2, 5].includes(wire)) return undefined
      const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()))
      const inner = wire === 2 && value instanceof Uint8Array && value.length > 1 ? fieldsOf(value) : undefined
      fields.push({ number, wire, value: inner ?? value })
    }
  } catch {
    return undefined
  }
  return fields
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)]
    bytes.push(Number(rest & 127n) | 128)
  }
}

const bytesOf = (fields: readonly Field[]): number[] =>
  fields.flatMap(({ number, wire, value }) => {
    const key = varintBytes(BigInt(number * 8 + wire))
    if (typeof value === 'bigint') return [...key, ...varintBytes(value)]
    const content = value instanceof Uint8Array ? [...value] : bytesOf(value)
    return wire === 2 ? [...key, ...varintBytes(BigInt(content.length)), ...content] : [...key, ...content]
  })

/** A list of fields, and a place in it. */
type Place = readonly [fields: Field[], index: number]

const placesIn = (fields: Field[]): Place[] =>
  fields.flatMap((field, i) => [[fields, i] as const, ...(Array.isArray(field.value) ? placesIn(field.value) : [])])

function change(places: readonly Place[], random: Random): void {
  const [fields, index] = oneOf(places, random)
  const field = fields[index]
  const kind = random.integer(8)
  if (kind === 0) fields.splice(index, 1)
  else if (kind === 1) fields.splice(index, 0, structuredClone(field))
  else if (kind === 2) {
    const [others, other] = oneOf(places, random)
    field.value = structuredClone(others[other].value)
    if (field.wire !== others[other].wire) fields[index] = { ...field, wire: others[other].wire }
  } else if (typeof field.value === 'bigint') field.value = oneOf(oddNumbers, random)
  else if (field.value instanceof Uint8Array && field.value.length > 0)
    // Of 4 and 8 bytes, only what keeps their number.
    field.value = field.wire === 2 ? changeBytes(field.value, random) : field.value.map(() => random.integer(256))
  else fields.splice(index, 1)
}

/** One change of a message. */
export const changeProtobuf: Change = (bytes, random) => {
  const fields = fieldsOf(bytes)
  if (fields === undefined || fields.length === 0) return bytes
  change(placesIn(fields), random)
  return Uint8Array.from(bytesOf(fields))
}
