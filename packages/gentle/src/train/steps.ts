/** Programs that process a data set batch by batch. The last, smaller batch has a program of its own, exact for every loss. */
import type { Feed, Program } from '../backends/backend.ts'
import type { TypedArray } from '../core/dtype.ts'
import { ArgumentError, MemoryError } from '../core/errors.ts'
import { batchShape, type Field, type Fields, lengthsOf } from '../core/field.ts'
import type { NDArray } from '../core/ndarray.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import type { Graph } from '../graph/graph.ts'
import { input } from '../graph/tensor.ts'
import { type LabelRule, labelRulesOf } from '../nn/labels.ts'
import type { BatchTensors } from '../nn/losses.ts'
import { inputsOf } from '../nn/model.ts'
import type { Batch } from './batches.ts'
import { checkLabels, checkListedLabels } from './check-labels.ts'

/** What a batch consists of. */
export interface BatchFields {
  readonly inputs: Fields
  readonly target: Field
}

export const fieldsOf = (dataset: AnyDataset): BatchFields =>
  isNamed(dataset)
    ? { inputs: dataset.inputs, target: dataset.target }
    : { inputs: { x: { dtype: 'float32', shape: dataset.inputShape } }, target: dataset.target }

/** Placeholders for a batch of this many examples; sequences are padded to these lengths, to the longest unless given. */
export function tensorsFor(
  { inputs: fields, target: field }: BatchFields,
  examples: number,
  padded: Batch['padded'] = {},
) {
  const inputs = inputsOf(fields, examples, padded)
  const target = input(batchShape(field, examples, padded.target), field.dtype)
  const targetLengths = field.sequence === undefined ? undefined : input([examples], 'int32')
  return { inputs, target, targetLengths }
}

/** Builds the graph of one batch; what it consists of is listed by the caller. */
export type TraceBatch = (batch: BatchTensors) => Graph

/** What makes programs of graphs: a backend, or what compiles on one in its own way. */
interface Compiler<Compiled> {
  compile(graph: Graph): Promise<Compiled>
}

/** One program a batch size, and a length of sequences, compiled when first needed. */
export class BatchPrograms<Compiled extends Pick<Program, 'dispose'> = Program> {
  readonly #backend: Compiler<Compiled>
  readonly #dataset: AnyDataset
  readonly #fields: BatchFields
  readonly #trace: TraceBatch
  /** What loss and metrics expect of labels; known when a program was traced. */
  #labelRules: readonly LabelRule[] | undefined
  readonly #programs = new Map<number | string, Compiled>()
  /** Names of the inputs, with the names under which a program has them. */
  readonly #names = new Map<string, string>()

  /** @param dataset of which the batches are, or are like */
  constructor(backend: Compiler<Compiled>, dataset: AnyDataset, trace: TraceBatch) {
    this.#backend = backend
    this.#dataset = dataset
    this.#fields = fieldsOf(dataset)
    this.#trace = trace
    for (const [name, { sequence }] of Object.entries(this.#fields.inputs))
      for (const each of sequence === undefined ? [name] : [name, lengthsOf(name)])
        this.#names.set(each, `input ${each}`)
  }

  /**
   * Runs the program of a batch's size on it.
   * @throws ArgumentError for a batch that lacks inputs, or has too few or too many values; DataError for labels that loss or metrics do not know.
   */
  async run(this: BatchPrograms, batch: Batch, numbers: Record<string, number> = {}): Promise<Record<string, NDArray>> {
    const { program, feed } = await this.of(batch, numbers)
    return program.run(feed)
  }

  /** As `run`, and tells where the time goes. */
  async profile(
    this: BatchPrograms,
    batch: Batch,
    numbers: Record<string, number> = {},
  ): ReturnType<Program['profile']> {
    const { program, feed } = await this.of(batch, numbers)
    return program.profile(feed)
  }

  /** The program of a batch's size, and what it takes. @throws as `run` */
  async of(
    batch: Batch,
    numbers: Record<string, number>,
  ): Promise<{ readonly program: Compiled; readonly feed: Feed }> {
    return { program: await this.#of(batch), feed: this.#feed(batch, numbers) }
  }

  /** The graph of a batch's size, traced anew. */
  graph({ examples, padded = {} }: Batch): Graph {
    if (!Number.isInteger(examples) || examples < 1)
      throw new ArgumentError(`batch: examples is ${examples}; expected a whole number of at least 1`)
    const tensors = tensorsFor(this.#fields, examples, padded)
    const { inputs, target, targetLengths } = tensors
    const graph = this.#trace(tensors)
    if (this.#labelRules === undefined) {
      this.#labelRules = labelRulesOf(target)
      // At once, and not when the batch comes that has them.
      checkListedLabels(this.#dataset, this.#labelRules)
    }
    const named = Object.entries(inputs).map(([name, node]) => [this.#names.get(name)!, node])
    return {
      ...graph,
      inputs: {
        ...graph.inputs,
        ...Object.fromEntries(named),
        target,
        ...(targetLengths === undefined ? {} : { targetLengths }),
      },
    }
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
    this.#programs.clear()
  }

  #feed({ inputs, targets, targetLengths }: Batch, numbers: Record<string, number>): Feed {
    const feed: Record<string, TypedArray | number> = { ...numbers, target: targets }
    for (const name in inputs) {
      const key = this.#names.get(name)
      if (key === undefined)
        throw new ArgumentError(`batch: there is no input '${name}'; expected ${[...this.#names.keys()].join(', ')}`)
      feed[key] = inputs[name]
    }
    if (targetLengths !== undefined) feed.targetLengths = targetLengths
    return feed
  }

  async #of(batch: Batch): Promise<Compiled> {
    const { examples, padded } = batch
    const key = padded === undefined ? examples : [examples, ...Object.values(padded)].join()
    const program = this.#programs.get(key) ?? (await this.#compileInRoom(batch))
    // The last one is that of the batch just now.
    this.#programs.delete(key)
    this.#programs.set(key, program)
    checkLabels(batch, this.#dataset, this.#labelRules!)
    return program
  }

  /** Where memory is short, gives back the programs that were not used for longest, until there is room. */
  async #compileInRoom(batch: Batch): Promise<Compiled> {
    for (;;)
      try {
        return await this.#backend.compile(this.graph(batch))
      } catch (error) {
        const [oldest] = this.#programs
        if (!(error instanceof MemoryError) || oldest === undefined) throw error
        const [key, program] = oldest
        program.dispose()
        this.#programs.delete(key)
      }
  }
}
