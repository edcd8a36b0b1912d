/** What others compressed, inflated no further than it may become: a byte of deflate can stand for a thousand, so a small file for all memory. */

/** The bytes that compressed ones stand for, piece by piece. Who stops taking them ends the work. @throws TypeError for what is broken or cut off. */
export async function* inflating(data: Uint8Array, format: CompressionFormat): AsyncGenerator<Uint8Array> {
  const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream(format))
  const reader = stream.getReader()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    // What is broken has ended by itself.
    await reader.cancel().catch(() => {})
  }
}
