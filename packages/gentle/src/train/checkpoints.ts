/** When the checkpoints of a training are taken, and that they are written while it goes on. */
import { ArgumentError, StorageError } from '../core/errors.ts'
import type { AnyModel } from '../nn/model.ts'
import { bestFile, checkpointFiles, keptFolder, type RunFile, stateFile } from './checkpoint-files.ts'
import { CheckpointWriter, type WriteJob } from './checkpoint-writer.ts'
import { lockRun } from './file-lock.ts'
import type { ModelPurpose } from './model-purpose.ts'
import { StateMemory } from './state-memory.ts'
import type { Trainer } from './trainer.ts'
import type { TrainingState } from './training-state.ts'
import { storageError } from './whole-file.ts'

/** How far apart checkpoints within an epoch are. */
export type CheckpointInterval = { readonly steps: number } | { readonly seconds: number }

export interface CheckpointOptions {
  /** How far apart checkpoints within an epoch are; there are none unless given. There is one after every epoch in any case. */
  readonly every?: CheckpointInterval
  /** How many checkpoints are kept in `weights/checkpoints/`, from 1: the last ones, each a file of `saveTrainingState`; none unless given. */
  readonly keep?: number
  /** What the files of weights tell beside. */
  readonly purpose?: ModelPurpose
  /** Further files that are made of a state, such as a chart of its history, which are written with it. */
  readonly derive?: (state: TrainingState) => readonly RunFile[] | Promise<readonly RunFile[]>
  /** Told of a checkpoint that was written, by the steps that were done. */
  readonly onSaved?: (step: number) => void
  /**
   * Told of a checkpoint that could not be written; the training goes on, the checkpoint before stays, and the next one is tried. Without this, the
   * training stops with the error. The last checkpoint of all has to be written in any case.
   */
  readonly onError?: (error: StorageError) => void
}

/**
 * Checkpoints of a training, as `runTraining` takes them: after every epoch, within epochs, and at the end. The training stands still while its state is
 * copied into memory of ours; a thread writes that, syncs it and renames it while the next steps are computed. Where one is still being written when the
 * next is due, the next is taken when it is done: so short epochs do not wait for the disk, and not each of them has a checkpoint.
 */
export class Checkpoints<M extends AnyModel = AnyModel> {
  readonly #folder: string
  #release: (() => Promise<void>) | undefined
  readonly #options: CheckpointOptions
  readonly #memory = new StateMemory()
  #writer: CheckpointWriter | undefined
  /** The checkpoint that is being written. */
  #writing: Promise<void> | undefined
  #failure: StorageError | undefined
  #due = false
  /** Of the last checkpoint that was taken: steps done, epochs ended, and when. */
  #taken = { step: -1, epochs: -1, time: 0 }
  #saved = -1
  /** The epoch whose weights are in the file of the best. */
  #bestSaved: number | undefined
  /** What a callback threw, for whoever waits next. */
  #thrown: { readonly error: unknown } | undefined
  /** Whether nothing comes behind it: then what fails is an error. */
  #isLast = false

  /** See `RunFolder.checkpoints`. */
  constructor(folder: string, options: CheckpointOptions = {}) {
    const { every, keep = 1 } = options
    const [steps, seconds] = every === undefined ? [1, 1] : 'steps' in every ? [every.steps, 1] : [1, every.seconds]
    for (const [name, value] of Object.entries({ keep, 'every.steps': steps }))
      if (!Number.isInteger(value) || value < 1)
        throw new ArgumentError(`checkpoints: ${name} is ${value}; expected a whole number of at least 1`)
    if (!(seconds > 0)) throw new ArgumentError(`checkpoints: every.seconds is ${seconds}; expected a number above 0`)
    this.#folder = folder
    this.#options = options
  }

  /** Steps that were done when the last checkpoint was taken that is written; -1 where there is none. */
  get savedStep(): number {
    return this.#saved
  }

  /**
   * Before the first step: memory that is touched for the first time takes the system far longer than a copy.
   * @throws DataError while another process trains in the folder; none does until `close`.
   */
  async begin(trainer: Trainer<M>): Promise<void> {
    this.#release ??= await lockRun(this.#folder)
    await trainer.state(this.#memory)
    this.#writer = new CheckpointWriter()
    this.#taken = { step: trainer.stepsDone, epochs: trainer.history.length, time: performance.now() }
    this.#isLast = false
    this.#bestSaved = undefined
  }

  /** Between two steps of an epoch. @throws StorageError for a checkpoint that could not be written, unless there is `onError`. */
  async afterStep(trainer: Trainer<M>): Promise<void> {
    this.#due ||= this.#intervalIsOver(trainer.stepsDone)
    await this.#takeIfDue(trainer)
  }

  /** After an epoch has ended. @throws StorageError as `afterStep`. */
  async afterEpoch(trainer: Trainer<M>): Promise<void> {
    this.#due = true
    await this.#takeIfDue(trainer)
  }

  /** When the training stops: waits until its last state is written. @throws StorageError where it could not be, in any case. */
  async finish(trainer: Trainer<M>): Promise<void> {
    await this.#writing
    const { step, epochs } = this.#taken
    const isWritten = this.#saved === step && step === trainer.stepsDone && epochs === trainer.history.length
    if (!isWritten) {
      this.#isLast = true
      this.#failure = undefined
      await this.#take(trainer)
      await this.#writing
    }
    this.#rethrow()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Ends the thread, when what it writes is written. */
  async close(): Promise<void> {
    await this.#writing
    await this.#writer?.close()
    this.#writer = undefined
    await this.#release?.()
    this.#release = undefined
  }

  #intervalIsOver(step: number): boolean {
    const { every } = this.#options
    if (every === undefined) return false
    return 'steps' in every
      ? step - this.#taken.step >= every.steps
      : performance.now() - this.#taken.time >= 1000 * every.seconds
  }

  #rethrow(): void {
    if (this.#thrown !== undefined) throw this.#thrown.error
  }

  async #takeIfDue(trainer: Trainer<M>): Promise<void> {
    this.#rethrow()
    if (this.#failure !== undefined && this.#options.onError === undefined) throw this.#failure
    if (this.#due && this.#writing === undefined) await this.#take(trainer)
  }

  /** Copies the state, and hands it over. */
  async #take(trainer: Trainer<M>): Promise<void> {
    const { keep, purpose, derive } = this.#options
    this.#due = false
    this.#taken = { step: trainer.stepsDone, epochs: trainer.history.length, time: performance.now() }
    const state = await trainer.state(this.#memory)
    const best = state.best?.epoch
    const isSaved = best !== undefined && best === this.#bestSaved
    const own = checkpointFiles(state, trainer.model, purpose).filter(({ name }) => !(isSaved && name === bestFile))
    const files = [...own, ...((await derive?.(state)) ?? [])]
    const pathOf = (name: string): string => `${this.#folder}/${name}`
    const job: WriteJob = {
      files: files.map(({ name, ...file }) => ({ path: pathOf(name), ...file })),
      finite: [...state.weights.values()],
      ...(keep === undefined
        ? {}
        : { keep: { of: pathOf(stateFile), folder: pathOf(keptFolder), number: state.step, count: keep } }),
    }
    this.#writing = this.#write(state.step, best, job).finally(() => {
      this.#writing = undefined
    })
  }

  /** Never throws: what fails is told by `onError`, or when the next checkpoint is due. @param best the epoch whose weights are the best */
  async #write(step: number, best: number | undefined, job: WriteJob): Promise<void> {
    this.#failure = await this.#failureOf(step, job)
    try {
      if (this.#failure === undefined) {
        this.#saved = step
        this.#bestSaved = best
        this.#options.onSaved?.(step)
      } else if (!this.#isLast) this.#options.onError?.(this.#failure)
    } catch (error) {
      this.#thrown = { error }
    }
  }

  /** Why a checkpoint could not be written; undefined where it was. */
  async #failureOf(step: number, job: WriteJob): Promise<StorageError | undefined> {
    try {
      if (this.#writer === undefined || this.#writer.hasEnded) this.#writer = new CheckpointWriter()
      if (await this.#writer.write(job)) return undefined
      return new StorageError(
        `the checkpoint of step ${step} was not written: weights are NaN or infinite; the checkpoint before is kept`,
        job.files[0].path,
      )
    } catch (error) {
      return error instanceof StorageError ? error : storageError(job.files[0].path, error)
    }
  }
}
