/** A step's graph as the body of a loop of the engine: traced once, whatever the number of steps. */
import { sameShape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { scan } from '../../../ops/scan.ts'
import { flip, transpose } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { foldedOf } from '../folded.ts'
import type { OnnxGraph } from '../messages.ts'
import { isKnown, shapeOf, type Value } from '../values.ts'

/** Which axis counts the steps, and whether the first step has the last place. */
export interface Direction {
  readonly axis: number
  readonly backward: boolean
}

export interface Steps {
  readonly body: OnnxGraph
  readonly count: number
  readonly states: readonly Value[]
  readonly inputs: readonly { readonly value: Value; readonly direction: Direction }[]
  /** What the body is given in a step. */
  readonly operands: (states: readonly Value[], inputs: readonly Value[]) => readonly Value[]
  /** Each first step's inputs. */
  readonly first: readonly Value[]
  /** Whether the body's first output says that there is a next step. */
  readonly conditional: boolean
  readonly outputs: readonly Direction[]
}

/** Thrown within a trace that does not become a loop. */
class NoLoop extends Error {}

/**
 * The states after the last step, and the outputs of all steps; undefined where the steps are not alike for a loop: sizes that change, numbers that are known in
 * each step, integers that may not fit, conditions that depend on what is computed. These are written out.
 */
export function looped(call: OnnxCall, steps: Steps): Value[] | undefined {
  const { body, count, states, inputs, operands, first, conditional, outputs } = steps
  const skipped = conditional ? 1 : 0
  const probe = call.runAsStep(body, 'first', operands(states, first))
  if (probe === undefined || probe.slice(skipped + states.length).some(isKnown)) return undefined
  const results = probe.slice(skipped, skipped + states.length)
  if (results.some((value, i) => !isSteady(states[i], value))) return undefined
  const reverse = inputs.length > 0 && inputs.every(({ direction }) => direction.backward)
  const wise = (x: Tensor, axis: number, backward: boolean): Tensor => (backward === reverse ? x : flip(x, axis))
  const step = (before: readonly Tensor[], slices: readonly Tensor[]) => {
    const after = call.runAsStep(
      body,
      'step',
      operands(
        before.map((tensor, i) => ({ type: states[i].type, tensor })),
        slices.map((tensor, i) => ({ type: inputs[i].value.type, tensor })),
      ),
    )
    if (after === undefined || (conditional && foldedOf(after[0])?.data[0] !== 1)) throw new NoLoop()
    const tensors = after.slice(skipped).map((value) => call.tensorOf(value))
    return { state: tensors.slice(0, states.length), output: tensors.slice(states.length) }
  }
  try {
    const { state, outputs: stacks } = scan(
      step,
      states.map((value) => call.tensorOf(value)),
      inputs.map(({ value, direction: { axis, backward } }) => wise(toFirst(call.tensorOf(value), axis), 0, backward)),
      { steps: count, reverse },
    )
    return [...state, ...stacks.map((stack, i) => fromFirst(wise(stack, 0, outputs[i].backward), outputs[i].axis))].map(
      (tensor, i) => ({ type: probe[skipped + i].type, tensor }),
    )
  } catch (error) {
    if (error instanceof NoLoop) return undefined
    throw error
  }
}

/** Whether a state has the same form after a step, and is not a number that is known in each. */
const isSteady = (before: Value, after: Value): boolean =>
  before.type === after.type && sameShape(shapeOf(before), shapeOf(after)) && !(isKnown(before) && isKnown(after))

const orderOf = ({ shape }: Tensor, from: number, to: number): number[] =>
  shape
    .map((_, axis) => axis)
    .toSpliced(from, 1)
    .toSpliced(to, 0, from)

const toFirst = (x: Tensor, axis: number): Tensor => (axis === 0 ? x : transpose(x, orderOf(x, axis, 0)))

const fromFirst = (x: Tensor, axis: number): Tensor => {
  const place = axis < 0 ? axis + x.shape.length : axis
  return place === 0 ? x : transpose(x, orderOf(x, 0, place))
}
