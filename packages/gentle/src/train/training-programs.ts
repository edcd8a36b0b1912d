/** The programs of a training: the whole step as one, and its two halves, the gradients and the update. */
import { gradients as gradientsOf } from '../autodiff/gradients.ts'
import type { Program } from '../backends/backend.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Turns } from '../core/turns.ts'
import type { AnyDataset } from '../data/dataset.ts'
import { type Graph, topologicalOrder } from '../graph/graph.ts'
import { input, type Tensor, type Variable, within } from '../graph/tensor.ts'
import type { BatchLoss, BatchTensors, Loss } from '../nn/losses.ts'
import type { Metric } from '../nn/metrics.ts'
import { type AnyModel, applyModel } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { abs, add, mul } from '../ops/elementwise.ts'
import { isScan } from '../ops/loop.ts'
import { max } from '../ops/reduce.ts'
import type { OptimizerState, Updates } from '../optim/optimizer.ts'
import type { Batch } from './batches.ts'
import type { CarriedState } from './carried-state.ts'
import { lossOf, measured, Sums } from './evaluation.ts'
import type { GradientStore, Gradients } from './gradients.ts'
import { BatchPrograms } from './steps.ts'
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

  constructor(parts: TrainedParts, turns: Turns) {
    const { model, data } = parts
    this.#parts = parts
    this.#turns = turns
    this.#step = new BatchPrograms(model.backend, data, (batch) => {
      const { draw, outputs, gradients, state } = this.#trace(batch)
      const { inputs, updates } = this.#updates(gradients, state)
      return { inputs: { ...inputs, draw }, outputs, updates }
    })
  }

  /** Gradients and update at once. `draw` numbers the batch, for random numbers of its own. */
  step(batch: Batch, numbers: StepNumbers, draw: number): Promise<Record<string, NDArray>> {
    return this.#step.run(batch, { ...numbers, draw })
  }

  profile(batch: Batch, numbers: StepNumbers, draw: number): ReturnType<Program['profile']> {
    return this.#step.profile(batch, { ...numbers, draw })
  }

  async gradients(batch: Batch, draw: number): Promise<Gradients> {
    this.#apart ??= await this.#makeApart()
    const { store, programs } = this.#apart
    await store.vacate()
    const sums = new Sums(this.#parts.metrics)
    sums.add(await programs.run(batch, { draw }), batch.examples)
    return store.hold(sums)
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
   * The op of the forward pass that is the first to make NaN of numbers that are not, or an infinity, told as `log (loss) at main.ts:12:9 gives NaN`: by
   * a pass of its own, at the present weights, that looks at all that is computed on the way to the loss.
   */
  async firstNonFinite(batch: Batch, draw: number): Promise<string | undefined> {
    let nodes: readonly Tensor[] = []
    const programs = new BatchPrograms(this.#parts.model.backend, this.#parts.data, (traced) => {
      const { draw, outputs } = this.#trace(traced)
      nodes = topologicalOrder([outputs['loss']]).filter(
        (node) => node.dtype === 'float32' && node.inputs.length > 0 && !isScan(node),
      )
      const largest = nodes.map((node, i): [string, Tensor] => [`${i}`, max(abs(node))])
      return { inputs: { draw }, outputs: Object.fromEntries(largest) }
    })
    const largest = await programs.run(batch, { draw })
    programs.dispose()
    const values = nodes.map((_, i) => largest[i].data[0])
    // Infinities may be meant, as those of a mask are: NaN tells more.
    const nan = values.findIndex(Number.isNaN)
    const at = nan >= 0 ? nan : values.indexOf(Number.POSITIVE_INFINITY)
    if (at < 0) return undefined
    const { op, scope, site } = nodes[at]
    return `${op.name}${scope && ` (${scope})`}${site && ` at ${site}`} gives ${nan >= 0 ? 'NaN' : 'an infinity'}`
  }

  dispose(): void {
    this.#step.dispose()
    this.#apart?.programs.dispose()
    this.#apart?.store.dispose()
  }

  async #makeApart() {
    const { GradientStore } = await import('./gradients.ts')
    const { model, data, learned } = this.#parts
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
      return { inputs: { draw }, outputs, updates }
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

  /** A batch's forward and backward pass. */
  #trace(batch: BatchTensors) {
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
      onUpdate: (variable, next) => state.push([variable, next]),
      onAuxiliary: (output, weight) => auxiliary.push(within('loss', () => mul(lossOf(loss, output, batch), weight))),
    })
    const prediction = applyModel(model, batch.inputs, scope)
    const value = within('loss', () => lossOf(loss, prediction, batch))
    const total = auxiliary.reduce((sum, part) => add(sum, part), value)
    const outputs = measured(value, prediction, batch, metrics)
    return { draw, outputs, gradients: gradientsOf(total, learned), state, carries }
  }
}
