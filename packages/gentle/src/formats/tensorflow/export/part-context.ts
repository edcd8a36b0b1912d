/** A layer of a network that is being written, as what writes it sees it. */
import { FormatError } from '../../../core/errors.ts'
import { formatShape, type Shape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { Part } from '../../../nn/parts.ts'
import type { KerasWeight, KerasWriter, Layout, Written } from './keras-writer.ts'

/** What a layer gives, but for its shape. */
export type Converted = Omit<Written, 'shape'>

/** Writes a layer. */
export type Convert = (part: PartContext) => Converted

export class PartContext {
  readonly writer: KerasWriter
  readonly output: Tensor
  /** Of one example, as the library has it; of a sequence that is written as a picture, that picture's. */
  readonly outputShape: Shape
  /** By which its layers there are named: its path, without dots. */
  readonly name: string
  readonly #part: Part
  readonly #known: ReadonlyMap<Tensor, Written>
  readonly #weights: ReadonlyMap<string, Float32Array>

  constructor(
    part: Part,
    known: ReadonlyMap<Tensor, Written>,
    writer: KerasWriter,
    weights: ReadonlyMap<string, Float32Array>,
    outputShape: Shape = part.output.shape.slice(1),
  ) {
    this.writer = writer
    this.output = part.output
    this.outputShape = outputShape
    this.name = part.name.replaceAll('.', '_') || part.type
    this.#part = part
    this.#known = known
    this.#weights = weights
  }

  /** The same layer on pictures of one row, instead of sequences. */
  ofOneRow(): PartContext {
    const x = this.input()
    const [channels, length] = x.shape
    if (x.shape.length !== 2 || x.layout.kind !== 'channelsLast')
      this.fail('reads what are not sequences in TensorFlow.js')
    const target = { target_shape: [1, length, channels] }
    const layer = this.writer.add('Reshape', `${this.name}_row`, [x.layer], target)
    const known = new Map([[this.inputs[0], { ...x, layer, shape: [channels, 1, length] }]])
    const [outChannels, outLength] = this.outputShape
    return new PartContext(this.#part, known, this.writer, this.#weights, [outChannels, 1, outLength])
  }

  /** The tensors that it reads. */
  get inputs(): readonly Tensor[] {
    return this.#part.inputs
  }

  get type(): string {
    return this.#part.type
  }

  /** Its options. */
  get description(): Readonly<Record<string, unknown>> {
    return this.#part.description ?? {}
  }

  /** What it reads. */
  input(i = 0): Written {
    return this.#known.get(this.inputs[i]) ?? this.fail('reads what no layer gives')
  }

  /** What it reads, as pictures with channels last. */
  images(): Written {
    const x = this.input()
    return x.shape.length === 3
      ? this.writer.channelsLast(x)
      : this.fail(`reads ${formatShape(x.shape)}, which are not pictures in TensorFlow.js`)
  }

  /** What it reads, in the order of axes that the library has. */
  inOrder(i = 0): Written {
    return this.writer.channelsFirst(this.input(i))
  }

  /** The first op of a name that it computes. */
  op(name: string): Tensor | undefined {
    return this.#part.nodes.findLast((node) => node.op.name === name)
  }

  /** The attributes of an op that it computes. */
  attributes<Attributes>(name: string): Attributes {
    return (this.op(name) ?? this.fail(`computes no ${name}`)).attributes as Attributes
  }

  /** The values of a weight of its own; undefined where it has none of this name. */
  weight(name: string): Float32Array | undefined {
    const { name: path } = this.#part
    return this.#weights.get(path === '' ? name : `${path}.${name}`)
  }

  /** Adds a layer behind another, of the part's own name. */
  add(
    className: string,
    from: string,
    config: Readonly<Record<string, unknown>> = {},
    weights: Readonly<Record<string, KerasWeight>> = {},
  ): string {
    return this.writer.add(className, this.name, [from], config, weights)
  }

  /** What a layer gives that acts on each value, or each place, alone. */
  as(layer: string, from: Written, { layout = from.layout, nonNegative = false } = {}): Converted {
    return { layer, layout: layout as Layout, nonNegative }
  }

  /** @throws FormatError */
  fail(problem: string): never {
    const { name, type } = this.#part
    throw new FormatError(`exportTensorflow: layer ${name || '0'} (${type}) ${problem}`)
  }
}
