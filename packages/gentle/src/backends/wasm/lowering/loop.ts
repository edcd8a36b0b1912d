/**
 * Lowers a loop. Its body is lowered once, by a lowerer of its own: the state stands outside of the loop, in the layout that the body reads;
 * a step's slice of an input, and its part of an output, are stretches of what stands outside. What the steps have in common is computed
 * before the loop.
 */
import type { Shape } from '../../../core/shape.ts'
import { Constant, type Input, type Tensor } from '../../../graph/tensor.ts'
import { bodyRoots, isResult, operandsOf, stackedShape } from '../../../ops/loop.ts'
import { type Buffer, bytesOf, createBuffer, floatBuffer, storageOf } from '../buffer.ts'
import { copyOf } from '../in-place-updates.ts'
import { blockSize, type Layout } from '../layout/layout.ts'
import { unchanging } from '../phases.ts'
import { scheduleStep } from '../schedule.ts'
import type { Lowerer, LowerLoop } from './lowerer.ts'

export const lowerLoop: LowerLoop = (parent, loop) => {
  const { body, steps, reverse, results } = loop.attributes
  const { initial, sliced, captured } = operandsOf(loop)
  const windows = new Map<Buffer, Buffer>()

  const child = parent.nested(bodyRoots(loop.attributes), (node, layout) => {
    if (node instanceof Constant) return parent.buffer(node, layout)
    const seen = body.captured.indexOf(node as Input)
    if (seen >= 0) return parent.buffer(captured[seen], layout)
    const slice = body.slices.indexOf(node as Input)
    if (slice < 0 || !isWhole(node.shape, layout)) return undefined
    const window = createBuffer('slice', node, layout)
    windows.set(window, storageOf(parent.buffer(sliced[slice], layout)))
    return window
  })

  const states = body.carries.map((carry, i) => {
    const state = createBuffer('state', carry, child.layoutOf(carry))
    parent.emit(copyOf('begin', parent.buffer(initial[i], state.layout), state))
    child.define(carry, state)
    return state
  })
  const isOwn = (storage: Buffer): boolean =>
    child.kernels.some(({ writes }) => writes.some((x) => storageOf(x) === storage))
  /** A tensor's values in a buffer that the step writes and that has no place yet. */
  const ownBuffer = (name: string, of: Tensor, layout: Layout): Buffer => {
    const buffer = child.buffer(of, layout)
    const storage = storageOf(buffer)
    // Random numbers are written a little past the end, over what another step has written.
    if (isOwn(storage) && !windows.has(storage) && bytesOf(storage) === bytesOf(buffer) && of.op.name !== 'uniform')
      return storage
    const copy = createBuffer(name, of, layout)
    child.emit(copyOf(name, buffer, copy))
    return copy
  }
  const stackOf = (of: Tensor): Buffer => {
    const chosen = child.layoutOf(of)
    const layout = isWhole(of.shape, chosen) ? chosen : 'plain'
    const stack = createBuffer('stack', { shape: stackedShape(of.shape, steps), dtype: of.dtype }, layout)
    windows.set(ownBuffer('output', of, layout), stack)
    return stack
  }
  const places = new Map<number, Buffer>()
  const stacked = results.flatMap((result, index) => (result.kind === 'stack' ? [{ index, of: result.of }] : []))
  const isState = ({ of }: { readonly of: Tensor }): boolean => body.carries.includes(of as Input)
  // The state is kept before anything can overwrite it.
  for (const { index, of } of stacked.filter(isState)) places.set(index, stackOf(of))
  child.run()
  for (const { index, of } of stacked.filter((result) => !isState(result))) places.set(index, stackOf(of))
  const updates = states.map((old, i) => ({ old, next: nextOf(child, body.next[i], old, isOwn) }))
  results.forEach((result, index) => {
    if (result.kind === 'final') places.set(index, states[result.carry])
  })
  for (const result of parent.readersOf(loop)) {
    if (!isResult(result)) continue
    parent.define(result, places.get(result.attributes.index)!)
  }

  const before = unchanging(child.kernels, [...states, ...windows.keys()])
  parent.emit(...before)
  const schedule = scheduleStep({
    kernels: child.kernels.filter((kernel) => !before.has(kernel)),
    states: updates,
    windows,
  })
  const arena = floatBuffer('loop', [Math.max(1, schedule.arenaBytes / 4)])
  const stacks = new Set([...places.values()])
  const around = new Set([...schedule.places.values()].flatMap((place) => ('buffer' in place ? [place.buffer] : [])))
  parent.emit({
    name: 'scan',
    split: { by: 'items', count: 1 },
    reads: [...around].filter((buffer) => !stacks.has(buffer) || states.includes(buffer)),
    writes: [...stacks, ...states, arena],
    loop: { steps, reverse, schedule, arena },
    emit: () => [],
  })
}

/** Whether the values of all steps, joined along the first axis, are in this layout those of each step one after the other. */
const isWhole = ([leading]: Shape, layout: Layout): boolean => layout !== 'lanes' || leading % blockSize === 0

/** Where the next state comes to stand: in a buffer that the step writes. */
function nextOf(child: Lowerer, next: Tensor, state: Buffer, isOwn: (storage: Buffer) => boolean): Buffer {
  const buffer = child.buffer(next, state.layout)
  if (isOwn(storageOf(buffer))) return buffer
  const copy = createBuffer('next', next, state.layout)
  child.emit(copyOf('next', buffer, copy))
  return copy
}
