/** A thread that writes checkpoints, in Node, while the training goes on. */
import { sealPieces, sealPlace, slowChecksum } from '../formats/seal.ts'
import { storageError, writeWhole } from './whole-file.ts'

/** A file by its whole path. */
export interface FileToWrite {
  readonly path: string
  readonly pieces: readonly Uint8Array[]
  readonly sync: boolean
  /** Whether its checksum is put into its first piece before it is written. */
  readonly seal?: boolean
}

/** What is kept of the checkpoints before: the last `count` copies of a file, by the numbers in their names. */
export interface KeptCopies {
  readonly of: string
  readonly folder: string
  readonly number: number
  readonly count: number
}

export interface WriteJob {
  readonly files: readonly FileToWrite[]
  /** Numbers that must be finite: else nothing is written. */
  readonly finite: readonly Float32Array[]
  readonly keep?: KeptCopies
}

/** What the thread answers: nothing, or what failed. */
type Answer = { readonly path: string; readonly code?: string; readonly message: string } | { readonly finite: boolean }

interface Port {
  on(event: 'message', listener: (job: WriteJob) => void): void
  postMessage(answer: Answer): void
}

/** The thread's program. It is handed over as text, so that no bundler has to find a file: it must not use anything from outside. */
function writerMain(
  port: Port,
  fs: typeof import('node:fs'),
  write: typeof writeWhole,
  seal: (pieces: readonly Uint8Array[]) => void,
): void {
  const areFinite = (values: Float32Array): boolean => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[i] * 0
    return sum === 0
  }
  /** A second name for the file where the disk has such, which takes no room, else a copy. */
  const keepCopy = ({ of, folder, number, count }: KeptCopies): void => {
    const nameOf = (n: number): string => `${folder}/step-${n}.safetensors`
    fs.mkdirSync(folder, { recursive: true })
    fs.rmSync(nameOf(number), { force: true })
    try {
      fs.linkSync(of, nameOf(number))
    } catch {
      fs.copyFileSync(of, nameOf(number))
    }
    const numbers = fs.readdirSync(folder).flatMap((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
    numbers.sort((a, b) => Number(a) - Number(b))
    for (const old of numbers.slice(0, -count)) fs.rmSync(nameOf(Number(old)))
  }
  port.on('message', ({ files, finite, keep }) => {
    let path = ''
    try {
      if (!finite.every(areFinite)) return port.postMessage({ finite: false })
      for (const file of files) {
        path = file.path
        if (file.seal) seal(file.pieces)
        write(fs, path, file.pieces, file.sync)
      }
      if (keep !== undefined) {
        path = keep.folder
        keepCopy(keep)
      }
      port.postMessage({ finite: true })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      port.postMessage({ path, code, message })
    }
  })
}

/** Pieces that follow each other in memory as one: fewer messages' worth to hand over. */
function merged(pieces: readonly Uint8Array[]): Uint8Array[] {
  const result: Uint8Array[] = []
  for (const piece of pieces) {
    const before = result.at(-1)
    if (
      before !== undefined &&
      before.buffer === piece.buffer &&
      before.byteOffset + before.length === piece.byteOffset
    )
      result[result.length - 1] = new Uint8Array(piece.buffer, before.byteOffset, before.length + piece.length)
    else result.push(piece)
  }
  return result
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const floatsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4)

/** Writes one job after the other. What is handed over must stay as it is until the job is done; memory that threads share is not copied. */
export class CheckpointWriter {
  readonly #worker: import('node:worker_threads').Worker
  #settle: ((answer: Answer | Error) => void) | undefined
  /** Why the thread has ended. */
  #ended: Error | undefined

  constructor() {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const checksum = `require('node:zlib').crc32 ?? (${slowChecksum})()`
    const seal = `(pieces) => (${sealPieces})(pieces, ${sealPlace}, ${checksum})`
    const source = `(${writerMain})(require('node:worker_threads').parentPort, require('node:fs'), ${writeWhole}, ${seal})`
    this.#worker = new Worker(source, { eval: true, execArgv: [] })
    this.#worker.on('message', (answer: Answer) => this.#settle?.(answer))
    this.#worker.on('error', (error: Error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the thread that writes checkpoints ended')))
    this.#worker.unref()
  }

  #end(reason: Error): void {
    this.#ended ??= reason
    this.#settle?.(this.#ended)
  }

  /** Whether its thread has ended, so that it writes nothing more. */
  get hasEnded(): boolean {
    return this.#ended !== undefined
  }

  /**
   * Gives whether all was written: nothing is where a number is not finite.
   * @throws StorageError for the first file that could not be written; those after it are not tried.
   */
  async write({ files, finite, keep }: WriteJob): Promise<boolean> {
    if (this.#ended !== undefined) throw storageError(files[0].path, this.#ended)
    this.#worker.ref()
    try {
      const answer = await new Promise<Answer | Error>((resolve) => {
        this.#settle = resolve
        this.#worker.postMessage({
          files: files.map((file) => ({ ...file, pieces: merged(file.pieces) })),
          finite: merged(finite.map(bytesOf)).map(floatsOf),
          keep,
        } satisfies WriteJob)
      })
      if ('finite' in answer) return answer.finite
      throw storageError('path' in answer ? answer.path : files[0].path, answer)
    } finally {
      this.#settle = undefined
      this.#worker.unref()
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
