/** The programs of a training: the whole step as one, and its two halves, the gradients and the update. */
import { gradientsBy } from '../autodiff/pull-back.ts'
import type { PlanRemat } from '../autodiff/recomputation.ts'
import type { Program } from '../backends/backend.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Turns } from '../core/turns.ts'
import type { AnyDataset } from '../data/dataset.ts'
import { type Graph, topologicalOrder } from '../graph/graph.ts'
import { apply, type Input, idFromNowOn, input, type Tensor, type Variable, within } from '../graph/tensor.ts'
import type { BatchLoss, BatchTensors, Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, applyModel } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { add, maximum, minimum, mul } from '../ops/elementwise.ts'
import type { GatherAttributes } from '../ops/indexing.ts'
import type { OptimizerState, Updates } from '../optim/optimizer.ts'
import type { Anomaly } from './anomaly.ts'
import type { Batch } from './batches.ts'
import type { CarriedState } from './carried-state.ts'
import { lossOf, measured, Sums } from './evaluation.ts'
import { zeroOf } from './finite.ts'
import type { GradientStore, Gradients } from './gradients.ts'
import type { MicroBatchPrograms } from './micro-batch-programs.ts'
import { BatchPrograms } from './steps.ts'
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
  /** Chooses what a step computes anew on the way back; undefined where it keeps all but what `remat` has marked. */
  readonly planRemat: PlanRemat | undefined
  /** Whether batch norm takes its statistics over all micro-batches of a batch. */
  readonly syncBatchNorm: boolean
}

/** What a step's program takes beside its batch: the learning rate, and how much of the weights goes into their average. */
export type StepNumbers = Readonly<Record<'learningRate', number>> & Readonly<Partial<Record<'averageShare', number>>>

/** A batch's forward and backward pass. */
export interface TracedBackward {
  readonly draw: Input
  readonly outputs: Record<string, Tensor>
  /** What gradients are taken of. */
  readonly total: Tensor
  readonly gradients: readonly Tensor[]
  /** What the network's state becomes. */
  readonly state: Updates
  /** Whether state goes on to the next batch's examples. */
  readonly carries: boolean
  /** The number of the first node of the backward pass. */
  readonly backwardFrom: number
}

/** @param share what the loss is multiplied by before its gradients are taken @param sumOverBatch what sums statistics over all micro-batches, where they are to be */
export type TraceBackward = (
  batch: BatchTensors,
  share?: Tensor,
  sumOverBatch?: (part: Tensor) => Tensor,
) => TracedBackward

/** The update of the parameters by their gradients, and of the network's state. */
export type TraceUpdates = (gradients: readonly Tensor[], state: Updates) => Graph

/** Compiled when first needed. */
export class TrainingPrograms {
  readonly #parts: TrainedParts
  readonly #turns: Turns
  readonly #step: BatchPrograms
  /** Where gradients are kept that are apart from an update, and the programs that compute them; what does this is loaded where it is asked for. */
  #apart: { readonly store: GradientStore; readonly programs: BatchPrograms } | undefined
  /** The programs of divided batches, loaded in the same way. */
  #micro: MicroBatchPrograms | undefined

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

  async ofMicroBatches(): Promise<MicroBatchPrograms> {
    const { MicroBatchPrograms } = await import('./micro-batch-programs.ts')
    this.#micro ??= await MicroBatchPrograms.of(this.#parts, this.#trace, this.#traceUpdates)
    return this.#micro
  }

  /** Takes up other gradients, as `Gradients.add`, within a turn. */
  add(gradients: Gradients, other: Gradients): Promise<void> {
    return this.#apart!.store.merge(gradients, other)
  }

  /** Gives what the examples of the gradients add up to. @throws ArgumentError for gradients of another trainer, or used before. */
  async update(gradients: Gradients, numbers: StepNumbers): Promise<Sums> {
    this.#apart ??= await this.#makeApart()
    return this.#apart.store.use(gradients, this.#traceUpdates, numbers)
  }

  /** As `anomalyOfStep`. */
  async findAnomaly(batch: Batch, draw: number, numbers?: StepNumbers): Promise<Anomaly | undefined> {
    const { anomalyOfStep } = await import('./anomaly-of-step.ts')
    // They need the room, and are compiled again where the training goes on.
    this.#step.dispose()
    this.#apart?.programs.dispose()
    this.#micro?.release()
    return anomalyOfStep(this.#parts, this.#trace, this.#traceUpdates, { batch, draw, numbers })
  }

  dispose(): void {
    this.#step.dispose()
    this.#apart?.programs.dispose()
    this.#apart?.store.dispose()
    this.#micro?.dispose()
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

  readonly #traceUpdates: TraceUpdates = (gradients, state) => ({ ...this.#updates(gradients, state), outputs: {} })

  readonly #trace: TraceBackward = (batch, share, sumOverBatch) => {
    const { model, loss, metrics, learned, seed, frozen, carried, inOrder, planRemat } = this.#parts
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
    return { draw, outputs, total, gradients: gradientsBy(total, learned, planRemat), state, carries, backwardFrom }
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
