/**
 * A loop in a graph: a body that is traced once and computed once a step. It carries state from step to step, takes a slice of each of its
 * inputs, and sees other tensors as they are. A function that is called is the same with one step.
 *
 * A node of this op has several results, and no value of its own: `resultOf` gives each as a node that reads it. Of any tensor of the body
 * there can be had: its values of all steps, or their sum; of the state, its last value. The list of results grows when a gradient asks
 * for what a step has computed; what a graph does not read, it does not compute.
 */
import { InternalError } from '../core/errors.ts'
import { sameShape } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import { defineOp, type PullBack, type Signature } from '../graph/op.ts'
import { rebuild } from '../graph/rebuild.ts'
import { apply, Captured, Constant, constant, type Input, Parameter, type Tensor } from '../graph/tensor.ts'
import { add } from './elementwise.ts'
import {
  type Body,
  bodyRoots,
  isResult,
  isScan,
  operandsOf,
  type ScanAttributes,
  type ScanResult,
  sliceShape,
  stackedShape,
  steadyIn,
} from './loop.ts'
import { broadcastTo, reshape } from './structure.ts'

const resultSignature = ({ body, steps }: ScanAttributes, result: ScanResult): Signature => {
  if (result.kind === 'final') return body.carries[result.carry]
  const { shape, dtype } = result.of
  return { dtype, shape: result.kind === 'stack' ? stackedShape(shape, steps) : shape }
}

const fits = (operand: Signature, { shape, dtype }: Signature): boolean =>
  operand.dtype === dtype && sameShape(operand.shape, shape)

export const scanOp = defineOp({
  name: 'scan',
  infer(inputs, { body, steps }: ScanAttributes) {
    const { carries, slices, captured, next } = body
    const operands = [
      ...carries,
      ...slices.map(({ shape, dtype }) => ({ shape: stackedShape(shape, steps), dtype })),
      ...captured,
    ]
    if (
      inputs.length !== operands.length ||
      !inputs.every((x, i) => fits(x, operands[i])) ||
      !carries.every((carry, i) => fits(next[i], carry))
    )
      throw new InternalError('scan: its operands do not fit its body')
    return { shape: [], dtype: 'float32' }
  },
  gradientOfResults: (node, gradientOf, pullBack) => differentiate(node, gradientOf, pullBack),
  multiplyAdds: (_, attributes) =>
    topologicalOrder(bodyRoots(attributes)).reduce(
      (sum, node) => sum + attributes.steps * (node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0),
      0,
    ),
})

/** Reads one result of a loop. */
export const resultOp = defineOp({
  name: 'result',
  infer([scan], { index }: { index: number }) {
    const attributes = (scan as Tensor).attributes as ScanAttributes
    return resultSignature(attributes, attributes.results[index])
  },
})

/** Makes a loop. */
export function makeScan(
  body: Body,
  operands: {
    readonly initial: readonly Tensor[]
    readonly sliced: readonly Tensor[]
    readonly captured: readonly Tensor[]
  },
  options: Pick<ScanAttributes, 'steps' | 'reverse' | 'recompute'>,
): Tensor<ScanAttributes> {
  const { initial, sliced, captured } = operands
  return apply(scanOp, [...initial, ...sliced, ...captured], { body, ...options, results: [] })
}

/** A result of a loop, as a node. */
export function resultOf(scan: Tensor<ScanAttributes>, result: ScanResult): Tensor {
  const { results } = scan.attributes
  const same = (other: ScanResult): boolean =>
    other.kind === 'final' || result.kind === 'final'
      ? other.kind === 'final' && result.kind === 'final' && other.carry === result.carry
      : other.kind === result.kind && other.of === result.of
  const known = results.findIndex(same)
  const index = known >= 0 ? known : results.push(result) - 1
  return apply(resultOp, [scan], { index })
}

/** What a sum over steps begins with. */
export const zerosLike = ({ shape }: Signature): Tensor => broadcastTo(constant(0), shape)

const isFloat = ({ dtype }: Signature): boolean => dtype === 'float32'

/**
 * The gradient of a loop is a loop, in the other direction: backpropagation through time (Werbos, 1990). Its state is the gradient with respect to the state;
 * its inputs are the gradients of what was stacked, and what the steps computed and their gradients need.
 */
function differentiate(
  node: Tensor<ScanAttributes>,
  gradientOf: ReadonlyMap<number, Tensor>,
  pullBack: PullBack,
): (Tensor | undefined)[] {
  const { body, steps, reverse, recompute, results } = node.attributes
  const operands = operandsOf(node)
  const forward = new Set(topologicalOrder(bodyRoots(node.attributes)))
  for (const parameter of [...body.carries, ...body.slices, ...body.captured]) forward.add(parameter)

  const made = {
    slices: new Map<Input, Tensor>(),
    captured: new Map<Input, Tensor>(),
  }
  const slicing = (stack: Tensor): Input => {
    const slice = new Parameter({ shape: sliceShape(stack.shape, steps), dtype: stack.dtype })
    made.slices.set(slice, stack)
    return slice
  }
  const capturing = (operand: Tensor): Input => {
    const captured = new Captured(operand)
    made.captured.set(captured, operand)
    return captured
  }

  // What the results' gradients say of the tensors of one step.
  const floatCarries = body.carries.flatMap((carry, i) => (isFloat(carry) ? [i] : []))
  const carries = floatCarries.map((i) => new Parameter(body.carries[i]))
  const last = floatCarries.map((i): Tensor => zerosLike(body.carries[i]))
  const known: (readonly [Tensor, Tensor])[] = floatCarries.map((i, k) => [body.next[i], carries[k]])
  for (const [index, dy] of gradientOf) {
    const result = results[index]
    if (result.kind === 'final') {
      const k = floatCarries.indexOf(result.carry)
      if (k >= 0) last[k] = add(last[k], dy)
    } else if (result.kind === 'stack') known.push([result.of, reshape(slicing(dy), result.of.shape)])
    else known.push([result.of, capturing(dy)])
  }

  const floats = (inputs: readonly Input[]): Input[] => inputs.filter(isFloat)
  const wanted = [
    ...carries.map((_, k) => body.carries[floatCarries[k]]),
    ...floats(body.slices),
    ...floats(body.captured),
  ]
  const slopes = pullBack(known, wanted)

  // What of the step itself its gradient reads: from the operands where it stands there, else from what the loop keeps of each step.
  const steady = steadyIn(body)
  const places = new Map<Tensor, Tensor>()
  const placeFor = (x: Tensor): Tensor | undefined => {
    if (body.captured.includes(x as Input)) return capturing(operands.captured[body.captured.indexOf(x as Input)])
    if (body.slices.includes(x as Input)) return slicing(operands.sliced[body.slices.indexOf(x as Input)])
    if (body.carries.includes(x as Input)) return reshape(slicing(resultOf(node, { kind: 'stack', of: x })), x.shape)
    const isKept = forward.has(x) || (isResult(x) && forward.has(x.inputs[0]))
    if (!isKept || recompute || isScan(x) || isFree(x) || steady(x)) return undefined
    return reshape(slicing(resultOf(node, { kind: 'stack', of: x })), x.shape)
  }
  const present = slopes.filter((slope) => slope !== undefined)
  const rebuilt = rebuild(present, (x) => {
    const place = places.get(x) ?? placeFor(x)
    if (place !== undefined) places.set(x, place)
    return place
  })
  const slopeOf = new Map(present.map((slope, i) => [slope, rebuilt[i]]))
  const slopeFor = (x: Input): Tensor | undefined => {
    const slope = slopes[wanted.indexOf(x)]
    return slope && slopeOf.get(slope)
  }

  const backward = makeScan(
    {
      carries,
      slices: [...made.slices.keys()],
      captured: [...made.captured.keys()],
      next: floatCarries.map((i) => slopeFor(body.carries[i]) ?? zerosLike(body.carries[i])),
    },
    { initial: last, sliced: [...made.slices.values()], captured: [...made.captured.values()] },
    { steps, reverse: !reverse, recompute },
  )
  return [
    ...body.carries.map((_, i) => {
      const k = floatCarries.indexOf(i)
      return k < 0 ? undefined : resultOf(backward, { kind: 'final', carry: k })
    }),
    ...body.slices.map((slice) => {
      const of = slopeFor(slice)
      return of && resultOf(backward, { kind: 'stack', of })
    }),
    ...body.captured.map((captured) => {
      const of = slopeFor(captured)
      return of && resultOf(backward, { kind: 'sum', of })
    }),
  ]
}

/** Whether a node takes nothing to compute anew: it holds no values, or those of its operand. */
const isFree = (node: Tensor): boolean =>
  node instanceof Constant || node.op.name === 'reshape' || node.op.name === 'broadcastTo'
