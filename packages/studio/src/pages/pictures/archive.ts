/** Pictures in archives and folders, by class: files of zip, the projects of Teachable Machine among them. Nothing of an archive is unpacked before its sizes are known. */
import { unzipSync } from 'fflate'
import { GentleError } from 'gentle-dl'
import { className } from './collection.ts'
import { maxPictures } from './settings.ts'

/** An archive that cannot be read. */
export class ArchiveError extends GentleError {}

/** A picture file, and where it lay. */
export interface PictureFile {
  readonly name: string
  /** As its folder says; '' where none does. */
  readonly label: string
  readonly file: Blob
}

export interface Found {
  readonly files: readonly PictureFile[]
  /** What is told of them, in a sentence; '' for nothing. */
  readonly remark: string
}

/** The largest archive, and how much its pictures may be in all once they are unpacked. */
export const [maxArchive, maxUnpacked] = [512 * 2 ** 20, 512 * 2 ** 20]

/** The most files in an archive, whatever they are. */
const maxEntries = 20_000

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`

const pictureEnding = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|avif)$/i

/** What systems leave in folders and archives beside the files of their users. */
const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')

/** Whether a file is taken for a picture, by its name; what it is its content tells later. */
export const isPictureName = (path: string): boolean => pictureEnding.test(path) && !isHidden(path)

export const isArchiveName = (path: string): boolean => /\.(zip|tm)$/i.test(path)

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The class of a picture is the folder that it lies in. */
export function folderOf(path: string): string {
  const folders = path.split('/').slice(0, -1)
  return className(folders.at(-1) ?? '')
}

/** Between class and number in a Teachable Machine project's names of pictures: `my cat-!-12.jpg`. */
const mark = '-!-'

/** @throws ArchiveError for a project of something else than pictures. */
function checkProject(manifest: Uint8Array, name: string): void {
  let type: unknown
  try {
    type = JSON.parse(new TextDecoder().decode(manifest))?.type
  } catch {
    throw new ArchiveError(`'${name}': its manifest.json is broken; expected a Teachable Machine project that is whole`)
  }
  if (type !== undefined && type !== 'image')
    throw new ArchiveError(
      `'${name}' is a Teachable Machine project of type '${String(type).slice(0, 20)}'; expected one of images`,
    )
}

/**
 * The pictures of a zip archive. In one of folders each folder is a class; a project of Teachable Machine, which is a zip too, has the class in the names of its pictures; pictures
 * that lie in no folder are of the class that the archive is named after.
 * @throws ArchiveError for what is no zip or broken, without pictures, or larger than the page takes, before it is unpacked.
 */
export function readArchive(bytes: Uint8Array, name: string): Found {
  let [entries, pictures, unpacked] = [0, 0, 0]
  const filter = (entry: { name: string; originalSize: number; size: number; compression: number }): boolean => {
    if (++entries > maxEntries)
      throw new ArchiveError(`'${name}' lists more than ${maxEntries.toLocaleString('en')} files; expected fewer`)
    const isManifest = entry.name === 'manifest.json'
    if (!isManifest && !isPictureName(entry.name)) return false
    if (!isManifest && ++pictures > maxPictures)
      throw new ArchiveError(
        `'${name}' has more than ${maxPictures.toLocaleString('en')} pictures; expected at most as many: leave some out`,
      )
    // What is stored as it is takes what it takes in the archive, whatever its size is said to be.
    unpacked += Math.max(entry.originalSize, entry.compression === 0 ? entry.size : 0)
    if (unpacked > maxUnpacked)
      throw new ArchiveError(
        `'${name}' unpacks to more than ${megabytes(maxUnpacked)} of pictures; expected less: reduce the pictures first`,
      )
    return true
  }
  let content: Record<string, Uint8Array>
  try {
    content = unzipSync(bytes, { filter })
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    throw new ArchiveError(`'${name}' is not a zip archive, or is broken: ${(error as Error).message}`)
  }
  const manifest = Object.hasOwn(content, 'manifest.json') ? content['manifest.json'] : undefined
  const paths = Object.keys(content).filter((path) => path !== 'manifest.json')
  const isProject = paths.length > 0 && paths.every((path) => path.includes(mark))
  if (manifest !== undefined && (isProject || paths.length === 0)) checkProject(manifest, name)
  if (paths.length === 0)
    throw new ArchiveError(
      `'${name}' holds no pictures; expected a folder of PNG, JPEG, WebP, GIF, BMP or AVIF files for each class, or a Teachable Machine project`,
    )
  const ownName = className(lastOf(name).replace(/\.\w+$/, ''))
  const labelOf = (path: string): string =>
    isProject ? className(lastOf(path).split(mark)[0]) || ownName : folderOf(path) || ownName
  const files = paths.map((path) => ({
    name: lastOf(path),
    label: labelOf(path),
    file: new Blob([content[path] as Uint8Array<ArrayBuffer>]),
  }))
  const classes = new Set(files.map(({ label }) => label)).size
  return {
    files,
    remark: isProject
      ? `A Teachable Machine project: ${files.length} pictures of ${classes} ${classes === 1 ? 'class' : 'classes'}. Its model is not part of it; train one here.`
      : '',
  }
}
