/** The folder of a training: what was asked for, what came out, pictures, weights. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type EpochReport,
  loadTrainingState,
  type Model,
  saveModel,
  saveTrainingState,
  type TrainingState,
} from 'gentle-dl'
import { plainPreprocessing, type TaskName } from 'gentle-dl/vision'
import { commandLine } from '../terminal/invocation.ts'
import { UsageError } from '../terminal/usage.ts'
import { metricsText } from './metrics.ts'
import { type Settings, settingsOfFile } from './settings.ts'

const stateFile = 'weights/progress.safetensors'

/** Makes a folder and those above it, one by one: where the system refuses, the recursive call of Node can try for ever. */
function makeFolders(path: string): void {
  if (existsSync(path)) return
  makeFolders(dirname(path))
  mkdirSync(path)
}

export class RunFolder {
  readonly path: string

  /** A folder of a run that exists. @throws UsageError where there is none. */
  static open(path: string): RunFolder {
    if (!existsSync(join(path, 'run.json')))
      throw new UsageError(`${path} is no run folder: it has no run.json; give one that gentle train made`)
    return new RunFolder(path)
  }

  /**
   * A new folder: `path`, or runs/<task>/<name> with -2, -3, ... where taken.
   * @throws UsageError where it cannot be written.
   */
  static create(task: TaskName, name: string, path?: string): RunFolder {
    let chosen = path ?? join('runs', task, name)
    for (let n = 2; path === undefined && existsSync(chosen); n++) chosen = join('runs', task, `${name}-${n}`)
    if (path !== undefined && existsSync(join(path, 'run.json')))
      throw new UsageError(
        `--run-dir ${path} holds a run already; give another folder, or go on with it: ${commandLine('train', '--resume', path)}`,
      )
    try {
      makeFolders(join(chosen, 'weights'))
      accessSync(chosen, constants.W_OK)
      writeFileSync(join(chosen, 'metrics.csv'), metricsText([]))
    } catch (error) {
      throw new UsageError(
        `the run folder ${chosen} cannot be written: ${(error as Error).message.split('\n')[0]}; give another with --run-dir`,
      )
    }
    return new RunFolder(chosen)
  }

  private constructor(path: string) {
    this.path = path
  }

  file(name: string): string {
    return join(this.path, name)
  }

  /** Writes a file whole or not at all. */
  write(name: string, content: string | Uint8Array): void {
    const target = this.file(name)
    writeFileSync(`${target}.part`, content)
    renameSync(`${target}.part`, target)
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, `${JSON.stringify(value, null, 2)}\n`)
  }

  /** @throws UsageError for a file that is missing or broken. */
  readJson(name: string): Record<string, unknown> {
    try {
      return JSON.parse(readFileSync(this.file(name), 'utf8'))
    } catch (error) {
      throw new UsageError(`${this.file(name)} cannot be read: ${(error as Error).message.split('\n')[0]}`)
    }
  }

  /** The settings of the run. @throws UsageError for a run.json that is missing or broken. */
  settings(): Settings {
    return settingsOfFile(this.readJson('run.json').settings, this.file('run.json'))
  }

  /** Keeps the figures of the epochs so far. */
  writeMetrics(history: readonly EpochReport[]): void {
    this.write('metrics.csv', metricsText(history))
  }

  /** Keeps a model with its task and what is done to a picture before it sees it, so that the file alone can be used. */
  async saveWeights(which: 'best' | 'last', model: Model, task: TaskName): Promise<void> {
    this.write(
      `weights/${which}.safetensors`,
      await saveModel(model, { preprocessing: plainPreprocessing(model.inputShape), task }),
    )
  }

  /** Keeps what is needed to go on. */
  saveState(state: TrainingState): void {
    this.write(stateFile, saveTrainingState(state))
  }

  /** @throws UsageError where the run has not got that far. */
  async loadState(): Promise<TrainingState> {
    const name = this.file(stateFile)
    if (!existsSync(name))
      throw new UsageError(`${this.path} cannot be resumed: it was stopped before its first step; train anew`)
    return loadTrainingState(await readFile(name), name)
  }
}
