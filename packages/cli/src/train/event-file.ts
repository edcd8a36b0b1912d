/** Event files of TensorBoard: TFRecords of its protocol buffers (tensorflow/core/util/event.proto, framework/summary.proto). */

/** CRC-32C, Castagnoli's polynomial from the low bit up. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

export const crc32c = (bytes: Uint8Array): number =>
  ~bytes.reduce((crc, byte) => table[(crc ^ byte) & 0xff] ^ (crc >>> 8), 0xffffffff) >>> 0

/** As TFRecords hold it, since a checksum of what has checksums in it is weak. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** A record: its length, a checksum of that, its bytes and theirs. */
function record(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(bytes.length + 16)
  const view = new DataView(framed.buffer)
  view.setBigUint64(0, BigInt(bytes.length), true)
  view.setUint32(8, maskedCrc(framed.subarray(0, 8)), true)
  framed.set(bytes, 12)
  view.setUint32(12 + bytes.length, maskedCrc(bytes), true)
  return framed
}

/** What an event tells: numbers or texts by their tags, or that a training begins at its step, so that what was told of later ones is void. */
export type EventContent =
  | { readonly kind: 'version' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'scalars'; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'text'; readonly tag: string; readonly text: string }

type Bytes = readonly number[]

/** A whole number in groups of seven bits, the lowest first. */
function varint(value: number): Bytes {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0))
    if (rest < 128) return bytes
  }
}

/** Fields of a message by their numbers: whole numbers, bytes or texts with their lengths, and numbers of 8 and 4 bytes. */
const whole = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)]
const message = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const body = parts.flat()
  return [...varint(field * 8 + 2), ...varint(body.length), ...body]
}
const text = (field: number, value: string): Bytes => message(field, [...new TextEncoder().encode(value)])
const bytesOf = (array: Float64Array | Float32Array): Bytes => [...new Uint8Array(array.buffer)]
const double = (field: number, value: number): Bytes => [...varint(field * 8 + 1), ...bytesOf(Float64Array.of(value))]
const float = (field: number, value: number): Bytes => [...varint(field * 8 + 5), ...bytesOf(Float32Array.of(value))]

const scalar = ([tag, value]: readonly [string, number]): Bytes => message(1, text(1, tag), float(2, value))

/** DT_STRING of types.proto. */
const stringType = 7

/** A text as the plug-in for texts takes it: a tensor of one string. */
const textValue = (tag: string, content: string): Bytes =>
  message(
    1,
    text(1, tag),
    message(8, whole(1, stringType), message(2, message(2, whole(1, 1))), text(8, content)),
    message(9, message(1, text(1, 'text'))),
  )

function contentOf(content: EventContent): Bytes {
  if (content.kind === 'version') return text(3, 'brain.Event:2')
  // SessionLog with the status START.
  if (content.kind === 'begin') return message(7, whole(1, 1))
  if (content.kind === 'text') return message(5, textValue(content.tag, content.text))
  return message(5, ...Object.entries(content.values).map(scalar))
}

/** An event as a record. @param time in seconds since 1970 */
export const eventRecord = (content: EventContent, step: number, time: number): Uint8Array =>
  record(Uint8Array.from([...double(1, time), ...whole(2, step), ...contentOf(content)]))
