import { ArgumentError } from '../../core/errors.ts'
import { type Layer, layerFrom, registerLayer } from '../layer.ts'

/** Layers one after another. Their parameters are named by position: `0.weight`, `0.bias`, ... */
export function sequential(...layers: Layer[]): Layer {
  return {
    description: { type: 'sequential', layers: layers.map(({ description }) => description) },
    apply: (x, scope) => layers.reduce((y, layer, i) => scope.apply(String(i), layer, y), x),
  }
}

registerLayer('sequential', ({ layers }) => {
  if (!Array.isArray(layers)) throw new ArgumentError('layer sequential: its description has no list of layers')
  return sequential(...layers.map(layerFrom))
})
