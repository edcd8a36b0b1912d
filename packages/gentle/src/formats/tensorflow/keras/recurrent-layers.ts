/** Keras' recurrent layers: a cell over sequences [N, T, K], in one direction or in both. */
import { constant, type Tensor } from '../../../graph/tensor.ts'
import type { Scope } from '../../../nn/scope.ts'
import { add, mul, notEqual, where } from '../../../ops/elementwise.ts'
import { max } from '../../../ops/reduce.ts'
import { scan } from '../../../ops/scan.ts'
import { broadcastTo, concat, flip, reshape, transpose } from '../../../ops/structure.ts'
import { isRecord, type Json } from '../json.ts'
import { Placed } from '../placed.ts'
import { type BuildKerasLayer, expectAxes, type KerasLayer, type KerasWeight } from './keras-layer.ts'
import { LayerConfig, relevantSettings } from './layer-config.ts'
import { type CellPlace, cellFrom, type KerasCell, kerasCells, type State } from './recurrent-cells.ts'

/** A recurrent layer in one direction. */
interface Recurrent {
  readonly weights: readonly KerasWeight[]
  readonly returnsSequences: boolean
  /** The output, and with `return_state` the state behind it. */
  readonly run: (x: Placed, given: readonly Placed[], scope: Scope) => readonly Placed[]
}

/** Classes that are a cell and a loop over it. */
const classes: Readonly<Record<string, keyof typeof kerasCells>> = {
  GRU: 'GRUCell',
  LSTM: 'LSTMCell',
  SimpleRNN: 'SimpleRNNCell',
}

function recurrent(config: LayerConfig, { prefix, folder }: CellPlace): Recurrent {
  const place = { prefix, folder: `${folder}cell` }
  const cell = Object.hasOwn(classes, config.className)
    ? kerasCells[classes[config.className]](config, place)
    : cellFrom(config, config.value('cell'), place)
  // TensorFlow.js tells the settings of the cell twice.
  if (config.className === 'RNN' && config.dialect === 'tensorflow.js')
    for (const setting of repeated) config.value(setting)
  const returnsSequences = config.flag('return_sequences', false)
  const returnsState = config.flag('return_state', false)
  const backward = config.flag('go_backwards', false)
  const zeroWhereMasked = config.flag('zero_output_for_mask', false)
  if (config.flag('stateful', false))
    config.fail('is stateful, and keeps its state from batch to batch; expected stateful false, with states as inputs')
  config.expect('time_major', false)
  config.value('unroll')
  if (returnsState && !cell.givesState)
    config.fail('has return_state of several cells, whose order is not that of all programs')
  return {
    weights: cell.weights,
    returnsSequences,
    run(x, given, scope) {
      expectAxes(config, x, 3)
      const [examples, steps, inputs] = x.shape
      if (given.length > 0 && !cell.givesState)
        config.fail('is called with states of several cells, whose order is not that of all programs')
      if (given.length !== 0 && given.length !== cell.sizes.length)
        config.fail(`is called with ${given.length} states; expected ${cell.sizes.length}`)
      const zeros = (size: number): Tensor => broadcastTo(constant(0), [examples, size])
      const first = cell.sizes.map((size, i) => given[i]?.written ?? zeros(size))
      const looped = loop(cell, {
        x: transpose(x.written, [1, 0, 2]),
        mask: x.mask && reshape(transpose(x.mask, [1, 0]), [steps, examples, 1]),
        first,
        backward,
        step: cell.begin(examples, inputs, scope),
        whereMasked: zeroWhereMasked ? 'zeros' : config.dialect === 'tensorflow.js' ? 'state' : 'output',
      })
      const sequence = returnsSequences ? transpose(looped.outputs, [1, 0, 2]) : undefined
      const output =
        sequence === undefined
          ? Placed.written(looped.last)
          : Placed.written(backward ? flip(sequence, 1) : sequence).masked(x.mask)
      return [output, ...(returnsState ? looped.state.map(Placed.written) : [])]
    },
  }
}

const repeated = [
  ...['cells', 'units', 'activation', 'recurrent_activation', 'use_bias', 'unit_forget_bias', 'reset_after'],
  ...['dropout', 'recurrent_dropout', 'implementation'],
]

interface Loop {
  /** [T, N, K] */
  readonly x: Tensor
  /** [T, N, 1], 0 at steps that are passed over. */
  readonly mask: Tensor | undefined
  readonly first: State
  readonly backward: boolean
  readonly step: ReturnType<KerasCell['begin']>
  /** What stands for the output of a step that is passed over: zeros, the output of the step before, or as in TensorFlow.js the first state. */
  readonly whereMasked: 'zeros' | 'output' | 'state'
}

/** Outputs [T, N, units] where their inputs are; the last output, and the last state. */
function loop(cell: KerasCell, { x, mask, first, backward, step, whereMasked }: Loop) {
  if (mask === undefined && cell.givesState) {
    const { state, outputs } = scan(
      (before: State, input: Tensor) => {
        const { output, state: next } = step(input, before)
        return { state: next, output }
      },
      first,
      x,
      { reverse: backward },
    )
    return { state, outputs, last: state[0] }
  }
  const kept = mask ?? broadcastTo(constant(1), [x.shape[0], x.shape[1], 1])
  const start = { state: first, output: broadcastTo(constant(0), [x.shape[1], cell.units]) }
  const { state, outputs } = scan(
    (before: typeof start, [input, here]: readonly [Tensor, Tensor]) => {
      const stepped = step(input, before.state)
      const held = whereMasked === 'zeros' ? 0 : whereMasked === 'state' ? before.state[0] : before.output
      const output = mask === undefined ? stepped.output : where(here, stepped.output, held)
      const next = stepped.state.map((value, i) => (mask === undefined ? value : where(here, value, before.state[i])))
      return { state: { state: next, output }, output }
    },
    start,
    [x, kept] as const,
    { reverse: backward },
  )
  return { state: state.state, outputs, last: state.output }
}

const oneWay: BuildKerasLayer = (config): KerasLayer => {
  const { weights, run } = recurrent(config, { prefix: '', folder: '' })
  return { weights, takesStates: true, readsMasks: true, run: ([x, ...given], scope) => run(x, given, scope) }
}

/** A layer that `Bidirectional` is around. */
function within(config: LayerConfig, stored: unknown, turned: boolean, place: CellPlace): Recurrent {
  const className = isRecord(stored) ? stored.class_name : undefined
  if (!isRecord(stored) || typeof className !== 'string' || !(className === 'RNN' || Object.hasOwn(classes, className)))
    return config.fail(
      `is around a layer that is not supported there; expected RNN, ${Object.keys(classes).join(', ')}`,
    )
  const settings: Json = relevantSettings(isRecord(stored.config) ? stored.config : {})
  const backwards = settings.go_backwards === true
  const own = new LayerConfig(
    config.name,
    className,
    { ...settings, go_backwards: turned ? !backwards : backwards },
    config.dialect,
  )
  const layer = recurrent(own, place)
  own.checkAllRead()
  return layer
}

const merges = ['concat', 'sum', 'ave', 'mul', 'none'] as const

const bothWays: BuildKerasLayer = (config) => {
  const stored = config.value('layer')
  const other = config.value('backward_layer')
  const forward = within(config, stored, false, { prefix: 'forward.', folder: 'forward_layer/' })
  const backward = within(config, other ?? stored, other === undefined, {
    prefix: 'backward.',
    folder: 'backward_layer/',
  })
  // What its layer has.
  for (const setting of ['return_sequences', 'return_state', 'stateful', 'go_backwards']) config.value(setting)
  const how = config.choice('merge_mode', merges, 'concat')
  return {
    weights: [...forward.weights, ...backward.weights],
    takesStates: true,
    readsMasks: true,
    run([x, ...given], scope) {
      const half = given.length / 2
      if (!Number.isInteger(half))
        config.fail(`is called with ${given.length} states; expected as many for each direction`)
      const [y, ...states] = forward.run(x, given.slice(0, half), scope)
      const [turned, ...otherStates] = backward.run(x, given.slice(half), scope)
      const [a, b] = [y.written, backward.returnsSequences ? flip(turned.written, 1) : turned.written]
      const mask = forward.returnsSequences ? x.mask : undefined
      const merged = {
        concat: () => [concat([a, b], -1)],
        sum: () => [add(a, b)],
        ave: () => [mul(add(a, b), 0.5)],
        mul: () => [mul(a, b)],
        none: () => [a, b],
      }[how]()
      return [...merged.map((tensor) => Placed.written(tensor).masked(mask)), ...states, ...otherStates]
    },
  }
}

/** Steps that have the value in all their numbers are passed over by what comes behind. */
const masking: BuildKerasLayer = (config) => {
  const value = config.number('mask_value', 0)
  return {
    readsMasks: true,
    run([x]) {
      const here = max(notEqual(x.written, value), -1, { keepDims: true })
      return Placed.written(mul(x.written, here)).masked(reshape(here, x.shape.slice(0, -1)))
    },
  }
}

export const recurrentLayers: Readonly<Record<string, BuildKerasLayer>> = {
  Bidirectional: bothWays,
  GRU: oneWay,
  LSTM: oneWay,
  Masking: masking,
  RNN: oneWay,
  SimpleRNN: oneWay,
}
