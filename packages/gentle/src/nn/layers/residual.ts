import { add } from '../../ops/elementwise.ts'
import { checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface ResidualOptions {
  /** What brings the input to the shape of the body's output; the input itself unless given. Named `downsample`, as torchvision does. */
  readonly shortcut?: Layer
  /** Applied to the sum; nothing unless given. */
  readonly activation?: Layer
}

/**
 * activation(body(x) + shortcut(x)): the body learns only what has to be added to its input (He, Zhang, Ren, Sun, "Deep Residual
 * Learning for Image Recognition", 2015, eq. 1 and 2). The body's parameters are named as if they were the block's own.
 * @throws ArgumentError for unknown options.
 */
export function Residual(body: Layer, options: ResidualOptions = {}): Layer {
  checkOptions(options, ['shortcut', 'activation'], 'residual')
  const { shortcut, activation } = options
  const description = {
    type: 'residual',
    body: body.description,
    shortcut: shortcut?.description,
    activation: activation?.description,
  }
  return {
    description,
    apply(x, scope) {
      const learned = scope.apply('', body, x)
      const kept = shortcut === undefined ? x : scope.apply('downsample', shortcut, x)
      const sum = inLayer(scope, description, x, () => scope.join('add', [learned, kept], add(learned, kept)))
      return activation === undefined ? sum : scope.apply('activation', activation, sum)
    },
  }
}

/** What builds these layers from their descriptions. */
export const residualTypes: LayerTypes = {
  residual: ({ body, shortcut, activation }, layerFrom) =>
    Residual(layerFrom(body), {
      shortcut: shortcut === undefined ? undefined : layerFrom(shortcut),
      activation: activation === undefined ? undefined : layerFrom(activation),
    }),
}
