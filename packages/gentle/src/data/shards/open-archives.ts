/** Archives that are read from at many places; of many, a few are open at once. */
import { DataError } from '../../core/errors.ts'
import { type FileAccess, openIn } from '../node.ts'

/** Files that stay open while nobody reads them. */
const idle = 32

export class OpenArchives {
  readonly #folder: string
  /** Those that were used last come last. */
  readonly #open = new Map<string, { readonly access: FileAccess; readers: number }>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Bytes of a file. @throws DataError where it is not there any more, or ends before. */
  async read(file: string, offset: number, length: number): Promise<Uint8Array> {
    const entry = this.#open.get(file) ?? { access: this.#openFile(file), readers: 0 }
    this.#open.delete(file)
    this.#open.set(file, entry)
    const bytes = new Uint8Array(length)
    entry.readers++
    try {
      await entry.access.readLater(offset, bytes)
      return bytes
    } finally {
      entry.readers--
      this.#closeSome()
    }
  }

  #openFile(file: string): FileAccess {
    const access = openIn(this.#folder, file)
    if (access === undefined) throw new DataError(`shard ${file} is not in ${this.#folder} any more`)
    return access
  }

  #closeSome(): void {
    for (const [file, { access, readers }] of this.#open) {
      if (this.#open.size <= idle) return
      if (readers > 0) continue
      this.#open.delete(file)
      access.close()
    }
  }
}
