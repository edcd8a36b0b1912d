/** The nodes and stored numbers of an ONNX file in the making. */
import { FormatError, InternalError } from '../../core/errors.ts'
import { topologicalOrder } from '../../graph/graph.ts'
import { Input, type Tensor, Variable } from '../../graph/tensor.ts'
import type { BatchedTrace } from './batched-trace.ts'
import {
  dataTypes,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './messages.ts'
import { quantizedWeights } from './quantized.ts'

export type Attributes = Record<string, OnnxAttribute>

/** Writes a node, and those on the way to it. */
export type Lower = (exporter: Exporter, node: Tensor) => void

export interface ExporterOptions {
  readonly opset: number
  readonly trace: BatchedTrace
  /** The nodes to write, operands before results. */
  readonly changing: Iterable<Tensor>
  /** Those that are asked for. */
  readonly roots: readonly Tensor[]
  /** Of the nodes that they read and that are not written themselves. */
  readonly values: ReadonlyMap<Tensor, Float32Array | Int32Array>
  readonly lower: Lower
}

export class Exporter {
  readonly opset: number
  readonly trace: BatchedTrace
  readonly #options: ExporterOptions
  readonly #outer: Exporter | undefined
  readonly #names = new Map<Tensor, string>()
  readonly #truths = new Map<Tensor, string>()
  readonly #nodes: OnnxNode[] = []
  readonly #initializers: OnnxTensor[]
  readonly #taken: Set<string>
  readonly #uses = new Map<Tensor, Tensor[]>()
  /** Sums with a bias, by the convolution or product that takes the bias in. */
  readonly #biases = new Map<Tensor, Tensor>()
  readonly #outputs: string[] = []
  readonly #results = new Map<object, readonly string[]>()
  #lowered = false
  /** The layer whose nodes are added: theirs are named after it, as PyTorch names them. */
  #layer = ''
  #examples: string | undefined
  #input: string | undefined

  /** @param outer writes the graph in which this one is the body of a loop: names and stored numbers are its own. */
  constructor(options: ExporterOptions, outer?: Exporter) {
    this.opset = options.opset
    this.trace = options.trace
    this.#options = options
    this.#outer = outer
    this.#initializers = outer === undefined ? [] : outer.#initializers
    this.#taken = outer === undefined ? new Set() : outer.#taken
    for (const node of options.changing)
      for (const x of new Set(node.inputs)) this.#uses.set(x, [...(this.#uses.get(x) ?? []), node])
    for (const root of options.roots) this.#uses.set(root, [...(this.#uses.get(root) ?? []), root])
  }

  /** What writes the body of a loop, whose names and stored numbers are those of this graph. */
  body(roots: readonly Tensor[]): Exporter {
    return new Exporter({ ...this.#options, changing: topologicalOrder(roots), roots }, this)
  }

  /** Tells of an input of the graph, which gets the name asked for, or one like it. */
  addInput(name: string, x: Tensor): OnnxValue {
    const free = this.freeName(name)
    this.#names.set(x, free)
    if (x.shape.length > 0 && this.trace.timesBatch(x, 0) === 1) this.#input ??= free
    return this.#value(free, x)
  }

  /** Says what a loop's results are called. */
  knowResults(loop: object, names: readonly string[]): void {
    this.#results.set(loop, names)
  }

  /** The names of a loop's results, where they are known. */
  resultsOf(loop: object): readonly string[] | undefined {
    return this.#results.get(loop)
  }

  /** The name of a loop's result. */
  resultName(loop: Tensor, index: number): string {
    return this.#results.get(loop)![index]
  }

  /** Gives a node's value a name that is there already. */
  call(x: Tensor, name: string): void {
    this.#names.set(x, name)
  }

  /** Writes all nodes, and an output of the graph. */
  addOutput(name: string, root: Tensor): OnnxValue {
    if (!this.#lowered) for (const node of this.#options.changing) this.#lower(node)
    this.#lowered = true
    const free = this.freeName(name)
    this.#add('Identity', [this.name(root)], {}, [free])
    this.#outputs.push(free)
    return this.#value(free, root)
  }

  /** The nodes that the outputs need, and the numbers that these read; those of a body are with the outermost graph. */
  finish(): Pick<OnnxGraph, 'nodes' | 'initializers'> {
    const needed = new Set(this.#outputs)
    const read = ({ inputs, attributes }: OnnxNode): void => {
      for (const name of inputs) needed.add(name)
      for (const value of Object.values(attributes))
        if (typeof value === 'object' && 'nodes' in value) value.nodes.forEach(read)
    }
    const nodes = this.#nodes.toReversed().filter((node) => {
      if (!node.outputs.some((name) => needed.has(name))) return false
      read(node)
      return true
    })
    const initializers = this.#outer === undefined ? this.#initializers.filter(({ name }) => needed.has(name)) : []
    return { nodes: nodes.toReversed(), initializers }
  }

  /** The value's name in the file; what depends on weights alone is stored when it is first asked for. */
  name(node: Tensor): string {
    const known = this.#names.get(node)
    if (known !== undefined) return known
    if (this.#outer !== undefined) return this.#outer.name(node)
    const values = this.values(node)
    if (values === undefined) throw new InternalError(`exportOnnx: ${node.op.name} is read before it is computed`)
    const rounded = this.trace.isFixedShape(node) ? quantizedWeights(this, node, values) : undefined
    if (rounded !== undefined) {
      this.#names.set(node, rounded)
      return rounded
    }
    const stored = this.nameOfWeight(node)
    const made = this.trace.isFixedShape(node)
      ? this.store(stored, node.shape, values)
      : this.#add('Expand', [this.store(stored, [], values.slice(0, 1)), this.shape(node)])[0]
    this.#names.set(node, made)
    return made
  }

  /** What to call numbers that are made of a weight. */
  nameOfWeight(node: Tensor): string {
    return node instanceof Variable ? node.name : variableBelow(node)
  }

  /** The numbers of a node that depends on weights alone. */
  values(node: Tensor): Float32Array | Int32Array | undefined {
    return this.#options.values.get(node)
  }

  /** Stores floats, or integers of 32 bits, under a name like the one asked for. */
  store(name: string, shape: readonly number[], data: Float32Array | Int32Array): string {
    const free = this.freeName(name)
    const dataType = data instanceof Int32Array ? dataTypes.int32 : dataTypes.float
    this.#initializers.push({ name: free, shape, dataType, data })
    return free
  }

  /** Stores signed bytes. */
  bytes(name: string, shape: readonly number[], data: Int8Array): string {
    const free = this.freeName(name)
    this.#initializers.push({ name: free, shape, dataType: dataTypes.int8, data: Int32Array.from(data) })
    return free
  }

  /** Stores a number of the element type of a node. */
  number(value: number, { dtype }: Tensor): string {
    return this.store('number', [], dtype === 'int32' ? Int32Array.of(value) : Float32Array.of(value))
  }

  /** Stores whole numbers of 64 bits, such as a shape. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const free = this.freeName('integers')
    this.#initializers.push({ name: free, shape, dataType: dataTypes.int64, data: values })
    return free
  }

  /** A node's shape, as numbers in the file: sizes that go with the batch are computed there. */
  shape(node: Tensor): string {
    if (this.trace.isFixedShape(node)) return this.integers(node.shape)
    const sizes = node.shape.map((size, axis) => {
      if (this.trace.isFixed(node, axis)) return this.integers([size])
      const times = this.trace.timesBatch(node, axis)
      if (times === undefined) return this.fail(node, 'has a size that is not a multiple of the number of examples')
      return times === 1 ? this.examples() : this.step('Mul', [this.examples(), this.integers([times])])
    })
    return sizes.length === 1 ? sizes[0] : this.step('Concat', sizes, { axis: 0 })
  }

  /** The number of examples, as a list of one. */
  examples(): string {
    if (this.#outer !== undefined) return this.#outer.examples()
    const shape = (): string => this.step('Shape', [this.#input!])
    this.#examples ??= this.step('Slice', [shape(), this.integers([0]), this.integers([1])])
    return this.#examples
  }

  /** Adds a node that gives the value of a tensor. */
  give(node: Tensor, operator: string, inputs: readonly string[], attributes: Attributes = {}): void {
    this.#names.set(node, this.step(operator, inputs, attributes))
  }

  /** Adds a node on the way to a value. */
  step(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.#add(operator, inputs, attributes)[0]
  }

  /** Adds a node of several outputs. */
  steps(operator: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.freeName(`${operator}_${this.#nodes.length}`))
    return this.#add(operator, inputs, attributes, outputs)
  }

  /** Says that a comparison, 0 or 1, is in the file as a truth value, too. */
  knowTruth(node: Tensor, name: string): void {
    this.#truths.set(node, name)
  }

  /** Whether a tensor's elements are other than 0. */
  truth(node: Tensor): string {
    return this.#truths.get(node) ?? this.step('Cast', [this.name(node)], { to: dataTypes.bool })
  }

  /** The bias [C] that is added to a convolution or product and nothing else, along its channels: it becomes part of it. */
  takeBias(node: Tensor, axis: number): string[] {
    const [next, ...others] = this.#uses.get(node) ?? []
    if (others.length > 0 || next?.op.name !== 'add' || next.inputs[0] === next.inputs[1]) return []
    if (next.shape.length !== node.shape.length) return []
    const bias = next.inputs.find((x) => x !== node)!
    const values = this.values(bias)
    const channels = node.shape[axis]
    const along = node.shape.map((_, i) => (i === axis ? channels : 1))
    const fits = along.slice(along.length - bias.shape.length).every((n, i) => n === bias.shape[i])
    if (values === undefined || !fits || values.length !== channels) return []
    this.#biases.set(next, node)
    return [this.store(variableBelow(bias), [channels], values)]
  }

  /** @throws FormatError */
  fail(node: Tensor, problem: string): never {
    throw new FormatError(`exportOnnx: ${node.op.name}${node.scope === '' ? '' : ` in layer ${node.scope}`} ${problem}`)
  }

  #lower(node: Tensor): void {
    this.#layer = node.scope
    if (node instanceof Input || this.values(node) !== undefined) return
    const convolution = this.#biases.get(node)
    if (convolution !== undefined) this.#names.set(node, this.name(convolution))
    else this.#options.lower(this, node)
  }

  #value(name: string, node: Tensor): OnnxValue {
    const size = (n: number, axis: number): number | string => {
      if (this.trace.isFixed(node, axis)) return n
      const times = this.trace.timesBatch(node, axis)
      return times === 1 ? 'batch' : times === undefined ? `${name}_${axis}` : `${times} batch`
    }
    return { name, shape: node.shape.map(size), dataType: node.dtype === 'int32' ? dataTypes.int32 : dataTypes.float }
  }

  #add(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    outputs?: readonly string[],
  ): string[] {
    const name = `${operator}_${this.#nodes.length}`
    const made = outputs === undefined ? [this.freeName(name)] : [...outputs]
    const title = this.#layer === '' ? made[0] : `${this.#layer}/${made[0]}`
    this.#nodes.push({ name: title, operator, domain: '', inputs, outputs: made, attributes })
    return made
  }

  /** A name that nothing has yet: the one asked for, or one like it. */
  freeName(name: string): string {
    let free = name
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`
    this.#taken.add(free)
    return free
  }
}

/** The path of the first variable that a node depends on. */
const variableBelow = (node: Tensor): string =>
  topologicalOrder([node]).find((below): below is Variable => below instanceof Variable)?.name ?? 'constant'
