/**
 * The heaps of an HDF5 file, in which texts of variable length stand (The HDF Group, "HDF5 File Format Specification", section III.E, "Global Heap"). The HDF5 library goes on from
 * free space by its size: of size 0, which only a damaged file has, for ever. So they are looked through before it.
 */
import type { Fail } from './failure.ts'

/** `GCOL`, version 1, and three bytes of 0: among numbers so many bytes are not met by chance. */
const signature = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0]

const objectHeader = 16

/** Refuses a file with free space of size 0 in a heap. Sizes are of 8 bytes, as all programs write them. */
export function checkHeaps(bytes: Uint8Array, fail: Fail): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = bytes.indexOf(signature[0]); at >= 0; at = bytes.indexOf(signature[0], at + 1)) {
    if (at + objectHeader > bytes.length || signature.some((byte, i) => bytes[at + i] !== byte)) continue
    const end = Math.min(bytes.length, at + Number(view.getBigUint64(at + 8, true)))
    for (let object = at + objectHeader; object + objectHeader <= end; ) {
      const size = Number(view.getBigUint64(object + 8, true))
      const isFree = view.getUint16(object, true) === 0
      if (isFree && size === 0) fail(`its HDF5 file is broken: the heap at byte ${at} has free space of size 0`)
      object += isFree ? size : objectHeader + Math.ceil(size / 8) * 8
    }
  }
}
