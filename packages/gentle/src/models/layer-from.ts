/**
 * Layers from their descriptions. All types stand in one table, and no layer registers itself when its file is loaded: a bundler may leave out
 * files of which nothing is used, and a page that loads models needs every type.
 */
import { ArgumentError, GentleError } from '../core/errors.ts'
import { type InputsLayer, type InputsLayerTypes, ofInputTypes, registeredInputsLayers } from '../nn/inputs-layer.ts'
import { type Layer, type LayerDescription, type LayerTypes, registeredLayers } from '../nn/layer.ts'
import { activationTypes } from '../nn/layers/activation.ts'
import { adaptivePoolingTypes } from '../nn/layers/adaptive-pooling.ts'
import { multiHeadAttentionTypes } from '../nn/layers/attention/multi-head.ts'
import { auxiliaryTypes } from '../nn/layers/auxiliary.ts'
import { batchNormTypes } from '../nn/layers/batch-norm.ts'
import { concatTypes } from '../nn/layers/concat.ts'
import { convolutionTypes } from '../nn/layers/convolution.ts'
import { dropoutTypes } from '../nn/layers/dropout.ts'
import { embeddingTypes } from '../nn/layers/embedding.ts'
import { groupNormTypes } from '../nn/layers/group-norm.ts'
import { layerNormTypes } from '../nn/layers/layer-norm.ts'
import { linearTypes } from '../nn/layers/linear.ts'
import { localResponseNormTypes } from '../nn/layers/local-response-norm.ts'
import { poolingTypes } from '../nn/layers/pooling.ts'
import { quantizedTypes } from '../nn/layers/quantized.ts'
import { recurrentTypes } from '../nn/layers/recurrent/types.ts'
import { residualTypes } from '../nn/layers/residual.ts'
import { rowConvolutionTypes } from '../nn/layers/row-convolution.ts'
import { sequentialTypes } from '../nn/layers/sequential.ts'
import { shapeTypes } from '../nn/layers/shape.ts'
import { standardizeTypes } from '../nn/layers/standardize.ts'
import { subsampleTypes } from '../nn/layers/subsample.ts'
import { transposedConvolutionTypes } from '../nn/layers/transposed-convolution.ts'
import { upsamplingTypes } from '../nn/layers/upsampling.ts'
import { deepSpeechTypes } from './deep-speech/deep-speech.ts'
import { detectorTypes } from './detector.ts'
import { gnmtTypes } from './gnmt.ts'
import { localizerTypes } from './localizer.ts'

const builtIn: LayerTypes = {
  ...activationTypes,
  ...adaptivePoolingTypes,
  ...auxiliaryTypes,
  ...batchNormTypes,
  ...convolutionTypes,
  ...dropoutTypes,
  ...embeddingTypes,
  ...groupNormTypes,
  ...layerNormTypes,
  ...linearTypes,
  ...localResponseNormTypes,
  ...multiHeadAttentionTypes,
  ...concatTypes,
  ...poolingTypes,
  ...quantizedTypes,
  ...recurrentTypes,
  ...residualTypes,
  ...rowConvolutionTypes,
  ...sequentialTypes,
  ...shapeTypes,
  ...standardizeTypes,
  ...subsampleTypes,
  ...transposedConvolutionTypes,
  ...upsamplingTypes,
  ...detectorTypes,
  ...localizerTypes,
}

const inputsBuiltIn: InputsLayerTypes = { ...ofInputTypes, ...deepSpeechTypes, ...gnmtTypes }

/**
 * The layer that a description tells. It may come from a stranger's file: whatever it holds, there is a layer or an ArgumentError.
 * @throws ArgumentError for a type that is unknown and arguments that are missing, of a wrong kind or out of range.
 */
export const layerFrom = (description: unknown): Layer => built(description, 'layer', builtIn, registeredLayers)

/** As `layerFrom`, of a network that takes inputs by their names. */
export const inputsLayerFrom = (description: unknown): InputsLayer =>
  built(description, 'network of named inputs', inputsBuiltIn, registeredInputsLayers)

type Build<Built> = (description: LayerDescription, layerFrom: (description: unknown) => Layer) => Built

function built<Built>(
  description: unknown,
  what: string,
  known: Readonly<Record<string, Build<Built>>>,
  registered: ReadonlyMap<string, Build<Built>>,
): Built {
  const type = (description as LayerDescription | null)?.type
  const build = typeof type !== 'string' ? undefined : Object.hasOwn(known, type) ? known[type] : registered.get(type)
  if (build === undefined)
    throw new ArgumentError(
      `${what} type ${JSON.stringify(type)} is unknown; expected one of ${[...Object.keys(known), ...registered.keys()].sort().join(', ')}`,
    )
  try {
    return build(description as LayerDescription, layerFrom)
  } catch (error) {
    if (error instanceof GentleError) throw error
    throw new ArgumentError(`${what} ${type}: its description lacks arguments, or has some of the wrong type`, {
      cause: error,
    })
  }
}
