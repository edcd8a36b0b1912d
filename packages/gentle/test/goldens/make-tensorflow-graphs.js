/**
 * Writes tensorflow-graphs.json: small graphs of TensorFlow's ops, with inputs and the outputs that TensorFlow.js' CPU backend computes.
 * TensorFlow.js is among the benchmarks' rivals: `npm ci --prefix bench`, then `node make-tensorflow-graphs.js`.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../../../bench/package.json', import.meta.url))
const tf = require('@tensorflow/tfjs')

/** Numbers in [-1, 1) that float32 holds exactly. */
let state = 11
const draw = () => {
  state = (Math.imul(1664525, state) + 1013904223) | 0
  return (state >>> 24) / 2 ** 7 - 1
}
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1)
const drawn = (shape, of = draw) => Array.from({ length: sizeOf(shape) }, () => of())
const positive = () => 1.25 + draw()
const wide = () => 6 * draw()

const text = (s) => ({ s: Buffer.from(s).toString('base64') })
const int = (i) => ({ i: String(i) })
const ints = (list) => ({ list: { i: list.map(String) } })
const texts = (list) => ({ list: { s: list.map((s) => Buffer.from(s).toString('base64')) } })
const flag = (b) => ({ b })
const float = (f) => ({ f })
const type = (t) => ({ type: t })
const floats = { T: type('DT_FLOAT') }

/** A graph as it is written: inputs, constants and nodes. */
class Graph {
  nodes = []
  weights = []
  bytes = []
  inputs = {}
  input(name, shape, { of = draw, open = [0], dtype = 'float32' } = {}) {
    const dim = shape.map((size, axis) => ({ size: open.includes(axis) ? '-1' : String(size) }))
    this.nodes.push({ name, op: 'Placeholder', attr: { dtype: type(dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT'), shape: { shape: { dim } } } })
    this.inputs[name] = { shape, data: drawn(shape, of), ...(dtype === 'int32' ? { dtype } : {}) }
    return name
  }
  constant(shape, data, dtype = 'float32') {
    const name = `constant_${this.weights.length}`
    this.nodes.push({ name, op: 'Const', attr: { dtype: type(dtype === 'int32' ? 'DT_INT32' : dtype === 'bool' ? 'DT_BOOL' : 'DT_FLOAT') } })
    this.weights.push({ name, shape, dtype })
    const Values = { int32: Int32Array, float32: Float32Array, bool: Uint8Array }[dtype]
    this.bytes.push(Buffer.from(Values.from(data).buffer))
    return name
  }
  weight(...shape) {
    return this.constant(shape, drawn(shape))
  }
  whole(list, shape = [list.length]) {
    return this.constant(shape, list, 'int32')
  }
  op(op, input, attr = floats) {
    const name = `${op}_${this.nodes.length}`
    this.nodes.push({ name, op, input, attr })
    return name
  }
}

const cases = {}
async function add(name, write) {
  const graph = new Graph()
  const outputs = [write(graph)].flat()
  const bytes = Buffer.concat(graph.bytes)
  const ends = (names) => Object.fromEntries(names.map((each) => [each, { name: `${each}:0` }]))
  const model = {
    format: 'graph-model',
    modelTopology: { node: graph.nodes, versions: {} },
    signature: { inputs: ends(Object.keys(graph.inputs)), outputs: Object.fromEntries(outputs.map((each) => [each, { name: each.includes(':') ? each : `${each}:0` }])) },
    weightsManifest: [{ paths: ['weights.bin'], weights: graph.weights }],
  }
  const runnable = await tf.loadGraphModel(tf.io.fromMemory({
    modelTopology: model.modelTopology,
    weightSpecs: graph.weights,
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  }))
  const feed = Object.fromEntries(Object.entries(graph.inputs).map(([key, { shape, data, dtype }]) => [key, tf.tensor(data, shape, dtype)]))
  const results = [runnable.execute(feed, outputs)].flat()
  cases[name] = {
    model,
    weights: bytes.toString('base64'),
    inputs: graph.inputs,
    outputs: results.map((y) => ({ shape: y.shape, data: [...y.dataSync()].map((v) => Number(Number(v).toPrecision(8))) })),
  }
}

const sliding = (strides, padding, more = {}) => ({ ...floats, strides: ints([1, ...strides, 1]), padding: text(padding), data_format: text('NHWC'), dilations: ints([1, 1, 1, 1]), explicit_paddings: { list: {} }, use_cudnn_on_gpu: flag(true), ...more })

await add('Conv2D SAME, stride 2', (g) => g.op('Conv2D', [g.input('x', [2, 5, 6, 2]), g.weight(3, 3, 2, 3)], sliding([2, 2], 'SAME')))
await add('Conv2D VALID, dilated', (g) => g.op('Conv2D', [g.input('x', [2, 7, 6, 2]), g.weight(3, 2, 2, 3)], sliding([1, 1], 'VALID', { dilations: ints([1, 2, 2, 1]) })))
await add('Conv2D EXPLICIT', (g) => g.op('Conv2D', [g.input('x', [2, 5, 5, 1]), g.weight(3, 3, 1, 2)], sliding([2, 2], 'EXPLICIT', { explicit_paddings: ints([0, 0, 1, 0, 0, 2, 0, 0]) })))
await add('DepthwiseConv2dNative', (g) => g.op('DepthwiseConv2dNative', [g.input('x', [2, 5, 4, 3]), g.weight(3, 3, 3, 2)], sliding([1, 1], 'SAME')))
for (const [activation, extra] of [['Relu', []], ['Relu6', []], ['Elu', []], ['Sigmoid', []], ['Prelu', [1]], ['LeakyRelu', []]])
  await add(`_FusedConv2D with BiasAdd and ${activation}`, (g) => g.op('_FusedConv2D', [g.input('x', [2, 4, 4, 2]), g.weight(3, 3, 2, 3), g.weight(3), ...extra.map(() => g.weight(3))], sliding([1, 1], 'SAME', { fused_ops: texts(['BiasAdd', activation]), num_args: int(1 + extra.length), epsilon: float(0), leakyrelu_alpha: float(0.3) })))
await add('FusedDepthwiseConv2dNative', (g) => g.op('FusedDepthwiseConv2dNative', [g.input('x', [2, 4, 4, 2]), g.weight(3, 3, 2, 1), g.weight(2)], sliding([1, 1], 'SAME', { fused_ops: texts(['BiasAdd', 'Relu6']), num_args: int(1) })))
await add('Conv2DBackpropInput SAME', (g) => g.op('Conv2DBackpropInput', [g.whole([2, 6, 8, 3]), g.weight(3, 3, 3, 2), g.input('x', [2, 3, 4, 2])], sliding([2, 2], 'SAME')))
await add('Conv2DBackpropInput with a shape of the input', (g) => {
  const x = g.input('x', [2, 3, 4, 2])
  const shape = g.op('Shape', [x], { ...floats, out_type: type('DT_INT32') })
  const batch = g.op('StridedSlice', [shape, g.whole([0]), g.whole([1]), g.whole([1])], { shrink_axis_mask: int(1), begin_mask: int(0), end_mask: int(0), ellipsis_mask: int(0), new_axis_mask: int(0) })
  const full = g.op('Pack', [batch, g.whole([7], []), g.whole([9], []), g.whole([2], [])], { N: int(4), axis: int(0) })
  return g.op('Conv2DBackpropInput', [full, g.weight(3, 3, 2, 2), x], sliding([2, 2], 'VALID'))
})
const pooled = (padding, size = 3, stride = 2) => ({ ...floats, ksize: ints([1, size, size, 1]), strides: ints([1, stride, stride, 1]), padding: text(padding), data_format: text('NHWC') })
for (const padding of ['SAME', 'VALID']) {
  await add(`MaxPool ${padding}`, (g) => g.op('MaxPool', [g.input('x', [2, 6, 5, 2], { of: () => draw() - 2 })], pooled(padding)))
  await add(`AvgPool ${padding}`, (g) => g.op('AvgPool', [g.input('x', [2, 6, 5, 2])], pooled(padding)))
}
await add('FusedBatchNormV3', (g) => g.op('FusedBatchNormV3', [g.input('x', [2, 3, 4, 3]), g.weight(3), g.weight(3), g.weight(3), g.constant([3], drawn([3], positive))], { ...floats, U: type('DT_FLOAT'), epsilon: float(0.01), is_training: flag(false), data_format: text('NHWC'), exponential_avg_factor: float(1) }))
await add('BiasAdd and arithmetic between images and vectors', (g) => {
  const y = g.op('Conv2D', [g.input('x', [2, 4, 4, 2]), g.weight(1, 1, 2, 3)], sliding([1, 1], 'VALID'))
  const biased = g.op('BiasAdd', [y, g.weight(3)], { ...floats, data_format: text('NHWC') })
  return g.op('Mul', [g.op('Sub', [biased, g.weight(4, 1)]), g.weight(4, 4, 3)])
})
await add('MatMul, transposed', (g) => g.op('MatMul', [g.input('x', [2, 4]), g.weight(3, 4)], { ...floats, transpose_a: flag(false), transpose_b: flag(true) }))
await add('_FusedMatMul', (g) => g.op('_FusedMatMul', [g.input('x', [2, 4]), g.weight(4, 3), g.weight(3)], { ...floats, transpose_a: flag(false), transpose_b: flag(false), num_args: int(1), fused_ops: texts(['BiasAdd', 'Relu']), epsilon: float(0) }))
await add('BatchMatMulV2', (g) => g.op('BatchMatMulV2', [g.input('x', [2, 3, 4]), g.weight(2, 5, 4)], { ...floats, adj_x: flag(false), adj_y: flag(true) }))
await add('Einsum', (g) => g.op('Einsum', [g.input('x', [2, 3, 4]), g.weight(4, 5)], { ...floats, equation: text('bij,jk->bik'), N: int(2) }))

for (const op of ['Abs', 'Elu', 'Erf', 'Exp', 'Expm1', 'Neg', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Sign', 'Softplus', 'Square', 'Tanh', 'Softmax', 'LogSoftmax', 'Identity', 'OnesLike', 'ZerosLike'])
  await add(op, (g) => g.op(op, [g.input('x', [2, 6], { of: wide })]))
for (const op of ['Log', 'Log1p', 'Reciprocal', 'Rsqrt', 'Sqrt']) await add(op, (g) => g.op(op, [g.input('x', [2, 6], { of: positive })]))
for (const op of ['Floor', 'Ceil', 'Round', 'Sin', 'Cos', 'Tan', 'Atan', 'Sinh', 'Cosh', 'Asinh']) await add(op, (g) => g.op(op, [g.input('x', [2, 6], { of: () => 4 * draw() })]))
for (const op of ['FloorDiv', 'FloorMod'])
  await add(op, (g) => g.op(op, [g.input('x', [2, 4], { of: () => 4 * draw() }), g.constant([4], [1, -1, 2, 0.75])]))
await add('LeakyRelu', (g) => g.op('LeakyRelu', [g.input('x', [2, 6])], { ...floats, alpha: float(0.3) }))
await add('Prelu', (g) => g.op('Prelu', [g.input('x', [2, 3, 2, 4]), g.weight(4)]))
for (const op of ['Add', 'AddV2', 'Sub', 'Mul', 'RealDiv', 'Div', 'Maximum', 'Minimum', 'SquaredDifference', 'Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'])
  await add(op, (g) => g.op('Cast', [g.op(op, [g.input('x', [2, 3, 4], { of: () => Math.round(2 * draw()) || 1 }), g.constant([3, 1], [1, -1, 2])])], { SrcT: type('DT_FLOAT'), DstT: type('DT_FLOAT') }))
await add('Pow', (g) => g.op('Pow', [g.input('x', [2, 4], { of: positive }), g.constant([], [1.5])]))
await add('DivNoNan', (g) => g.op('DivNoNan', [g.input('x', [2, 4]), g.constant([4], [0, 1, -2, 0])]))
await add('AddN', (g) => g.op('AddN', [g.input('x', [2, 4]), g.input('y', [2, 4]), g.input('z', [2, 4])], { ...floats, N: int(3) }))
await add('ClipByValue', (g) => g.op('ClipByValue', [g.input('x', [2, 6]), g.constant([], [-0.25]), g.constant([], [0.5])]))
await add('SelectV2 and logic', (g) => {
  const [x, y] = [g.input('x', [2, 6]), g.input('y', [2, 6])]
  const truths = { T: type('DT_FLOAT') }
  const both = g.op('LogicalAnd', [g.op('Greater', [x, g.constant([], [-0.5])], truths), g.op('LogicalNot', [g.op('Less', [y, g.constant([], [0])], truths)])])
  return g.op('SelectV2', [g.op('LogicalOr', [both, g.op('Less', [x, y], truths)]), x, y])
})

for (const [name, axes, keep] of [['rows and columns', [1, 2], false], ['rows and columns, kept', [1, 2], true], ['channels', [-1], false], ['the batch', [0], true]])
  for (const op of ['Mean', 'Sum', 'Max', 'Min'])
    await add(`${op} of ${name}`, (g) => {
      const y = g.op('Conv2D', [g.input('x', [2, 3, 4, 2]), g.weight(1, 1, 2, 3)], sliding([1, 1], 'VALID'))
      return g.op(op, [y, g.whole(axes)], { ...floats, keep_dims: flag(keep), Tidx: type('DT_INT32') })
    })
await add('Prod', (g) => g.op('Prod', [g.input('x', [2, 5]), g.whole([1])], { ...floats, keep_dims: flag(false) }))
await add('ArgMax', (g) => g.op('ArgMax', [g.input('x', [2, 5]), g.whole([1], [])], { ...floats, output_type: type('DT_INT32') }))
await add('ArgMin', (g) => g.op('ArgMin', [g.input('x', [2, 5]), g.whole([-1], [])], floats))
await add('Cumsum', (g) => g.op('Cumsum', [g.input('x', [2, 5]), g.whole([1], [])], { ...floats, exclusive: flag(true), reverse: flag(true) }))
await add('TopKV2', (g) => { const y = g.op('TopKV2', [g.input('x', [2, 7]), g.whole([3], [])], { ...floats, sorted: flag(true) }); return [`${y}:0`, `${y}:1`] })

await add('Reshape by the shape of the input', (g) => {
  const x = g.input('x', [2, 3, 4])
  const batch = g.op('GatherV2', [g.op('Shape', [x], floats), g.whole([0], []), g.whole([0], [])], { batch_dims: int(0) })
  return g.op('Reshape', [x, g.op('Pack', [batch, g.whole([-1], [])], { N: int(2), axis: int(0) })])
})
await add('Reshape of images', (g) => g.op('Reshape', [g.op('Conv2D', [g.input('x', [2, 3, 3, 2]), g.weight(1, 1, 2, 2)], sliding([1, 1], 'SAME')), g.whole([-1, 18])]))
await add('Transpose of images', (g) => g.op('Transpose', [g.op('Conv2D', [g.input('x', [2, 3, 4, 2]), g.weight(1, 1, 2, 3)], sliding([1, 1], 'SAME')), g.whole([0, 3, 1, 2])]))
await add('Squeeze and ExpandDims', (g) => g.op('ExpandDims', [g.op('Squeeze', [g.input('x', [2, 1, 3, 1])], { ...floats, squeeze_dims: ints([-3]) }), g.whole([-1], [])]))
await add('ConcatV2 of images', (g) => {
  const x = g.input('x', [2, 3, 4, 2])
  return g.op('ConcatV2', [g.op('Conv2D', [x, g.weight(1, 1, 2, 3)], sliding([1, 1], 'SAME')), x, g.whole([-1], [])], { ...floats, N: int(2) })
})
await add('Pad, PadV2', (g) => g.op('PadV2', [g.op('Pad', [g.input('x', [2, 3, 2]), g.whole([0, 0, 1, 2, 0, 1], [3, 2])]), g.whole([0, 0, 0, 1, 2, 0], [3, 2]), g.constant([], [-1.5])]))
for (const mode of ['REFLECT', 'SYMMETRIC']) await add(`MirrorPad ${mode}`, (g) => g.op('MirrorPad', [g.input('x', [2, 4, 3]), g.whole([0, 0, 3, 1, 0, 2], [3, 2])], { ...floats, mode: text(mode) }))
const masks = (more) => Object.fromEntries(['begin', 'end', 'ellipsis', 'new_axis', 'shrink_axis'].map((mask) => [`${mask}_mask`, int(more[mask] ?? 0)]))
for (const [name, begin, end, strides, mask] of [
  ['one index', [0, 1, 0], [0, 2, 0], [1, 1, 1], { begin: 5, end: 5, shrink_axis: 2 }],
  ['steps and ends', [0, -1, 1], [2, 0, 9], [1, -1, 2], { begin: 1 }],
  ['an ellipsis and a new axis', [0, 0, 1], [0, 0, 3], [1, 1, 1], { ellipsis: 1, new_axis: 2 }],
])
  await add(`StridedSlice, ${name}`, (g) => g.op('StridedSlice', [g.input('x', [2, 3, 4]), g.whole(begin), g.whole(end), g.whole(strides)], { ...floats, ...masks(mask) }))
await add('Slice', (g) => g.op('Slice', [g.input('x', [2, 5, 3]), g.whole([0, 1, 0]), g.whole([-1, 3, 2])]))
await add('Split', (g) => { const y = g.op('Split', [g.whole([-1], []), g.input('x', [2, 6])], { ...floats, num_split: int(3) }); return [y, `${y}:2`] })
await add('SplitV', (g) => { const y = g.op('SplitV', [g.input('x', [2, 6]), g.whole([1, 3, 2]), g.whole([1], [])], { ...floats, num_split: int(3) }); return [`${y}:1`, y] })
await add('Unpack', (g) => { const y = g.op('Unpack', [g.input('x', [2, 3, 4])], { ...floats, axis: int(1), num: int(3) }); return [`${y}:2`] })
await add('Pack of tensors', (g) => g.op('Pack', [g.input('x', [2, 3]), g.input('y', [2, 3])], { ...floats, axis: int(-1), N: int(2) }))
await add('GatherV2', (g) => g.op('GatherV2', [g.input('x', [2, 5, 3]), g.whole([4, 0, 1, 2], [2, 2]), g.whole([1], [])], { batch_dims: int(0) }))
await add('GatherV2 of words', (g) => g.op('GatherV2', [g.weight(5, 3), g.input('words', [2, 4], { dtype: 'int32', of: () => Math.floor((draw() + 1) * 2.5) }), g.whole([0], [])], { batch_dims: int(0) }))
await add('Tile', (g) => g.op('Tile', [g.input('x', [2, 1, 3]), g.whole([1, 3, 2])]))
await add('ReverseV2', (g) => g.op('ReverseV2', [g.input('x', [2, 3, 4]), g.whole([1, -1])]))
await add('BroadcastTo', (g) => g.op('BroadcastTo', [g.input('x', [2, 1, 3]), g.whole([2, 4, 3])]))
await add('OneHot', (g) => g.op('OneHot', [g.input('labels', [2, 3], { dtype: 'int32', of: () => Math.floor((draw() + 1) * 2) }), g.whole([4], []), g.constant([], [2]), g.constant([], [-1])], { ...floats, axis: int(-1), TI: type('DT_INT32') }))
await add('Range, Fill and shapes', (g) => {
  const x = g.input('x', [2, 3, 4])
  const size = g.op('StridedSlice', [g.op('Shape', [x], floats), g.whole([1]), g.whole([2]), g.whole([1])], { ...floats, ...masks({ shrink_axis: 1 }) })
  const places = g.op('Cast', [g.op('Range', [g.whole([0], []), size, g.whole([1], [])], { Tidx: type('DT_INT32') })], { SrcT: type('DT_INT32'), DstT: type('DT_FLOAT') })
  const filled = g.op('Fill', [g.op('Pack', [size, g.whole([1], [])], { N: int(2), axis: int(0) }), g.constant([], [0.5])], floats)
  return g.op('Mul', [x, g.op('Add', [g.op('ExpandDims', [places, g.whole([1], [])]), filled])])
})
for (const [name, attr] of [['', {}], [', half pixels', { half_pixel_centers: flag(true) }], [', corners aligned', { align_corners: flag(true) }]])
  for (const op of ['ResizeBilinear', 'ResizeNearestNeighbor'])
    await add(`${op}${name}`, (g) => g.op(op, [g.input('x', [2, 3, 4, 2]), g.whole([5, 7])], { ...floats, align_corners: flag(false), half_pixel_centers: flag(false), ...attr }))
await add('SpaceToBatchND, Conv2D, BatchToSpaceND', (g) => {
  const x = g.op('SpaceToBatchND', [g.input('x', [3, 5, 6, 2]), g.whole([2, 2]), g.whole([2, 3, 2, 2], [2, 2])], { ...floats, Tblock_shape: type('DT_INT32') })
  const y = g.op('Conv2D', [x, g.weight(3, 3, 2, 3)], sliding([1, 1], 'VALID'))
  return g.op('BatchToSpaceND', [y, g.whole([2, 2]), g.whole([0, 1, 0, 0], [2, 2])])
})
await add('DepthToSpace', (g) => g.op('DepthToSpace', [g.input('x', [2, 2, 3, 8])], { ...floats, block_size: int(2), data_format: text('NHWC') }))
await add('LRN', (g) => g.op('LRN', [g.input('x', [2, 2, 3, 6])], { ...floats, depth_radius: int(2), bias: float(1), alpha: float(0.25), beta: float(0.5) }))
await add('OneHot of integers, some of no class', (g) => g.op('OneHot', [g.input('labels', [2, 3], { dtype: 'int32', of: () => Math.floor(4 * draw()) }), g.whole([3], []), g.whole([5], []), g.whole([2], [])], { T: type('DT_INT32'), axis: int(-1) }))
await add('FloorMod whose quotients are nearly whole numbers', (g) => g.op('FloorMod', [g.input('x', [2, 6], { of: () => Math.round(40 * draw()) / 10 }), g.constant([6], [0.1, -0.1, 0.3, 0.7, -0.2, 0.05])]))

writeFileSync(new URL('tensorflow-graphs.json', import.meta.url), `{${Object.entries(cases).map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`).join(',\n')}}\n`)
console.log(Object.keys(cases).length, 'cases')
