/** The programs of a training: the whole step as one, and its two halves, the gradients and the update. */
import { gradients as gradientsOf } from '../autodiff/gradients.ts'
import type { Backend, Program } from '../backends/backend.ts'
import type { Profile } from '../backends/profile.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Turns } from '../core/turns.ts'
import type { AnyDataset } from '../data/dataset.ts'
import { type Graph, topologicalOrder } from '../graph/graph.ts'
import { apply, idFromNowOn, input, type Tensor, type Variable, within } from '../graph/tensor.ts'
import type { BatchLoss, BatchTensors, Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, applyModel } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { add, maximum, minimum, mul, where } from '../ops/elementwise.ts'
import type { GatherAttributes } from '../ops/indexing.ts'
import { sum } from '../ops/reduce.ts'
import type { OptimizerState, Updates } from '../optim/optimizer.ts'
import type { Anomaly, TracedStep } from './anomaly.ts'
import type { Batch } from './batches.ts'
import type { CarriedState } from './carried-state.ts'
import { lossOf, measured, Sums } from './evaluation.ts'
import type { GradientStore, Gradients } from './gradients.ts'
import type { SegmentedProgram } from './segments.ts'
import { BatchPrograms, fieldsOf, type TraceBatch, tensorsFor } from './steps.ts'
import type { SubtreeSums } from './subtree-sums.ts'
import type { TrainerOptions } from './trainer-options.ts'
import type { WeightAverage } from './weight-average.ts'

export interface TrainedParts {
  readonly model: AnyModel
  readonly data: AnyDataset
  readonly loss: Loss | BatchLoss
  readonly metrics: readonly Metric[]
  /** The parameters that learn. */
  readonly learned: readonly Variable[]
  readonly optimizer: OptimizerState
  readonly seed: number
  readonly frozen: (name: string) => boolean
  readonly carried: CarriedState
  /** Whether examples come in the data's own order. */
  readonly inOrder: boolean
  /** Of the weights, where one is kept. */
  readonly average: WeightAverage | undefined
  readonly detectAnomaly: TrainerOptions['detectAnomaly']
  /** Whether batch norm takes its statistics over all micro-batches of a batch. */
  readonly syncBatchNorm: boolean
}

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

/** What a step's program takes beside its batch: the learning rate, and how much of the weights goes into their average. */
export type StepNumbers = Readonly<Record<'learningRate', number>> & Readonly<Partial<Record<'averageShare', number>>>

/** Compiled when first needed. */
export class TrainingPrograms {
  readonly #parts: TrainedParts
  readonly #turns: Turns
  readonly #step: BatchPrograms
  /** Where gradients are kept that are apart from an update, and the programs that compute them; what does this is loaded where it is asked for. */
  #apart: { readonly store: GradientStore; readonly programs: BatchPrograms } | undefined
  /** The same for the sums of micro-batches. */
  #micro: { readonly sums: SubtreeSums; readonly programs: BatchPrograms; readonly trace: TraceBatch } | undefined
  /** The programs of micro-batches that are computed side by side. */
  #segmented: BatchPrograms<SegmentedProgram> | undefined

  constructor(parts: TrainedParts, turns: Turns) {
    const { model, data } = parts
    this.#parts = parts
    this.#turns = turns
    this.#step = new BatchPrograms(model.backend, data, (batch) => {
      const { draw, outputs, gradients, state } = this.#trace(batch)
      const { inputs, updates } = this.#updates(gradients, state)
      return { inputs: { ...inputs, draw }, outputs: { ...outputs, ...picked(outputs, updates) }, updates }
    })
  }

  /** Gradients and update at once. `draw` numbers the batch, for random numbers of its own. */
  step(batch: Batch, numbers: StepNumbers, draw: number): Promise<Record<string, NDArray>> {
    return this.#step.run(batch, { ...numbers, draw })
  }

  profile(batch: Batch, numbers: StepNumbers, draw: number): ReturnType<Program['profile']> {
    return this.#step.profile(batch, { ...numbers, draw })
  }

  /** @returns also whether they are finite, where anomalies are looked for */
  async gradients(batch: Batch, draw: number): Promise<{ readonly gradients: Gradients; readonly areFinite: boolean }> {
    this.#apart ??= await this.#makeApart()
    const { store, programs } = this.#apart
    await store.vacate()
    const sums = new Sums(this.#parts.metrics)
    const results = await programs.run(batch, { draw })
    sums.add(results, batch.examples)
    return { gradients: store.hold(sums), areFinite: results.slopes === undefined || results.slopes.data[0] === 0 }
  }

  /** Sums of micro-batches' gradients, which `microBatch` adds to. */
  async subtreeSums(): Promise<SubtreeSums> {
    this.#micro ??= await this.#makeMicro()
    return this.#micro.sums
  }

  /** Computes the gradients of a micro-batch, and adds them to the sums. */
  async microBatch(batch: Batch, { draw, leaf, share }: MicroBatch): Promise<MicroBatchResult> {
    this.#micro ??= await this.#makeMicro()
    const { sums: gradients, programs } = this.#micro
    const isAdded = await gradients.expect(leaf)
    const results = await programs.run(batch, { draw, share, isAdded: Number(isAdded) })
    await gradients.take(leaf, isAdded)
    return this.#resultOf(results, batch)
  }

  /**
   * As `microBatch`, of neighbours side by side: they go on from each sum over the whole batch together.
   * @param add adds vectors of these micro-batches, in order, and those of all others of the step; where there are none of these, it is called as often
   */
  async microBatches(
    batches: readonly { readonly batch: Batch; readonly of: MicroBatch }[],
    add: (own: readonly Float32Array[]) => Promise<Float32Array | undefined>,
  ): Promise<MicroBatchResult[]> {
    const { SegmentedProgram, segmentsOf } = await import('./segments.ts')
    this.#micro ??= await this.#makeMicro()
    const { sums: gradients, trace } = this.#micro
    const { model, data } = this.#parts
    // Whether a sum is added to what is in its place is known when those before it have come to their end.
    const late = ['isAdded']
    this.#segmented ??= new BatchPrograms(
      { compile: (graph) => SegmentedProgram.compile(model.backend, graph, late) },
      data,
      trace,
    )
    const begun = []
    for (const { batch, of } of batches) begun.push(await this.#segmented.of(batch, { draw: of.draw, share: of.share }))
    const runs = begun.map(({ program, feed }) => program.begin(feed))
    const cuts = begun[0]?.program.cuts ?? segmentsOf(trace(tensorsFor(fieldsOf(data), 2)), late).length - 1
    let sums: Float32Array | undefined
    for (let cut = 0; cut < cuts; cut++) {
      const parts: Float32Array[] = []
      for (const run of runs) parts.push(await run.next(sums))
      sums = await add(parts)
    }
    const results: MicroBatchResult[] = []
    for (const [i, { batch, of }] of batches.entries()) {
      const isAdded = await gradients.expect(of.leaf)
      const outputs = await runs[i].finish(sums, { isAdded: Number(isAdded) })
      await gradients.take(of.leaf, isAdded)
      results.push(this.#resultOf(outputs, batch))
    }
    return results
  }

  #resultOf(results: Record<string, NDArray>, { examples }: Batch): MicroBatchResult {
    const sums = new Sums(this.#parts.metrics)
    sums.add(results, examples)
    return { sums, areFinite: results.slopes === undefined || results.slopes.data[0] === 0 }
  }

  /** As `profile`, of a micro-batch's gradients; the sums are left as they were. */
  async profileMicroBatch(batch: Batch, draw: number, share: number): Promise<Profile> {
    this.#micro ??= await this.#makeMicro()
    const { programs, sums } = this.#micro
    sums.clear()
    return (await programs.profile(batch, { draw, share, isAdded: 0 })).profile
  }

  /** Makes an update of the sum in a slot. */
  async updateBySum(slot: number, numbers: StepNumbers): Promise<void> {
    const trace = (values: readonly Tensor[], state: Updates) => ({ ...this.#updates(values, state), outputs: {} })
    await this.#micro!.sums.use(slot, trace, numbers)
  }

  /** Takes up other gradients, as `Gradients.add`, within a turn. */
  add(gradients: Gradients, other: Gradients): Promise<void> {
    return this.#apart!.store.merge(gradients, other)
  }

  /** Gives what the examples of the gradients add up to. @throws ArgumentError for gradients of another trainer, or used before. */
  async update(gradients: Gradients, numbers: StepNumbers): Promise<Sums> {
    const trace = (values: readonly Tensor[], state: Updates) => ({ ...this.#updates(values, state), outputs: {} })
    this.#apart ??= await this.#makeApart()
    return this.#apart.store.use(gradients, trace, numbers)
  }

  /**
   * The first op of a step whose result is not finite though its operands are; looked for at the present weights, on the reference where one is given and the step is small
   * enough for it, and on the engine where not, or where the reference's numbers are all finite.
   * @throws MemoryError where there is no room for it.
   * @param numbers of the update, which is looked at only where they are given: it takes the optimizer's state from before the step
   */
  async findAnomaly(batch: Batch, draw: number, numbers?: StepNumbers): Promise<Anomaly | undefined> {
    const { findAnomaly } = await import('./anomaly.ts')
    const { isForReference, withVariablesOf } = await import('./reference-step.ts')
    // They need the room, and are compiled again where the training goes on.
    this.#step.dispose()
    this.#apart?.programs.dispose()
    this.#micro?.programs.dispose()
    this.#segmented?.dispose()
    const { model, data, detectAnomaly } = this.#parts
    const trace = (tensors: BatchTensors): TracedStep => {
      const { draw, outputs, total, gradients, state, backwardFrom } = this.#trace(tensors)
      const updateFrom = idFromNowOn()
      const { inputs, updates } = numbers === undefined ? { inputs: {}, updates: [] } : this.#updates(gradients, state)
      return {
        inputs: { ...inputs, draw },
        roots: [outputs['loss'], total, ...gradients, ...updates.map(([, next]) => next)],
        passOf: ({ id }) => (id < backwardFrom ? 'forward' : id < updateFrom ? 'backward' : 'update'),
      }
    }
    const programsOf = (backend: Backend, traceGraph: TraceBatch) => new BatchPrograms(backend, data, traceGraph)
    const step = programsOf(model.backend, (tensors) => {
      const { inputs, roots } = trace(tensors)
      return { inputs, outputs: Object.fromEntries(roots.map((root, i) => [`${i}`, root])) }
    })
    const isOnReference = typeof detectAnomaly === 'object' && isForReference(step.graph(batch))
    const backends = [...(isOnReference ? [withVariablesOf(model.backend, detectAnomaly)] : []), model.backend]
    for (const backend of backends) {
      const found = await findAnomaly(backend, trace, async (traceGraph) => {
        const programs = programsOf(backend, traceGraph)
        try {
          return await programs.run(batch, { ...numbers, draw })
        } finally {
          programs.dispose()
        }
      })
      if (found !== undefined) return found
    }
    return undefined
  }

  dispose(): void {
    this.#step.dispose()
    this.#apart?.programs.dispose()
    this.#apart?.store.dispose()
    this.#micro?.programs.dispose()
    this.#segmented?.dispose()
    this.#micro?.sums.dispose()
  }

  async #makeMicro() {
    const { SubtreeSums } = await import('./subtree-sums.ts')
    const { model, data, learned, detectAnomaly, syncBatchNorm } = this.#parts
    const sumOverBatch = syncBatchNorm ? (await import('./segments.ts')).sumOverBatch : undefined
    // Which state changes is asked of a graph, since a rank may have no micro-batch of the first batch.
    const { state } = this.#trace(tensorsFor(fieldsOf(data), 2))
    const sums = new SubtreeSums(
      model.backend,
      learned,
      state.map(([variable]) => variable),
    )
    const trace: TraceBatch = (batch) => {
      const [share, isAdded] = [input([]), input([])]
      const { draw, outputs, gradients, state, carries } = this.#trace(batch, share, sumOverBatch)
      if (carries)
        throw new ArgumentError(
          'training: micro-batches carry no state to the next batch; leave microBatches out for networks with stateful layers',
        )
      const values = [...gradients, ...state.map(([, next]) => mul(next, share))]
      const updates = sums.places.map((place, i): readonly [Variable, Tensor] => [
        place,
        where(isAdded, add(place, values[i]), values[i]),
      ])
      const slopes: Record<string, Tensor> = detectAnomaly ? { slopes: zeroOf(gradients) } : {}
      return { inputs: { draw, share, isAdded }, outputs: { ...outputs, ...slopes }, updates }
    }
    return { sums, trace, programs: new BatchPrograms(model.backend, data, trace) }
  }

  async #makeApart() {
    const { GradientStore } = await import('./gradients.ts')
    const { model, data, learned, detectAnomaly } = this.#parts
    const store = new GradientStore(model.backend, this.#turns, learned)
    const programs = new BatchPrograms(model.backend, data, (batch) => {
      const { draw, outputs, gradients, state, carries } = this.#trace(batch)
      if (carries)
        throw new ArgumentError(
          'training: gradients computed apart from their update carry no state to the next batch; use step for networks with stateful layers',
        )
      const updates = [
        ...gradients.map((gradient, i): readonly [Variable, Tensor] => [store.place(learned[i]), gradient]),
        ...state.map(([variable, next]): readonly [Variable, Tensor] => [store.place(variable), next]),
      ]
      const slopes: Record<string, Tensor> = detectAnomaly ? { slopes: zeroOf(gradients) } : {}
      return { inputs: { draw }, outputs: { ...outputs, ...slopes }, updates }
    })
    return { store, programs }
  }

  /** What a step changes: the parameters, by their gradients, the network's state, and the average of both where one is kept. */
  #updates(gradients: readonly Tensor[], state: Updates): Pick<Required<Graph>, 'inputs' | 'updates'> {
    const { optimizer, average } = this.#parts
    const learningRate = input([])
    const updates = [...optimizer.updates(gradients, learningRate), ...state]
    if (average === undefined) return { inputs: { learningRate }, updates }
    const averageShare = input([])
    return {
      inputs: { learningRate, averageShare },
      updates: [...updates, ...within('average', () => average.updates(updates, averageShare))],
    }
  }

  /**
   * A batch's forward and backward pass.
   * @param share what the loss is multiplied by before its gradients are taken @param sumOverBatch what sums statistics over all micro-batches, where they are to be
   */
  #trace(batch: BatchTensors, share?: Tensor, sumOverBatch?: (part: Tensor) => Tensor) {
    const { model, loss, metrics, learned, seed, frozen, carried, inOrder } = this.#parts
    let carries = false
    const draw = input([], 'int32')
    const state: Updates = []
    const auxiliary: Tensor[] = []
    const scope = new Scope({
      parameters: model.parameters,
      state: model.state,
      seed,
      training: true,
      step: draw,
      frozen,
      carried: {
        rows: carried.rows,
        variable(path, units) {
          if (!inOrder)
            throw new ArgumentError(
              'training: state is carried from batch to batch, but examples are shuffled; set shuffle: false, and let each example continue the one a batch before it',
            )
          carries = true
          return carried.variable(path, units)
        },
      },
      ...(share && sumOverBatch ? { wholeBatch: { share, sum: sumOverBatch } } : {}),
      onUpdate: (variable, next) => state.push([variable, next]),
      onAuxiliary: (output, weight) => auxiliary.push(within('loss', () => mul(lossOf(loss, output, batch), weight))),
    })
    const prediction = applyModel(model, batch.inputs, scope)
    const value = within('loss', () => lossOf(loss, prediction, batch))
    const whole = auxiliary.reduce((sum, part) => add(sum, part), value)
    const total = share === undefined ? whole : within('loss', () => mul(whole, share))
    const outputs = measured(value, prediction, batch, metrics)
    const backwardFrom = idFromNowOn()
    return { draw, outputs, total, gradients: gradientsOf(total, learned), state, carries, backwardFrom }
  }
}

/**
 * NaN where a vector that the batch picks of a table is not finite any more. All other weights show in the next loss, but of a table a batch sees only what it picks, and
 * changes hardly anything else. Tables within loops are looked at with all weights, at the next checkpoint or the epoch's end.
 */
function picked({ loss }: Record<string, Tensor>, updates: Readonly<Updates>): Record<string, Tensor> {
  const next = new Map<Tensor, Tensor>(updates)
  const vectors = topologicalOrder([loss]).flatMap(({ op, inputs: [table, indices], attributes }) => {
    const after = next.get(table)
    if (op.name !== 'gather' || after === undefined) return []
    const { axis } = attributes as GatherAttributes
    // An index outside would pick NaN; another vector in its place does no harm.
    const inside = minimum(maximum(indices, 0), after.shape[axis] - 1)
    return [apply(op, [after, inside], attributes)]
  })
  return vectors.length === 0 ? {} : { picked: zeroOf(vectors) }
}

/** 0 where all numbers of tensors are finite, else NaN. */
const zeroOf = (tensors: readonly Tensor[]): Tensor => tensors.map((x) => sum(mul(x, 0))).reduce((a, b) => add(a, b))
