/** One of the lecture's networks with the weights of a file. */
import { WeightsError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import type { StoredTensor } from '../formats/safetensors.ts'
import { buildNetwork, publishedSizes, takesPoints } from '../models/recipes.ts'
import { createModel, type Model, weightsOf } from '../nn/model.ts'
import { headParameters } from '../nn/parameter-shapes.ts'
import type { Preprocessing } from '../vision/preprocessing.ts'
import { type OpenedModel, type OpenOptions, pretrainedValues } from './open-model.ts'
import { loadMatching, neededToPredict, purposeFrom } from './weights.ts'
import { openOnnx, readWeightsFile, weightsEnding } from './weights-file.ts'

export interface PretrainedOptions extends OpenOptions {
  /** Of an example; as the file's preprocessing tells or the network was published for unless given. */
  readonly inputShape?: Shape
}

/**
 * One of the lecture's networks with the weights of a file, such as torchvision's `resnet18.pth`; the file tells the number of classes. An ONNX
 * file is a whole model, and opened as it is.
 * @param name of the network
 * @param place of a .safetensors, .pth, .pt or .onnx file: a path in Node, else an address
 * @returns also the names of tensors that the network does not have
 * @throws ArgumentError for an unknown network or a file of another kind; DataError for one that is missing; FormatError for one that is broken;
 * WeightsError for one that does not fit the network.
 */
export async function loadPretrained(
  name: string,
  place: string,
  { inputShape, backend }: PretrainedOptions = {},
): Promise<OpenedModel & { readonly unexpected: readonly string[] }> {
  const published = publishedSizes(name)
  if (weightsEnding(place) === '.onnx')
    return { model: await openOnnx(place, backend), task: 'classify', unexpected: [] }
  const { tensors, metadata } = await readWeightsFile(place)
  const purpose = purposeFrom(metadata, place)
  const shape = inputShape ?? shapeOf(purpose.preprocessing) ?? published.inputShape
  const points = takesPoints(name) && shape.length === 1
  const build = (classes: number) => buildNetwork(name, { classes, points })
  const classes = classesIn(tensors, headParameters(build, shape)) ?? published.classes
  const model = await createModel(build(classes), shape, { backend, firstValues: pretrainedValues(tensors) })
  return { model, ...purpose, unexpected: await checkComplete(model, tensors, name, place) }
}

const shapeOf = (preprocessing: Preprocessing | undefined): Shape | undefined =>
  preprocessing && [preprocessing.channels, preprocessing.height, preprocessing.width]

/** The number of classes of the weights: the size of the head's own axis. */
function classesIn(tensors: ReadonlyMap<string, StoredTensor>, head: ReadonlyMap<string, number>): number | undefined {
  for (const [name, axis] of head) {
    const classes = tensors.get(name)?.shape[axis]
    if (classes !== undefined) return classes
  }
  return undefined
}

/** A few names, and how many more there are. */
const someOf = (names: readonly string[], most = 4): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`

/**
 * Gives the tensors that are left out.
 * @throws WeightsError naming the weights that the output depends on and the file lacks, and those that it has with another shape.
 */
async function checkComplete(
  model: Model,
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  place: string,
): Promise<readonly string[]> {
  const { missing, unexpected, otherShape } = await loadMatching(model, tensors)
  const weights = weightsOf(model)
  const needed = neededToPredict(model)
  const lacking = missing.filter((key) => needed.has(weights.get(key)!))
  const differing = otherShape.map(
    (key) => `${key} is ${formatShape(tensors.get(key)!.shape)} for ${formatShape(weights.get(key)!.shape)}`,
  )
  const problems = [
    ...(lacking.length > 0 ? [`it has no ${someOf(lacking)}`] : []),
    ...(differing.length > 0 ? [someOf(differing)] : []),
  ]
  if (problems.length > 0) throw new WeightsError(`${place} does not fit ${name}: ${problems.join('; ')}`)
  return unexpected
}
