import type { DType, TypedArray } from '../core/dtype.ts'
import { GentleError, ShapeError } from '../core/errors.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import type { Op, Signature } from './op.ts'

let nextId = 0

/** Nodes that are made from now on have this id or a larger one. */
export const idFromNowOn = (): number => nextId

let presentScope = ''

/** Says to which part of the network the nodes belong that are made from now on. Gives the part before, which has to be set again. */
export function setScope(scope: string): string {
  const before = presentScope
  presentScope = scope
  return before
}

/** What `make` gives; the nodes that it makes belong to this part of the network. */
export function within<T>(scope: string, make: () => T): T {
  const before = setScope(scope)
  try {
    return make()
  } finally {
    setScope(before)
  }
}

/** Parts whose values a gradient computes anew, counted as they are traced. */
let parts = 0
let presentPart: number | undefined

/** What `make` gives; a gradient does not keep the values of the nodes that it makes, and computes them anew. */
export const withinPart = <T>(make: () => T): T => inPart(parts++, make)

function inPart<T>(part: number | undefined, make: () => T): T {
  const before = presentPart
  presentPart = part
  try {
    return make()
  } finally {
    presentPart = before
  }
}

/** Where nodes that are made from now on come from, if not from the code that makes them. */
let presentTrace: Error | undefined

/** What `make` gives, which stands for another node: the nodes that it makes belong to the same part of the network, and to the same place in the user's code. */
export function inPlaceOf<T>(node: Tensor, make: () => T): T {
  const before = presentTrace
  presentTrace = node.trace
  try {
    return inPart(node.part, () => within(node.scope, make))
  } finally {
    presentTrace = before
  }
}

declare global {
  /** Methods of tensors: `ops/methods.ts`, which stands above, says which there are, and puts them there. */
  interface GentleTensorMethods {}
}

// biome-ignore lint/correctness/noUnusedVariables: an interface has the parameters of the class that it adds to
export interface Tensor<Attributes> extends GentleTensorMethods {}

/** A node of a traced graph: the result of an op on other nodes. It has a shape and an element type, but no values yet. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what declares methods puts them there
export class Tensor<Attributes = unknown> implements Signature {
  /** Grows with the order of tracing, so that operands always have smaller ids than their results. */
  readonly id = nextId++
  readonly op: Op<string, Attributes>
  readonly inputs: readonly Tensor[]
  readonly attributes: Attributes
  readonly shape: Shape
  readonly dtype: DType
  /**
   * The part of the network that it belongs to: the path of a layer, such as `features.0`, whose gradients belong to it too; in an
   * optimizer's update the name of the parameter. '' outside of all.
   */
  readonly scope = presentScope
  /** The number of the innermost part around it that a gradient computes anew; undefined where its value is kept. */
  readonly part = presentPart
  /** Made where the user's code made this node. */
  readonly trace: Error

  constructor(op: Op<string, Attributes>, inputs: readonly Tensor[], attributes: Attributes, signature: Signature) {
    this.op = op
    this.inputs = inputs
    this.attributes = attributes
    this.shape = signature.shape
    this.dtype = signature.dtype
    this.trace = presentTrace ?? new Error()
  }

  /** Where the user's code made this node: `file:line:column` of the first frame outside the library, or ''. */
  get site(): string {
    return callSite(this.trace)
  }
}

const place = /\(?((?:file:|https?:|\/)[^()]*:\d+:\d+)\)?$/

const placesOf = (trace: Error): string[] =>
  (trace.stack ?? '').split('\n').flatMap((frame) => frame.match(place)?.[1] ?? [])

/** The folder of the library's files as a stack trace writes it, which is not always how import.meta.url does. */
const libraryRoot = placesOf(new Error())[0]?.replace(/(graph\/)?[^/]*$/, '')

const callSite = (trace: Error): string => placesOf(trace).find((frame) => !frame.startsWith(libraryRoot)) ?? ''

/** Applies an op to operands. Errors of its shape rule name the place in the user's code. */
export function apply<Attributes>(
  op: Op<string, Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor<Attributes> {
  try {
    return new Tensor(op, inputs, attributes, op.infer(inputs, attributes))
  } catch (error) {
    if (error instanceof GentleError && !error.message.includes(' (at ')) {
      const site = callSite(new Error())
      if (site) error.message += ` (at ${site})`
    }
    throw error
  }
}

/** Ops without operands: their values come from outside the graph. */
function sourceOp<const Name extends string>(name: Name): Op<Name, Signature> {
  return { name, infer: (_, signature) => signature }
}

export const inputOp = sourceOp('input')
export const variableOp = sourceOp('variable')
export const constantOp = sourceOp('constant')

/** Values handed in at each run. */
export class Input extends Tensor<Signature> {
  constructor(signature: Signature) {
    super(inputOp, [], signature, signature)
  }
}

/** What a traced function is called with: its values come from whoever calls it. */
export class Parameter extends Input {}

/** What a traced function sees of the world around it; in a loop the same in all steps. */
export class Captured extends Parameter {}

/** State that a program keeps from run to run: parameters, momenta, running statistics. */
export class Variable extends Tensor<Signature> {
  /** The number that all values are before the first run, where it is one. */
  readonly fill: number | undefined
  readonly #initial: () => TypedArray
  readonly name: string
  /** @param initial one number for all, or what gives its first values each time that they are asked for */
  constructor(signature: Signature, initial: number | (() => TypedArray), name: string) {
    super(variableOp, [], signature, signature)
    this.fill = typeof initial === 'number' ? initial : undefined
    this.#initial = typeof initial === 'number' ? () => new Float32Array(sizeOf(this.shape)).fill(initial) : initial
    this.name = name
  }

  /** Values before the first run, row-major; a backend copies them when it first meets the variable. What is computed is not kept here. */
  get initial(): TypedArray {
    return this.#initial()
  }
}

/** Values fixed in the graph. */
export class Constant extends Tensor<Signature> {
  readonly data: TypedArray
  constructor(signature: Signature, data: TypedArray) {
    super(constantOp, [], signature, signature)
    this.data = data
  }
}

function checkShape(shape: Shape, where: string): void {
  for (const n of shape)
    if (!Number.isInteger(n) || n < 1)
      throw new ShapeError(
        `${where}: shape ${formatShape(shape)} is not allowed; sizes are whole numbers of at least 1`,
      )
}

/**
 * A placeholder for values handed to each run.
 * @throws ShapeError for sizes that are not whole numbers of at least 1.
 */
export function input(shape: Shape, dtype: DType = 'float32'): Input {
  checkShape(shape, 'input')
  return new Input({ shape, dtype })
}

/**
 * State of the given shape, such as a parameter. `initial` is its row-major values, one number for all, or a function of nothing that gives them, always
 * the same: it is called when a backend first meets the variable, so that they need no memory of their own.
 * @throws ShapeError when the number of values does not fit the shape, with a function as soon as it has given them.
 */
export function variable(
  shape: Shape,
  initial: TypedArray | readonly number[] | number | (() => TypedArray) = 0,
  name = '',
): Variable {
  const where = `variable ${name}`.trim()
  checkShape(shape, where)
  const signature: Signature = { shape, dtype: 'float32' }
  if (typeof initial === 'number') return new Variable(signature, initial, name)
  if (typeof initial === 'function')
    return new Variable(signature, () => valuesOf(shape, 'float32', initial(), where), name)
  const given = valuesOf(shape, 'float32', initial, where)
  return new Variable(signature, () => given, name)
}

/**
 * Values that never change: row-major values of a shape, or one number for a scalar (`[]`) or for every element.
 * @throws ShapeError when the number of values does not fit the shape.
 */
export function constant(
  values: TypedArray | readonly number[] | number,
  shape: Shape = [],
  dtype: DType = 'float32',
): Constant {
  checkShape(shape, 'constant')
  return new Constant({ shape, dtype }, valuesOf(shape, dtype, values, 'constant'))
}

function valuesOf(
  shape: Shape,
  dtype: DType,
  values: TypedArray | readonly number[] | number,
  where: string,
): Float32Array | Int32Array {
  const storage = dtype === 'int32' ? Int32Array : Float32Array
  const size = sizeOf(shape)
  if (typeof values === 'number') return new storage(size).fill(values)
  if (values.length !== size)
    throw new ShapeError(
      `${where}: shape ${formatShape(shape)} has ${size} elements, but ${values.length} values were given`,
    )
  return values instanceof storage ? values : storage.from(values)
}
