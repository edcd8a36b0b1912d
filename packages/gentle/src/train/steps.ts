/** Programs that process a data set batch by batch. The last, smaller batch has a program of its own, exact for every loss. */
import type { Program } from '../backends/backend.ts'
import type { NDArray } from '../core/ndarray.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Graph } from '../graph/graph.ts'
import { type Input, input } from '../graph/tensor.ts'
import type { Model } from '../nn/model.ts'

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
  readonly #programs = new Map<number, { program: Program; x: Float32Array; y: Float32Array | Int32Array }>()

  constructor(model: Model, dataset: Dataset, trace: TraceBatch) {
    this.#model = model
    this.#dataset = dataset
    this.#trace = trace
  }

  /** Reads the examples with these indices and runs the program of their number. */
  async run(indices: Uint32Array, feed: Record<string, number> = {}): Promise<Record<string, NDArray>> {
    const { program, x, y } = await this.#of(indices.length)
    this.#dataset.read(indices, x, y)
    return program.run({ ...feed, x, y })
  }

  dispose(): void {
    for (const { program } of this.#programs.values()) program.dispose()
    this.#programs.clear()
  }

  async #of(batchSize: number) {
    const known = this.#programs.get(batchSize)
    if (known !== undefined) return known
    const { inputShape, target } = this.#dataset
    const batched = (shape: Shape): Shape => [batchSize, ...shape]
    const x = input(batched(inputShape))
    const y = input(batched(target.shape), target.dtype)
    const graph = this.#trace({ x, y })
    const program = await this.#model.backend.compile({ ...graph, inputs: { ...graph.inputs, x, y } })
    const size = sizeOf(y.shape)
    const made = {
      program,
      x: new Float32Array(sizeOf(x.shape)),
      y: target.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size),
    }
    this.#programs.set(batchSize, made)
    return made
  }
}

/** Stretches of an order, each a batch; the last may be smaller. */
export function* batchesOf(order: Uint32Array, batchSize: number): Generator<Uint32Array> {
  for (let start = 0; start < order.length; start += batchSize) yield order.subarray(start, start + batchSize)
}

/** The numbers 0 to length - 1. */
export const inOrder = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i)

/** The number that a program gave under a name. */
export const scalarOf = (results: Record<string, NDArray>, name: string): number => results[name].data[0]
