/**
 * What a node gives of operands without elements, such as the places of what a picture does not show. The engine has no such tensors, and no operator has to
 * know of them: a node is traced with one, two and three elements in their place, and how its results grow tells what they are with none.
 */
import { Input } from '../../graph/tensor.ts'
import { engineType } from './element-types.ts'
import type { Frame, Trace } from './frame.ts'
import type { OnnxNode } from './messages.ts'
import { shapeOf, type Value } from './values.ts'

type Results = readonly (Value | undefined)[]

const isWithout = (value: Value | undefined): value is Value => value !== undefined && shapeOf(value).includes(0)

/** Whether an operand of a node has no elements. */
export const readsNone = ({ inputs }: OnnxNode, frame: Frame, trace: Trace): boolean =>
  inputs.some((name) => name !== '' && isWithout(frame.find(name, trace)))

/**
 * The results of such a node; undefined where they have elements, or do not grow by the same with each.
 * @param compute traces the node in a frame
 */
export function resultsOfNone(
  { inputs }: OnnxNode,
  frame: Frame,
  trace: Trace,
  compute: (frame: Frame, trace: Trace) => Results,
): Results | undefined {
  const shapesFor = (size: number): { type: Value['type']; shape: readonly number[] }[] => {
    const other = frame.inner(`${size} elements/`)
    const alone: Trace = { given: new Map(), checks: [], doubts: new Map() }
    for (const name of new Set(inputs)) {
      const value = name === '' ? undefined : frame.find(name, trace)
      if (!isWithout(value)) continue
      const shape = shapeOf(value).map((n) => (n === 0 ? size : n))
      other.set(name, { type: value.type, tensor: new Input({ shape, dtype: engineType(value.type) }) }, alone)
    }
    return compute(other, alone).map((value) => ({ type: value!.type, shape: shapeOf(value!) }))
  }
  const [one, two, three] = [1, 2, 3].map(shapesFor)
  const none = one.map(({ type, shape }, i) => {
    const [next, last] = [two[i].shape, three[i].shape]
    const even = shape.every((n, axis) => last[axis] - next[axis] === next[axis] - n)
    return { type, shape: even ? shape.map((n, axis) => 2 * n - next[axis]) : [], data: [] }
  })
  return none.every(isWithout) ? none : undefined
}
