/** Programs that process a data set batch by batch. The last, smaller batch has a program of its own, exact for every loss. */
import type { Program } from '../backends/backend.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Shape } from '../core/shape.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Graph } from '../graph/graph.ts'
import { type Input, input } from '../graph/tensor.ts'
import type { Model } from '../nn/model.ts'
import type { Batch } from './batches.ts'

/** The inputs of a program for a batch of this many examples. */
export interface BatchInputs {
  readonly x: Input
  readonly y: Input
}

/** Builds the graph of one batch; `inputs` are listed by the caller under `x` and `y`. */
export type TraceBatch = (inputs: BatchInputs) => Graph

/** One program a batch size, compiled when first needed. */
export class BatchPrograms {
  readonly #model: Model
  readonly #dataset: Dataset
  readonly #trace: TraceBatch
  readonly #programs = new Map<number, Program>()

  constructor(model: Model, dataset: Dataset, trace: TraceBatch) {
    this.#model = model
    this.#dataset = dataset
    this.#trace = trace
  }

  /** Runs the program of a batch's size on it. */
  async run({ indices, x, y }: Batch, feed: Record<string, number> = {}): Promise<Record<string, NDArray>> {
    return (await this.#of(indices.length)).run({ ...feed, x, y })
  }

  /** As `run`, and tells where the time goes. */
  async profile({ indices, x, y }: Batch, feed: Record<string, number> = {}): ReturnType<Program['profile']> {
    return (await this.#of(indices.length)).profile({ ...feed, x, y })
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
    this.#programs.clear()
  }

  async #of(batchSize: number): Promise<Program> {
    return this.#programs.get(batchSize) ?? (await this.#compile(batchSize))
  }

  async #compile(batchSize: number): Promise<Program> {
    const { inputShape, target } = this.#dataset
    const batched = (shape: Shape): Shape => [batchSize, ...shape]
    const x = input(batched(inputShape))
    const y = input(batched(target.shape), target.dtype)
    const graph = this.#trace({ x, y })
    const program = await this.#model.backend.compile({ ...graph, inputs: { ...graph.inputs, x, y } })
    this.#programs.set(batchSize, program)
    return program
  }
}

/** The number that a program gave under a name. */
export const scalarOf = (results: Record<string, NDArray>, name: string): number => results[name].data[0]
