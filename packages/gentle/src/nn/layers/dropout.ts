import { ArgumentError } from '../../core/errors.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { dropout2d as dropout2dOp, dropout as dropoutOp } from '../../ops/random.ts'
import { inLayer, type Layer, type LayerTypes } from '../layer.ts'
import type { Scope } from '../scope.ts'

/** A layer that drops in training alone; `drop` is given a key of this place in the network. */
function dropping(
  type: string,
  rate: number,
  drop: (x: Tensor, step: Tensor, key: { seed: number; stream: string }) => Tensor,
): Layer {
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1))
    throw new ArgumentError(`${type}: rate is ${JSON.stringify(rate)}; expected at least 0 and below 1`)
  const description = { type, rate }
  return {
    description,
    apply: (x: Tensor, scope: Scope) =>
      scope.training && scope.step !== undefined && rate > 0
        ? inLayer(scope, description, x, () => drop(x, scope.step!, { seed: scope.seed, stream: scope.path }))
        : x,
  }
}

/**
 * In training, sets each value to 0 with probability `rate` and scales the others so that the expectation stays; otherwise does
 * nothing (Srivastava et al., 2014).
 * @throws ArgumentError for a rate outside [0, 1).
 */
export const Dropout = (rate = 0.5): Layer => dropping('dropout', rate, (x, step, key) => dropoutOp(x, rate, step, key))

/**
 * In training, sets whole channels of images [N, C, H, W] to 0 with probability `rate` and scales the others so that the expectation
 * stays, since neighbouring pixels tell nearly the same; otherwise does nothing (Tompson et al., "Efficient Object Localization Using
 * Convolutional Networks", 2015, section 3.3).
 * @throws ArgumentError for a rate outside [0, 1); ShapeError for an input without channels.
 */
export const Dropout2d = (rate = 0.5): Layer =>
  dropping('dropout2d', rate, (x, step, key) => dropout2dOp(x, rate, step, key))

/** What builds these layers from their descriptions. */
export const dropoutTypes: LayerTypes = {
  dropout: ({ rate }) => Dropout(rate as number),
  dropout2d: ({ rate }) => Dropout2d(rate as number),
}
