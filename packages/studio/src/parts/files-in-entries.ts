/** Files that somebody gives, folders and all. */

/** A file, and its path within what was dropped. */
export interface FoundFile {
  readonly path: string
  readonly file: File
}

/** Files that were chosen, with their paths within the folder where one was. */
export const foundFiles = (files: readonly File[]): FoundFile[] =>
  files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))

/**
 * Files that were dropped or pasted, those in folders too, in the order of their paths.
 * @param max how many are taken of folders
 */
export const givenFiles = async (
  files: readonly File[],
  entries: readonly FileSystemEntry[],
  max: number,
): Promise<readonly FoundFile[]> =>
  entries.some(({ isDirectory }) => isDirectory) ? filesInEntries(entries, max) : foundFiles(files)

/** All entries of a folder: a browser gives them by the hundred. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

/**
 * The files in entries, in the order of their paths.
 * @param max how many are taken; what is beyond is left out, so a folder of a whole disk takes no longer
 */
async function filesInEntries(entries: readonly FileSystemEntry[], max: number): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const add = async (entry: FileSystemEntry): Promise<void> => {
    if (found.length >= max) return
    if (entry.isDirectory) {
      const within = await entriesOf(entry as FileSystemDirectoryEntry)
      for (const each of within.sort((a, b) => (a.name < b.name ? -1 : 1))) await add(each)
      return
    }
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    found.push({ path: entry.fullPath.replace(/^\//, ''), file })
  }
  for (const entry of entries) await add(entry)
  return found
}
