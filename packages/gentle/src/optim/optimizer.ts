/** What an optimizer is: it turns gradients into updates of the parameters and of its own state, as a graph. */
import { ArgumentError } from '../core/errors.ts'
import { type Tensor, type Variable, within } from '../graph/tensor.ts'
import { add, div, maximum, minimum, mul, sqrt, sub } from '../ops/elementwise.ts'
import { sum } from '../ops/reduce.ts'
import { checkGroups, groupOf, type ParameterGroup } from './parameter-groups.ts'
import { type Schedule, toSchedule } from './schedule.ts'

/** Variables and their next values. */
export type Updates = (readonly [Variable, Tensor])[]

/** An optimizer's type and numbers, its schedule apart. */
export interface OptimizerDescription {
  readonly type: string
  readonly [option: string]: number | string | boolean
}

export interface Optimizer {
  /** By which a training that goes on knows that it is the same: plain JSON. */
  readonly description: OptimizerDescription
  readonly schedule: Schedule
  /** The share of the learning rate that a parameter has, by its name; 1 for all where there is none. */
  readonly rateFactor?: (parameter: string) => number
  /** Parameters with settings of their own; a training refuses patterns that mean none of its parameters. */
  readonly groups?: readonly ParameterGroup[]
  /** Makes the optimizer's state for these parameters. */
  begin(parameters: readonly Variable[]): OptimizerState
}

export interface OptimizerState {
  /** What has to be kept to go on later; each has a name of its own. */
  readonly variables: readonly Variable[]
  /** The updates of one step: `gradients` in the order of the parameters, `learningRate` a scalar. */
  updates(gradients: readonly Tensor[], learningRate: Tensor): Updates
}

export interface OptimizerOptions {
  /** The rate η, a number or a schedule. */
  readonly learningRate: number | Schedule
  /** Scales all gradients down together so that their norm is at most this (Pascanu et al., 2013, algorithm 1). */
  readonly clipNorm?: number
  /** Limits each element of the gradients to [-clipValue, clipValue]. */
  readonly clipValue?: number
  /**
   * A parameter's share of the learning rate by its name, above 0: smaller rates below for a network that is trained further, as `ratesByDepth` gives them, or
   * another rate for a part of a network. 1 for all unless given.
   */
  readonly rateFactor?: (parameter: string) => number
  /**
   * Parameters with a share of the rate, or a weight decay, of their own; of several groups that mean a parameter the first one counts.
   *
   * ```ts
   * const optimizer = adamW({ learningRate: 1e-3, groups: [{ parameters: '*.bias', weightDecay: 0 }, { parameters: 'conv1', rateFactor: 0.1 }] })
   * ```
   */
  readonly groups?: readonly ParameterGroup[]
}

/** Options of the optimizers, which can all pull parameters towards 0. */
export interface WeightDecayOptions {
  /** λ of the gradient's additional term λ Θ; in adamW, of the direct decay Θ ← Θ − η λ Θ, where it is 0.01 unless given. Else 0. */
  readonly weightDecay?: number
  /**
   * What decays: all parameters, or weights alone, which are those with two axes or more; biases and the factors and offsets of
   * normalisation have one and are left out (He, Zhang, Zhang, Zhang, Xie, Li, "Bag of Tricks for Image Classification", 2019,
   * section 3.1). 'all' unless given, as in PyTorch.
   */
  readonly decayParameters?: 'all' | 'weights'
}

/**
 * The λ of each parameter.
 * @throws ArgumentError for options out of range.
 */
export function weightDecayOf(
  { weightDecay = 0, decayParameters = 'all', groups = [] }: WeightDecayOptions & Pick<OptimizerOptions, 'groups'>,
  where: string,
): (parameter: Variable) => number {
  checkNonNegative(weightDecay, `${where}: weightDecay`)
  if (decayParameters !== 'all' && decayParameters !== 'weights')
    throw new ArgumentError(
      `${where}: decayParameters is ${JSON.stringify(decayParameters)}; expected 'all' or 'weights'`,
    )
  return ({ name, shape }) =>
    groupOf(groups, name)?.weightDecay ?? (decayParameters === 'all' || shape.length > 1 ? weightDecay : 0)
}

/** A gradient with that of weight decay: g + λ θ. */
export const withDecay = (gradient: Tensor, theta: Tensor, weightDecay: number): Tensor =>
  weightDecay > 0 ? add(gradient, mul(theta, weightDecay)) : gradient

/** A parameter after weight decay apart from the gradient: (1 - rate λ) θ (Loshchilov and Hutter, 2019, algorithm 2). */
export const decayed = (theta: Tensor, rate: Tensor, weightDecay: number): Tensor =>
  weightDecay > 0 ? mul(theta, sub(1, mul(rate, weightDecay))) : theta

/** One parameter's step, from its gradient: its next value and the next values of its state. */
export type ParameterRule = (
  parameter: Variable,
  gradient: Tensor,
  learningRate: Tensor,
) => { readonly next: Tensor; readonly state: Updates }

/**
 * An optimizer that treats each parameter alone, after clipping. `prepare` makes a parameter's state, and `shared` what all use.
 * @param own the type of the optimizer and the options that it has beside those of all
 * @throws ArgumentError for options out of range.
 */
export function optimizer<Shared>(
  own: OptimizerDescription,
  {
    learningRate,
    clipNorm,
    clipValue,
    rateFactor: ownFactor,
    groups = [],
    weightDecay = 0,
    decayParameters = 'all',
  }: OptimizerOptions & WeightDecayOptions,
  shared: () => { readonly variables: readonly Variable[]; readonly value: Shared; readonly updates: () => Updates },
  prepare: (
    parameter: Variable,
    shared: Shared,
  ) => { readonly variables: readonly Variable[]; readonly rule: ParameterRule },
): Optimizer {
  for (const [name, limit] of Object.entries({ clipNorm, clipValue }))
    if (limit !== undefined && !(limit > 0))
      throw new ArgumentError(`optimizer: ${name} is ${limit}; expected a number above 0`)
  checkGroups(groups)
  const factorOf = (name: string): number => groupOf(groups, name)?.rateFactor ?? ownFactor?.(name) ?? 1
  return {
    description: {
      ...own,
      weightDecay,
      decayParameters,
      ...(clipNorm === undefined ? {} : { clipNorm }),
      ...(clipValue === undefined ? {} : { clipValue }),
      ...(groups.length === 0 ? {} : { groups: JSON.stringify(groups) }),
    },
    schedule: toSchedule(learningRate),
    ...(ownFactor === undefined && groups.length === 0 ? {} : { rateFactor: factorOf }),
    ...(groups.length === 0 ? {} : { groups }),
    begin(parameters) {
      const factors = parameters.map(({ name }) => checkedFactor(factorOf(name), name))
      const common = shared()
      const prepared = parameters.map((parameter) => prepare(parameter, common.value))
      return {
        variables: [...common.variables, ...prepared.flatMap(({ variables }) => variables)],
        updates(gradients, rate) {
          const clipped = clip(gradients, clipNorm, clipValue)
          const steps = prepared.flatMap(({ rule }, i): Updates => {
            const parameter = parameters[i]
            const { next, state } = within(parameter.name, () =>
              rule(parameter, clipped[i], factors[i] === 1 ? rate : mul(rate, factors[i])),
            )
            return [[parameter, next], ...state]
          })
          return [...common.updates(), ...steps]
        },
      }
    },
  }
}

/** @throws ArgumentError for a factor that is not a number above 0. */
function checkedFactor(factor: number, name: string): number {
  if (factor > 0 && Number.isFinite(factor)) return factor
  throw new ArgumentError(
    `optimizer: rateFactor of ${name} is ${factor}; expected a number above 0; freeze what must not learn`,
  )
}

/** No state in common. */
export const nothingShared = () => ({ variables: [], value: undefined, updates: (): Updates => [] })

function clip(gradients: readonly Tensor[], norm: number | undefined, value: number | undefined): readonly Tensor[] {
  const limited = value === undefined ? gradients : gradients.map((g) => maximum(minimum(g, value), -value))
  if (norm === undefined) return limited
  const squares = limited.map((g) => sum(mul(g, g)))
  const total = sqrt(squares.reduce((a, b) => add(a, b)))
  const scale = minimum(div(norm, add(total, 1e-6)), 1)
  return limited.map((g) => mul(g, scale))
}

/** @throws ArgumentError for a number outside [0, 1). */
export function checkDecay(value: number, where: string): number {
  if (!(value >= 0 && value < 1)) throw new ArgumentError(`${where} is ${value}; expected at least 0 and below 1`)
  return value
}

/** @throws ArgumentError for a number below 0. */
export function checkNonNegative(value: number, where: string): number {
  if (!(value >= 0)) throw new ArgumentError(`${where} is ${value}; expected a number of at least 0`)
  return value
}
