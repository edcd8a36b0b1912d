/** The run folders below a folder, and what they tell of themselves; nothing outside of it is read, whatever links lead there. */
import { constants, type Dirent } from 'node:fs'
import { type FileHandle, lstat, open, readdir, realpath } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { DataError } from 'gentle-dl'
import { reasonOf } from '../terminal/reason.ts'
import { UsageError } from '../terminal/usage.ts'

/** The files that tell of a training, in the order of a run's life; where `metrics.csv` is, is a run. */
export const runFiles = ['run.json', 'metrics.csv', 'diverged.json', 'summary.json'] as const

export interface FoundRun {
  /** From the folder of all runs, with `/` between names; '' for that folder itself. */
  readonly path: string
  /** When one of its files changed last, in milliseconds since 1970. */
  readonly changed: number
  /** Differs whenever a file that it tells of has changed. */
  readonly stamp: string
  /** Names of its pictures. */
  readonly pictures: readonly string[]
}

/** What a run tells: texts of its files by their names. */
export interface RunTexts {
  readonly files: Readonly<Record<string, string>>
  /** Of files that cannot be read, a line each. */
  readonly problems: readonly string[]
}

const megabyte = 2 ** 20

/** Bytes of a file that are read, at most. */
const largest = { text: 4 * megabyte, picture: 16 * megabyte } as const

/** Runs are where `gentle train` puts them: runs/TASK/NAME. */
const deepest = 4

/** Folders that are looked into, at most, so that a folder of a whole disk does no harm. */
const mostFolders = 5_000

/** Runs that are told of, at most: those that changed last. */
const mostRuns = 100

const isPicture = (name: string): boolean => /^[\w-]{1,60}\.(?:svg|png)$/.test(name)

/** Whether a name of a path can lead nowhere but down. */
const isPlain = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)

export class RunsFolder {
  /** Without links in it. */
  readonly #root: string

  /**
   * @param named stands before the path in messages
   * @throws UsageError for what is no folder that can be read.
   */
  static async open(path: string, named = ''): Promise<RunsFolder> {
    try {
      const root = await realpath(path)
      await readdir(root)
      return new RunsFolder(root)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const reason = code === 'ENOENT' ? 'it is not there' : code === 'ENOTDIR' ? 'it is a file' : reasonOf(error)
      throw new UsageError(`${named}${path} is not a folder that can be read: ${reason}`)
    }
  }

  private constructor(root: string) {
    this.#root = root
  }

  get name(): string {
    return basename(this.#root)
  }

  /**
   * All runs, by their paths, and how many more there are than are told of.
   * @throws DataError for more folders than are looked into.
   */
  async list(): Promise<{ readonly runs: readonly FoundRun[]; readonly more: number }> {
    const found: FoundRun[] = []
    let looked = 0
    const look = async (names: readonly string[]): Promise<void> => {
      if (++looked > mostFolders)
        throw new DataError(
          `'${this.name}' has more than ${mostFolders.toLocaleString('en')} folders in it; give a folder nearer to the runs`,
        )
      const entries = await readdir(join(this.#root, ...names), { withFileTypes: true }).catch((): Dirent[] => [])
      // An entry that is a link is neither a file nor a folder.
      if (entries.some((entry) => entry.name === 'metrics.csv' && entry.isFile())) {
        const run = await this.#found(names, entries)
        if (run !== undefined) found.push(run)
      } else if (names.length < deepest)
        for (const entry of entries)
          if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
            await look([...names, entry.name])
    }
    await look([])
    const newest = found.sort((a, b) => b.changed - a.changed).slice(0, mostRuns)
    return { runs: newest.sort((a, b) => (a.path < b.path ? -1 : 1)), more: found.length - newest.length }
  }

  async #found(names: readonly string[], entries: readonly Dirent[]): Promise<FoundRun | undefined> {
    const pictures = entries.filter((entry) => entry.isFile() && isPicture(entry.name)).map((entry) => entry.name)
    const stamps = await Promise.all(
      runFiles.map(async (name) => {
        // What is not there yet, or not any more.
        const stat = await lstat(join(this.#root, ...names, name)).catch(() => undefined)
        return stat === undefined ? [0, 0] : [stat.mtimeMs, stat.size]
      }),
    )
    const changed = Math.max(...stamps.map(([time]) => time))
    if (changed === 0) return undefined
    return { path: names.join('/'), changed, stamp: [...stamps.flat(), ...pictures].join(), pictures: pictures.sort() }
  }

  /** The texts of a run's files; what is not there, such as the summary of a run that goes on, is left out. */
  async read(path: string): Promise<RunTexts> {
    const files: Record<string, string> = {}
    const problems: string[] = []
    for (const name of runFiles)
      try {
        const bytes = await this.#bytes(path, name, largest.text)
        if (bytes !== undefined) files[name] = bytes.toString('utf8')
      } catch (error) {
        problems.push(reasonOf(error))
      }
    return { files, problems }
  }

  /** A picture of a run; undefined where there is none. @throws DataError for a path that leads elsewhere. */
  async picture(path: string, name: string): Promise<Buffer | undefined> {
    return isPicture(name) ? this.#bytes(path, name, largest.picture) : undefined
  }

  /** A file of a run; undefined where there is none. @throws DataError for what is not below the folder, no plain file, or too large. */
  async #bytes(path: string, name: string, most: number): Promise<Buffer | undefined> {
    const names = [...(path === '' ? [] : path.split('/')), name]
    if (!names.every(isPlain)) throw new DataError(`'${path.slice(0, 80)}' is not a path below the folder of runs`)
    const file = join(this.#root, ...names)
    let handle: FileHandle
    try {
      // Never through a link at its end, and never waiting at a pipe.
      handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw new DataError(`${names.join('/')} cannot be read: ${code ?? reasonOf(error)}`)
    }
    try {
      const real = await realpath(file)
      if (real !== file || !real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep))
        throw new DataError(`${names.join('/')} is behind a link; only what lies in the folder of runs itself is read`)
      const stat = await handle.stat()
      if (!stat.isFile()) throw new DataError(`${names.join('/')} is not a file`)
      if (stat.size > most)
        throw new DataError(`${names.join('/')} has ${stat.size} bytes; at most ${most} are read of such a file`)
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }
}
