/** NumPy's format of several arrays: a zip archive of .npy files, stored (numpy.savez) or deflated (numpy.savez_compressed). */
import type { StoredTensor } from './elements.ts'
import { failing, quoted } from './failure.ts'
import { readNpy } from './npy.ts'
import { readZip } from './zip.ts'

async function inflated(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** The .npy files of a .npz file, by the names of their arrays. @throws FormatError for an archive that is cut off or broken. */
export async function unpackNpz(bytes: Uint8Array, name = '.npz file'): Promise<Map<string, Uint8Array>> {
  const fail = failing(name)
  const files = new Map<string, Uint8Array>()
  for (const [file, { isCompressed, data }] of readZip(bytes, fail)) {
    if (!file.endsWith('.npy')) continue
    const array = file.slice(0, -'.npy'.length)
    let content = data
    if (isCompressed)
      try {
        content = await inflated(data)
      } catch (cause) {
        fail(`its array ${quoted(array)} cannot be inflated; the file is broken`, cause)
      }
    files.set(array, content)
  }
  return files
}

/** How messages call an array of a .npz file. */
export const arrayOf = (array: string, name: string): string => `array ${quoted(array)} of ${name}`

/**
 * The arrays of a .npz file by name. `name` stands in messages.
 * @throws FormatError for an archive or an array that is cut off or broken, and for elements that `readNpy` does not take.
 */
export async function readNpz(bytes: Uint8Array, name = '.npz file'): Promise<Map<string, StoredTensor>> {
  const files = await unpackNpz(bytes, name)
  return new Map([...files].map(([array, content]) => [array, readNpy(content, arrayOf(array, name))]))
}
