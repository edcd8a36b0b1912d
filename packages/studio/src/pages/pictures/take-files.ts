/** Everything that somebody drops or chooses, as pictures of classes: files, folders and archives. */
import {
  ArchiveError,
  folderOf,
  isArchiveName,
  isPictureName,
  maxArchive,
  type PictureFile,
  readArchive,
} from './archive.ts'

/** A file, and its path within what was dropped or chosen. */
export interface GivenFile {
  readonly path: string
  readonly file: Blob
}

export interface TakenFiles {
  readonly files: readonly PictureFile[]
  /** What is told, a line each. */
  readonly remarks: readonly string[]
  readonly problems: readonly string[]
}

/** The most problems that are told one by one. */
const maxTold = 4

/** Some of many lines, and how many more there are. */
export const someOf = (lines: readonly string[]): string[] =>
  lines.length <= maxTold
    ? [...lines]
    : [...lines.slice(0, maxTold - 1), `And ${lines.length - maxTold + 1} more could not be taken.`]

/** The picture files among what is given; a file that cannot be taken does not hold up the others. */
export async function takeFiles(given: readonly GivenFile[]): Promise<TakenFiles> {
  const files: PictureFile[] = []
  const [remarks, problems]: [string[], string[]] = [[], []]
  for (const { path, file } of given) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (isPictureName(path) || (file.type.startsWith('image/') && !name.startsWith('.')))
      files.push({ name, label: folderOf(path), file })
    else if (isArchiveName(path)) {
      try {
        if (file.size > maxArchive)
          throw new ArchiveError(
            `'${name}' has ${Math.round(file.size / 2 ** 20)} MB; expected an archive of at most ${maxArchive / 2 ** 20} MB`,
          )
        const found = readArchive(new Uint8Array(await file.arrayBuffer()), name)
        files.push(...found.files)
        if (found.remark !== '') remarks.push(found.remark)
      } catch (error) {
        problems.push((error as Error).message)
      }
    } else if (!path.includes('/'))
      // What else lies in a folder is passed over.
      problems.push(
        `'${name}' is neither a picture nor an archive; expected PNG, JPEG, WebP, GIF, BMP, AVIF, zip or tm`,
      )
  }
  if (files.length === 0 && problems.length === 0) problems.push('There are no pictures in what you gave.')
  return { files, remarks, problems }
}
