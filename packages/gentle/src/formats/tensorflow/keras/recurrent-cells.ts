/** Keras' cells: one step of a recurrent layer (https://keras.io/api/layers/recurrent_layers). */
import type { Tensor } from '../../../graph/tensor.ts'
import { constant } from '../../../graph/tensor.ts'
import type { Scope } from '../../../nn/scope.ts'
import { add, mul, sub } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { dropout } from '../../../ops/random.ts'
import { broadcastTo, reshape, slice } from '../../../ops/structure.ts'
import { isRecord } from '../json.ts'
import { Placed } from '../placed.ts'
import { activationOf } from './activations.ts'
import { inSnakeCase, type KerasWeight, learned } from './keras-layer.ts'
import { LayerConfig, relevantSettings } from './layer-config.ts'

export type State = readonly Tensor[]

/** What a step gives. */
export interface Stepped {
  readonly output: Tensor
  readonly state: State
}

export interface KerasCell {
  readonly weights: readonly KerasWeight[]
  /** Sizes of the state's tensors. */
  readonly sizes: readonly number[]
  /** Numbers in an output. */
  readonly units: number
  /** Whether the first tensor of the state is the output. */
  readonly givesState: boolean
  /** Makes its weights, and what is dropped at random in all steps, for this many examples with this many inputs each. */
  readonly begin: (examples: number, inputs: number, scope: Scope) => (x: Tensor, state: State) => Stepped
}

/** Where a cell's weights are: what their names begin with here, and the folder of Keras 3 within that of the layer. */
export interface CellPlace {
  readonly prefix: string
  readonly folder: string
}

/** Gates of a state: what a step adds up of input and state. */
interface Sums {
  /** Of a gate: of the input, its bias with it. */
  readonly input: (gate: number) => Tensor
  /** Of some gates with a state, one after the other; bias not with it. */
  readonly recurrent: (h: Tensor, first: number, count: number) => Tensor
  /** The state, of which in training a part is dropped. */
  readonly seen: (h: Tensor) => Tensor
  /** The second row of a bias that has two. */
  readonly secondBias: Tensor | undefined
}

interface Kind {
  readonly gates: number
  readonly states: number
  /** Reads the settings that this kind has beside those of all. */
  readonly settings: (config: LayerConfig) => {
    readonly biasRows?: 2
    readonly step: (sums: Sums, state: State, units: number) => State
  }
}

/** A function of elements; these settings are told in all files. */
function functionOf(config: LayerConfig, setting: string): (x: Tensor) => Tensor {
  if (config.value(setting) === undefined) config.fail(`does not give its ${setting}; expected the name of a function`)
  const of = activationOf(config, setting)
  return (x) => of(Placed.written(x)).written
}

/** The i-th of stretches of `units` numbers. */
const part = (x: Tensor, i: number, units: number): Tensor => slice(x, [0, i * units], [x.shape[0], units])

const simple: Kind = {
  gates: 1,
  states: 1,
  settings(config) {
    const activation = functionOf(config, 'activation')
    return { step: ({ input, recurrent }, [h]) => [activation(add(input(0), recurrent(h, 0, 1)))] }
  },
}

/** Gates in the order of input, forget, cell, output. */
const lstm: Kind = {
  gates: 4,
  states: 2,
  settings(config) {
    const [activation, gateOf] = [functionOf(config, 'activation'), functionOf(config, 'recurrent_activation')]
    // How the bias begins.
    config.value('unit_forget_bias')
    return {
      step({ input, recurrent }, [h, c], units) {
        const products = recurrent(h, 0, 4)
        const sum = (i: number): Tensor => add(input(i), part(products, i, units))
        const cell = add(mul(gateOf(sum(1)), c), mul(gateOf(sum(0)), activation(sum(2))))
        return [mul(gateOf(sum(3)), activation(cell)), cell]
      },
    }
  },
}

/** Gates in the order of update, reset, hidden. */
const gru: Kind = {
  gates: 3,
  states: 1,
  settings(config) {
    const [activation, gateOf] = [functionOf(config, 'activation'), functionOf(config, 'recurrent_activation')]
    const resetAfter = config.flag('reset_after', false)
    if (resetAfter && config.dialect === 'tensorflow.js')
      config.fail('has reset_after, which TensorFlow.js does not compute')
    return {
      ...(resetAfter ? { biasRows: 2 } : {}),
      step({ input, recurrent, seen, secondBias }, [h], units) {
        const products = recurrent(h, 0, resetAfter ? 3 : 2)
        const biased = secondBias === undefined ? products : add(products, secondBias)
        const [update, reset] = [0, 1].map((i) => gateOf(add(input(i), part(biased, i, units))))
        const recalled = resetAfter ? mul(reset, part(biased, 2, units)) : recurrent(mul(reset, seen(h)), 2, 1)
        const hidden = activation(add(input(2), recalled))
        return [add(mul(update, h), mul(sub(1, update), hidden))]
      },
    }
  },
}

const cellOfKind =
  ({ gates, states, settings }: Kind) =>
  (config: LayerConfig, { prefix, folder }: CellPlace): KerasCell => {
    const units = config.count('units')
    const bias = config.flag('use_bias', true)
    const [inputRate, stateRate] = [config.number('dropout', 0), config.number('recurrent_dropout', 0)]
    // Ways to compute the same, and how chances begin.
    for (const setting of ['implementation', 'unroll', 'use_cudnn', 'input_dim', 'dropout_seed']) config.value(setting)
    const { biasRows, step } = settings(config)
    const names = ['kernel', 'recurrent_kernel', ...(bias ? ['bias'] : [])]
    return {
      weights: names.map((stored) => ({ name: prefix + stored, stored, folder })),
      sizes: Array.from({ length: states }, () => units),
      units,
      givesState: true,
      begin(examples, inputs, scope) {
        const kernel = learned(scope, `${prefix}kernel`, [inputs, gates * units])
        const recurrentKernel = learned(scope, `${prefix}recurrent_kernel`, [units, gates * units])
        const rows = bias
          ? learned(scope, `${prefix}bias`, [...(biasRows ? [biasRows] : []), gates * units])
          : undefined
        const biasRow = (i: number): Tensor | undefined =>
          rows && (biasRows ? reshape(slice(rows, [i, 0], [1, gates * units]), [gates * units]) : rows)
        const [firstBias, secondBias] = [biasRow(0), biasRows && biasRow(1)]
        const kept = (rate: number, count: number, name: string): Tensor | undefined =>
          rate === 0 || !scope.training || scope.step === undefined
            ? undefined
            : dropout(broadcastTo(constant(1), [examples, count]), rate, scope.step, {
                seed: scope.seed,
                stream: `${scope.path}.${prefix}${name}`,
              })
        const [inputKept, stateKept] = [kept(inputRate, inputs, 'dropout'), kept(stateRate, units, 'recurrent_dropout')]
        const seen = (h: Tensor): Tensor => (stateKept === undefined ? h : mul(h, stateKept))
        return (x, state) => {
          const product = matmul(inputKept === undefined ? x : mul(x, inputKept), kernel)
          const all = firstBias === undefined ? product : add(product, firstBias)
          const recurrent = (h: Tensor, first: number, count: number): Tensor =>
            matmul(
              h,
              count === gates ? recurrentKernel : slice(recurrentKernel, [0, first * units], [units, count * units]),
            )
          const [h, ...others] = state
          const sums: Sums = {
            input: (gate) => part(all, gate, units),
            recurrent: (of, first, count) => recurrent(of === h ? seen(h) : of, first, count),
            seen,
            secondBias: secondBias || undefined,
          }
          const next = step(sums, [h, ...others], units)
          return { output: next[0], state: next }
        }
      },
    }
  }

export const kerasCells: Readonly<Record<string, (config: LayerConfig, place: CellPlace) => KerasCell>> = {
  GRUCell: cellOfKind(gru),
  LSTMCell: cellOfKind(lstm),
  SimpleRNNCell: cellOfKind(simple),
  StackedRNNCells: stacked,
}

/** A cell that another layer's settings tell, `{ class_name, config }`. @throws FormatError for other classes. */
export function cellFrom(config: LayerConfig, storedCell: unknown, place: CellPlace): KerasCell {
  if (!isRecord(storedCell) || typeof storedCell.class_name !== 'string') return config.fail('describes no cell')
  const settings = isRecord(storedCell.config) ? storedCell.config : {}
  const name = typeof settings.name === 'string' ? settings.name : config.name
  const within = new LayerConfig(name, storedCell.class_name, relevantSettings(settings), config.dialect)
  if (!Object.hasOwn(kerasCells, storedCell.class_name))
    return within.fail(
      `is of a class of cells that is not supported; supported are ${Object.keys(kerasCells).join(', ')}`,
    )
  const cell = kerasCells[storedCell.class_name](within, place)
  within.checkAllRead()
  return cell
}

/** Each cell on the output of the one before. */
function stacked(config: LayerConfig, { prefix, folder }: CellPlace): KerasCell {
  const list = config.value('cells')
  if (!Array.isArray(list) || list.length === 0) return config.fail('has no list of cells')
  config.expect('reverse_state_order', false)
  const taken = new Map<string, number>()
  const cells = list.map((storedCell, i) => {
    const stem = inSnakeCase(isRecord(storedCell) ? String(storedCell.class_name) : '')
    const before = taken.get(stem) ?? 0
    taken.set(stem, before + 1)
    const own = `${folder}/cells/${stem}${before === 0 ? '' : `_${before}`}`
    return cellFrom(config, storedCell, { prefix: `${prefix}cell_${i}.`, folder: own })
  })
  return {
    weights: cells.flatMap(({ weights }) => weights),
    sizes: cells.flatMap(({ sizes }) => sizes),
    units: cells[cells.length - 1].units,
    givesState: false,
    begin(examples, inputs, scope) {
      const steps = cells.map((cell, i) => cell.begin(examples, i === 0 ? inputs : cells[i - 1].units, scope))
      return (x, state) => {
        let [output, at]: [Tensor, number] = [x, 0]
        const next = cells.flatMap(({ sizes }, i) => {
          const stepped = steps[i](output, state.slice(at, at + sizes.length))
          output = stepped.output
          at += sizes.length
          return stepped.state
        })
        return { output, state: next }
      }
    },
  }
}
