/** Keras' layers around another. */
import { reshape } from '../../../ops/structure.ts'
import { isRecord } from '../json.ts'
import { Placed } from '../placed.ts'
import { convolutionLayers } from './convolution-layers.ts'
import { denseLayers } from './dense-layers.ts'
import { elementwiseLayers } from './elementwise-layers.ts'
import type { BuildKerasLayer } from './keras-layer.ts'
import { LayerConfig, relevantSettings } from './layer-config.ts'
import { poolingLayers } from './pooling-layers.ts'

/** Classes that treat each example alone, so that each step may be an example. */
const perExample: Readonly<Record<string, BuildKerasLayer>> = {
  ...convolutionLayers,
  ...denseLayers,
  ...elementwiseLayers,
  ...poolingLayers,
}

/** The layer at each step of a sequence [N, T, ...]: the steps are examples to it. */
const timeDistributed: BuildKerasLayer = (config) => {
  const inner = config.value('layer')
  if (!isRecord(inner) || typeof inner.class_name !== 'string' || !Object.hasOwn(perExample, inner.class_name))
    return config.fail('is around a layer that is not supported there')
  const settings = relevantSettings(isRecord(inner.config) ? inner.config : {})
  const within = new LayerConfig(config.name, inner.class_name, settings, config.dialect)
  const layer = perExample[inner.class_name](within)
  within.checkAllRead()
  return {
    weights: layer.weights,
    run([input], scope) {
      const [batch, steps, ...rest] = input.shape
      const [given] = [layer.run([Placed.written(reshape(input.written, [batch * steps, ...rest]))], scope)].flat()
      const y = given.written
      return Placed.written(reshape(y, [batch, steps, ...y.shape.slice(1)]))
    },
  }
}

export const wrapperLayers: Readonly<Record<string, BuildKerasLayer>> = { TimeDistributed: timeDistributed }
