import type { DType, TypedArray } from '../core/dtype.ts'
import type { Shape } from '../core/shape.ts'
import type { Tensor } from './tensor.ts'

/** What is known of a tensor before it has values. */
export interface Signature {
  readonly shape: Shape
  readonly dtype: DType
}

/** Operand of a reference: a signature and its values, row-major. */
export interface Operand extends Signature {
  readonly data: TypedArray
}

/**
 * The gradients of tensors of a graph, from those of its results: `results` pairs each with its gradient. `undefined` where none flows.
 */
export type PullBack = (
  results: readonly (readonly [result: Tensor, gradient: Tensor])[],
  withRespectTo: readonly Tensor[],
) => (Tensor | undefined)[]

/**
 * An op, declared once: everything that does not depend on a backend.
 * `Attributes` are plain JSON values fixed when the graph is traced.
 */
export interface Op<Name extends string = string, Attributes = unknown> {
  readonly name: Name
  /**
   * Shape and element type of the result.
   * @throws ShapeError when the operands do not fit.
   */
  infer(inputs: readonly Signature[], attributes: Attributes): Signature
  /**
   * The gradient with respect to each operand, as a graph, from the gradient `dy` of the result `y`. `undefined` where none
   * flows: integer operands, and results that are constant almost everywhere.
   */
  gradient?(node: { inputs: readonly Tensor[]; attributes: Attributes; y: Tensor }, dy: Tensor): (Tensor | undefined)[]
  /**
   * As `gradient`, for an op with several results: `gradientOf` has the gradient of each result that has one, by its place among the
   * results. `pullBack` differentiates a graph within the op's attributes.
   */
  gradientOfResults?(
    node: Tensor<Attributes>,
    gradientOf: ReadonlyMap<number, Tensor>,
    pullBack: PullBack,
  ): (Tensor | undefined)[]
  /** Multiply-adds of convolutions and matrix products; absent for all other ops. */
  multiplyAdds?(inputs: readonly Signature[], attributes: Attributes, output: Signature): number
  /** The definition of an op that is none of the library's own, whose references stand beside them, in a table. */
  reference?(inputs: readonly Operand[], attributes: Attributes, output: Operand): void
}

/**
 * The definition of an op: plain loops over row-major operands. It stands beside the op and not in it, so that what never runs it, such as a
 * page that trains, need not load it.
 */
export type Reference<Defined extends Op> =
  Defined extends Op<string, infer Attributes>
    ? (inputs: readonly Operand[], attributes: Attributes, output: Operand) => void
    : never

/** Whether an op was made outside of the library: no table of the library knows it. */
export const isCustom = ({ reference }: Op): boolean => reference !== undefined

/** Declares an op; this keeps the type of its name, over which the backends' tables are typed. */
export const defineOp = <const Name extends string, Attributes>(
  definition: Op<Name, Attributes>,
): Op<Name, Attributes> => definition
