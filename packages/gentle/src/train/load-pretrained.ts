/** One of the lecture's networks with the weights of a file. */
import { openDefaultBackend } from '../backends/default.ts'
import { WeightsError } from '../core/errors.ts'
import type { Shape } from '../core/shape.ts'
import { printable } from '../formats/failure.ts'
import type { StoredTensor } from '../formats/safetensors.ts'
import { buildNetwork, publishedSizes, takesPoints } from '../models/recipes.ts'
import { createModel, weightsOf } from '../nn/model.ts'
import { headParameters } from '../nn/parameter-shapes.ts'
import type { Preprocessing } from '../vision/preprocessing.ts'
import { beyond, someOf } from './mismatch.ts'
import { purposeFrom } from './model-purpose.ts'
import { type OpenedModel, type OpenOptions, openOnnxModel, pretrainedValues } from './open-model.ts'
import { namedAsNetwork } from './weight-names.ts'
import { checkComplete, match } from './weights.ts'
import { type FilePlace, nameOf, readWeightsFile, withFile } from './weights-file.ts'

export interface PretrainedOptions extends OpenOptions {
  /** Of an example; as the file's preprocessing tells or the network was published for unless given. */
  readonly inputShape?: Shape
  /** The key of the weights that are read, where a checkpoint has several, such as `state_dict`. */
  readonly key?: string
}

/** Where in a file a network's weights were found. */
export interface WeightsSource {
  /** The key under which a checkpoint has them, such as `state_dict_ema`; '' where they are all of it. */
  readonly key: string
  /** Keys of other weights in the checkpoint. */
  readonly others: readonly string[]
  /** How its names were changed into the network's, such as `without "module."`. */
  readonly changes: readonly string[]
}

const wholeFile: WeightsSource = { key: '', others: [], changes: [] }

/**
 * One of the lecture's networks with the weights of a file, such as torchvision's `resnet18.pth` or a checkpoint of a training; the file tells the
 * number of classes. An ONNX file is a whole model, and opened as it is.
 * @param name of the network
 * @param file as `readWeightsFile` takes it: a path in Node, else an address; or its name and bytes
 * @returns also the names of tensors that the network does not have, and where in the file its weights were found
 * @throws ArgumentError for an unknown network or a file of another kind; DataError for one that is missing; FormatError for one that is broken;
 * WeightsError for one that does not fit the network.
 */
export async function loadPretrained(
  name: string,
  file: FilePlace,
  { inputShape, backend, key }: PretrainedOptions = {},
): Promise<OpenedModel & { readonly unexpected: readonly string[]; readonly source: WeightsSource }> {
  const place = nameOf(file)
  const published = publishedSizes(name)
  if (await withFile(file, ({ kind }) => kind === 'onnx'))
    return { ...(await openOnnxModel(file, { backend })), unexpected: [], source: wholeFile }
  if (backend === undefined) openDefaultBackend()
  const { tensors: stored, metadata, classes: names, key: taken, others } = await readWeightsFile(file, { key })
  const purpose = purposeFrom(metadata, place)
  const shape = inputShape ?? shapeOf(purpose.preprocessing) ?? published.inputShape
  const points = takesPoints(name) && shape.length === 1
  const build = (classes: number) => buildNetwork(name, { classes, points })
  const { tensors, changes } = namedAsNetwork(build(published.classes), shape, stored, place)
  const classes = classesIn(tensors, headParameters(build, shape)) ?? published.classes
  const model = await createModel(build(classes), shape, {
    backend,
    classes: names?.length === classes ? names : undefined,
    initialValues: pretrainedValues(tensors),
  })
  const matching = match(model, tensors, place)
  checkComplete(model, matching, `${place} does not fit ${name}`)
  const more = beyond(matching.unexpected, weightsOf(model).keys())
  if (more.length > 0)
    throw new WeightsError(
      `${place} does not fit ${name}: it has further weights in the network's modules, ${someOf(more.map(printable))}, so it belongs to a larger network; name that one`,
      matching,
    )
  return { model, ...purpose, unexpected: matching.unexpected, source: { key: taken, others, changes } }
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
