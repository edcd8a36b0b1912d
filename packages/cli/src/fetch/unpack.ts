/** Archives of data sets. They are unpacked only after their digests were found right. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { storageError } from './download-error.ts'

/** How each kind is unpacked into a folder: files alone, without the topmost folder of their paths. */
const unpackers = {
  async 'tar.gz'(archive: string, folder: string): Promise<void> {
    const { unpackTar } = await import('modern-tar/fs')
    const filter = ({ type }: { readonly type?: string }): boolean => type === 'file' || type === 'directory'
    await pipeline(createReadStream(archive), createGunzip(), unpackTar(folder, { strip: 1, filter }))
  },
  /** EMNIST's files lie in one folder. */
  async zip(archive: string, folder: string): Promise<void> {
    const { openPromise } = await import('yauzl')
    const zip = await openPromise(archive)
    for await (const entry of zip.eachEntry())
      if (!entry.fileName.endsWith('/'))
        await pipeline(
          await zip.openReadStreamPromise(entry),
          createWriteStream(join(folder, basename(entry.fileName))),
        )
  },
} as const

/**
 * Unpacks an archive into a folder that appears when all is in it; the archive is deleted then.
 * @throws DownloadError where there is no space.
 */
export async function unpack(archive: string, kind: keyof typeof unpackers, folder: string): Promise<void> {
  const part = `${folder}.part`
  try {
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true })
    await unpackers[kind](archive, part)
    await rename(part, folder)
    await rm(archive)
  } catch (error) {
    throw storageError(error, folder)
  }
}
