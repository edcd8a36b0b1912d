/** One node of an ONNX graph as its operator sees it. */
import { FormatError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { constant, Tensor } from '../../graph/tensor.ts'
import { zeros } from '../../nn/initializers.ts'
import type { Scope } from '../../nn/scope.ts'
import { printable } from '../failure.ts'
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './messages.ts'

/** Numbers that are known when the graph is traced, such as a shape. */
export interface Known {
  readonly shape: Shape
  readonly data: readonly number[]
  /** Whether they are whole numbers, whose quotients are cut; else floats. */
  readonly whole: boolean
}

export type OnnxVariable = Tensor | Known

export const isKnown = (value: OnnxVariable): value is Known => !(value instanceof Tensor)

/** A node's operands and attributes, as its operator reads them. */
export class OnnxCall {
  readonly node: OnnxNode
  readonly #values: ReadonlyMap<string, OnnxVariable>
  readonly #scope: Scope
  readonly #weights: Readonly<Record<string, Shape>>

  constructor(
    node: OnnxNode,
    values: ReadonlyMap<string, OnnxVariable>,
    scope: Scope,
    weights: Readonly<Record<string, Shape>>,
  ) {
    this.node = node
    this.#values = values
    this.#scope = scope
    this.#weights = weights
  }

  get training(): boolean {
    return this.#scope.training
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== ''
  }

  get count(): number {
    return this.node.inputs.length
  }

  /** An operand as it is: numbers that are known stay so. */
  value(index: number): OnnxVariable {
    const name = this.node.inputs[index] ?? ''
    const found = this.#values.get(name)
    if (found !== undefined) return found
    if (Object.hasOwn(this.#weights, name)) return this.#scope.parameter(name, this.#weights[name], zeros)
    return this.fail(`reads '${printable(name)}', which nothing gives`)
  }

  /** An operand as a tensor. */
  tensor(index: number): Tensor {
    const value = this.value(index)
    return isKnown(value) ? constant(value.data, value.shape) : value
  }

  /** An operand as numbers. */
  numbers(index: number): readonly number[] {
    const value = this.value(index)
    if (isKnown(value)) return value.data
    return this.fail(`needs numbers that are known beforehand for operand ${index}, and they depend on the input`)
  }

  /** Statistics that a layer keeps and does not learn. */
  state(index: number): Tensor {
    const name = this.node.inputs[index] ?? ''
    if (!Object.hasOwn(this.#weights, name)) return this.tensor(index)
    return this.#scope.state(name, this.#weights[name], zeros)
  }

  integer(name: string, otherwise: number): number {
    const value = this.node.attributes[name] ?? otherwise
    return typeof value === 'number' ? value : this.fail(`has an attribute ${name} that is no number`)
  }

  text(name: string, otherwise: string): string {
    const value = this.node.attributes[name] ?? otherwise
    return typeof value === 'string' ? value : this.fail(`has an attribute ${name} that is no text`)
  }

  list(name: string): readonly number[] | undefined {
    const value: OnnxAttribute | undefined = this.node.attributes[name]
    if (value === undefined || (Array.isArray(value) && value.every((n) => typeof n === 'number')))
      return value as readonly number[] | undefined
    return this.fail(`has an attribute ${name} that is no list of numbers`)
  }

  constant(name: string): OnnxTensor | undefined {
    return this.node.attributes[name] as OnnxTensor | undefined
  }

  fail(problem: string): never {
    const { name, operator, outputs } = this.node
    throw new FormatError(`ONNX node '${printable(name || (outputs[0] ?? ''))}' (${printable(operator)}) ${problem}`)
  }
}
