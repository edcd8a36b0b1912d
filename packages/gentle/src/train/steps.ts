/** Programs that process a data set batch by batch. The last, smaller batch has a program of its own, exact for every loss. */
import type { Program } from '../backends/backend.ts'
import { ArgumentError } from '../core/errors.ts'
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
  readonly #dataset: Pick<Dataset, 'inputShape' | 'target'>
  readonly #trace: TraceBatch
  readonly #programs = new Map<number, Program>()

  constructor(model: Model, dataset: Pick<Dataset, 'inputShape' | 'target'>, trace: TraceBatch) {
    this.#model = model
    this.#dataset = dataset
    this.#trace = trace
  }

  /** Runs the program of a batch's size on it. @throws ArgumentError for a batch that lacks inputs, or has too few or too many values. */
  async run(batch: Batch, feed: Record<string, number> = {}): Promise<Record<string, NDArray>> {
    return (await this.#of(batch)).run({ ...feed, x: batch.inputs.x, y: batch.targets })
  }

  /** As `run`, and tells where the time goes. */
  async profile(batch: Batch, feed: Record<string, number> = {}): ReturnType<Program['profile']> {
    return (await this.#of(batch)).profile({ ...feed, x: batch.inputs.x, y: batch.targets })
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
    this.#programs.clear()
  }

  async #of({ examples }: Batch): Promise<Program> {
    return this.#programs.get(examples) ?? (await this.#compile(examples))
  }

  async #compile(examples: number): Promise<Program> {
    if (!Number.isInteger(examples) || examples < 1)
      throw new ArgumentError(`batch: examples is ${examples}; expected a whole number from 1`)
    const { inputShape, target } = this.#dataset
    const batched = (shape: Shape): Shape => [examples, ...shape]
    const x = input(batched(inputShape))
    const y = input(batched(target.shape), target.dtype)
    const graph = this.#trace({ x, y })
    const program = await this.#model.backend.compile({ ...graph, inputs: { ...graph.inputs, x, y } })
    this.#programs.set(examples, program)
    return program
  }
}
