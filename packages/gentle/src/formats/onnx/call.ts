/** One node of an ONNX graph as its operator sees it. */
import { FormatError, GentleError } from '../../core/errors.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { printable } from '../failure.ts'
import { trusted } from './checks.ts'
import { type OnnxType, typeOfNumber } from './element-types.ts'
import { foldedOf } from './folded.ts'
import type { Frame, Trace } from './frame.ts'
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from './messages.ts'
import { constantOf, isKnown, type Known, shapeOf, type Value } from './values.ts'
import { Wanted } from './wanted.ts'

/** Of float32 in the 4 GiB that WebAssembly addresses. */
const maxElements = 2 ** 30

/** Runs the nodes of a graph within a frame, and gives its outputs. */
export type RunGraph = (graph: OnnxGraph, frame: Frame, trace: Trace) => Value[]

/** A node's operands and attributes, as its operator reads them. */
export class OnnxCall {
  readonly node: OnnxNode
  /** The version of the operators' set. */
  readonly opset: number
  readonly #frame: Frame
  readonly #trace: Trace
  readonly #run: RunGraph

  constructor(node: OnnxNode, opset: number, frame: Frame, trace: Trace, run: RunGraph) {
    this.node = node
    this.opset = opset
    this.#frame = frame
    this.#trace = trace
    this.#run = run
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== ''
  }

  get count(): number {
    return this.node.inputs.length
  }

  /** Whether somebody reads the output of this place. */
  gives(index: number): boolean {
    return (this.node.outputs[index] ?? '') !== ''
  }

  /** An operand as it is: numbers that are known stay so. */
  value(index: number): Value {
    return trusted(this.lowestBits(index), this.#trace)
  }

  /** As `value`, where no more than the lowest 32 bits of an integer are looked at. */
  lowestBits(index: number): Value {
    const name = this.node.inputs[index] ?? ''
    if (name === '') return this.fail(`has no operand ${index}`)
    return this.#frame.find(name, this.#trace) ?? this.fail(`reads '${printable(name)}', which no node produces`)
  }

  values(): Value[] {
    return this.node.inputs.map((_, index) => this.value(index))
  }

  /** An operand as a tensor of the engine. */
  tensor(index: number): Tensor {
    return this.tensorOf(this.value(index))
  }

  tensorOf(value: Value): Tensor {
    return isKnown(value) ? constantOf(value) : value.tensor
  }

  /** An operand that is left out where it may be. */
  optionalTensor(index: number): Tensor | undefined {
    return this.has(index) ? this.tensor(index) : undefined
  }

  type(index: number): OnnxType {
    return this.value(index).type
  }

  shape(index: number): Shape {
    return shapeOf(this.value(index))
  }

  /**
   * An operand as numbers.
   * @throws Wanted where they depend on what the program is fed.
   */
  known(index: number): Known {
    const value = this.value(index)
    return foldedOf(value) ?? this.#want([this.node.inputs[index]])
  }

  numbers(index: number): readonly number[] {
    return Array.from(this.known(index).data)
  }

  /** What depends on numbers in ways that no graph can tell: computed here from known operands, those left out undefined. */
  onHost(
    compute: (...operands: (Known | undefined)[]) => readonly (Known | undefined)[],
  ): readonly (Known | undefined)[] {
    const operands = this.node.inputs.map((name, index) => (name === '' ? undefined : foldedOf(this.value(index))))
    const missing = this.node.inputs.filter((name, index) => name !== '' && operands[index] === undefined)
    if (missing.length === 0) return compute(...operands)
    return this.#want(missing, (found) => {
      const results = compute(...this.node.inputs.map((name, i) => operands[i] ?? found.get(this.#frame.keyOf(name))))
      return new Map(
        this.node.outputs.flatMap((name, i): [string, Known][] => {
          const result = results[i]
          return result === undefined || name === '' ? [] : [[this.#frame.ownKey(name), result]]
        }),
      )
    })
  }

  /** The numbers of a value that this node computes; `place` names it. @throws Wanted where they depend on what the program is fed. */
  resolve(value: Value, place: string): Known {
    const key = this.#frame.ownKey(`${this.#place}/${place}`)
    const given = this.#trace.given.get(key)
    const known = given !== undefined && isKnown(given) ? given : foldedOf(trusted(value, this.#trace))
    if (known !== undefined) return known
    throw new Wanted(new Map(isKnown(value) ? [] : [[key, value]]), this.#named, this.#trace.checks)
  }

  #want(names: readonly string[], compute?: (found: ReadonlyMap<string, Known>) => ReadonlyMap<string, Known>): never {
    const values = names.map((name) => [this.#frame.keyOf(name), this.#frame.find(name, this.#trace)] as const)
    throw new Wanted(
      new Map(values.flatMap(([key, value]) => (value === undefined || isKnown(value) ? [] : [[key, value]]))),
      this.#named,
      this.#trace.checks,
      compute,
    )
  }

  /** A whole number or a float. */
  number(name: string, otherwise: number): number {
    const value = this.#attribute(name) ?? otherwise
    return typeof value === 'number' ? value : this.fail(`has an attribute ${name} that is not a number`)
  }

  flag(name: string, otherwise = false): boolean {
    return this.number(name, otherwise ? 1 : 0) !== 0
  }

  text(name: string, otherwise: string): string {
    const value = this.#attribute(name) ?? otherwise
    return typeof value === 'string' ? value : this.fail(`has an attribute ${name} that is not text`)
  }

  /** One of some texts. */
  choice<const Name extends string>(name: string, choices: readonly Name[], otherwise: Name): Name {
    const found = this.text(name, otherwise)
    if (!(choices as readonly string[]).includes(found))
      this.fail(`has ${name} '${printable(found)}'; expected ${choices.join(', ')}`)
    return found as Name
  }

  list(name: string): readonly number[] | undefined {
    const value = this.#attribute(name)
    if (value === undefined || (Array.isArray(value) && value.every((n) => typeof n === 'number')))
      return value as readonly number[] | undefined
    return this.fail(`has an attribute ${name} that is not a list of numbers`)
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#attribute(name)
    if (value === undefined || (Array.isArray(value) && value.every((text) => typeof text === 'string')))
      return value as readonly string[] | undefined
    return this.fail(`has an attribute ${name} that is not a list of texts`)
  }

  /** An attribute that is a tensor. */
  constant(name: string): Known | undefined {
    const value = this.#attribute(name)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || !('dataType' in value))
      return this.fail(`has an attribute ${name} that is not a tensor`)
    return knownOf(value, (problem) => this.fail(problem))
  }

  /** A type that an attribute names by its number. */
  typeNamed(name: string, otherwise?: OnnxType): OnnxType {
    const value = this.#attribute(name)
    if (value === undefined && otherwise !== undefined) return otherwise
    return (
      typeOfNumber(value as number) ??
      this.fail(`has ${name} ${printable(String(value))}; expected the number of a float, integer or boolean type`)
    )
  }

  graph(name: string): OnnxGraph {
    const value = this.#attribute(name)
    if (typeof value === 'object' && 'nodes' in value) return value
    return this.fail(`has no graph ${name}`)
  }

  /** Runs a graph that is an attribute of this node; `place` tells its runs apart. */
  run(graph: OnnxGraph, place: string, inputs: readonly Value[]): Value[] {
    const frame = this.#frame.inner(`${this.#place}/${place}/`)
    graph.inputs.forEach(({ name }, i) => {
      frame.set(name, inputs[i] ?? this.fail(`gives its graph ${place} no '${printable(name)}'`), this.#trace)
    })
    return this.#run(graph, frame, this.#trace)
  }

  /**
   * As `run`, for a graph that stands for all steps of a loop: undefined where it needs numbers that only the program knows, where something has to be checked
   * when it runs, and where it does not fit.
   */
  runAsStep(graph: OnnxGraph, place: string, inputs: readonly Value[]): Value[] | undefined {
    const trace: Trace = { ...this.#trace, checks: [], doubts: new Map(this.#trace.doubts) }
    const alone = new OnnxCall(this.node, this.opset, this.#frame, trace, this.#run)
    try {
      const results = alone.run(graph, place, inputs)
      const doubted = results.some((value) => !isKnown(value) && trace.doubts.has(value.tensor))
      return trace.checks.length > 0 || doubted ? undefined : results
    } catch (error) {
      if (error instanceof Wanted || error instanceof GentleError) return undefined
      throw error
    }
  }

  /** Tells of a condition that must not hold of any element, float32 0 or 1, when the program runs. */
  refuseWhere(condition: Tensor, problem: string): void {
    this.#trace.checks.push({ condition, problem: `${this.#named} ${problem}` })
  }

  /** As `refuseWhere`, once more than the lowest 32 bits of a result are looked at. */
  doubtWhere(condition: Tensor, result: Tensor, problem: string): void {
    this.#trace.doubts.set(result, { condition, problem: `${this.#named} ${problem}` })
  }

  /** Refuses a result that no memory holds, before anything is made of it. */
  checkSize(shape: Shape): void {
    if (sizeOf(shape) > maxElements) this.fail(`gives [${shape}], which no memory holds`)
  }

  fail(problem: string): never {
    throw new FormatError(`ONNX ${this.#named} ${problem}`)
  }

  get #title(): string {
    return this.node.name || (this.node.outputs[0] ?? '')
  }

  /** What tells a node apart from all others of its graph: two may have one name, but no value is given twice. */
  get #place(): string {
    return this.node.outputs.find((name) => name !== '') ?? ''
  }

  get #named(): string {
    return `node '${printable(this.#title)}' (${printable(this.node.operator)})`
  }

  #attribute(name: string): Exclude<OnnxAttribute, { unread: string }> | undefined {
    const value = Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined
    if (typeof value === 'object' && 'unread' in value)
      return this.fail(`has an attribute ${name} that is ${value.unread}`)
    return value
  }
}

/** A tensor of a file as known numbers. */
export function knownOf({ shape, dataType, data }: OnnxTensor, fail: (problem: string) => never): Known {
  return { type: typeOfNumber(dataType) ?? fail(`has elements of type ${dataType}`), shape, data }
}
