import { ShapeError } from '../../core/errors.ts'
import { add } from '../../ops/elementwise.ts'
import { matmul } from '../../ops/matmul.ts'
import { constants, type Initialization, initializerFrom } from '../initializers.ts'
import { checkCount, checkFinite, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface LinearOptions {
  /** Whether each neuron adds a number of its own; true unless given. */
  readonly bias?: boolean
  /** How weights begin, such as 'heNormal' or { normal: 0.01 }; 'glorotUniform' unless given. */
  readonly weightInit?: Initialization
  /** First value of every bias; 0 unless given. */
  readonly biasInit?: number
}

/**
 * A layer of `units` neurons, each a weighted sum of all features: [..., F] becomes [..., units]. Parameters `weight`
 * [units, F] and `bias` [units].
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function Linear(units: number, options: LinearOptions = {}): Layer {
  checkOptions(options, ['bias', 'weightInit', 'biasInit'], 'linear')
  const { bias = true, weightInit = 'glorotUniform', biasInit = 0 } = options
  checkCount(units, 'linear: units')
  checkFlag(bias, 'linear: bias')
  checkFinite(biasInit, 'linear: biasInit')
  const initialize = initializerFrom(weightInit)
  const description = { type: 'linear', units, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        const features = x.shape.at(-1)
        if (x.shape.length < 2 || features === undefined)
          throw new ShapeError('expected a batch of features [N, F]; put Flatten() before this layer')
        const y = matmul(x, scope.parameter('weight', [units, features], initialize), { transposeB: true })
        return bias ? add(y, scope.parameter('bias', [units], constants(biasInit))) : y
      }),
  }
}

/** What builds these layers from their descriptions. */
export const linearTypes: LayerTypes = {
  linear: ({ units, options }) => Linear(units as number, (options ?? {}) as LinearOptions),
}
