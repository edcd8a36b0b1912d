import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { lengthMask } from '../../ops/attention.ts'
import { add, mul, where } from '../../ops/elementwise.ts'
import { pad, reshape, slice } from '../../ops/structure.ts'
import { uniformWithin } from '../initializers.ts'
import { checkCount, inLayer, type Layer, type LayerTypes } from '../layer.ts'

/**
 * Lets each unit of a sequence [N, T, C] see its own next `future` steps, and no others: r[t, c] = Σ over j from 0 to `future` of W[c, j] h[t + j, c] (Amodei et
 * al., "Deep Speech 2", 2016, section 3.5, equation 9), so that a network that goes forwards alone may answer as the sound arrives, a little late. What
 * is behind the end counts as 0, also behind that of an example, where the network tells how long those are. Parameter `weight` [C, future + 1].
 * @throws ArgumentError for anything but a whole number of at least 1.
 */
export function RowConv(future: number): Layer {
  checkCount(future, 'rowConv: future')
  const description = { type: 'rowConv', future }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 3) throw new ShapeError(`expected sequences [N, T, C], not ${formatShape(x.shape)}`)
        const [examples, steps, channels] = x.shape
        const bound = Math.sqrt(3 / (future + 1))
        const weight = scope.parameter('weight', [channels, future + 1], uniformWithin(bound))
        const lengths = scope.lengthsFor(x)
        const own = lengths === undefined ? x : where(reshape(lengthMask(lengths, steps), [examples, steps, 1]), x, 0)
        const behind = pad(own, [0, 0, 0], [0, future, 0])
        return Array.from({ length: future + 1 }, (_, j) =>
          mul(
            slice(behind, [0, j, 0], [examples, steps, channels]),
            reshape(slice(weight, [0, j], [channels, 1]), [channels]),
          ),
        ).reduce((sum, part) => add(sum, part))
      }),
  }
}

/** What builds these layers from their descriptions. */
export const rowConvolutionTypes: LayerTypes = {
  rowConv: ({ future }) => RowConv(future as number),
}
