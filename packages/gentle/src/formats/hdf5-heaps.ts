/**
 * The heaps of an HDF5 file, in which names and texts stand (The HDF Group, "HDF5 File Format Specification", sections III.D, "Local Heaps", and III.E, "Global Heap"). In damaged files
 * the HDF5 library goes on for ever, or until its memory is full: from free space that is smaller than its header, and along a list of free space that goes round. So they are looked through before it.
 * Sizes are of 8 bytes, as all programs write them.
 */
import type { Fail } from './failure.ts'

/** Refuses a file with free space of a size that no program writes in a global heap, or a list of free space that does not end in a local one. */
export function checkHeaps(bytes: Uint8Array, fail: Fail): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const at of placesOf(globalHeap, bytes)) checkGlobalHeap(view, at, fail)
  for (const at of placesOf(localHeap, bytes)) checkLocalHeap(view, at, fail)
}

/** `GCOL`, version 1, and three bytes of 0: among numbers so many bytes are not met by chance. */
const globalHeap = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0]

/** `HEAP`, version 0, and three bytes of 0. */
const localHeap = [0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0]

/** Bytes of a header, of an object or of free space. */
const header = 16

function* placesOf(signature: readonly number[], bytes: Uint8Array): Generator<number> {
  for (let at = bytes.indexOf(signature[0]); at >= 0; at = bytes.indexOf(signature[0], at + 1))
    if (at + header <= bytes.length && signature.every((byte, i) => bytes[at + i] === byte)) yield at
}

const size = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

function checkGlobalHeap(view: DataView, at: number, fail: Fail): void {
  const end = Math.min(view.byteLength, at + size(view, at + 8))
  for (let object = at + header; object + header <= end; ) {
    const length = size(view, object + 8)
    const isFree = view.getUint16(object, true) === 0
    // It begins with a header, and all in a heap begins at a multiple of 8 bytes.
    if (isFree && (length < header || length % 8 !== 0))
      fail(`its HDF5 file is broken: the heap at byte ${at} has free space of size ${length}`)
    object += isFree ? length : header + Math.ceil(length / 8) * 8
  }
}

/** What ends a list of free space, whose blocks begin with the place of the next. */
const listEnd = 1

function checkLocalHeap(view: DataView, at: number, fail: Fail): void {
  if (at + 32 > view.byteLength) return
  const [length, first, data] = [8, 16, 24].map((offset) => size(view, at + offset))
  const end = Math.min(view.byteLength, data + length)
  let blocks = 0
  // Outside of the heap the library refuses it.
  for (let block = first; block !== listEnd && data + block + header <= end; block = size(view, data + block))
    if (++blocks > length / header)
      fail(`its HDF5 file is broken: the list of free space of the heap at byte ${at} goes round`)
}
