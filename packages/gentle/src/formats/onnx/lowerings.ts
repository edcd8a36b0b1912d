/** The form in ONNX of every op of the library (https://onnx.ai/onnx/operators). */
import { isCustom } from '../../graph/op.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Conv2dAttributes, Conv2dInputGradientAttributes } from '../../ops/conv2d.ts'
import type { CumsumAttributes } from '../../ops/cumulative.ts'
import type { MatmulAttributes } from '../../ops/matmul.ts'
import type { AvgPool2dAttributes, Pool2dAttributes } from '../../ops/pool2d.ts'
import { type Resample2dAttributes, type ResampleMethod, resampleTaps } from '../../ops/resample2d.ts'
import type { ArgsortAttributes } from '../../ops/sort.ts'
import type { PadAttributes, SlicePlace } from '../../ops/structure.ts'
import type { ElementwiseName, StructuredName } from '../../ops/table.ts'
import type { Attributes, Exporter, Lower } from './exporter.ts'
import { lowerLoop, lowerResult } from './loop.ts'
import { dataTypes } from './messages.ts'
import { lowerFakeQuantize } from './quantized.ts'
import { isRecurrent, lowerRecurrent } from './recurrent.ts'
import { softmaxOf } from './softmax.ts'

/** Writes a node of any op. @throws FormatError naming one that has no form. */
export const lower: Lower = (exporter, node) => {
  const { name } = node.op
  if (isCustom(node.op)) none(exporter, node)
  else if (name === 'scan') lowerLoop(exporter, node)
  else if (name === 'result') lowerResult(exporter, node)
  else if (isRecurrent(node)) lowerRecurrent(exporter, node)
  else lowerings[name as ElementwiseName | StructuredName](exporter, node)
}

const namesOf = (exporter: Exporter, { inputs }: Tensor): string[] => inputs.map((x) => exporter.name(x))

const as =
  (operator: string): Lower =>
  (exporter, node) =>
    exporter.give(node, operator, namesOf(exporter, node))

const cast = (exporter: Exporter, value: string, to: number): string => exporter.step('Cast', [value], { to })

/** Comparisons give truth values in ONNX, and 0 or 1 here. */
const comparison =
  (operator: string, negated = false): Lower =>
  (exporter, node) => {
    const found = exporter.step(operator, namesOf(exporter, node))
    const truth = negated ? exporter.step('Not', [found]) : found
    exporter.knowTruth(node, truth)
    exporter.give(node, 'Cast', [truth], { to: dataTypes.float })
  }

const none: Lower = (exporter, node) =>
  exporter.fail(node, 'has no ONNX equivalent; expected a network of ops that have one')

/** What only the gradients of other ops compute. */
const ofGradients: Lower = (exporter, node) =>
  exporter.fail(node, 'has no ONNX equivalent: it is part of a gradient; expected what prediction computes')

/** A reduction of x, whose axes are an attribute before a version of the operator set, and an operand from it on. */
function reduction(
  exporter: Exporter,
  { attributes }: Tensor,
  operator: string,
  x: string,
  operandSince: number,
): [operator: string, operands: string[], attributes: Attributes] {
  const { axes } = attributes as { axes: readonly number[] }
  // Without any axes, ONNX would take all.
  if (axes.length === 0) return ['Identity', [x], {}]
  if (exporter.opset < operandSince) return [operator, [x], { axes, keepdims: 0 }]
  return [operator, [x, exporter.integers(axes)], { keepdims: 0 }]
}

/** Two integers of 64 bits, in which nothing of 32 bits overflows, and of which the second is not 0; and whether it was. */
function divided(exporter: Exporter, node: Tensor): { a: string; b: string; byZero: string } {
  const [a, b] = namesOf(exporter, node).map((x) => cast(exporter, x, dataTypes.int64))
  const byZero = exporter.step('Equal', [b, exporter.integers([0], [])])
  return { a, b: exporter.step('Where', [byZero, exporter.integers([1], []), b]), byZero }
}

/** Whether indices are known to lie along an axis of this many elements. */
function lieWithin(exporter: Exporter, indices: Tensor, size: number): boolean {
  const [of] = indices.inputs
  if (indices.op.name === 'argsort') return of.shape.at(-1) === size
  if (indices.op.name === 'argmax') return of.shape[(indices.attributes as { axis: number }).axis] === size
  return exporter.values(indices)?.every((i) => i >= 0 && i < size) ?? false
}

/** Which indices are from 0 to below a size. */
function inside(exporter: Exporter, indices: Tensor, size: number): string {
  const name = exporter.name(indices)
  const fromZero = exporter.step('GreaterOrEqual', [name, exporter.number(0, indices)])
  return exporter.step('And', [fromZero, exporter.step('Less', [name, exporter.number(size, indices)])])
}

/**
 * Gives what indices pick along an axis: of one outside NaN, or -2^31, where ONNX counts those below 0 from the end, and has none beyond it. `inner`
 * axes of what is picked stand behind those of the indices.
 */
function pick(exporter: Exporter, node: Tensor, operator: string, axis: number, inner: number): void {
  const [x, indices] = node.inputs
  const size = x.shape[axis]
  if (!exporter.trace.isFixed(x, axis)) exporter.fail(node, 'picks elements along the batch')
  const operands = [exporter.name(x), exporter.name(indices)]
  if (lieWithin(exporter, indices, size)) {
    exporter.give(node, operator, operands, { axis })
    return
  }
  const bounds = [exporter.number(0, indices), exporter.number(size - 1, indices)]
  const near = exporter.step('Clip', [operands[1], ...bounds])
  const picked = exporter.step(operator, [operands[0], near], { axis })
  const known = inside(exporter, indices, size)
  const behind = Array.from({ length: inner }, (_, i) => indices.shape.length + i)
  const spread = inner === 0 ? known : exporter.step('Unsqueeze', [known, exporter.integers(behind)])
  exporter.give(node, 'Where', [spread, picked, nothing(exporter, node)])
}

/** What an index outside picks. */
const nothing = (exporter: Exporter, node: Tensor): string =>
  exporter.number(node.dtype === 'int32' ? -(2 ** 31) : Number.NaN, node)

const lowerings: Record<ElementwiseName | StructuredName, Lower> = {
  neg: as('Neg'),
  exp: as('Exp'),
  expm1(exporter, node) {
    const power = exporter.step('Exp', namesOf(exporter, node))
    exporter.give(node, 'Sub', [power, exporter.number(1, node)])
  },
  log: as('Log'),
  log1p(exporter, node) {
    const sum = exporter.step('Add', [...namesOf(exporter, node), exporter.number(1, node)])
    exporter.give(node, 'Log', [sum])
  },
  sqrt: as('Sqrt'),
  abs: as('Abs'),
  sign: as('Sign'),
  tanh: as('Tanh'),
  sin: as('Sin'),
  cos: as('Cos'),
  tan: as('Tan'),
  asin: as('Asin'),
  acos: as('Acos'),
  atan: as('Atan'),
  sinh: as('Sinh'),
  cosh: as('Cosh'),
  asinh: as('Asinh'),
  acosh: as('Acosh'),
  atanh: as('Atanh'),
  sigmoid: as('Sigmoid'),
  softplus: as('Softplus'),
  erf: as('Erf'),
  relu: as('Relu'),
  relu6(exporter, node) {
    exporter.give(node, 'Clip', [...namesOf(exporter, node), exporter.number(0, node), exporter.number(6, node)])
  },
  floor: as('Floor'),
  ceil: as('Ceil'),
  round: as('Round'),
  trunc(exporter, node) {
    const [x] = namesOf(exporter, node)
    const magnitude = exporter.step('Floor', [exporter.step('Abs', [x])])
    exporter.give(node, 'Mul', [exporter.step('Sign', [x]), magnitude])
  },
  toFloat32(exporter, node) {
    exporter.give(node, 'Cast', namesOf(exporter, node), { to: dataTypes.float })
  },
  toInt32(exporter, node) {
    const [x] = node.inputs
    const name = exporter.name(x)
    // What does not fit 32 bits is undefined in ONNX, and the nearest that does here; the largest such is not a float.
    const bounds = [exporter.number(-(2 ** 31), x), exporter.number(2 ** 31 - 128, x)]
    const fitting = cast(exporter, exporter.step('Clip', [name, ...bounds]), dataTypes.int32)
    const beyond = exporter.step('GreaterOrEqual', [name, exporter.number(2 ** 31, x)])
    const whole = exporter.step('Where', [beyond, exporter.number(2 ** 31 - 1, node), fitting])
    // NaN, of which ONNX does not say what it becomes, is 0.
    exporter.give(node, 'Where', [exporter.step('Equal', [name, name]), whole, exporter.number(0, node)])
  },
  stopGradient: as('Identity'),
  add: as('Add'),
  sub(exporter, node) {
    const found = softmaxOf(node)
    if (found === undefined) as('Sub')(exporter, node)
    else exporter.give(node, 'LogSoftmax', [exporter.name(found.x)], { axis: found.axis })
  },
  mul: as('Mul'),
  div(exporter, node) {
    const found = softmaxOf(node)
    if (found === undefined) as('Div')(exporter, node)
    else exporter.give(node, 'Softmax', [exporter.name(found.x)], { axis: found.axis })
  },
  floorDiv(exporter, node) {
    const { a, b, byZero } = divided(exporter, node)
    const multiple = exporter.step('Sub', [a, exporter.step('Mod', [a, b])])
    const quotient = exporter.step('Where', [byZero, exporter.integers([0], []), exporter.step('Div', [multiple, b])])
    const [min, minusOne] = [-(2 ** 31), -1].map((value, i) =>
      exporter.step('Equal', [exporter.name(node.inputs[i]), exporter.number(value, node)]),
    )
    const beyond = exporter.step('And', [min, minusOne])
    const fitting = cast(exporter, quotient, dataTypes.int32)
    exporter.give(node, 'Where', [beyond, exporter.number(2 ** 31 - 1, node), fitting])
  },
  mod(exporter, node) {
    const { a, b, byZero } = divided(exporter, node)
    const rest = exporter.step('Where', [byZero, a, exporter.step('Mod', [a, b])])
    exporter.give(node, 'Cast', [rest], { to: dataTypes.int32 })
  },
  pow: as('Pow'),
  maximum: as('Max'),
  minimum: as('Min'),
  fakeQuantize: lowerFakeQuantize,
  equal: comparison('Equal'),
  notEqual: comparison('Equal', true),
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  greater: comparison('Greater'),
  greaterEqual: comparison('GreaterOrEqual'),
  where(exporter, node) {
    const [condition, a, b] = node.inputs
    exporter.give(node, 'Where', [exporter.truth(condition), exporter.name(a), exporter.name(b)])
  },

  sum(exporter, node) {
    const [x] = namesOf(exporter, node)
    if (node.dtype === 'float32') exporter.give(node, ...reduction(exporter, node, 'ReduceSum', x, 13))
    else {
      // Runtimes add up integers of 32 bits as floats.
      const wide = exporter.step(...reduction(exporter, node, 'ReduceSum', cast(exporter, x, dataTypes.int64), 13))
      exporter.give(node, 'Cast', [wide], { to: dataTypes.int32 })
    }
  },
  max(exporter, node) {
    exporter.give(node, ...reduction(exporter, node, 'ReduceMax', exporter.name(node.inputs[0]), 18))
  },
  argmax(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    const found = exporter.step('ArgMax', namesOf(exporter, node), { axis, keepdims: 0 })
    exporter.give(node, 'Cast', [found], { to: dataTypes.int32 })
  },
  reshape(exporter, node) {
    const { trace } = exporter
    const open = node.shape.filter((_, axis) => !trace.isFixed(node, axis)).length
    const sizes = node.shape.map((n, axis) => (trace.isFixed(node, axis) ? n : -1))
    const shape = open > 1 ? exporter.shape(node) : exporter.integers(sizes)
    exporter.give(node, 'Reshape', [exporter.name(node.inputs[0]), shape])
  },
  transpose(exporter, node) {
    const { order } = node.attributes as { order: readonly number[] }
    exporter.give(node, 'Transpose', namesOf(exporter, node), { perm: order })
  },
  broadcastTo(exporter, node) {
    exporter.give(node, 'Expand', [exporter.name(node.inputs[0]), exporter.shape(node)])
  },
  concat(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    exporter.give(node, 'Concat', namesOf(exporter, node), { axis })
  },
  slice: lowerSlice,
  addSlices: ofGradients,
  pad(exporter, node) {
    const { before, after, value } = node.attributes as PadAttributes
    const operands = [exporter.integers([...before, ...after]), exporter.number(value, node)]
    exporter.give(node, 'Pad', [...namesOf(exporter, node), ...operands], { mode: 'constant' })
  },
  matmul(exporter, node) {
    const [a, b] = node.inputs
    const { transposeA, transposeB } = node.attributes as MatmulAttributes
    if (a.shape.length === 2 && b.shape.length === 2) {
      const bias = exporter.takeBias(node, 1)
      const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }
      exporter.give(node, 'Gemm', [exporter.name(a), exporter.name(b), ...bias], attributes)
      return
    }
    const turned = (x: Tensor, transposed: boolean): string => {
      if (!transposed) return exporter.name(x)
      const axes = x.shape.map((_, axis) => axis)
      const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2]
      return exporter.step('Transpose', [exporter.name(x)], { perm })
    }
    exporter.give(node, 'MatMul', [turned(a, transposeA), turned(b, transposeB)])
  },

  conv2d(exporter, node) {
    const [x, w] = node.inputs
    const bias = exporter.takeBias(node, 1)
    exporter.give(node, 'Conv', [exporter.name(x), exporter.name(w), ...bias], convolution(node, w))
  },
  conv2dInputGradient(exporter, node) {
    const [w, dy] = node.inputs
    const { stride, padding, dilation } = node.attributes as Conv2dInputGradientAttributes
    const missing = [0, 1].map((axis) => {
      const reached = (dy.shape[2 + axis] - 1) * stride[axis] + (w.shape[2 + axis] - 1) * dilation[axis] + 1
      return node.shape[2 + axis] - (reached - 2 * padding[axis])
    })
    const bias = exporter.takeBias(node, 1)
    exporter.give(node, 'ConvTranspose', [exporter.name(dy), exporter.name(w), ...bias], {
      ...convolution(node, w),
      output_padding: missing,
    })
  },
  conv2dWeightGradient: ofGradients,
  maxPool2d(exporter, node) {
    const attributes = node.attributes as Pool2dAttributes
    const [x] = namesOf(exporter, node)
    const { before, behind } = aroundPooled(node, attributes)
    const window = windowOf(attributes)
    // ONNX's padding is below the number of a window's pixels, however far apart these are.
    const fits = [before, behind].every((side) => side.every((n, axis) => n < attributes.size[axis]))
    if (fits) return exporter.give(node, 'MaxPool', [x], { ...window, pads: [...before, ...behind] })
    const sides = exporter.integers([0, 0, ...before, 0, 0, ...behind])
    const padded = exporter.step('Pad', [x, sides, exporter.number(Number.NEGATIVE_INFINITY, node)])
    exporter.give(node, 'MaxPool', [padded], window)
  },
  maxPool2dScatter: ofGradients,
  maxPool2dGather: ofGradients,
  avgPool2d(exporter, node) {
    const attributes = node.attributes as AvgPool2dAttributes
    const { padding, after = padding, countIncludePad = true } = attributes
    const [x] = namesOf(exporter, node)
    const { before, behind } = aroundPooled(node, attributes)
    const window = { ...windowOf(attributes), count_include_pad: 0 }
    if (!countIncludePad || [...padding, ...after].every((n) => n === 0))
      return exporter.give(node, 'AveragePool', [x], { ...window, pads: [...before, ...behind] })
    // Zeros that count become part of the image, for what lies beyond them never counts.
    const padded = exporter.step('Pad', [x, exporter.integers([0, 0, ...padding, 0, 0, ...after])])
    const beyond = behind.map((n, axis) => n - after[axis])
    exporter.give(node, 'AveragePool', [padded], { ...window, pads: [0, 0, ...beyond] })
  },
  avgPool2dGradient: ofGradients,
  resample2d: lowerResample,
  resample2dGradient: ofGradients,
  oneHot(exporter, node) {
    const { classes } = node.attributes as { classes: number }
    const [indices] = node.inputs
    const last = exporter.integers([-1])
    const column = exporter.step('Unsqueeze', [exporter.name(indices), last])
    const numbers = exporter.store(
      'classes',
      [classes],
      Int32Array.from({ length: classes }, (_, c) => c),
    )
    const row = cast(exporter, exporter.step('Equal', [column, numbers]), dataTypes.float)
    if (lieWithin(exporter, indices, classes)) return exporter.give(node, 'Identity', [row])
    const known = exporter.step('Unsqueeze', [inside(exporter, indices, classes), last])
    exporter.give(node, 'Where', [known, row, nothing(exporter, node)])
  },
  gather(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    pick(exporter, node, 'Gather', axis, node.inputs[0].shape.length - axis - 1)
  },
  scatterAdd: ofGradients,
  takeAlongAxis(exporter, node) {
    pick(exporter, node, 'GatherElements', (node.attributes as { axis: number }).axis, 0)
  },
  addAlongAxis: ofGradients,
  argsort(exporter, node) {
    const { descending } = node.attributes as ArgsortAttributes
    const axis = node.shape.length - 1
    if (!exporter.trace.isFixed(node, axis)) exporter.fail(node, 'sorts along the batch')
    const operands = [...namesOf(exporter, node), exporter.integers([node.shape[axis]])]
    // Of equal elements the first comes first there, too; where NaN comes, ONNX does not say.
    const [, order] = exporter.steps('TopK', operands, 2, { axis: -1, largest: descending ? 1 : 0, sorted: 1 })
    exporter.give(node, 'Cast', [order], { to: dataTypes.int32 })
  },
  cumsum(exporter, node) {
    const { axis, exclusive, reverse } = node.attributes as CumsumAttributes
    exporter.give(node, 'CumSum', [...namesOf(exporter, node), exporter.integers([axis], [])], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    })
  },
  ctcLoss: none,
  ctcLossGradient: ofGradients,
  after: ofGradients,
  uniform: (exporter, node) => exporter.fail(node, 'has no ONNX equivalent, whose random numbers differ'),
}

function convolution({ attributes }: Tensor, w: Tensor): Attributes {
  const { stride, padding, dilation, groups } = attributes as Conv2dAttributes
  return {
    kernel_shape: w.shape.slice(2),
    strides: stride,
    pads: [...padding, ...padding],
    dilations: dilation,
    group: groups,
  }
}

function windowOf({ size, stride, dilation }: Pool2dAttributes): Attributes {
  return { kernel_shape: size, strides: stride, ...(dilation && { dilations: dilation }) }
}

/**
 * What is around an image that is pooled. Windows that end outside are made to fit by padding behind, which is ignored: ONNX's own `ceil_mode`
 * has windows, up to operator set 21, that begin in the padding behind the image, and these are none here.
 */
function aroundPooled(
  node: Tensor,
  { size, stride, padding, after = padding, dilation = [1, 1] }: Pool2dAttributes,
): { before: readonly number[]; behind: readonly number[] } {
  const [x] = node.inputs
  const behind = after.map((n, axis) => {
    const end = (node.shape[2 + axis] - 1) * stride[axis] + (size[axis] - 1) * dilation[axis] + 1
    return Math.max(n, end - padding[axis] - x.shape[2 + axis])
  })
  return { before: padding, behind }
}

function lowerSlice(exporter: Exporter, node: Tensor): void {
  const [x] = node.inputs
  const { trace } = exporter
  const { starts, strides = starts.map(() => 1) } = node.attributes as SlicePlace
  const axes = node.shape.flatMap((n, axis) => (n === x.shape[axis] && strides[axis] === 1 ? [] : [axis]))
  const endAlong = (axis: number, [from, to]: readonly [Tensor, Tensor]): number => {
    const end = starts[axis] + to.shape[axis] * strides[axis]
    // Below 0 an end would count from the other one.
    return end < 0 ? -(2 ** 31) : end >= from.shape[axis] ? 2 ** 31 - 1 : end
  }
  const ends = axes.map((axis) => {
    const end = endAlong(axis, [x, node])
    const other = endAlong(axis, [trace.twin(x), trace.twin(node)])
    return end === other
      ? end
      : exporter.fail(node, 'takes a part of the batch that depends on how many examples it has')
  })
  const lists = [axes.map((axis) => starts[axis]), ends, axes, axes.map((axis) => strides[axis])]
  const steps = lists[3].every((stride) => stride === 1) ? lists.slice(0, 3) : lists
  exporter.give(node, 'Slice', [exporter.name(x), ...steps.map((list) => exporter.integers(list))])
}

function lowerResample(exporter: Exporter, node: Tensor): void {
  const [x] = node.inputs
  const { method, size } = node.attributes as Resample2dAttributes
  const whole = size.every((n, axis) => n % x.shape[2 + axis] === 0)
  const placed = (coordinates: string): Attributes => ({ mode: 'linear', coordinate_transformation_mode: coordinates })
  if (method === 'average') weighPixels(exporter, node, method)
  else if (method === 'bilinear') resize(exporter, node, placed('half_pixel'))
  else if (method === 'alignedBilinear') resize(exporter, node, placed('align_corners'))
  else if (!whole) pickPixels(exporter, node, method)
  else resize(exporter, node, { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' })
}

/** By factors, where floats hold these exactly; else by sizes, which is why the batch has to be among them. */
function resize(exporter: Exporter, node: Tensor, attributes: Attributes): void {
  const [x] = node.inputs
  const name = exporter.name(x)
  const factors = node.shape.map((n, axis) => Math.fround(n / x.shape[axis]))
  if (factors.every((factor, axis) => factor * x.shape[axis] === node.shape[axis]))
    exporter.give(node, 'Resize', [name, '', exporter.store('scales', [4], Float32Array.from(factors))], attributes)
  else exporter.give(node, 'Resize', [name, '', '', exporter.shape(node)], attributes)
}

/** Rows, then columns, by their indices: where a factor is not a whole number, runtimes round places of pixels differently. */
function pickPixels(exporter: Exporter, node: Tensor, method: ResampleMethod): void {
  const [x] = node.inputs
  const picked = [2, 3].reduce((image, axis) => {
    const taps = resampleTaps(method, x.shape[axis], node.shape[axis])
    const places = exporter.integers(taps.map(([{ index }]) => index))
    return exporter.step('Gather', [image, places], { axis })
  }, exporter.name(x))
  exporter.give(node, 'Identity', [picked])
}

/** Each row a weighted sum of rows, then each column of columns, as products with matrices. */
function weighPixels(exporter: Exporter, node: Tensor, method: ResampleMethod): void {
  const [x] = node.inputs
  const weights = (axis: number, transposed: boolean): string => {
    const [from, to] = [x.shape[axis], node.shape[axis]]
    const matrix = new Float32Array(from * to)
    for (const [i, taps] of resampleTaps(method, from, to).entries())
      for (const { index, weight } of taps) matrix[transposed ? index * to + i : i * from + index] += weight
    return exporter.store('weights', transposed ? [from, to] : [to, from], matrix)
  }
  const rows = exporter.step('MatMul', [weights(2, false), exporter.name(x)])
  exporter.give(node, 'MatMul', [rows, weights(3, true)])
}
