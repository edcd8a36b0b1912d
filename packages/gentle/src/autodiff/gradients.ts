/** Gradients of a graph, and which of its values they compute anew. Apart from `pull-back.ts`, so that a page whose training keeps its values loads no plan. */
import type { Tensor } from '../graph/tensor.ts'
import { gradientsBy } from './pull-back.ts'
import { planRemat } from './remat-plan.ts'

export interface GradientOptions {
  /**
   * Whether values are computed anew on the way back instead of being kept, those that make the most of it: less memory for the time of part of another
   * forward pass (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016). Gradients are the same. What `remat` has marked is computed anew
   * in any case; false unless given.
   */
  readonly remat?: boolean
}

/**
 * Gradients of a scalar with respect to tensors of its graph, as new nodes of the same graph: reverse-mode differentiation
 * (Griewank and Walther, "Evaluating Derivatives", 2008, chapter 3). Where the scalar does not depend on a tensor, zeros.
 * @throws ArgumentError when `of` is not a scalar.
 */
export function gradients(
  of: Tensor,
  withRespectTo: readonly Tensor[],
  { remat = false }: GradientOptions = {},
): Tensor[] {
  return gradientsBy(of, withRespectTo, remat ? planRemat : undefined)
}
