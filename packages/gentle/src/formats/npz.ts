/** NumPy's format of several arrays: a zip archive of .npy files, stored (numpy.savez) or deflated (numpy.savez_compressed). */
import type { StoredTensor } from './elements.ts'
import { failing, quoted } from './failure.ts'
import { readNpy } from './npy.ts'
import { readZip, unzipped } from './zip.ts'

/** The .npy files of a .npz file, by the names of their arrays. @throws FormatError for an archive that is cut off or broken. */
export async function unpackNpz(bytes: Uint8Array, name = '.npz file'): Promise<Map<string, Uint8Array>> {
  const fail = failing(name)
  const files = new Map<string, Uint8Array>()
  for (const [file, entry] of readZip(bytes, fail)) {
    if (!file.endsWith('.npy')) continue
    files.set(file.slice(0, -'.npy'.length), await unzipped(entry, file, fail))
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
