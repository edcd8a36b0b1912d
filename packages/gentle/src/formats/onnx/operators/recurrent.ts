/** Recurrent networks of one layer: RNN, GRU, LSTM. Each is a loop over time, `scan`, in one direction or in both. */
import { formatShape, type Shape, sameShape } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { clip as clipped } from '../../../ops/activations.ts'
import { add, greater, less, maximum, mul, sub, where } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { scan } from '../../../ops/scan.ts'
import { broadcastTo, concat, reshape, slice, transpose } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { foldedOf } from '../folded.ts'
import type { Value } from '../values.ts'
import { computed } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { type Activation, activationsOf } from './recurrent-activations.ts'

/** What a step needs of one direction. */
interface Direction {
  readonly units: number
  readonly activations: readonly Activation[]
  /** Products with the state, [units, units] of each gate's place; without bias. */
  readonly recurrent: Tensor
  /** The recurrent bias of the last gate, [units], where it is not among those of the input. */
  readonly lastBias?: Tensor
  /** Peepholes, [3 * units]: of input, output, forget. */
  readonly peepholes?: Tensor
  /** What goes into an activation, within bounds. */
  readonly bounded: (x: Tensor) => Tensor
}

type State = readonly Tensor[]

/** A step: the state after it, from the products with the input, biases of the input among them, and the state before. The first of the state is the output. */
type Step = (inputs: Tensor, state: State, direction: Direction) => State

interface Kind {
  readonly gates: number
  /** Of one direction, unless the node names others. */
  readonly activations: readonly string[]
  /** Tensors of the state. */
  readonly states: number
  /** Whether the last gate's product with the state is used by itself, its bias with it. */
  readonly lastApart?: (call: OnnxCall) => boolean
  readonly step: (call: OnnxCall) => Step
}

/** Some gates' places of what all gates have side by side along the last axis. */
function gatesOf(x: Tensor, units: number, from: number, count = 1): Tensor {
  const rank = x.shape.length
  const begin = x.shape.map((_, axis) => (axis === rank - 1 ? from * units : 0))
  return slice(x, begin, [...x.shape.slice(0, -1), count * units])
}

/** The product of rows with the weights of some gates, [gates * units, units]. */
function product(h: Tensor, weights: Tensor, units: number, from: number, count: number): Tensor {
  const own = count * units === weights.shape[0] ? weights : slice(weights, [from * units, 0], [count * units, units])
  return matmul(h, own, { transposeB: true })
}

const rnn: Kind = {
  gates: 1,
  activations: ['Tanh'],
  states: 1,
  step:
    () =>
    (inputs, [h], { units, activations: [f], recurrent, bounded }) => [
      f(bounded(add(inputs, product(h, recurrent, units, 0, 1)))),
    ],
}

/** Gates in the order of update, reset, hidden. */
const gru: Kind = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  states: 1,
  lastApart: (call) => call.flag('linear_before_reset'),
  step(call) {
    const resetAfter = call.flag('linear_before_reset')
    return (inputs, [h], { units, activations: [f, g], recurrent, lastBias, bounded }) => {
      const products = product(h, recurrent, units, 0, resetAfter ? 3 : 2)
      const both = f(bounded(add(gatesOf(inputs, units, 0, 2), gatesOf(products, units, 0, 2))))
      const [update, reset] = [gatesOf(both, units, 0), gatesOf(both, units, 1)]
      const biased = (x: Tensor): Tensor => (lastBias === undefined ? x : add(x, lastBias))
      const remembered = resetAfter
        ? mul(reset, biased(gatesOf(products, units, 2)))
        : product(mul(reset, h), recurrent, units, 2, 1)
      const hidden = g(bounded(add(gatesOf(inputs, units, 2), remembered)))
      return [add(mul(sub(1, update), hidden), mul(update, h))]
    }
  },
}

/** Gates in the order of input, output, forget, cell. */
const lstm: Kind = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  states: 2,
  step(call) {
    const coupled = call.flag('input_forget')
    return (inputs, [h, c], { units, activations: [f, g, last], recurrent, peepholes, bounded }) => {
      const products = add(inputs, product(h, recurrent, units, 0, 4))
      const gate = (i: number, cell?: Tensor): Tensor => {
        const x = gatesOf(products, units, i)
        return bounded(
          peepholes === undefined || cell === undefined ? x : add(x, mul(gatesOf(peepholes, units, i), cell)),
        )
      }
      const input = f(gate(0, c))
      const forget = coupled ? sub(1, input) : f(gate(2, c))
      const next = add(mul(forget, c), mul(input, g(gate(3))))
      return [mul(f(gate(1, next)), last(next)), next]
    }
  },
}

/** An operand of a known shape. */
function operand(call: OnnxCall, index: number, name: string, shape: Shape): Tensor | undefined {
  const x = call.optionalTensor(index)
  if (x !== undefined && !sameShape(x.shape, shape))
    call.fail(`has ${name} of shape ${formatShape(x.shape)}; expected ${formatShape(shape)}`)
  return x
}

/** The numbers of steps of the examples; undefined where all take all steps. */
function lengthsOf(call: OnnxCall, examples: number, steps: number): Tensor | undefined {
  if (!call.has(4)) return undefined
  const known = foldedOf(call.value(4))
  if (known !== undefined && Array.from(known.data).every((length) => length === steps)) return undefined
  const lengths = operand(call, 4, 'sequence_lens', [examples])!
  call.refuseWhere(
    maximum(less(lengths, 0), greater(lengths, steps)),
    `has lengths of sequences beyond the ${steps} steps of its input`,
  )
  return lengths
}

/** One direction's part of what has a leading axis for directions. */
const partOf = (x: Tensor, direction: number): Tensor => {
  const [, ...rest] = x.shape
  return reshape(
    x.shape[0] === 1
      ? x
      : slice(
          x,
          x.shape.map((_, axis) => (axis === 0 ? direction : 0)),
          [1, ...rest],
        ),
    rest,
  )
}

const stackedAlong = (parts: readonly Tensor[], axis: number): Tensor => {
  const wide = parts.map((x) => reshape(x, x.shape.toSpliced(axis, 0, 1)))
  return wide.length === 1 ? wide[0] : concat(wide, axis)
}

/** Biases [2 * gates * units], those of the input first: their sum, but for the last gate's recurrent one where that is used by itself. */
function biasesOf(
  biases: Tensor | undefined,
  gates: number,
  units: number,
  lastApart: boolean,
): { whole?: Tensor; last?: Tensor } {
  if (biases === undefined) return {}
  const [input, state] = [gatesOf(biases, units, 0, gates), gatesOf(biases, units, gates, gates)]
  if (!lastApart) return { whole: add(input, state) }
  const others = gatesOf(state, units, 0, gates - 1)
  const whole = add(input, concat([others, broadcastTo(constant(0), [units])], 0))
  return { whole, last: gatesOf(state, units, gates - 1) }
}

const recurrent =
  ({ gates, activations, states, lastApart, step: stepFor }: Kind): Compute =>
  (call) => {
    const perExample = call.flag('layout')
    const direction = call.choice('direction', ['forward', 'reverse', 'bidirectional'], 'forward')
    const directions = direction === 'bidirectional' ? 2 : 1
    const firstAxesSwapped = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)])
    const given = call.tensor(0)
    if (given.shape.length !== 3) call.fail(`has an input of shape ${formatShape(given.shape)}; expected three axes`)
    const x = perExample ? firstAxesSwapped(given) : given
    const [steps, examples, width] = x.shape
    const weights = call.tensor(1)
    const units = call.number('hidden_size', weights.shape[1] / gates)
    const expected = [directions, gates * units, width]
    if (!sameShape(weights.shape, expected))
      call.fail(`has weights W of shape ${formatShape(weights.shape)}; expected ${formatShape(expected)}`)
    const recurrentWeights = operand(call, 2, 'weights R', [directions, gates * units, units]) ?? call.tensor(2)
    const biases = operand(call, 3, 'biases B', [directions, 2 * gates * units])
    const lengths = lengthsOf(call, examples, steps)
    const firstShape = perExample ? [examples, directions, units] : [directions, examples, units]
    const first = Array.from({ length: states }, (_, i) => {
      const state = operand(call, 5 + i, i === 0 ? 'initial_h' : 'initial_c', firstShape)
      return state !== undefined && perExample ? firstAxesSwapped(state) : state
    })
    const peepholes = states === 2 ? operand(call, 7, 'peepholes P', [directions, 3 * units]) : undefined
    const bound = call.number('clip', 0)
    const bounded = (value: Tensor): Tensor => (bound > 0 ? clipped(value, -bound, bound) : value)
    const functions = activationsOf(call, directions, activations)
    const step = stepFor(call)
    const zeros = broadcastTo(constant(0), [examples, units])
    const runs = functions.map((own, i) => {
      const inputWeights = partOf(weights, i)
      const { whole, last } = biasesOf(biases && partOf(biases, i), gates, units, lastApart?.(call) ?? false)
      const parts: Direction = {
        units,
        activations: own,
        recurrent: partOf(recurrentWeights, i),
        lastBias: last,
        peepholes: peepholes && partOf(peepholes, i),
        bounded,
      }
      return scan(
        (state: State, slice: Tensor) => {
          const products = matmul(slice, inputWeights, { transposeB: true })
          const next = step(whole === undefined ? products : add(products, whole), state, parts)
          return { state: next, output: next[0] }
        },
        first.map((state) => (state === undefined ? zeros : partOf(state, i))),
        x,
        { lengths, reverse: direction === 'reverse' || i === 1 },
      )
    })
    const type = call.type(0)
    const laid = (tensor: Tensor): Value => computed(type, tensor)
    // As onnxruntime has it, an example of no steps ends with zeros, whatever its state was before.
    const some = lengths && reshape(greater(lengths, 0), [examples, 1])
    const last = Array.from({ length: states }, (_, k) =>
      stackedAlong(
        runs.map(({ state }) => (some === undefined ? state[k] : where(some, state[k], 0))),
        perExample ? 1 : 0,
      ),
    )
    const outputs = stackedAlong(
      runs.map(({ outputs: y }) => y),
      1,
    )
    return [laid(perExample ? transpose(outputs, [2, 0, 1, 3]) : outputs), ...last.map(laid)]
  }

const common = 'activation_alpha activation_beta activations clip direction hidden_size'

export const recurrentOperators = {
  GRU: operator(
    recurrent(gru),
    [1, `${common} output_sequence`],
    [3, `${common} linear_before_reset output_sequence`],
    [7, `${common} linear_before_reset`],
    [14, `${common} layout linear_before_reset`],
    [22, `${common} layout linear_before_reset`],
  ),
  LSTM: operator(
    recurrent(lstm),
    [1, `${common} input_forget output_sequence`],
    [7, `${common} input_forget`],
    [14, `${common} input_forget layout`],
    [22, `${common} input_forget layout`],
  ),
  RNN: operator(
    recurrent(rnn),
    [1, `${common} output_sequence`],
    [7, common],
    [14, `${common} layout`],
    [22, `${common} layout`],
  ),
} satisfies Record<string, Operator>
