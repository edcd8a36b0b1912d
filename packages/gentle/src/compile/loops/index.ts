/** Passes on loops: what is read of them alone, and in each step only what a step has to compute. */
import type { Tensor } from '../../graph/tensor.ts'
import { accumulateSums } from './accumulate.ts'
import { hoistFromLoop } from './hoist.ts'
import { inlineLoop } from './inline.ts'
import { pruneLoop } from './prune.ts'
import { rewriteLoops } from './rewrite.ts'
import { sinkFromLoop } from './sink.ts'

/** Drops what is not read, and inlines calls. */
export const tidyLoops = (roots: readonly Tensor[]): Tensor[] =>
  rewriteLoops(rewriteLoops(roots, pruneLoop), inlineLoop)

/** Moves out of loops what they need not compute step by step. Sums that become sums of stacks leave outputs that can sink in turn. */
export const unburdenLoops = (roots: readonly Tensor[]): Tensor[] =>
  [hoistFromLoop, sinkFromLoop, sinkFromLoop].reduce(rewriteLoops, roots as Tensor[])

/** Makes sums over steps state of their loops: the last pass, after which the only results are stacks and last states. */
export const finishLoops = (roots: readonly Tensor[]): Tensor[] =>
  rewriteLoops(rewriteLoops(roots, pruneLoop), accumulateSums)
