/** Masks of sequences on their way through a network: what Keras calls `supports_masking` and `compute_mask`. */
import type { Tensor } from '../../../graph/tensor.ts'
import type { Placed } from '../placed.ts'

/** Classes that leave each step where it is, so that its mask holds behind them, too. */
const passing: ReadonlySet<string> = new Set([
  ...['Activation', 'ActivityRegularization', 'AlphaDropout', 'Dense', 'Dropout', 'ELU', 'GaussianDropout'],
  ...['GaussianNoise', 'LayerNormalization', 'LeakyReLU', 'PReLU', 'ReLU', 'ThresholdedReLU', 'TimeDistributed'],
])

/** Classes that put sequences together step by step. */
const merging: ReadonlySet<string> = new Set(['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Subtract'])

/**
 * The mask of what a layer gives that does not read masks itself. Programs differ in how they put masks together, so there has to be one.
 * @param fail refuses a layer of which is not known what it does with a mask
 */
export function maskBehind(
  className: string,
  inputs: readonly Placed[],
  fail: (problem: string) => never,
): Tensor | undefined {
  const [mask] = inputs.flatMap((x) => (x.mask === undefined ? [] : [x.mask]))
  if (mask === undefined || passing.has(className)) return mask
  if (!merging.has(className)) return fail('gets a sequence with a mask, and is of no class that is known to take one')
  return inputs.every((x) => x.mask === mask)
    ? mask
    : fail('puts sequences with different masks together, which programs do differently')
}
