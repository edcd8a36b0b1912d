import { ArgumentError } from '../../core/errors.ts'
import type { Model } from '../../nn/model.ts'
import type { Image } from '../image.ts'
import { checkPicture, isSpatial, traceLayers } from './layers.ts'

/** What a layer makes of a picture: a map a channel. */
export interface FeatureMaps {
  /** The layer's place in the model, such as `features.3`. */
  readonly layer: string
  readonly type: string
  readonly maps: Image
}

/** The layers of a model that give maps of more than one place, in the order of the computation. */
export const spatialLayers = (model: Model): string[] =>
  traceLayers(model)
    .layers.filter(isSpatial)
    .map(({ path }) => path)

/**
 * The maps of some layers, computed in one run.
 * @param picture [channels, height, width], as the network sees it
 * @param layers places of layers, of `spatialLayers`
 * @throws ArgumentError for another picture, and for layers that there are not or that give no maps.
 */
export async function featureMaps(
  model: Model,
  picture: Float32Array,
  layers: readonly string[],
): Promise<FeatureMaps[]> {
  checkPicture(model, picture, 'featureMaps')
  const traced = traceLayers(model)
  const spatial = new Map(traced.layers.filter(isSpatial).map((layer) => [layer.path, layer]))
  const none = layers.find((path) => !spatial.has(path))
  if (none !== undefined)
    throw new ArgumentError(`featureMaps: no layer '${none}' gives maps; choose from ${[...spatial.keys()].join(', ')}`)
  const outputs = Object.fromEntries(layers.map((path) => [path, spatial.get(path)!.output]))
  const program = await model.backend.compile({ inputs: { x: traced.x }, outputs })
  const results = await program.run({ x: picture })
  program.dispose()
  return layers.map((path) => {
    const { shape, data } = results[path]
    const [, channels, height, width] = shape
    const maps = { channels, height, width, data: Float32Array.from(data) }
    return { layer: path, type: spatial.get(path)!.type, maps }
  })
}
