/** The folder of a training, in Node: its weights, the figures of its epochs, and what is needed to go on. */
import { DataError } from '../core/errors.ts'
import { inNode } from '../data/node.ts'
import type { AnyModel } from '../nn/model.ts'
import { historyCsv } from './history-csv.ts'
import type { EpochReport } from './reports.ts'
import type { Trainer } from './trainer.ts'
import { loadTrainingState, saveTrainingState, type TrainingState } from './training-state.ts'
import { type ModelPurpose, saveModel } from './weights.ts'
import { reasonOf, storageError, writeWhole } from './whole-file.ts'

const metricsFile = 'metrics.csv'
const utf8 = new TextEncoder()
const stateFile = 'weights/progress.safetensors'

const files = () => process.getBuiltinModule('node:fs')
const paths = () => process.getBuiltinModule('node:path')

/** @throws DataError in browsers, which have no folders. */
function checkNode(path: string): void {
  if (!inNode())
    throw new DataError(`folder ${path}: run folders need Node; elsewhere, keep the bytes of saveTrainingState`)
}

/** Makes a folder and those above it, one by one: where the system refuses, the recursive call of Node can try for ever. */
function makeFolders(path: string): void {
  if (files().existsSync(path)) return
  makeFolders(paths().dirname(path))
  files().mkdirSync(path)
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
    const path = this.file(name)
    try {
      writeWhole(files(), path, [typeof content === 'string' ? utf8.encode(content) : content], sync)
    } catch (cause) {
      throw storageError(path, cause)
    }
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
      throw new DataError(`${this.file(name)} cannot be read: ${reasonOf(cause)}`, { cause })
    }
  }

  /** Keeps the figures of the epochs so far: metrics.csv. */
  saveHistory(history: readonly EpochReport[]): void {
    this.write(metricsFile, historyCsv(history))
  }

  /** Keeps a model: weights/best.safetensors or last.safetensors. */
  async saveModel(which: 'best' | 'last', model: AnyModel, purpose?: ModelPurpose): Promise<void> {
    this.write(`weights/${which}.safetensors`, await saveModel(model, purpose), { sync: true })
  }

  /** Keeps what is needed to go on. */
  saveState(state: TrainingState): void {
    this.write(stateFile, saveTrainingState(state), { sync: true })
  }

  /**
   * Keeps all that there is to keep after an epoch, its weights as the best where they are.
   * @param purpose what the files of weights shall tell beside
   */
  async saveEpoch<M extends AnyModel>(
    { best }: EpochReport,
    trainer: Trainer<M>,
    purpose?: ModelPurpose,
  ): Promise<void> {
    this.saveHistory(trainer.history)
    await this.saveModel('last', trainer.model, purpose)
    if (best) await this.saveModel('best', trainer.model, purpose)
    this.saveState(await trainer.state())
  }

  /** Whether anything was kept to go on from. */
  hasState(): boolean {
    return files().existsSync(this.file(stateFile))
  }

  /** What the training has come to. @throws DataError where it was stopped before anything was kept; FormatError for a broken file. */
  loadState(): TrainingState {
    const name = this.file(stateFile)
    if (!this.hasState())
      throw new DataError(
        `${this.path} cannot be resumed: it was stopped before its first epoch was saved; train again`,
      )
    return loadTrainingState(files().readFileSync(name), name)
  }
}
