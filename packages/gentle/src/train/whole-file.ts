/** Files that are there whole or not at all, in Node. */
import { StorageError } from '../core/errors.ts'

/**
 * Writes a file beside its place, and renames it: whoever reads the place finds the file that was there before, or all of the new one, also after a crash.
 * With `sync` the bytes, and then the folder's entry, are on the disk when it returns, so that this holds for a power cut, too.
 *
 * It is also run by a thread to which it is handed over as text: it must not use anything from outside.
 */
export function writeWhole(
  fs: typeof import('node:fs'),
  path: string,
  pieces: readonly Uint8Array[],
  sync: boolean,
): void {
  const part = `${path}.part`
  try {
    const file = fs.openSync(part, 'w')
    try {
      // Systems take no more than 2 GiB at once, and may take less than that.
      for (const piece of pieces)
        for (let at = 0; at < piece.length; ) at += fs.writeSync(file, piece, at, Math.min(piece.length - at, 2 ** 30))
      if (sync) fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    fs.renameSync(part, path)
  } catch (error) {
    // What there is of it takes room on a full disk.
    fs.rmSync(part, { force: true })
    throw error
  }
  // Windows opens no folders, and writes their entries by itself.
  if (!sync || process.platform === 'win32') return
  const folder = fs.openSync(path.replace(/[^/]*$/, '') || '.', 'r')
  try {
    fs.fsyncSync(folder)
  } finally {
    fs.closeSync(folder)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk; free some',
  EDQUOT: 'the quota of the disk is used up; free some space',
  EFBIG: 'the file is larger than the disk takes; choose another disk',
  EROFS: 'the disk is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk failed; look at its health, and copy what is on it',
  ENOENT: 'its folder is not there any more',
}

/** What the system says of a file, in a line. */
export const reasonOf = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException
  return Object.hasOwn(reasons, code) ? `${reasons[code]} (${code})` : message.split('\n')[0]
}

/** What a file that could not be written is told by. */
export const storageError = (path: string, cause: unknown): StorageError =>
  new StorageError(`${path} could not be written: ${reasonOf(cause)}; what it held before is kept`, path, { cause })
