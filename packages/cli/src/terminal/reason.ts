/** Why the system refuses a file, in plain words. */

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder; expected a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space left on the disk',
}

/** What an error of the file system means, else its first line. @param doing a file that is written lacks its folder */
export function reasonOf(error: unknown, doing: 'read' | 'write' = 'read'): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return doing === 'read' ? 'no such file' : 'no such folder'
  return Object.hasOwn(reasons, code) ? reasons[code] : message.split('\n')[0]
}
