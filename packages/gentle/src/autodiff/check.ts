import type { TypedArray } from '../core/dtype.ts'
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import { Input, type Tensor, Variable } from '../graph/tensor.ts'
import { evaluate, storageFor } from '../ops/evaluate.ts'
import { gradients } from './gradients.ts'

export interface GradientCheckOptions {
  /** Row-major values of inputs, one number for a scalar; for a variable instead of its initial values. */
  readonly values?: Iterable<readonly [Input | Variable, ArrayLike<number> | number]>
  /** How many elements of each tensor are tried, picked at random but always the same; all unless given. */
  readonly elements?: number
}

/** One element of a gradient, computed both ways. */
export interface CheckedElement {
  readonly tensor: Input | Variable
  /** Its place in row-major order. */
  readonly index: number
  readonly gradient: number
  readonly difference: number
}

export interface GradientCheck {
  /** The largest relative error of any element. */
  readonly error: number
  /** Where it is. */
  readonly worst: CheckedElement
}

/** Half a step of the difference. The truncation is of its fourth power, so that rounding leaves 10 or 11 digits. */
const spacing = 1e-4

/** Below this part of the largest gradient, or of the scalar itself, a difference is rounding, and errors count relative to it. */
const floor = 1e-4

/**
 * Compares the gradients of a scalar with central finite differences of fourth order,
 * (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h (Fornberg, "Generation of Finite Difference Formulas on Arbitrarily
 * Spaced Grids", 1988, table 1), in float64 with the ops' own definitions. A right gradient of a smooth function has an error
 * below 1e-6; within 2e-4 of a kink, such as relu's at 0, a difference says nothing.
 * @throws ArgumentError when `of` is not a scalar, an input has no values, or a tensor is int32.
 */
export function checkGradients(
  of: Tensor,
  withRespectTo: readonly (Input | Variable)[],
  { values = [], elements = Number.POSITIVE_INFINITY }: GradientCheckOptions = {},
): GradientCheck {
  const slopes = gradients(of, withRespectTo)
  const forward = topologicalOrder([of])
  const leaves = new Map<Tensor, TypedArray>()
  const given = new Map(values)
  for (const node of topologicalOrder([of, ...withRespectTo]))
    if (node instanceof Input || node instanceof Variable) leaves.set(node, leafValues(node, given.get(node)))
  for (const { dtype, shape } of withRespectTo)
    if (dtype !== 'float32')
      throw new ArgumentError(`checkGradients: a tensor of shape ${formatShape(shape)} is ${dtype}; expected float32`)

  const all = evaluate(topologicalOrder([of, ...slopes, ...withRespectTo]), 'float64', (leaf) => leaves.get(leaf)!)
  const scalar = (): number => evaluate(forward, 'float64', (leaf) => leaves.get(leaf)!).get(of)![0]
  const difference = (data: TypedArray, index: number): number => {
    const x = data[index]
    const at = (offset: number): number => {
      data[index] = x + offset * spacing
      return scalar()
    }
    const slope = (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * spacing)
    data[index] = x
    return slope
  }

  const checked = withRespectTo.flatMap((tensor, i) =>
    someIndices(sizeOf(tensor.shape), elements).map((index): CheckedElement => {
      const gradient = all.get(slopes[i])![index]
      return { tensor, index, gradient, difference: difference(leaves.get(tensor)!, index) }
    }),
  )
  const max = checked.reduce((max, { gradient }) => Math.max(max, Math.abs(gradient)), Math.abs(all.get(of)![0]))
  const errorOf = ({ gradient, difference }: CheckedElement): number => {
    const error = Math.abs(gradient - difference)
    if (error === 0) return 0
    const relative = error / Math.max(Math.abs(gradient), Math.abs(difference), floor * max)
    return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative
  }
  const worst = checked.reduce((a, b) => (errorOf(b) > errorOf(a) ? b : a))
  return { error: errorOf(worst), worst }
}

function leafValues(leaf: Input | Variable, given: ArrayLike<number> | number | undefined): TypedArray {
  const values = given ?? (leaf instanceof Variable ? leaf.initial : undefined)
  const list = typeof values === 'number' ? [values] : values
  if (list?.length !== sizeOf(leaf.shape))
    throw new ArgumentError(
      `checkGradients: the ${leaf.op.name} of shape ${formatShape(leaf.shape)} made at ${leaf.site} has ${list?.length ?? 'no'} values; give ${sizeOf(leaf.shape)} in values`,
    )
  const data = storageFor(leaf, 'float64')
  data.set(list)
  return data
}

const someIndices = (size: number, count: number): number[] =>
  count >= size
    ? Array.from({ length: size }, (_, i) => i)
    : [...new Random(0, 'checkGradients').permutation(size).subarray(0, count)]
