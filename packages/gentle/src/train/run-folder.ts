/** The folder of a training, in Node: its weights, the figures of its epochs, and what is needed to go on. */
import { DataError, FormatError } from '../core/errors.ts'
import { joined } from '../core/joined.ts'
import { makeFolders } from '../core/make-folders.ts'
import { inNode } from '../data/node.ts'
import { readSafetensors, safetensorsPieces } from '../formats/safetensors.ts'
import { crc32, sealed, sealPieces, sealPlace, withSeal } from '../formats/seal.ts'
import type { AnyModel } from '../nn/model.ts'
import { bestFile, checkpointFiles, keptFolder, metricsFile, type RunFile, stateFile } from './checkpoint-files.ts'
import { type CheckpointOptions, Checkpoints } from './checkpoints.ts'
import { lockRun } from './file-lock.ts'
import { historyCsv } from './history-csv.ts'
import { type CardMetrics, cardFrom, cardMetadata } from './model-card.ts'
import type { ModelPurpose } from './model-purpose.ts'
import type { EpochReport } from './reports.ts'
import type { Trainer } from './trainer.ts'
import { loadTrainingState, type TrainingState } from './training-state.ts'
import { reasonOf, storageError, writeWhole } from './whole-file.ts'

const utf8 = new TextEncoder()

const files = () => process.getBuiltinModule('node:fs')
const paths = () => process.getBuiltinModule('node:path')

/** @throws DataError in browsers, which have no folders. */
function checkNode(path: string): void {
  if (!inNode())
    throw new DataError(`folder ${path}: run folders need Node; elsewhere, keep the bytes of saveTrainingState`)
}

/** Whether two files of a model differ in their cards' metrics alone: of those of the best weights, `saveMetrics` tells more than the state. */
function differInMetrics(a: Uint8Array, b: Uint8Array): boolean {
  const withoutMetrics = (bytes: Uint8Array): Uint8Array => {
    const { tensors, metadata } = readSafetensors(bytes)
    const card = cardMetadata({ ...cardFrom(metadata, bestFile), metrics: undefined })
    return joined(Uint8Array, safetensorsPieces(tensors, { ...metadata, ...card }))
  }
  try {
    return Buffer.compare(withoutMetrics(a), withoutMetrics(b)) === 0
  } catch (error) {
    // One that is cut off or broken is another file.
    if (error instanceof FormatError) return false
    throw error
  }
}

/**
 * Keeps a training: `fit(network, train, { ...options, onEpoch: (report, trainer) => run.saveEpoch(report, trainer) })`. `openModel` opens the
 * best model of its folder, and `fit(network, train, { ...options, state: run.loadState() })` goes on where it was.
 */
export class RunFolder {
  readonly path: string

  /**
   * A new folder, or one that is there but holds no training yet.
   * @throws DataError where it cannot be written, or holds a training.
   */
  static create(path: string): RunFolder {
    checkNode(path)
    const { accessSync, constants, existsSync, writeFileSync } = files()
    const run = new RunFolder(path)
    if (existsSync(run.file(stateFile)))
      throw new DataError(`${path} already holds a training; give another folder, or open it to continue`)
    try {
      makeFolders(run.file('weights'))
      accessSync(path, constants.W_OK)
      writeFileSync(run.file(metricsFile), historyCsv([]))
    } catch (cause) {
      throw new DataError(`the run folder ${path} cannot be written: ${reasonOf(cause)}`, { cause })
    }
    return run
  }

  /** The folder of a training that was begun. @throws DataError where there is none. */
  static open(path: string): RunFolder {
    checkNode(path)
    const run = new RunFolder(path)
    if (!files().existsSync(run.file(metricsFile)))
      throw new DataError(`${path} is not a run folder: it has no ${metricsFile}; give one that RunFolder.create made`)
    return run
  }

  private constructor(path: string) {
    this.path = path
  }

  /** The path of a file in the folder. */
  file(name: string): string {
    return paths().join(this.path, name)
  }

  /**
   * Writes a file whole or not at all.
   * @param options `sync`: whether it is on the disk when this returns, and stays there after a power cut; for what cannot be made again. It takes
   * some milliseconds.
   * @throws StorageError where it cannot be written, such as on a full disk: the file is then what it was before.
   */
  write(name: string, content: string | Uint8Array, { sync = false }: { readonly sync?: boolean } = {}): void {
    this.#write({ name, pieces: [typeof content === 'string' ? utf8.encode(content) : content], sync })
  }

  /** @throws StorageError as `write`. */
  writeJson(name: string, value: unknown, options?: { readonly sync?: boolean }): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`, options)
  }

  /** @throws DataError for a file that is missing or broken. */
  readJson(name: string): Record<string, unknown> {
    try {
      return JSON.parse(files().readFileSync(this.file(name), 'utf8'))
    } catch (cause) {
      throw new DataError(`${this.file(name)} cannot be read: ${(cause as Error).message.split('\n')[0]}`, { cause })
    }
  }

  /**
   * Keeps a training as it is: its state, the weights of its last step and its best epoch, and the figures of its epochs. The training waits until it is on the disk;
   * `checkpoints` write while it goes on.
   * @param purpose what the files of weights shall tell beside
   * @throws DataError while another process trains in the folder; StorageError as `write`.
   */
  save(state: TrainingState, model: AnyModel, purpose?: ModelPurpose): Promise<void> {
    return this.#writeLocked(checkpointFiles(state, model, purpose))
  }

  /**
   * As `save`, after an epoch: the weights of the best one are written again only where they are new.
   * @throws as `save`.
   */
  async saveEpoch<M extends AnyModel>(
    { best }: EpochReport,
    trainer: Trainer<M>,
    purpose?: ModelPurpose,
  ): Promise<void> {
    const files = checkpointFiles(await trainer.state(), trainer.model, purpose)
    await this.#writeLocked(files.filter(({ name }) => best || name !== bestFile))
  }

  async #writeLocked(files: readonly RunFile[]): Promise<void> {
    const release = await lockRun(this.path)
    try {
      for (const file of files) this.#write(file)
    } finally {
      await release()
    }
  }

  /**
   * Adds to the card of the best weights what was measured with them after the training, such as on the test set. What the card says of other parts stays.
   * @throws DataError where no best weights are kept; StorageError as `write`.
   */
  saveMetrics(metrics: CardMetrics): void {
    const file = this.file(bestFile)
    if (!files().existsSync(file)) throw new DataError(`${file} does not exist: no epoch was kept; train again`)
    const { tensors, metadata } = readSafetensors(files().readFileSync(file), file)
    const card = cardFrom(metadata, file)
    const measured = cardMetadata({ ...card, metrics: { ...card?.metrics, ...metrics } })
    const pieces = safetensorsPieces(tensors, withSeal({ ...metadata, ...measured }))
    this.#write({ name: bestFile, pieces, sync: true, seal: true })
  }

  /**
   * Keeps a training while it goes on, after each epoch and within: `fit(network, train, { ...options, checkpoints: run.checkpoints({ every: { seconds: 120 } }) })`.
   * @throws ArgumentError for options out of range.
   */
  checkpoints<M extends AnyModel = AnyModel>(options: CheckpointOptions = {}): Checkpoints<M> {
    return new Checkpoints(this.path, options)
  }

  /**
   * Makes the files again that a state makes, where they are missing or other than they were written, such as cut off: the state is the truth.
   * @param derive further files, as those of `checkpoints`
   * @returns the names of the files that were made again
   */
  async repair(
    state: TrainingState,
    model: AnyModel,
    { purpose, derive }: Pick<CheckpointOptions, 'purpose' | 'derive'> = {},
  ): Promise<string[]> {
    const [, ...derived] = checkpointFiles(state, model, purpose)
    const files = [...derived, ...((await derive?.(state)) ?? [])].filter((file) => !this.#holds(file))
    for (const file of files) this.#write(file)
    return files.map(({ name }) => name)
  }

  #holds({ name, pieces, seal = false }: RunFile): boolean {
    const path = this.file(name)
    if (!files().existsSync(path)) return false
    const [bytes, wanted] = [files().readFileSync(path), seal ? sealed(pieces) : joined(Uint8Array, pieces)]
    return bytes.equals(wanted) || (name === bestFile && differInMetrics(bytes, wanted))
  }

  #write({ name, pieces, sync, seal = false }: RunFile): void {
    const path = this.file(name)
    if (seal) sealPieces(pieces, sealPlace, crc32())
    try {
      writeWhole(files(), path, pieces, sync)
    } catch (cause) {
      throw storageError(path, cause)
    }
  }

  /** Whether anything was kept to go on from. */
  hasState(): boolean {
    return files().existsSync(this.file(stateFile))
  }

  /**
   * What the training has come to.
   * @throws DataError where it was stopped before anything was kept; FormatError for a broken file, which tells of the last kept checkpoint that is whole.
   */
  loadState(): TrainingState {
    const name = this.file(stateFile)
    if (!this.hasState())
      throw new DataError(
        `${this.path} cannot be resumed: it was stopped before its first epoch was saved; train again`,
      )
    try {
      return loadTrainingState(files().readFileSync(name), name)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      throw new FormatError(`${error.message}; ${this.#advice()}`, { cause: error })
    }
  }

  /** What there is to go on from instead of a state that is broken. */
  #advice(): string {
    const folder = this.file(keptFolder)
    const names = files().existsSync(folder) ? files().readdirSync(folder) : []
    const numbers = names.flatMap((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? []).map(Number)
    for (const step of numbers.sort((a, b) => b - a)) {
      const kept = paths().join(folder, `step-${step}.safetensors`)
      try {
        loadTrainingState(files().readFileSync(kept), kept)
        return `to go on from step ${step}, copy ${kept} over it`
      } catch {}
    }
    return 'no earlier checkpoint of it is kept; train again'
  }
}
