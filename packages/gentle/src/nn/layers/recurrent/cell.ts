/** What recurrent cells have in common: their weights, and one step. */
import { ArgumentError, ShapeError } from '../../../core/errors.ts'
import { formatShape, sameShape } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { add, mul } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { broadcastTo, slice } from '../../../ops/structure.ts'
import { constants, type Initialization, type Initializer, initializerFrom, uniformWithin } from '../../initializers.ts'
import { checkCount, checkFinite, checkFlag, inLayer } from '../../layer.ts'
import type { Scope } from '../../scope.ts'
import type { CellState, RecurrentCell } from '../../sequence-layer.ts'
import { LayerNorm } from '../layer-norm.ts'

export interface CellOptions {
  /** Whether gates add numbers of their own, twice as PyTorch's do: `bias_ih` to the product with the input, `bias_hh` to that with the state; true unless given. */
  readonly bias?: boolean
  /** How `weight_ih` begins; uniform within 1 / sqrt(units) unless given, as in PyTorch. Keras has 'glorotUniform'. */
  readonly weightInit?: Initialization
  /** How `weight_hh` begins; uniform within 1 / sqrt(units) unless given, as in PyTorch. Keras has 'orthogonal'. */
  readonly recurrentInit?: Initialization
  /** First value of every bias; uniform within 1 / sqrt(units) unless given, as in PyTorch. Keras has 0. */
  readonly biasInit?: number
  /**
   * 'layer': layer norm of what gates get from the input and from the state, each by itself, and of an LSTM's cell before its tanh; of a plain cell, of their sum (Ba, Kiros,
   * Hinton, "Layer Normalization", 2016, eq. 4, 20 to 22 and 28 to 31). Its offsets stand for the biases. None unless given.
   */
  readonly normalization?: 'layer'
}

export const cellOptions = ['bias', 'weightInit', 'recurrentInit', 'biasInit', 'normalization'] as const

/** How a kind of cell computes. */
export interface CellKind {
  readonly type: 'rnn' | 'lstm' | 'gru'
  /** Of a plain cell. */
  readonly activation?: 'tanh' | 'relu'
  /** Of a GRU: whether it resets after the product. */
  readonly resetAfter?: boolean
  /** How many times `units` numbers the products with input and state have. */
  readonly gates: number
  /** What the state's tensors are called. */
  readonly states: readonly string[]
  /** The state after a step; `fromInput` [N, gates * units] is the product with the input. */
  advance(fromInput: Tensor, state: CellState, recurrence: Recurrence): CellState
}

/** What a step does with the state before it. */
export interface Recurrence {
  readonly units: number
  /** Product of the state with `weight_hh`, with its bias; of `count` gates from the first-th on, or of all. */
  product(h: Tensor, first?: number, count?: number): Tensor
  /** Layer norm of this name, of the first `count` gates or of all; x as it is where the cell has none. */
  norm(name: string, x: Tensor, count?: number): Tensor
}

export interface CellWeights {
  readonly weightIh: Tensor
  readonly weightHh: Tensor
  readonly biasIh?: Tensor
  readonly biasHh?: Tensor
}

/** How a kind's weights begin. */
export interface CellInitializers {
  readonly bias: boolean
  readonly weight: Initializer
  readonly recurrent: Initializer
  readonly biasIh: Initializer
  readonly biasHh: Initializer
  readonly normalization?: 'layer' | 'batch'
}

/** @throws ArgumentError for numbers out of range. */
export function cellInitializers(
  units: number,
  options: Omit<CellOptions, 'normalization'> & { readonly normalization?: 'layer' | 'batch' },
  where: string,
  normalizations: readonly string[] = ['layer'],
): CellInitializers {
  checkCount(units, `${where}: units`)
  const { bias = true, weightInit, recurrentInit, biasInit, normalization } = options
  checkFlag(bias, `${where}: bias`)
  if (normalization !== undefined && !normalizations.includes(normalization))
    throw new ArgumentError(
      `${where}: normalization is ${JSON.stringify(normalization)}; expected ${normalizations.map((name) => `'${name}'`).join(' or ')}`,
    )
  const uniform = uniformWithin(1 / Math.sqrt(units))
  const ofBias = biasInit === undefined ? uniform : constants(checkFinite(biasInit, `${where}: biasInit`))
  return {
    bias: bias && normalization === undefined,
    normalization,
    weight: weightInit === undefined ? uniform : initializerFrom(weightInit),
    recurrent: recurrentInit === undefined ? uniform : initializerFrom(recurrentInit),
    biasIh: ofBias,
    biasHh: ofBias,
  }
}

/** A cell's weights; `suffix` tells those of a layer's cells apart. */
export function cellWeights(
  { gates }: CellKind,
  units: number,
  inputs: number,
  initializers: CellInitializers,
  scope: Scope,
  suffix = '',
): CellWeights {
  const rows = gates * units
  return {
    weightIh: scope.parameter(`weight_ih${suffix}`, [rows, inputs], initializers.weight),
    weightHh: scope.parameter(`weight_hh${suffix}`, [rows, units], initializers.recurrent),
    ...(initializers.bias && {
      biasIh: scope.parameter(`bias_ih${suffix}`, [rows], initializers.biasIh),
      biasHh: scope.parameter(`bias_hh${suffix}`, [rows], initializers.biasHh),
    }),
  }
}

/** weight x + bias. */
const affine = (x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor => {
  const product = matmul(x, weight, { transposeB: true })
  return bias === undefined ? product : add(product, bias)
}

/** What gates get from inputs [..., K]. */
export const fromInputs = (x: Tensor, { weightIh, biasIh }: CellWeights): Tensor => affine(x, weightIh, biasIh)

export interface StepOptions {
  readonly units: number
  readonly weights: CellWeights
  /** Where layer norms have their parameters, by the ends of their names; none where it is not given. */
  readonly norms?: { readonly scope: Scope; readonly suffix: string }
  /** [N, units], by which the state is multiplied before its product with the weights. */
  readonly mask?: Tensor
}

/** One step of a cell, after the product with the input. */
export function stepOf(
  kind: CellKind,
  fromInput: Tensor,
  state: CellState,
  { units, weights, norms, mask }: StepOptions,
): CellState {
  const { weightHh, biasHh } = weights
  const rowsOf = (all: Tensor, first: number, count: number): Tensor =>
    count === kind.gates
      ? all
      : slice(all, [first * units, ...all.shape.slice(1).map(() => 0)], [count * units, ...all.shape.slice(1)])
  return kind.advance(fromInput, state, {
    units,
    product: (h, first = 0, count = kind.gates) =>
      affine(
        mask === undefined ? h : mul(h, mask),
        rowsOf(weightHh, first, count),
        biasHh && rowsOf(biasHh, first, count),
      ),
    norm(name, x, count) {
      if (norms === undefined) return x
      const normed = count === undefined ? x : slice(x, [0, 0], [x.shape[0], count * units])
      return LayerNorm().apply(normed, norms.scope.part(`${name}${norms.suffix}`))
    },
  })
}

/** All 0, for N examples. */
export const zeroState = ({ states }: CellKind, units: number, examples: number): CellState =>
  states.map(() => broadcastTo(constant(0), [examples, units]))

/** @throws ArgumentError where the state has another number of tensors; ShapeError where one has another shape. */
export function checkState({ states }: CellKind, units: number, state: CellState, examples: number): void {
  const expected = `[${states.join(', ')}], each [${examples}, ${units}]`
  if (!Array.isArray(state) || state.length !== states.length)
    throw new ArgumentError(
      `the state of a cell is ${Array.isArray(state) ? `a list of ${state.length}` : typeof state}; expected ${expected}`,
    )
  for (const [i, { shape, dtype }] of state.entries())
    if (dtype !== 'float32' || !sameShape(shape, [examples, units]))
      throw new ShapeError(`the state's ${states[i]} is ${dtype} ${formatShape(shape)}; expected ${expected}`)
}

/** A cell of a kind. */
export function cellOf(
  kind: CellKind,
  units: number,
  initializers: CellInitializers,
  options: CellOptions,
): RecurrentCell {
  const description = { type: `${kind.type}Cell`, units, options }
  return {
    description,
    units,
    zeroState: (examples) => zeroState(kind, units, examples),
    step: (x, state, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 2) throw new ShapeError('expected the inputs of one step, [N, K]')
        checkState(kind, units, state, x.shape[0])
        const weights = cellWeights(kind, units, x.shape[1], initializers, scope)
        const norms = initializers.normalization === 'layer' ? { scope, suffix: '' } : undefined
        const next = stepOf(kind, fromInputs(x, weights), state, { units, weights, norms })
        return { output: next[0], state: next }
      }),
  }
}
