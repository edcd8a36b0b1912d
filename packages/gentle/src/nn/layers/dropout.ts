import { ArgumentError } from '../../core/errors.ts'
import { dropout as dropoutOp } from '../../ops/random.ts'
import { type Layer, registerLayer } from '../layer.ts'

/**
 * In training, sets each value to 0 with probability `rate` and scales the others so that the expectation stays; otherwise does
 * nothing (Srivastava et al., 2014).
 * @throws ArgumentError for a rate outside [0, 1).
 */
export function dropout(rate = 0.5): Layer {
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1))
    throw new ArgumentError(`dropout: rate is ${JSON.stringify(rate)}; expected at least 0 and below 1`)
  return {
    description: { type: 'dropout', rate },
    apply: (x, scope) =>
      scope.training && scope.step !== undefined && rate > 0
        ? dropoutOp(x, rate, scope.step, { seed: scope.seed, stream: scope.path })
        : x,
  }
}

registerLayer('dropout', ({ rate }) => dropout(rate as number))
