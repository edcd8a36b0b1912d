/** Loops over the leading axis of tensors. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { isTensor, type MapTree, mapTree, tensorsLike, tensorsOf } from '../graph/tree.ts'
import { less, where } from './elementwise.ts'
import { type Body, type ScanAttributes, sliceShape } from './loop.ts'
import { makeScan, resultOf } from './scan-op.ts'
import { concat, reshape, slice } from './structure.ts'
import { traceBody } from './trace-body.ts'

/** A tree of the same form, of tensors. */
export type TensorsOf<T> = MapTree<T, Tensor, Tensor>

/** What a step of a scan gives. */
export interface ScanStep<State, Output> {
  /** The state after the step, of the form, shapes and types of the one before. */
  readonly state: State
  /** What is kept of the step; nothing unless given. */
  readonly output?: Output
}

export interface ScanOptions {
  /** Number of steps: the leading size of the inputs; to be given where there are none. */
  readonly steps?: number
  /** From the last step to the first; outputs stay where their inputs are. false unless given. */
  readonly reverse?: boolean
  /**
   * int32 [N], the number of steps of each example, where the first axis of the state and of each step's inputs and outputs counts N examples. Past it the
   * state stands still, inputs are read as 0, and outputs are 0. With `reverse` an example begins at its own last step.
   */
  readonly lengths?: Tensor
  /**
   * Keeps the state before every k-th step alone, and computes the k steps from there anew when their gradient is computed, instead of keeping what
   * they have computed: the memory of k steps and of T / k states instead of that of T steps, for the time of one more forward pass (Chen et al.,
   * "Training Deep Nets with Sublinear Memory Cost", 2016, section 4; k near the square root of T takes the least). A whole number of at least 1.
   */
  readonly rematerialize?: number
}

/** What a scan gives: the state after the last step, and each output with a leading axis for the steps, [T, ...]. */
export interface Scanned<State, Output> {
  readonly state: State
  readonly outputs: Output
}

/**
 * Computes `step` once for each position of the leading axis of the inputs, [T, ...], and hands its state on from step to step: the loop of recurrent
 * networks. `step` is traced once, whatever T (twice where `rematerialize` does not divide T), and may use tensors and variables from around it;
 * its gradient is such a loop, too.
 *
 * @example
 * ```ts
 * // A plain recurrent network (Elman, 1990): inputs [T, N, K], state [N, M].
 * const { state, outputs } = scan((h, x) => {
 *   const next = tanh(add(add(matmul(x, w), matmul(h, u)), b))
 *   return { state: next, output: next }
 * }, h0, inputs)
 * ```
 * @throws ShapeError where leading sizes or the state's shapes differ; ArgumentError for options out of range and parts that are missing.
 */
export function scan<State, Inputs, Output = []>(
  step: (state: TensorsOf<State>, input: TensorsOf<Inputs>) => ScanStep<TensorsOf<State>, Output>,
  init: State,
  inputs: Inputs,
  options: ScanOptions = {},
): Scanned<TensorsOf<State>, TensorsOf<Output>> {
  const state = tensorsOf(init, 'scan: the first state')
  const xs = tensorsOf(inputs, 'scan: inputs')
  const steps = stepsOf(xs, options.steps)
  const { lengths, reverse = false, rematerialize } = options
  if (rematerialize !== undefined && !(Number.isInteger(rematerialize) && rematerialize >= 1))
    throw new ArgumentError(`scan: rematerialize is ${rematerialize}; expected a whole number of at least 1`)

  let form: unknown
  const stepOf: StepOfLists = (before, slices) => {
    const given = step(
      mapTree(init, isTensor, (_, i) => before[i]) as TensorsOf<State>,
      mapTree(inputs, isTensor, (_, i) => slices[i]) as TensorsOf<Inputs>,
    )
    form = given.output ?? []
    const next = tensorsLike(init, given.state, 'scan: the state that the step gives')
    for (const [i, tensor] of next.entries()) checkState(tensor, before[i], i)
    return { next, outputs: tensorsOf(form, 'scan: the output of the step') }
  }
  const { next, outputs } = scanLists(
    lengths === undefined ? stepOf : stoppedAt(stepOf, xs.length),
    state,
    lengths === undefined ? xs : withMask(xs, state, lengths, steps),
    { steps, reverse, rematerialize },
  )
  const shown = lengths === undefined ? outputs : outputs.map((output) => masked(output, maskOf(lengths, steps)))
  return {
    state: mapTree(init, isTensor, (_, i) => next[i]) as TensorsOf<State>,
    outputs: mapTree(form, isTensor, (_, i) => shown[i]) as TensorsOf<Output>,
  }
}

type StepOfLists = (
  state: readonly Tensor[],
  slices: readonly Tensor[],
) => { readonly next: readonly Tensor[]; readonly outputs: readonly Tensor[] }

interface ListOptions {
  readonly steps: number
  readonly reverse: boolean
  readonly rematerialize?: number
}

function stepsOf(inputs: readonly Tensor[], given: number | undefined): number {
  const [first] = inputs
  for (const { shape } of inputs)
    if (shape.length === 0 || shape[0] !== first.shape[0])
      throw new ShapeError(
        `scan: inputs have shapes ${inputs.map((x) => formatShape(x.shape)).join(', ')}; expected one leading size, the number of steps`,
      )
  const steps = given ?? first?.shape[0]
  if (steps === undefined) throw new ArgumentError('scan: there are no inputs; give the number of steps')
  if (!Number.isInteger(steps) || steps < 1)
    throw new ArgumentError(`scan: steps is ${steps}; expected a whole number of at least 1`)
  if (first !== undefined && first.shape[0] !== steps)
    throw new ArgumentError(
      `scan: steps is ${steps}, but the inputs have ${first.shape[0]}; leave it out, or slice the inputs`,
    )
  return steps
}

function checkState(next: Tensor, before: Tensor, i: number): void {
  if (!sameShape(next.shape, before.shape) || next.dtype !== before.dtype)
    throw new ShapeError(
      `scan: tensor ${i} of the state is ${before.dtype} ${formatShape(before.shape)} before a step and ${next.dtype} ${formatShape(next.shape)} after it; they must be equal`,
    )
}

interface Scan {
  readonly next: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

function scanLists(
  step: StepOfLists,
  state: readonly Tensor[],
  inputs: readonly Tensor[],
  { steps, reverse, rematerialize }: ListOptions,
): Scan {
  return rematerialize === undefined
    ? plainScan(step, state, inputs, { steps, reverse, recompute: false })
    : scanInBlocks(step, state, inputs, { steps, reverse, block: Math.min(rematerialize, steps) })
}

/** A scan over blocks of steps, each a scan that is computed anew for its gradient; and one over the steps that fill no block. */
function scanInBlocks(
  step: StepOfLists,
  state: readonly Tensor[],
  inputs: readonly Tensor[],
  { steps, reverse, block }: { steps: number; reverse: boolean; block: number },
): Scan {
  const blocks = Math.floor(steps / block)
  const whole = blocks * block
  const between = (from: number, to: number): Tensor[] =>
    inputs.map((x) => slice(x, [from, ...x.shape.slice(1).map(() => 0)], [to - from, ...x.shape.slice(1)]))
  const overBlocks = (before: readonly Tensor[]): Scan => {
    const { next, outputs } = plainScan(
      (atBlock, slices) => plainScan(step, atBlock, slices, { steps: block, reverse, recompute: false }),
      before,
      between(0, whole).map((x) => reshape(x, [blocks, block, ...x.shape.slice(1)])),
      { steps: blocks, reverse, recompute: true },
    )
    return { next, outputs: outputs.map((y) => reshape(y, [whole, ...y.shape.slice(2)])) }
  }
  if (whole === steps) return overBlocks(state)
  const overRest = (before: readonly Tensor[]): Scan =>
    plainScan(step, before, between(whole, steps), { steps: steps - whole, reverse, recompute: false })
  const [first, second] = reverse ? [overRest, overBlocks] : [overBlocks, overRest]
  const begun = first(state)
  const ended = second(begun.next)
  const [early, late] = reverse ? [ended, begun] : [begun, ended]
  return { next: ended.next, outputs: early.outputs.map((y, i) => concat([y, late.outputs[i]])) }
}

function plainScan(
  step: StepOfLists,
  state: readonly Tensor[],
  inputs: readonly Tensor[],
  options: Pick<ScanAttributes, 'steps' | 'reverse' | 'recompute'>,
): Scan {
  const { steps } = options
  const sliced = inputs.map((x) => (x.shape.length === 1 ? x : reshape(x, [-1, ...x.shape.slice(2)])))
  const signatures = [...state, ...sliced.map(({ shape, dtype }) => ({ shape: sliceShape(shape, steps), dtype }))]
  let outputCount = 0
  const { parameters, results, captured } = traceBody(
    signatures,
    (parameters) => {
      const slices = parameters.slice(state.length).map((x, i) => reshape(x, inputs[i].shape.slice(1)))
      const { next, outputs } = step(parameters.slice(0, state.length), slices)
      outputCount = outputs.length
      return [...next, ...outputs]
    },
    'scan',
  )
  const body: Body = {
    carries: parameters.slice(0, state.length),
    slices: parameters.slice(state.length),
    captured: [...captured.keys()],
    next: results.slice(0, state.length),
  }
  const loop = makeScan(body, { initial: state, sliced, captured: [...captured.values()] }, options)
  const outputs = results.slice(results.length - outputCount)
  return {
    next: state.map((_, carry) => resultOf(loop, { kind: 'final', carry })),
    outputs: outputs.map((of) => reshape(resultOf(loop, { kind: 'stack', of }), [steps, ...of.shape])),
  }
}

/** 1 where a step belongs to an example, else 0: [T, N]. */
function maskOf(lengths: Tensor, steps: number): Tensor {
  const positions = constant(
    Int32Array.from({ length: steps }, (_, t) => t),
    [steps, 1],
    'int32',
  )
  return less(positions, reshape(lengths, [1, -1]))
}

/** x where the mask is not 0, else 0; the mask has the first axes of x. */
const masked = (x: Tensor, mask: Tensor): Tensor => where(alongFirst(mask, x), x, 0)

const alongFirst = (mask: Tensor, { shape }: Tensor): Tensor =>
  reshape(mask, [...mask.shape, ...shape.slice(mask.shape.length).map(() => 1)])

/**
 * The inputs with padding read as 0, so that nothing in it, not even a NaN, reaches a gradient; and last the mask.
 * @throws ShapeError where lengths do not fit the inputs and the state.
 */
function withMask(inputs: readonly Tensor[], state: readonly Tensor[], lengths: Tensor, steps: number): Tensor[] {
  if (lengths.dtype !== 'int32' || lengths.shape.length !== 1)
    throw new ShapeError(`scan: lengths are ${lengths.dtype} ${formatShape(lengths.shape)}; expected int32 [N]`)
  const [examples] = lengths.shape
  const batches = [...inputs.map(({ shape }) => shape[1]), ...state.map(({ shape }) => shape[0])]
  if (batches.some((n) => n !== examples))
    throw new ShapeError(
      `scan: there are ${examples} lengths for batches of ${batches.map((n) => n ?? 'no axis').join(', ')} examples; with lengths, inputs are [T, N, ...] and the state [N, ...]`,
    )
  const mask = maskOf(lengths, steps)
  return [...inputs.map((x) => masked(x, mask)), mask]
}

/** A step after which the state stands still where the mask, the last of its inputs, is 0. */
const stoppedAt =
  (step: StepOfLists, inputs: number): StepOfLists =>
  (state, slices) => {
    const { next, outputs } = step(state, slices.slice(0, inputs))
    const mask = slices[inputs]
    for (const { shape } of outputs)
      if (shape[0] !== mask.shape[0])
        throw new ShapeError(
          `scan: with lengths of ${mask.shape[0]} examples, an output of the step has shape ${formatShape(shape)}; expected [${mask.shape[0]}, ...]`,
        )
    return { next: next.map((x, i) => where(alongFirst(mask, x), x, state[i])), outputs }
  }
