/** One node of a graph as its op sees it. */
import type { DType } from '../../../core/dtype.ts'
import { FormatError } from '../../../core/errors.ts'
import { type Shape, sizeOf } from '../../../core/shape.ts'
import { topologicalOrder } from '../../../graph/graph.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { evaluate } from '../../../ops/evaluate.ts'
import { printable, shown } from '../../failure.ts'
import { Placed } from '../placed.ts'
import type { GraphNode } from './nodes.ts'

/** Numbers that are known when the graph is traced, such as a shape. */
export interface Known {
  readonly shape: Shape
  readonly dtype: DType
  readonly data: readonly number[]
}

export type GraphValue = Placed | Known

export const isKnown = (value: GraphValue): value is Known => !(value instanceof Placed)

export const known = (data: readonly number[], shape: Shape = [data.length], dtype: DType = 'int32'): Known => ({
  shape,
  dtype,
  data,
})

/** The numbers of a tensor that depends on constants alone. */
export function computed(x: Tensor): Known {
  const values = evaluate(topologicalOrder([x]), 'float32', () => {
    throw new FormatError('a value that is not known')
  })
  return { shape: x.shape, dtype: x.dtype, data: [...values.get(x)!] }
}

/** Attributes that tell of types and of how the work is done, not of what is computed. */
const irrelevant: ReadonlySet<string> = new Set([
  ...['T', 'N', 'U', 'Index', 'SrcT', 'dtype', 'out_type', 'output_type', 'index_type', 'TI', 'Tlen', 'S'],
  ...[
    'Tidx',
    'Taxis',
    'Tperm',
    'Tdim',
    'Tshape',
    'Tpaddings',
    'Tindices',
    'Tparams',
    'Tmultiples',
    'Tblock_shape',
    'Tcrops',
  ],
  ...['use_cudnn_on_gpu', 'validate_indices', 'num', 'num_args', 'shape'],
])

export class GraphCall {
  readonly node: GraphNode
  readonly #operands: readonly GraphValue[]
  readonly #read = new Set<string>()

  constructor(node: GraphNode, operands: readonly GraphValue[]) {
    this.node = node
    this.#operands = operands
  }

  get count(): number {
    return this.#operands.length
  }

  get operands(): readonly GraphValue[] {
    return this.#operands
  }

  has(index: number): boolean {
    return index < this.#operands.length
  }

  /** An operand as it is: numbers that are known stay so. */
  value(index: number): GraphValue {
    return this.#operands[index] ?? this.fail(`has no operand ${index}`)
  }

  placed(index: number): Placed {
    const value = this.value(index)
    if (!isKnown(value)) return value
    if (sizeOf(value.shape) === 0) return this.fail(`takes an operand without elements, ${index}`)
    return Placed.written(constant(value.data, value.shape, value.dtype))
  }

  /** An operand as it is meant. */
  tensor(index: number): Tensor {
    return this.placed(index).written
  }

  shape(index: number): Shape {
    return this.value(index).shape
  }

  /** An operand as numbers. */
  numbers(index: number): readonly number[] {
    const value = this.value(index)
    return isKnown(value)
      ? value.data
      : this.fail(
          `needs numbers that are known beforehand for operand ${index}, and they depend on the input or on weights`,
        )
  }

  /** An operand that is one number. */
  number(index: number): number {
    const [only, ...others] = this.numbers(index)
    return only !== undefined && others.length === 0 ? only : this.fail(`needs one number for operand ${index}`)
  }

  /** An axis of the operand `of`, counted from the start. */
  axis(index: number, of: number): number {
    const axis = this.number(index)
    return axis < 0 ? axis + this.shape(of).length : axis
  }

  attributeNumber(name: string, otherwise: number): number {
    const value = this.#attribute(name) ?? otherwise
    return typeof value === 'number' ? value : this.#wrong(name, value, 'a number')
  }

  flag(name: string): boolean {
    const value = this.#attribute(name) ?? false
    return typeof value === 'boolean' ? value : this.#wrong(name, value, 'true or false')
  }

  text(name: string, otherwise: string): string {
    const value = this.#attribute(name) ?? otherwise
    return typeof value === 'string' ? value : this.#wrong(name, value, 'a text')
  }

  list(name: string): number[] {
    const value = this.#attribute(name) ?? []
    const list = typeof value === 'number' ? [value] : value
    return Array.isArray(list) && list.every((n) => typeof n === 'number') ? list : this.#wrong(name, value, 'numbers')
  }

  texts(name: string): string[] {
    const value = this.#attribute(name) ?? []
    return Array.isArray(value) && value.every((each) => typeof each === 'string')
      ? value
      : this.#wrong(name, value, 'texts')
  }

  /** @throws FormatError for an attribute that nothing has asked for, and that says something. */
  checkAllRead(): void {
    for (const [name, value] of Object.entries(this.node.attributes)) {
      const saysNothing = value === null || value === false || (Array.isArray(value) && value.length === 0)
      if (!saysNothing && !name.startsWith('_') && !irrelevant.has(name) && !this.#read.has(name))
        this.fail(`has an attribute ${printable(name)} that is unknown, ${shown(value)}`)
    }
  }

  fail(problem: string): never {
    throw new FormatError(`node '${printable(this.node.name)}' (${printable(this.node.op)}) ${problem}`)
  }

  #attribute(name: string) {
    this.#read.add(name)
    return this.node.attributes[name]
  }

  #wrong(name: string, value: unknown, expected: string): never {
    return this.fail(`has ${printable(name)} ${shown(value)}; expected ${expected}`)
  }
}

export type GraphOperator = (call: GraphCall) => readonly GraphValue[]
