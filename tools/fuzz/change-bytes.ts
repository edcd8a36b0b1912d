/** Changes of bytes that know nothing of a format. */
import type { Random } from '../../packages/gentle/src/core/random.ts'
import { type Change, oneOf } from './fuzzed-reader.ts'

/** Sizes and counts that go wrong: ends of ranges, and what is a little beside them. */
const oddNumbers = [0n, 1n, 2n, 7n, 127n, 128n, 255n, 256n, 32767n, 32768n, 65535n, 65536n, 100_000_000n].concat(
  [31n, 32n, 53n, 63n, 64n].flatMap((power) => [2n ** power - 1n, 2n ** power]),
)

const place = (bytes: Uint8Array, random: Random): number => random.integer(bytes.length)

const flipBit: Change = (bytes, random) => {
  const copy = bytes.slice()
  copy[place(bytes, random)] ^= 1 << random.integer(8)
  return copy
}

const setByte: Change = (bytes, random) => {
  const copy = bytes.slice()
  copy[place(bytes, random)] = random.integer(256)
  return copy
}

/** An odd number of 2, 4 or 8 bytes, in either order. */
const setNumber: Change = (bytes, random) => {
  const width = oneOf([2, 4, 8], random)
  if (bytes.length < width) return flipBit(bytes, random)
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  const at = random.integer(bytes.length - width + 1)
  const value = oneOf(oddNumbers, random)
  const little = random.integer(2) === 0
  if (width === 2) view.setUint16(at, Number(value & 0xffffn), little)
  else if (width === 4) view.setUint32(at, Number(value & 0xffffffffn), little)
  else view.setBigUint64(at, value, little)
  return copy
}

/** A stretch of bytes: from, to. */
function stretch(bytes: Uint8Array, random: Random): [number, number] {
  const from = place(bytes, random)
  return [from, Math.min(bytes.length, from + 1 + random.integer(64))]
}

const remove: Change = (bytes, random) => {
  const [from, to] = stretch(bytes, random)
  return Uint8Array.of(...bytes.subarray(0, from), ...bytes.subarray(to))
}

const repeat: Change = (bytes, random) => {
  const [from, to] = stretch(bytes, random)
  return Uint8Array.of(...bytes.subarray(0, to), ...bytes.subarray(from))
}

const copyElsewhere: Change = (bytes, random) => {
  const [from, to] = stretch(bytes, random)
  const copy = bytes.slice()
  const at = place(bytes, random)
  copy.set(bytes.subarray(from, Math.min(to, from + bytes.length - at)), at)
  return copy
}

const cutEnd: Change = (bytes, random) => bytes.slice(0, place(bytes, random))

const cutStart: Change = (bytes, random) => bytes.slice(place(bytes, random))

const anyBytes: Change = (_, random) => Uint8Array.from({ length: random.integer(200) }, () => random.integer(256))

const often = [flipBit, setByte, setNumber]
const seldom = [remove, repeat, copyElsewhere, cutEnd, cutStart, anyBytes]

/** One change of bytes. */
export const changeBytes: Change = (bytes, random) => {
  if (bytes.length === 0) return anyBytes(bytes, random)
  return oneOf(random.integer(3) > 0 ? often : seldom, random)(bytes, random)
}
