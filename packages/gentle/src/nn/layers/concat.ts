import { concat } from '../../ops/structure.ts'
import { inLayer, type Layer, type LayerTypes } from '../layer.ts'
import { describeNamed, layersFrom, type NamedLayers, namedLayers } from './sequential.ts'

/**
 * Branches beside each other, all on the same input [N, C, ...]; their channels are concatenated in order (Szegedy et al., "Going Deeper
 * with Convolutions", 2014, figure 2).
 * @throws ArgumentError for names that are numbers or have dots.
 */
export function Concat(branches: NamedLayers): Layer {
  const layers = namedLayers(branches, 'concat')
  const description = { type: 'concat', branches: describeNamed(layers) }
  return {
    description,
    apply(x, scope) {
      const outputs = layers.map(([name, layer]) => scope.apply(name, layer, x))
      return inLayer(scope, description, x, () => scope.join('concat', outputs, concat(outputs, 1)))
    },
  }
}

/** What builds these layers from their descriptions. */
export const concatTypes: LayerTypes = {
  concat: ({ branches }, layerFrom) => Concat(layersFrom(branches, 'concat', layerFrom) as NamedLayers),
}
