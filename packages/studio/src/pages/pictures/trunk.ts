/** Networks that have learned already, whose features others decide by: of a file that somebody gives, or trained in the page before. */
import {
  type Backend,
  BatchNorm,
  createModel,
  GentleError,
  type InitialValues,
  type Layer,
  loadMatching,
  loadModel,
  type Model,
  namedAsNetwork,
  parameterShapes,
  readWeights,
  Sequential,
  weightsOf,
} from 'gentle-dl'
import { readPyTorch, readSafetensors, type StoredTensor } from 'gentle-dl/formats'
import { networks, trunk } from 'gentle-dl/models'
import { imagenetPreprocessing, type Preprocessing, preprocessingFrom } from 'gentle-dl/vision'
import { keptSide } from './settings.ts'

/** A file that is no trunk for pictures in colour. */
export class TrunkError extends GentleError {}

export interface Trunk {
  /** The file. */
  readonly file: string
  /** The network of the library whose weights the file has; undefined where the file describes its network. */
  readonly network: string | undefined
  readonly layer: Layer
  readonly values: ReadonlyMap<string, Float32Array>
  /** Pixels of a side of the pictures that it takes. */
  readonly side: number
  /** What it expects of each colour: less the mean, over the deviation. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** The largest file of weights: 256 MB. */
export const maxTrunkBytes = 256 * 2 ** 20

/** Added to variances by the batch norm that does what a file's preprocessing says. */
const epsilon = 1e-5

/** Whether pictures in [0, 1] are what a trunk expects. */
export const isPlain = ({ mean, std }: Pick<Trunk, 'mean' | 'std'>): boolean =>
  mean.every((value) => value === 0) && std.every((value) => value === 1)

/** A trunk's layers behind what makes of pictures in [0, 1] what they expect. */
export const layerOf = (of: Trunk): Layer =>
  isPlain(of) ? of.layer : Sequential({ normalize: BatchNorm({ affine: false, epsilon }), body: of.layer })

/** First values of a network that has a trunk as its `trunk`; what is not of the trunk begins as the layers say. */
export const valuesOf =
  (of: Trunk): InitialValues =>
  (path, shape) => {
    const within = path.replace(/^trunk\./, '')
    if (within === 'normalize.running_mean') return Float32Array.from(of.mean)
    if (within === 'normalize.running_var') return Float32Array.from(of.std, (std) => std ** 2 - epsilon)
    const value = of.values.get(isPlain(of) ? within : within.replace(/^body\./, ''))
    if (value === undefined) throw new TrunkError(`${of.file} has no weights ${within} of shape [${shape.join(', ')}]`)
    return value
  }

/** A trunk as features for a side of pictures. @throws TrunkError for a network that does not take them in colour. */
async function trunkOf(
  model: Model,
  { file, network, preprocessing }: { file: string; network: string | undefined; preprocessing?: Preprocessing },
): Promise<Trunk> {
  const [channels, height, width] = model.inputShape
  if (model.inputShape.length !== 3 || channels !== 3 || height !== width)
    throw new TrunkError(
      `'${file}' takes inputs of shape [${model.inputShape.join(', ')}]; expected a network for square pictures in colour`,
    )
  if (preprocessing !== undefined && Math.abs(preprocessing.scale * 255 - 1) > 1e-9)
    throw new TrunkError(
      `'${file}' takes bytes times ${preprocessing.scale}; expected a network for pictures in [0, 1]`,
    )
  const { mean = [0, 0, 0], std = [1, 1, 1] } = preprocessing ?? {}
  const layer = trunk(model.layer)
  const values = await readWeights(model)
  const { outputShape } = await createModel(layer, [3, keptSide, keptSide], {
    backend: model.backend,
    initialValues: (path) => values.get(path)!,
  }).then((made) => {
    model.backend.release(weightsOf(made).values())
    return made
  })
  if (outputShape.length !== 3)
    throw new TrunkError(`'${file}' has no maps of features at its end; expected a network of convolutions`)
  return { file, network, layer, values, side: Math.min(keptSide, height), mean, std }
}

/** The trunk of a model that was trained in the page. */
export const trunkOfModel = (model: Model, file: string): Promise<Trunk> => trunkOf(model, { file, network: undefined })

/** Networks of the library for pictures in colour. */
const candidates = Object.entries(networks).filter(([, { inputShape }]) => inputShape[0] === 3)

/** The network whose convolutions a file's weights are: of those that fit, the one with the most of them. */
function networkOf(tensors: ReadonlyMap<string, StoredTensor>, file: string) {
  let best: { readonly name: string; readonly layer: Layer; readonly count: number } | undefined
  for (const [name, { build }] of candidates) {
    const layer = trunk(build({}))
    let shapes: ReturnType<typeof parameterShapes>
    try {
      shapes = parameterShapes(layer, [3, keptSide, keptSide])
    } catch {
      // It takes larger pictures alone.
      continue
    }
    if (shapes.size <= (best?.count ?? 0)) continue
    const { tensors: named } = namedAsNetwork(layer, [3, keptSide, keptSide], tensors, file)
    const fits = [...shapes].every(([path, shape]) => named.get(path)?.shape.join() === shape.join())
    if (fits) best = { name, layer, count: shapes.size }
  }
  return best
}

/**
 * Reads a trunk from a file: safetensors of a model of Gentle, or weights of one of the library's networks for pictures, as safetensors or as PyTorch saves them.
 * @throws TrunkError for a file that is too large, or of another kind or network; FormatError for one that is broken.
 */
export async function readTrunk(bytes: Uint8Array, file: string, backend: Backend): Promise<Trunk> {
  if (/\.(onnx|h5|keras|json)$/i.test(file))
    throw new TrunkError(
      `'${file}' is not of layers that can be taken apart; expected safetensors, or weights that PyTorch saved`,
    )
  let tensors: ReadonlyMap<string, StoredTensor>
  if (bytes[8] === 0x7b) {
    const stored = readSafetensors(bytes, file)
    if (stored.metadata['gentle.model'] !== undefined) {
      const model = await loadModel(bytes, { name: file, backend })
      try {
        return await trunkOf(model, {
          file,
          network: undefined,
          preprocessing: preprocessingFrom(stored.metadata, file),
        })
      } finally {
        backend.release(weightsOf(model).values())
      }
    }
    tensors = stored.tensors
  } else tensors = readPyTorch(bytes, file).tensors
  const found = networkOf(tensors, file)
  if (found === undefined)
    throw new TrunkError(
      `'${file}' holds the weights of no network of the library for pictures in colour; expected one of ${candidates.map(([name]) => name).join(', ')}`,
    )
  const model = await createModel(found.layer, [3, keptSide, keptSide], { backend })
  try {
    const { missing, shapeMismatch } = await loadMatching(model, tensors)
    const [first] = [...missing, ...shapeMismatch]
    if (first !== undefined) throw new TrunkError(`'${file}' looks like ${found.name}, but has no ${first} that fits`)
    return await trunkOf(model, {
      file,
      network: found.name,
      preprocessing: imagenetPreprocessing([3, keptSide, keptSide]),
    })
  } finally {
    backend.release(weightsOf(model).values())
  }
}
