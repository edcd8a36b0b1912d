/** The folder of a training: what was asked for, what came out, pictures, weights. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type EpochReport,
  type Model,
  type Progress,
  readSafetensors,
  type StoredTensor,
  weightsOf,
  writeSafetensors,
} from 'gentle-dl'
import { commandLine } from './invocation.ts'
import { metricsHeader, metricsRow, parseMetrics } from './metrics.ts'
import { describedModel } from './open-model.ts'
import { plain } from './preprocessing.ts'
import { type Settings, settingsOfFile } from './settings.ts'
import type { TaskName } from './tasks/task.ts'
import { UsageError } from './usage.ts'

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
      writeFileSync(join(chosen, 'metrics.csv'), metricsHeader)
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

  async addMetrics(report: EpochReport): Promise<void> {
    await appendFile(this.file('metrics.csv'), metricsRow(report))
  }

  /** The first epochs of the run. What is in the file after them is dropped: it was written, but its weights were not. */
  history(epochs: number): EpochReport[] {
    const history = parseMetrics(readFileSync(this.file('metrics.csv'), 'utf8')).slice(0, epochs)
    this.write('metrics.csv', metricsHeader + history.map(metricsRow).join(''))
    return history
  }

  /** Keeps a model with its task and what is done to a picture before it sees it, so that the file alone can be used. */
  async saveWeights(which: 'best' | 'last', model: Model, task: TaskName): Promise<void> {
    this.write(`weights/${which}.safetensors`, await describedModel(model, plain(model.inputShape), task))
  }

  /** Keeps what is needed to go on. */
  saveProgress({ steps, weights, optimizer }: Progress, model: Model): void {
    const tensors = new Map<string, StoredTensor>()
    const variables = weightsOf(model)
    for (const [name, data] of weights)
      tensors.set(`weights/${name}`, { shape: variables.get(name)!.shape, dtype: 'float32', data })
    for (const [name, data] of optimizer)
      tensors.set(`optimizer/${name}`, { shape: [data.length], dtype: 'float32', data })
    this.write('weights/progress.safetensors', writeSafetensors(tensors, { steps: String(steps) }))
  }

  /** @throws UsageError where the run has not got that far. */
  async loadProgress(): Promise<Progress> {
    const name = this.file('weights/progress.safetensors')
    if (!existsSync(name))
      throw new UsageError(`${this.path} cannot be resumed: it was stopped before its first step; train anew`)
    const { tensors, metadata } = readSafetensors(await readFile(name), name)
    const part = (prefix: string): Map<string, Float32Array> =>
      new Map(
        [...tensors]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { data }]) => [key.slice(prefix.length), data as Float32Array]),
      )
    const steps = Number(metadata.steps)
    if (!Number.isInteger(steps) || steps < 1)
      throw new UsageError(`${name} tells no number of steps; it was not written by gentle train`)
    return { steps, weights: part('weights/'), optimizer: part('optimizer/') }
  }
}
