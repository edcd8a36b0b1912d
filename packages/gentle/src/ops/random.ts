/** Random numbers inside a graph, and dropout. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { hashName, threefry2x32, toUniform } from '../core/random.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { defineOp, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'
import { greaterEqual, mul, where } from './elementwise.ts'

export interface UniformAttributes {
  readonly shape: Shape
  /** The two words of the generator's key. */
  readonly key: readonly [number, number]
}

export const uniformOp = defineOp({
  name: 'uniform',
  infer([step], { shape }: UniformAttributes) {
    if (step.dtype !== 'int32' || step.shape.length !== 0)
      throw new ShapeError('uniform: the step must be an int32 scalar, which gives each run its own numbers')
    return { shape, dtype: 'float32' }
  },
  gradient: () => [undefined],
})

export const uniformReference: Reference<typeof uniformOp> = ([step], { key }, y) => {
  for (let i = 0; i < y.data.length; i++) y.data[i] = toUniform(threefry2x32(key[0], key[1], i, step.data[0])[0])
}

/**
 * Numbers in [0, 1), element i of run `step` drawn with the counter (i, step): the same on every backend and for any number of
 * threads. `stream` names this draw, so that several with one seed are independent.
 */
export const uniform = (shape: Shape, step: Tensor, { seed, stream }: { seed: number; stream: string }): Tensor =>
  apply(uniformOp, [step], { shape, key: [seed | 0, hashName(stream)] })

/**
 * Sets each element to 0 with probability `rate` and scales the others by 1 / (1 - rate), so that the expectation stays
 * (Srivastava et al., "Dropout", JMLR 2014, with the scaling at training time).
 * @throws ArgumentError for a rate outside [0, 1).
 */
export const dropout = (x: Tensor, rate: number, step: Tensor, key: { seed: number; stream: string }): Tensor =>
  dropped(x, x.shape, rate, step, key, 'dropout')

/**
 * Sets whole channels of images [N, C, H, W] to 0 with probability `rate` and scales the others by 1 / (1 - rate), since neighbouring pixels
 * tell nearly the same (Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015, section 3.3).
 * @throws ShapeError for a tensor of another rank; ArgumentError for a rate outside [0, 1).
 */
export function dropout2d(x: Tensor, rate: number, step: Tensor, key: { seed: number; stream: string }): Tensor {
  if (x.shape.length !== 4)
    throw new ShapeError(`dropout2d: images have shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
  return dropped(x, [x.shape[0], x.shape[1], 1, 1], rate, step, key, 'dropout2d')
}

/** x times a mask of this shape. */
function dropped(
  x: Tensor,
  mask: Shape,
  rate: number,
  step: Tensor,
  key: { seed: number; stream: string },
  name: string,
): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new ArgumentError(`${name}: rate is ${rate}; expected at least 0 and below 1`)
  return mul(x, where(greaterEqual(uniform(mask, step, key), rate), 1 / (1 - rate), 0))
}
