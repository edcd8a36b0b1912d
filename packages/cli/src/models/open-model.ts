/** A trained model, wherever it is kept: a run folder, a weights file that describes its model, or a network's name and its weights. */
import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import {
  createModel,
  input as inputTensor,
  loadMatching,
  loadModel,
  type Model,
  type Shape,
  saveModel,
  type Tensor,
  weightsOf,
} from 'gentle-dl'
import { readSafetensors, writeSafetensors } from 'gentle-dl/formats'
import { traceInference } from 'gentle-dl/inspect'
import { type TaskName, taskNames } from '../tasks/task-names.ts'
import { note } from '../terminal/terminal.ts'
import { nearestOf, UsageError } from '../terminal/usage.ts'

import { type Network, networkNamed, networkNames, takesPoints } from './networks.ts'
import { fromMetadata, type Preprocessing, toMetadata } from './preprocessing.ts'
import { someOf, storedFirst } from './pretrained.ts'
import { headOf } from './structure.ts'
import { bytesOf, isWeightsFile, readOnnxModel, readWeightsFile, type Tensors } from './weights-file.ts'

/** A model, and what is done to a picture before it sees it, where that is known. */
export interface Opened {
  readonly model: Model
  readonly preprocessing?: Preprocessing
  /** What it was trained for. */
  readonly task: TaskName
}

const taskKey = 'gentle.task'

/** @throws UsageError for a task that there is not. */
function taskFrom(metadata: Readonly<Record<string, string>>, file: string): TaskName {
  const stored = metadata[taskKey] ?? 'classify'
  const task = taskNames.find((name) => name === stored)
  if (task === undefined)
    throw new UsageError(`${file}: its task '${stored}' is unknown; expected one of ${taskNames.join(', ')}`)
  return task
}

/** A model as bytes of a safetensors file that tells how pictures are prepared for it, and what it was trained for. */
export async function describedModel(
  model: Model,
  preprocessing: Preprocessing | undefined,
  task: TaskName = 'classify',
): Promise<Uint8Array> {
  const { tensors, metadata } = readSafetensors(await saveModel(model))
  return writeSafetensors(tensors, { ...metadata, ...toMetadata(preprocessing), [taskKey]: task })
}

/** The file of a run folder's weights, its best where there are, or the file itself. @throws UsageError where there is none. */
export function weightsFileOf(place: string): string {
  const candidates = [join(place, 'weights', 'best.safetensors'), join(place, 'weights', 'last.safetensors'), place]
  const file = candidates.find((candidate) => isWeightsFile(candidate) && existsSync(candidate))
  if (file !== undefined) return file
  if (networkNames.includes(place))
    throw new UsageError(`${place} is a network without weights; give them with --weights FILE`)
  const nearest =
    existsSync(place) || place.includes('/') ? '' : `; the nearest network is ${nearestOf(place, networkNames)}`
  throw new UsageError(`${place} is neither a run folder with weights nor a .safetensors or .onnx file${nearest}`)
}

/**
 * Opens the model of a run folder, its best weights, or of a file that describes its model.
 * @throws UsageError where there is none.
 */
export async function openModel(place: string): Promise<Opened> {
  const file = weightsFileOf(place)
  if (extname(file) === '.onnx') return { model: await readOnnxModel(file, 'model'), task: 'classify' }
  if (extname(file) !== '.safetensors')
    throw new UsageError(
      `${file} holds weights without a network; name it, as in: gentle predict resnet18 --weights ${file}`,
    )
  const bytes = await bytesOf(file, 'weights')
  const { metadata } = readSafetensors(bytes, file)
  return {
    model: await loadModel(bytes, { name: file }),
    preprocessing: fromMetadata(metadata, file),
    task: taskFrom(metadata, file),
  }
}

/**
 * The model of a network's name and a file of its weights; the file tells the number of classes. An ONNX file is a whole model, and run as
 * it is.
 * @throws UsageError when the file does not fit the network.
 */
export async function openNamed(name: string, file: string, inputShape?: Shape): Promise<Opened> {
  const network = networkNamed(name)
  if (extname(file) === '.onnx') return { model: await readOnnxModel(file, '--weights'), task: 'classify' }
  const { tensors, metadata } = await readWeightsFile(file, '--weights')
  const preprocessing = fromMetadata(metadata, file)
  const shape = inputShape ?? (preprocessing ? shapeOfPictures(preprocessing) : network.inputShape)
  const points = takesPoints(name) && shape.length === 1
  const classes = classesIn(tensors, network, shape, points) ?? 1000
  const model = await createModel(network.build({ classes, points }), shape, { firstValues: storedFirst(tensors, 0) })
  await checkComplete(model, tensors, name, file)
  return { model, preprocessing, task: taskFrom(metadata, file) }
}

const shapeOfPictures = ({ channels, height, width }: Preprocessing): Shape => [channels, height, width]

/** The number of classes of the weights: the size of the head's own axis. */
function classesIn(tensors: Tensors, network: Network, inputShape: Shape, points: boolean): number | undefined {
  for (const [name, axis] of headOf((classes) => network.build({ classes, points }), inputShape)) {
    const classes = tensors.get(name)?.shape[axis]
    if (classes !== undefined) return classes
  }
  return undefined
}

/** The names of the weights that the output depends on: those of auxiliary heads are not among them. */
function usedWeights(model: Model): Set<string> {
  const names = new Map<Tensor, string>([...weightsOf(model)].map(([name, variable]) => [variable, name]))
  const seen = new Set<Tensor>()
  const left = [traceInference(model, inputTensor([1, ...model.inputShape]))]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    left.push(...node.inputs)
  }
  return new Set([...seen].flatMap((node) => names.get(node) ?? []))
}

/** @throws UsageError naming the weights that the output depends on and the file lacks, and those that it has with another shape. */
async function checkComplete(model: Model, tensors: Tensors, name: string, file: string): Promise<void> {
  const { missing, unexpected, otherShape } = await loadMatching(model, tensors)
  const weights = weightsOf(model)
  const used = usedWeights(model)
  const lacking = missing.filter((key) => used.has(key))
  const differing = otherShape.map(
    (key) => `${key} is [${tensors.get(key)!.shape.join(', ')}] for [${weights.get(key)!.shape.join(', ')}]`,
  )
  if (lacking.length + differing.length > 0)
    throw new UsageError(
      `${file} does not fit ${name}: ${[
        ...(lacking.length > 0 ? [`it has no ${someOf(lacking)}`] : []),
        ...(differing.length > 0 ? [someOf(differing)] : []),
      ].join('; ')}`,
    )
  if (unexpected.length > 0) note(`${file}: not in ${name}, and left out: ${someOf(unexpected)}`)
}
