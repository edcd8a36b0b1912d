/** Rematerialization: what is computed a second time, so that it need not be kept until its gradient is taken. */
import { defineOp, type Reference } from '../graph/op.ts'
import { apply, type Tensor, withinPart } from '../graph/tensor.ts'

/**
 * The same function of tensors, whose values gradients do not keep: they keep what it is given and what it gives, and compute what lies between anew
 * when they come to it, which takes the time of one more forward pass of it for less memory (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, section 4). As JAX's
 * `jax.checkpoint` and PyTorch's `torch.utils.checkpoint`. Gradients are the same, also of dropout, whose random numbers are made anew alike, and what
 * follows its values, such as running statistics, does so once. Numbers much fewer than the values, such as means of channels, are kept.
 *
 * Within another such function, what goes in and out of the inner one is kept as well.
 *
 * @example
 * ```ts
 * const block = remat((x: Tensor) => relu(matmul(relu(matmul(x, u)), v)))
 * const loss = mean(block(block(block(x))))
 * ```
 */
export const remat =
  <Given extends readonly unknown[], Result>(f: (...given: Given) => Result): ((...given: Given) => Result) =>
  (...given) =>
    withinPart(() => f(...given))

/** x, where what reads it here is not to be computed before a second tensor: what XLA calls an optimization barrier. */
export const afterOp = defineOp({
  name: 'after',
  infer: ([x], _: object) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ inputs: [x] }, dy) => [x.dtype === 'float32' ? dy : undefined, undefined],
})

export const afterReference: Reference<typeof afterOp> = ([x], _, y) => {
  y.data.set(x.data)
}

export const after = (x: Tensor, other: Tensor): Tensor => apply(afterOp, [x, other], {})
