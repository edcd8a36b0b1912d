/**
 * Models as ONNX files: the graph that prediction traces, simplified, one or a few ONNX nodes for each of its nodes. What depends on weights
 * alone is computed and stored, so batch norm is part of the convolutions; weights keep their path names.
 */
import * as loops from '../../compile/loops/index.ts'
import { simplify } from '../../compile/simplify.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { FormatError } from '../../core/errors.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { isCustom } from '../../graph/op.ts'
import { Constant, Input, input, type Tensor, Variable } from '../../graph/tensor.ts'
import { type Model, traceInference } from '../../nn/model.ts'
import type { Conv2dAttributes, Conv2dInputGradientAttributes } from '../../ops/conv2d.ts'
import type { CumsumAttributes } from '../../ops/cumulative.ts'
import type { MatmulAttributes } from '../../ops/matmul.ts'
import type { Pool2dAttributes } from '../../ops/pool2d.ts'
import type { ResampleMethod } from '../../ops/resample2d.ts'
import type { SlicePlace } from '../../ops/structure.ts'
import type { ElementwiseName, StructuredName } from '../../ops/table.ts'
import { dataTypes, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './messages.ts'
import { writeGraph } from './write-graph.ts'

/** Examples in the batch that is traced: a number that no network has anywhere else, so that it is seen where the batch goes. */
const tracedBatch = 9973

/**
 * A model as bytes of an ONNX file, of operator set 13: input `input` [batch, ...inputShape], output `output` [batch, ...outputShape], as
 * prediction computes it.
 * @throws FormatError naming an op that ONNX has no form for.
 */
export async function exportOnnx(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const x = input([tracedBatch, ...model.inputShape])
  const graph = simplify({ inputs: { x }, outputs: { y: traceInference(model, x) } }, loops)
  const changing = changingNodes(graph)
  const exporter = new Exporter(graph, changing, await steadyValues(graph, changing, model))
  const named = (shape: readonly number[]): (number | string)[] => ['batch', ...shape]
  return writeGraph({
    name: model.layer.description.type,
    ...exporter.run(),
    inputs: [{ name: 'input', shape: named(model.inputShape), dataType: dataTypes.float }],
    outputs: [{ name: 'output', shape: named(model.outputShape), dataType: dataTypes.float }],
  })
}

/** The nodes that depend on the input, operands before results. */
function changingNodes(graph: Graph): Set<Tensor> {
  const changing = new Set<Tensor>()
  for (const node of topologicalOrder(rootsOf(graph)))
    if (node instanceof Input || node.inputs.some((x) => changing.has(x))) changing.add(node)
  return changing
}

/** Values of the nodes that depend on weights alone and are read by others: computed by the model's backend. */
async function steadyValues(
  graph: Graph,
  changing: ReadonlySet<Tensor>,
  { backend }: Model,
): Promise<Map<Tensor, Float32Array | Int32Array>> {
  const read = new Set([...changing].flatMap((node) => node.inputs))
  for (const root of rootsOf(graph)) read.add(root)
  const values = new Map<Tensor, Float32Array | Int32Array>()
  const typed = ({ dtype }: Tensor, data: TypedArray): Float32Array | Int32Array =>
    dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data)
  const computed: Tensor[] = []
  for (const node of read) {
    if (changing.has(node)) continue
    if (node instanceof Variable) values.set(node, await backend.read(node))
    else if (node instanceof Constant) values.set(node, typed(node, node.data))
    else computed.push(node)
  }
  if (computed.length === 0) return values
  const outputs = Object.fromEntries(computed.map((node, i) => [String(i), node]))
  const program = await backend.compile({ inputs: {}, outputs })
  const results = await program.run()
  program.dispose()
  for (const [i, node] of computed.entries()) values.set(node, typed(node, results[i].data))
  return values
}

type Attributes = Record<string, OnnxAttribute>

class Exporter {
  readonly #graph: Graph
  readonly #changing: ReadonlySet<Tensor>
  readonly #values: ReadonlyMap<Tensor, Float32Array | Int32Array>
  readonly #names = new Map<Tensor, string>()
  readonly #nodes: OnnxNode[] = []
  readonly #initializers: OnnxTensor[] = []
  readonly #taken = new Set<string>(['input', 'output'])
  readonly #uses = new Map<Tensor, Tensor[]>()
  /** Sums with a bias, by the convolution or product that takes the bias in. */
  readonly #biases = new Map<Tensor, Tensor>()

  constructor(graph: Graph, changing: ReadonlySet<Tensor>, values: ReadonlyMap<Tensor, Float32Array | Int32Array>) {
    this.#graph = graph
    this.#changing = changing
    this.#values = values
  }

  run(): { nodes: OnnxNode[]; initializers: OnnxTensor[] } {
    const [root] = rootsOf(this.#graph)
    for (const node of this.#changing)
      for (const x of new Set(node.inputs)) this.#uses.set(x, [...(this.#uses.get(x) ?? []), node])
    for (const node of this.#changing) {
      if (node instanceof Input) this.#names.set(node, 'input')
      else this.#lower(node)
    }
    this.#add('Identity', [this.name(root)], {}, 'output')
    return { nodes: this.#nodes, initializers: this.#initializers }
  }

  /** The value's name in the file; what depends on weights alone is stored when it is first asked for. */
  name(node: Tensor): string {
    const known = this.#names.get(node)
    if (known !== undefined) return known
    const values = this.#values.get(node)
    if (values === undefined) throw new FormatError(`exportOnnx: ${node.op.name} is read before it is computed`)
    const made = this.store(node instanceof Variable ? node.name : this.#variableBelow(node), node.shape, values)
    this.#names.set(node, made)
    return made
  }

  /** Stores floats, or integers of 32 bits, under a name like the one asked for. */
  store(name: string, shape: readonly number[], data: Float32Array | Int32Array): string {
    const free = this.#free(name)
    const dataType = data instanceof Int32Array ? dataTypes.int32 : dataTypes.float
    this.#initializers.push({ name: free, shape, dataType, data })
    return free
  }

  /** Stores whole numbers, such as a shape. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const free = this.#free('integers')
    this.#initializers.push({ name: free, shape, dataType: dataTypes.int64, data: values })
    return free
  }

  /** Adds a node that gives the value of a tensor. */
  give(node: Tensor, operator: string, inputs: readonly string[], attributes: Attributes = {}): void {
    this.#names.set(node, this.#add(operator, inputs, attributes))
  }

  /** Adds a node on the way to a value. */
  step(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#add(operator, inputs, attributes)
  }

  /** The bias [C] that is added to a convolution or product and nothing else, along its channels: it becomes part of it. */
  takeBias(node: Tensor, axis: number): string[] {
    const [next, ...others] = this.#uses.get(node) ?? []
    if (others.length > 0 || next?.op.name !== 'add' || next.inputs[0] === next.inputs[1]) return []
    const bias = next.inputs.find((x) => x !== node)!
    const values = this.#values.get(bias)
    const channels = node.shape[axis]
    const along = node.shape.map((_, i) => (i === axis ? channels : 1))
    const fits = along.slice(along.length - bias.shape.length).every((n, i) => n === bias.shape[i])
    if (values === undefined || !fits || values.length !== channels) return []
    this.#biases.set(next, node)
    return [this.store(this.#variableBelow(bias), [channels], values)]
  }

  #lower(node: Tensor): void {
    const convolution = this.#biases.get(node)
    if (convolution !== undefined) {
      this.#names.set(node, this.name(convolution))
      return
    }
    const { name } = node.op
    const hasForm = !isCustom(node.op) && Object.hasOwn(lowerings, name)
    const lowering = hasForm ? lowerings[name as ElementwiseName | StructuredName] : none
    lowering(this, node)
  }

  #add(operator: string, inputs: readonly string[], attributes: Attributes, output?: string): string {
    const name = `${operator}_${this.#nodes.length}`
    const made = output ?? this.#free(name)
    this.#nodes.push({ name, operator, domain: '', inputs, outputs: [made], attributes })
    return made
  }

  /** The path of the first variable that a node depends on. */
  #variableBelow(node: Tensor): string {
    return topologicalOrder([node]).find((below): below is Variable => below instanceof Variable)?.name ?? 'constant'
  }

  #free(name: string): string {
    let free = name
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`
    this.#taken.add(free)
    return free
  }
}

type Lowering = (exporter: Exporter, node: Tensor) => void

const as =
  (operator: string): Lowering =>
  (exporter, node) =>
    exporter.give(
      node,
      operator,
      node.inputs.map((x) => exporter.name(x)),
    )

const cast = (exporter: Exporter, value: string, to: number): string => exporter.step('Cast', [value], { to })

/** Comparisons give truth values in ONNX, and 0 or 1 here. */
const comparison =
  (operator: string, negated = false): Lowering =>
  (exporter, node) => {
    const found = exporter.step(
      operator,
      node.inputs.map((x) => exporter.name(x)),
    )
    const truth = negated ? exporter.step('Not', [found]) : found
    exporter.give(node, 'Cast', [truth], { to: dataTypes.float })
  }

const none: Lowering = (_, node) => {
  throw new FormatError(`exportOnnx: ${node.op.name} has no form in ONNX; expected what prediction of images computes`)
}

const pooling =
  (operator: string, more: (attributes: Pool2dAttributes & { countPadding?: boolean }) => Attributes): Lowering =>
  (exporter, node) => {
    const attributes = node.attributes as Pool2dAttributes
    exporter.give(node, operator, [exporter.name(node.inputs[0])], {
      kernel_shape: attributes.size,
      strides: attributes.stride,
      pads: [...attributes.padding, ...(attributes.after ?? attributes.padding)],
      ceil_mode: attributes.ceil ? 1 : 0,
      ...more(attributes),
    })
  }

/** A shape as nodes take it: the batch is as large as it comes. */
const flexible = ({ shape }: Tensor): number[] => shape.map((n, axis) => (n === tracedBatch && axis === 0 ? -1 : n))

const lowerings: Record<ElementwiseName | StructuredName, Lowering> = {
  neg: as('Neg'),
  exp: as('Exp'),
  expm1: (exporter, node) =>
    exporter.give(node, 'Sub', [exporter.step('Exp', [exporter.name(node.inputs[0])]), one(exporter)]),
  log: as('Log'),
  log1p: (exporter, node) =>
    exporter.give(node, 'Log', [exporter.step('Add', [exporter.name(node.inputs[0]), one(exporter)])]),
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
  floor: as('Floor'),
  ceil: as('Ceil'),
  round: as('Round'),
  trunc(exporter, node) {
    const x = exporter.name(node.inputs[0])
    const magnitude = exporter.step('Floor', [exporter.step('Abs', [x])])
    exporter.give(node, 'Mul', [exporter.step('Sign', [x]), magnitude])
  },
  toFloat32: (exporter, node) => exporter.give(node, 'Cast', [exporter.name(node.inputs[0])], { to: dataTypes.float }),
  toInt32: (exporter, node) => exporter.give(node, 'Cast', [exporter.name(node.inputs[0])], { to: dataTypes.int32 }),
  stopGradient: as('Identity'),
  add: as('Add'),
  sub: as('Sub'),
  mul: as('Mul'),
  div: as('Div'),
  floorDiv: none,
  mod: none,
  pow: as('Pow'),
  maximum: as('Max'),
  minimum: as('Min'),
  equal: comparison('Equal'),
  notEqual: comparison('Equal', true),
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  greater: comparison('Greater'),
  greaterEqual: comparison('GreaterOrEqual'),
  where(exporter, node) {
    const [condition, a, b] = node.inputs.map((x) => exporter.name(x))
    exporter.give(node, 'Where', [cast(exporter, condition, dataTypes.bool), a, b])
  },

  sum(exporter, node) {
    const { axes } = node.attributes as { axes: readonly number[] }
    exporter.give(node, 'ReduceSum', [exporter.name(node.inputs[0]), exporter.integers(axes)], { keepdims: 0 })
  },
  max(exporter, node) {
    const { axes } = node.attributes as { axes: readonly number[] }
    exporter.give(node, 'ReduceMax', [exporter.name(node.inputs[0])], { axes, keepdims: 0 })
  },
  argmax(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    const found = exporter.step('ArgMax', [exporter.name(node.inputs[0])], { axis, keepdims: 0 })
    exporter.give(node, 'Cast', [found], { to: dataTypes.int32 })
  },
  reshape(exporter, node) {
    exporter.give(node, 'Reshape', [exporter.name(node.inputs[0]), exporter.integers(flexible(node))])
  },
  transpose(exporter, node) {
    const { order } = node.attributes as { order: readonly number[] }
    exporter.give(node, 'Transpose', [exporter.name(node.inputs[0])], { perm: order })
  },
  broadcastTo(exporter, node) {
    const shape = node.shape.map((n) => (n === tracedBatch ? 1 : n))
    exporter.give(node, 'Expand', [exporter.name(node.inputs[0]), exporter.integers(shape)])
  },
  concat(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    exporter.give(
      node,
      'Concat',
      node.inputs.map((x) => exporter.name(x)),
      { axis },
    )
  },
  slice(exporter, node) {
    const [x] = node.inputs
    const { starts, strides = starts.map(() => 1) } = node.attributes as SlicePlace
    const axes = node.shape.flatMap((n, axis) => (n === x.shape[axis] && strides[axis] === 1 ? [] : [axis]))
    const ends = axes.map((axis) => {
      const end = starts[axis] + node.shape[axis] * strides[axis]
      // Below 0 an end would count from the other one.
      return end < 0 ? -x.shape[axis] - 1 : end
    })
    const lists = [axes.map((axis) => starts[axis]), ends, axes, axes.map((axis) => strides[axis])]
    const steps = lists[3].every((stride) => stride === 1) ? lists.slice(0, 3) : lists
    exporter.give(node, 'Slice', [exporter.name(x), ...steps.map((list) => exporter.integers(list))])
  },
  addSlices: none,
  pad(exporter, node) {
    const [x] = node.inputs
    const { before, value } = node.attributes as { before: readonly number[]; value: number }
    const after = node.shape.map((n, axis) => n - x.shape[axis] - before[axis])
    const filled = exporter.store('padding', [], Float32Array.of(value))
    exporter.give(node, 'Pad', [exporter.name(x), exporter.integers([...before, ...after]), filled], {
      mode: 'constant',
    })
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
  conv2dWeightGradient: none,
  maxPool2d: pooling('MaxPool', ({ dilation }) => (dilation ? { dilations: dilation } : ({} as Attributes))),
  maxPool2dScatter: none,
  maxPool2dGather: none,
  avgPool2d: pooling('AveragePool', ({ countPadding }) => ({ count_include_pad: countPadding === false ? 0 : 1 })),
  avgPool2dGradient: none,
  resample2d(exporter, node) {
    const [x] = node.inputs
    const { method } = node.attributes as { method: ResampleMethod }
    const scales = node.shape.map((n, axis) => n / x.shape[axis])
    if (method === 'average') return none(exporter, node)
    const attributes: Attributes =
      method === 'nearest'
        ? { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' }
        : {
            mode: 'linear',
            coordinate_transformation_mode: method === 'bilinear' ? 'half_pixel' : 'align_corners',
          }
    const factors = exporter.store('scales', [4], Float32Array.from(scales))
    exporter.give(node, 'Resize', [exporter.name(x), '', factors], attributes)
  },
  resample2dGradient: none,
  oneHot: none,
  gather(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    exporter.give(
      node,
      'Gather',
      node.inputs.map((x) => exporter.name(x)),
      { axis },
    )
  },
  scatterAdd: none,
  takeAlongAxis(exporter, node) {
    const { axis } = node.attributes as { axis: number }
    exporter.give(
      node,
      'GatherElements',
      node.inputs.map((x) => exporter.name(x)),
      { axis },
    )
  },
  addAlongAxis: none,
  argsort: none,
  cumsum(exporter, node) {
    const { axis, exclusive, reverse } = node.attributes as CumsumAttributes
    exporter.give(node, 'CumSum', [exporter.name(node.inputs[0]), exporter.integers([axis], [])], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    })
  },
  uniform: none,
}

const one = (exporter: Exporter): string => exporter.store('one', [], Float32Array.of(1))

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
