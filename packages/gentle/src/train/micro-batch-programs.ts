/** The programs of divided batches: gradients of micro-batches, which add up in the places of a tree, and the update by their sum. */
import type { Progress } from '../backends/backend.ts'
import type { Profile } from '../backends/profile.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { input, type Tensor, type Variable } from '../graph/tensor.ts'
import { add, mul, where } from '../ops/elementwise.ts'
import type { Batch } from './batches.ts'
import { Sums } from './evaluation.ts'
import { zeroOf } from './finite.ts'
import type { SegmentedProgram, SegmentedRun } from './segments.ts'
import { BatchPrograms, fieldsOf, type TraceBatch, tensorsFor } from './steps.ts'
import { SubtreeSums, type UnmergedSums } from './subtree-sums.ts'
import type { StepNumbers, TraceBackward, TraceUpdates, TrainedParts } from './training-programs.ts'

/** A micro-batch's place in its step. */
export interface MicroBatch {
  /** Numbers it, for random numbers of its own. */
  readonly draw: number
  /** Its number among those of its batch. */
  readonly leaf: number
  /** Its share of the batch's examples. */
  readonly share: number
}

/** What a micro-batch's examples add up to, and whether gradients are finite, where anomalies are looked for. */
export interface MicroBatchResult {
  readonly sums: Sums
  readonly areFinite: boolean
}

/** Hands sums over to another thread, which sees how far the program is that computes the last of them. */
export type FollowSums = (sums: UnmergedSums, progress: Progress) => () => void

/** Compiled when first needed. */
export class MicroBatchPrograms {
  /** Sums of micro-batches' gradients. */
  readonly sums: SubtreeSums
  readonly #parts: TrainedParts
  readonly #trace: TraceBatch
  readonly #traceUpdates: TraceUpdates
  readonly #programs: BatchPrograms
  /** Those of micro-batches that are computed side by side. */
  #segmented: BatchPrograms<SegmentedProgram> | undefined

  private constructor(
    parts: TrainedParts,
    trace: TraceBackward,
    traceUpdates: TraceUpdates,
    sumOverBatch?: (part: Tensor) => Tensor,
  ) {
    const { model, data, learned, detectAnomaly } = parts
    this.#parts = parts
    this.#traceUpdates = traceUpdates
    // Which state changes is asked of a graph, since a rank may have no micro-batch of the first batch.
    const { state } = trace(tensorsFor(fieldsOf(data), 2))
    this.sums = new SubtreeSums(
      model.backend,
      learned,
      state.map(([variable]) => variable),
    )
    this.#trace = (batch) => {
      const [share, isAdded] = [input([]), input([])]
      const { draw, outputs, gradients, state, carries } = trace(batch, share, sumOverBatch)
      if (carries)
        throw new ArgumentError(
          'training: micro-batches carry no state to the next batch; leave microBatches out for networks with stateful layers',
        )
      const values = [...gradients, ...state.map(([, next]) => mul(next, share))]
      const updates = this.sums.places.map((place, i): readonly [Variable, Tensor] => [
        place,
        where(isAdded, add(place, values[i]), values[i]),
      ])
      const slopes: Record<string, Tensor> = detectAnomaly ? { slopes: zeroOf(gradients) } : {}
      return { inputs: { draw, share, isAdded }, outputs: { ...outputs, ...slopes }, updates }
    }
    this.#programs = new BatchPrograms(model.backend, data, this.#trace)
  }

  /** @param trace forward and backward pass @param traceUpdates the update by what they add up to */
  static async of(parts: TrainedParts, trace: TraceBackward, traceUpdates: TraceUpdates): Promise<MicroBatchPrograms> {
    const sumOverBatch = parts.syncBatchNorm ? (await import('./segments.ts')).sumOverBatch : undefined
    return new MicroBatchPrograms(parts, trace, traceUpdates, sumOverBatch)
  }

  /**
   * Computes the gradients of a micro-batch, and adds them to the sums.
   * @param follow takes the sums up where another thread can, while they are computed; what it returns is called when they are
   */
  async run(batch: Batch, { draw, leaf, share }: MicroBatch, follow?: FollowSums): Promise<MicroBatchResult> {
    const isAdded = await this.sums.expect(leaf)
    const { program, feed } = await this.#programs.of(batch, { draw, share, isAdded: Number(isAdded) })
    const { progress } = program
    const left = follow === undefined || progress === undefined ? undefined : this.sums.leave(leaf, isAdded)
    const computed = left && follow!(left, progress!)
    try {
      const results = await program.run(feed)
      if (left === undefined) await this.sums.take(leaf, isAdded)
      return this.#resultOf(results, batch)
    } finally {
      computed?.()
    }
  }

  /**
   * As `run`, of neighbours side by side: they go on from each sum over the whole batch together.
   * @param add adds vectors of these micro-batches, in order, and those of all others of the step; where there are none of these, it is called as often
   * @param onProfile takes the profile of the first of them, of which there has to be one
   */
  async runSideBySide(
    batches: readonly { readonly batch: Batch; readonly of: MicroBatch }[],
    add: (own: readonly Float32Array[]) => Promise<Float32Array | undefined>,
    onProfile?: (first: SegmentedRun['profile']) => void,
  ): Promise<MicroBatchResult[]> {
    const { SegmentedProgram, segmentsOf } = await import('./segments.ts')
    const { model, data } = this.#parts
    // Whether a sum is added to what is in its place is known when those before it have come to their end.
    const late = ['isAdded']
    this.#segmented ??= new BatchPrograms(
      { compile: (graph) => SegmentedProgram.compile(model.backend, graph, late) },
      data,
      this.#trace,
    )
    const begun = []
    for (const { batch, of } of batches) begun.push(await this.#segmented.of(batch, { draw: of.draw, share: of.share }))
    const runs = begun.map(({ program, feed }, i) => program.begin(feed, onProfile !== undefined && i === 0))
    const cuts = begun[0]?.program.cuts ?? segmentsOf(this.#trace(tensorsFor(fieldsOf(data), 2)), late).length - 1
    let sums: Float32Array | undefined
    for (let cut = 0; cut < cuts; cut++) {
      const parts: Float32Array[] = []
      for (const run of runs) parts.push(await run.next(sums))
      sums = await add(parts)
    }
    const results: MicroBatchResult[] = []
    for (const [i, { batch, of }] of batches.entries()) {
      const isAdded = await this.sums.expect(of.leaf)
      const outputs = await runs[i].finish(sums, { isAdded: Number(isAdded) })
      await this.sums.take(of.leaf, isAdded)
      results.push(this.#resultOf(outputs, batch))
    }
    onProfile?.(runs[0].profile)
    return results
  }

  /** Runs a micro-batch and tells of its kernels; the sums are left as they were. */
  async profile(batch: Batch, { draw, share }: MicroBatch): Promise<Profile> {
    this.sums.clear()
    return (await this.#programs.profile(batch, { draw, share, isAdded: 0 })).profile
  }

  /** Makes an update of the sum in a slot. */
  async update(slot: number, numbers: StepNumbers): Promise<void> {
    await this.sums.use(slot, this.#traceUpdates, numbers)
  }

  /** Gives programs' room back; they are compiled again where they are needed. */
  release(): void {
    this.#programs.dispose()
    this.#segmented?.dispose()
  }

  dispose(): void {
    this.release()
    this.sums.dispose()
  }

  #resultOf(results: Record<string, NDArray>, { examples }: Batch): MicroBatchResult {
    const sums = new Sums(this.#parts.metrics)
    sums.add(results, examples)
    return { sums, areFinite: results.slopes === undefined || results.slopes.data[0] === 0 }
  }
}
