/** What others compressed, inflated no further than it may become: a byte of deflate can stand for a thousand, so a small file for all memory. */
import { joined } from '../core/joined.ts'

/**
 * The bytes that compressed ones stand for; of more than `most` the first, a few more than that.
 * @throws TypeError for what is broken or cut off.
 */
export async function inflated(data: Uint8Array, format: CompressionFormat, most: number): Promise<Uint8Array> {
  const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream(format))
  const reader = stream.getReader()
  const pieces: Uint8Array[] = []
  for (let length = 0; length <= most; length += pieces.at(-1)!.length) {
    const { value, done } = await reader.read()
    if (done) return joined(Uint8Array, pieces)
    pieces.push(value)
  }
  // What is broken further on is not looked at.
  await reader.cancel().catch(() => {})
  return joined(Uint8Array, pieces)
}
