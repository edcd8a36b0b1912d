import { gradients } from '../../autodiff/gradients.ts'
import { ArgumentError } from '../../core/errors.ts'
import type { Model } from '../../nn/model.ts'
import { sum } from '../../ops/reduce.ts'
import { slice } from '../../ops/structure.ts'
import { type Image, image } from '../image.ts'
import { checkPicture, isSpatial, scoresOfClass, type TracedLayer, traceLayers } from './layers.ts'

/** The last layer whose maps still have places, poolings apart: what a network knows, and where. */
const lastMaps = (layers: readonly TracedLayer[]): TracedLayer | undefined =>
  layers.findLast((layer) => isSpatial(layer) && !/pool/i.test(layer.type))

/**
 * Where a class is seen: Grad-CAM (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017). The mean over all
 * places of the logit's gradient, behind which softmax or sigmoid may stand, says how much each map speaks for the class (equation 1); the maps are summed with these weights, and what speaks
 * against it is left out (equation 2).
 * @param picture [channels, height, width], as the network sees it
 * @param layer the layer whose maps are weighed, or the node of a graph that another program wrote; the last with more than one place that is not a pooling, unless given
 * @returns one channel of the maps' size, from 0; not normalised
 * @throws ArgumentError for another picture, a class or layer that there is not, and a model without such a layer.
 */
export async function gradCam(model: Model, picture: Float32Array, classIndex: number, layer?: string): Promise<Image> {
  checkPicture(model, picture, 'gradCam')
  const { x, output, layers } = traceLayers(model)
  const { logits } = scoresOfClass(output, classIndex, 'gradCam')
  const chosen = layer === undefined ? lastMaps(layers) : layers.find(({ path }) => path === layer)
  if (chosen === undefined || !isSpatial(chosen))
    throw new ArgumentError(
      layer === undefined
        ? 'gradCam: the model has no layer whose output has places; it needs a convolution'
        : `gradCam: no layer '${layer}' gives maps; choose from ${layers
            .filter(isSpatial)
            .map(({ path }) => path)
            .join(', ')}`,
    )
  const logit = sum(slice(logits, [0, classIndex], [1, 1]))
  const [slopes] = gradients(logit, [chosen.output])
  const program = await model.backend.compile({ inputs: { x }, outputs: { maps: chosen.output, slopes } })
  const results = await program.run({ x: picture })
  program.dispose()
  const [, channels, height, width] = chosen.output.shape
  const cam = image(1, height, width)
  const places = height * width
  for (let c = 0; c < channels; c++) {
    let weight = 0
    for (let i = 0; i < places; i++) weight += results.slopes.data[c * places + i] / places
    for (let i = 0; i < places; i++) cam.data[i] += weight * results.maps.data[c * places + i]
  }
  for (let i = 0; i < places; i++) cam.data[i] = Math.max(0, cam.data[i])
  return cam
}
