import { InternalError, ShapeError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { apply, setScope, type Tensor, Variable, variable } from '../graph/tensor.ts'
import { mul } from '../ops/elementwise.ts'
import { concat, reshapeOp, slice } from '../ops/structure.ts'
import type { Initializer } from './initializers.ts'
import type { Layer, LayerDescription } from './layer.ts'
import type {
  CellState,
  RecurrentCell,
  RecurrentLoop,
  RecurrentLoopResult,
  SequenceLayer,
  SequenceOptions,
  SequenceResult,
} from './sequence-layer.ts'

/** The parameters of a model by their path names, in the order in which its layers made them. */
export type Parameters = Map<string, Variable>

/** First values of the parameter of this path and shape, for which the layer has this initialiser. */
export type InitialValues = (path: string, shape: Shape, initializer: Initializer) => Float32Array

/** A layer's place in a trace. */
export interface LayerReport {
  readonly path: string
  readonly description: LayerDescription
  readonly input: Tensor
  readonly output: Tensor
  /** Whether no layers are within it. */
  readonly leaf: boolean
}

/** An op by which a layer joins what the layers within it give, such as the sum of a residual block. */
export interface JoinReport {
  /** Of the layer that joins. */
  readonly path: string
  readonly type: string
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  /** Its settings, where it has any that are told. */
  readonly description?: LayerDescription
}

export interface ScopeOptions {
  /** Parameters that exist; those that layers ask for beyond them are made. */
  readonly parameters: Parameters
  /** State that exists beside them, such as running statistics: not learned, but part of the weights. Made like parameters. */
  readonly state: Parameters
  /** From which every parameter's first values and every dropout mask derive. */
  readonly seed: number
  /** Where first values come from instead, such as from a file. */
  readonly initialValues?: InitialValues
  /** Whether layers behave as in training, where dropout drops. */
  readonly training: boolean
  /** Told of every layer that is traced, innermost layers first. */
  readonly onLayer?: (report: LayerReport) => void
  /** Told of every op that joins branches, in the order of the trace. */
  readonly onJoin?: (report: JoinReport) => void
  /**
   * Whether the trace is made to be looked at and never run: parameters then have no values, and layers that give their input on give a
   * tensor of their own.
   */
  readonly inspection?: boolean
  /** The int32 number of the training step, which gives each step its own random numbers. */
  readonly step?: Tensor
  /** Whether the parameter of this path stays as it is; layers with such parameters keep their state, too. */
  readonly frozen?: (path: string) => boolean
  /** Whether layers compute with the state that they have, such as running statistics, also where their parameters learn. */
  readonly stateStays?: boolean
  /**
   * State that goes from batch to batch, where it is kept: a variable of each path, [rows, units], with room for this many examples. `onUpdate` is told of its
   * next values.
   */
  readonly carried?: { readonly rows: number; variable(path: string, units: number): Variable }
  /** How long the examples are of the sequences that the network takes, int32 [N], and how many steps those have with padding. */
  readonly sequences?: { readonly lengths: Tensor; readonly steps: number }
  /** Traces a recurrent layer's loop in another way than as a `scan`, such as for a file that has a node for it. */
  readonly recurrentLoop?: (loop: RecurrentLoop) => RecurrentLoopResult
  /** Where a batch is computed in parts and statistics are to be taken over all of it: this part's share of its examples, and what sums a tensor over all parts. */
  readonly wholeBatch?: { readonly share: Tensor; sum(part: Tensor): Tensor }
  /** Told of each piece of state that changes, as in training, and of its value after the step. */
  readonly onUpdate?: (state: Variable, next: Tensor) => void
  /** Told in training of each output beside the network's own, and of its weight in the loss. */
  readonly onAuxiliary?: (output: Tensor, weight: number) => void
}

/** What a layer sees of the model that it is part of: its own place in it. */
export class Scope {
  readonly training: boolean
  readonly seed: number
  /** Path of the layer within its model, such as `3` or `features.3`; '' for the model itself. */
  readonly path: string
  readonly #options: ScopeOptions
  #leaf = true

  constructor(options: ScopeOptions, path = '') {
    this.#options = options
    this.training = options.training
    this.seed = options.seed
    this.path = path
  }

  /** Traces a part of this layer, at a place of its own. */
  apply(name: string, layer: Layer, input: Tensor): Tensor {
    this.#leaf = false
    const path = this.#join(name)
    const inner = new Scope(this.#options, path)
    // Not by a function of its own: a stack trace holds ten frames, and the user's own has to be among them.
    const before = setScope(path)
    let applied: Tensor
    try {
      applied = layer.apply(input, inner)
    } finally {
      setScope(before)
    }
    const leaf = inner.#leaf
    const passedOn = this.#options.inspection && leaf && applied === input
    const output = passedOn ? apply(reshapeOp, [input], { shape: input.shape }) : applied
    this.#options.onLayer?.({ path, description: layer.description, input, output, leaf })
    return output
  }

  /** As `apply`, of a layer that knows how long sequences are; it also gives the state after them. */
  applySequence(name: string, layer: SequenceLayer, input: Tensor, options: SequenceOptions = {}): SequenceResult {
    this.#leaf = false
    const path = this.#join(name)
    const inner = new Scope(this.#options, path)
    const before = setScope(path)
    let applied: SequenceResult
    try {
      applied = layer.applySequence(input, inner, options)
    } finally {
      setScope(before)
    }
    this.#options.onLayer?.({
      path,
      description: layer.description,
      input,
      output: applied.outputs,
      leaf: inner.#leaf,
    })
    return applied
  }

  /** Traces one step of a recurrent cell, such as in the body of a `scan`, at a place of its own: its parameters are this layer's, not a part's. */
  applyCell(
    name: string,
    cell: RecurrentCell,
    input: Tensor,
    state: CellState,
  ): { readonly output: Tensor; readonly state: CellState } {
    const path = this.#join(name)
    const before = setScope(path)
    try {
      return cell.step(input, state, new Scope(this.#options, path))
    } finally {
      setScope(before)
    }
  }

  /** The scope of a part of this layer, at a place of its own, that is not a layer of one tensor, such as a cell in a loop. */
  part(name: string): Scope {
    this.#leaf = false
    return new Scope(this.#options, this.#join(name))
  }

  /**
   * This scope, for sequences of these lengths, int32 [N], padded to this many steps: layers of sequences within it leave the padding out wherever they
   * are applied without lengths of their own.
   */
  ofSequences(lengths: Tensor, steps: number): Scope {
    return new Scope({ ...this.#options, sequences: { lengths, steps } }, this.path)
  }

  /**
   * This scope, within which layers give nothing but their output: they keep their state, and of such as changes all the same, and of outputs beside it in training,
   * `refuse` is told what they are.
   */
  withOutputAlone(refuse: (what: string) => never): Scope {
    this.#leaf = false
    const onUpdate = ({ name }: Variable): void => refuse(name)
    const onAuxiliary = (): void => refuse('an auxiliary output')
    return new Scope({ ...this.#options, stateStays: true, onUpdate, onAuxiliary }, this.path)
  }

  /**
   * The lengths of the sequences [N, T, ...] that a layer is applied to, where the network tells any.
   * @throws ShapeError where their number of steps is no longer that which the lengths are of.
   */
  lengthsFor({ shape }: Tensor): Tensor | undefined {
    const { sequences } = this.#options
    if (sequences === undefined) return undefined
    const { lengths, steps } = sequences
    if (shape[0] !== lengths.shape[0] || shape[1] !== steps)
      throw new ShapeError(
        `sequences ${formatShape(shape)} do not match the ${lengths.shape[0]} examples of ${steps} steps whose lengths are known; use applySequence with their own lengths`,
      )
    return lengths
  }

  /** As `apply`; also gives what every layer within that part gave, innermost layers first. */
  applyWatched(name: string, layer: Layer, input: Tensor): { output: Tensor; layers: readonly LayerReport[] } {
    const layers: LayerReport[] = []
    const onLayer = (report: LayerReport): void => {
      layers.push(report)
      this.#options.onLayer?.(report)
    }
    this.#leaf = false
    return { output: new Scope({ ...this.#options, onLayer }, this.path).apply(name, layer, input), layers }
  }

  /** Tells of an op that joins what layers within this one gave, by a name where it has one of its own; gives its output on. */
  join(
    type: string,
    inputs: readonly Tensor[],
    output: Tensor,
    { name = '', description }: { readonly name?: string; readonly description?: LayerDescription } = {},
  ): Tensor {
    this.#leaf = false
    this.#options.onJoin?.({ path: this.#join(name), type, inputs, output, ...(description && { description }) })
    return output
  }

  /**
   * The parameter of this name: made by the initialiser at the first trace, the same one ever after.
   * @throws InternalError when a later trace asks for another shape.
   */
  parameter(name: string, shape: Shape, initializer: Initializer): Variable {
    return this.#variable(this.#options.parameters, name, shape, initializer)
  }

  /**
   * State of this name that the layer keeps but does not learn, such as a running mean: made like a parameter, changed by `update`.
   * @throws InternalError when a later trace asks for another shape.
   */
  state(name: string, shape: Shape, initializer: Initializer): Variable {
    return this.#variable(this.#options.state, name, shape, initializer)
  }

  /** In training, gives state its value after the step. */
  update(state: Variable, next: Tensor): void {
    if (this.training) this.#options.onUpdate?.(state, next)
  }

  /** A recurrent layer's loop, where it is traced in another way than as a `scan`. */
  recurrentLoop(loop: RecurrentLoop): RecurrentLoopResult | undefined {
    return this.#options.recurrentLoop?.(loop)
  }

  /**
   * State [examples, units] of this name that goes on from batch to batch, each example where the one in its place ended; undefined where it is not kept.
   * @throws ShapeError for more examples than there is room for.
   */
  carry(
    name: string,
    examples: number,
    units: number,
  ): { readonly before: Tensor; keep(after: Tensor): void } | undefined {
    const { carried, onUpdate } = this.#options
    if (carried === undefined) return undefined
    const { rows } = carried
    if (examples > rows)
      throw new ShapeError(`state is carried over for ${rows} examples, but this batch has ${examples}`)
    const kept = carried.variable(this.#join(name), units)
    const others = rows - examples
    return {
      before: others === 0 ? kept : slice(kept, [0, 0], [examples, units]),
      keep: (after) =>
        onUpdate?.(kept, others === 0 ? after : concat([after, slice(kept, [examples, 0], [others, units])])),
    }
  }

  /** The mean over the whole batch, from that over the examples at hand: the same unless a batch is computed in parts and statistics are taken over all of it. */
  overBatch(mean: Tensor): Tensor {
    const { wholeBatch } = this.#options
    return wholeBatch === undefined ? mean : wholeBatch.sum(mul(mean, wholeBatch.share))
  }

  /** The share that the examples at hand have in those over which `overBatch` takes means; undefined where they are all. */
  get shareOfBatch(): Tensor | undefined {
    return this.#options.wholeBatch?.share
  }

  /** In training, gives an output of shape [N, ...] that takes part in the loss with this weight, beside the network's own. */
  auxiliary(output: Tensor, weight: number): void {
    if (this.training) this.#options.onAuxiliary?.(output, weight)
  }

  /** Whether the layer's state stays as it is: outside of training, where its parameter of this name is frozen, and in networks that keep their state. */
  keepsState(name: string): boolean {
    const { frozen, stateStays = false } = this.#options
    return !this.training || stateStays || (frozen?.(this.#join(name)) ?? false)
  }

  /** The training step, for random numbers; undefined outside training. */
  get step(): Tensor | undefined {
    return this.#options.step
  }

  #variable(known: Parameters, name: string, shape: Shape, initializer: Initializer): Variable {
    const path = this.#join(name)
    const existing = known.get(path)
    if (existing !== undefined) {
      if (!sameShape(existing.shape, shape))
        throw new InternalError(
          `${path} has shape ${formatShape(existing.shape)}, but now ${formatShape(shape)} is requested`,
        )
      return existing
    }
    const made = this.#options.inspection
      ? new Variable({ shape, dtype: 'float32' }, () => new Float32Array(0), path)
      : variable(
          shape,
          this.#options.initialValues?.(path, shape, initializer) ??
            (() => initializer(shape, new Random(this.seed, path))),
          path,
        )
    known.set(path, made)
    return made
  }

  #join(name: string): string {
    return this.path === '' || name === '' ? this.path + name : `${this.path}.${name}`
  }
}
