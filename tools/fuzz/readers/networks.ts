/** Files of networks: Gentle's own, ONNX, TensorFlow.js, Keras; and what a training keeps. */
import { reference } from '../../../packages/gentle/src/backends/reference/reference.ts'
import { moons } from '../../../packages/gentle/src/data/points.ts'
import { loadOnnx } from '../../../packages/gentle/src/formats/onnx/index.ts'
import { readSafetensors, writeSafetensors } from '../../../packages/gentle/src/formats/safetensors.ts'
import { loadTensorflow } from '../../../packages/gentle/src/formats/tensorflow/index.ts'
import * as nn from '../../../packages/gentle/src/nn/index.ts'
import { adam } from '../../../packages/gentle/src/optim/index.ts'
import {
  createTrainer,
  loadModel,
  loadTrainingState,
  saveModel,
  saveTrainingState,
} from '../../../packages/gentle/src/train/index.ts'
import { loadKeras } from '../../../packages/gentle/src/train/open-tensorflow.ts'
import { changeBytes } from '../change-bytes.ts'
import { changedValue, changeJson } from '../change-json.ts'
import { changeProtobuf } from '../change-protobuf.ts'
import { changeInZip } from '../change-zip.ts'
import { type Change, type FuzzedReader, textOf, utf8 } from '../fuzzed-reader.ts'
import { bytesFrom, golden } from '../goldens.ts'
import { changeSafetensorsHeader } from './weights.ts'

const backend = reference()

/** A file's network, as a model. */
async function openOnnx(bytes: Uint8Array): Promise<unknown> {
  const model = await loadOnnx(bytes, { backend })
  return model.inputs.length === 1 ? model.asModel() : model.asInputsModel()
}

export const onnx = async (): Promise<FuzzedReader> => {
  const all = [
    ...golden<{ file: string }[]>('onnx').map(({ file }) => file),
    ...Object.values(golden<Record<string, unknown>>('onnx-graphs')).filter((value) => typeof value === 'string'),
  ].map(bytesFrom)
  // Some of them are there because they are refused.
  const opened = await Promise.allSettled(all.map(openOnnx))
  return {
    seeds: all.filter((bytes, i) => opened[i].status === 'fulfilled' && bytes.length < 20_000),
    changes: [changeProtobuf],
    read: openOnnx,
  }
}

interface TensorflowGolden {
  readonly model: object
  readonly weights: string
}

/** A model.json; its weights stand beside it, so that a file is both. */
export const tensorflow = (): FuzzedReader => {
  const all = ['layers', 'graphs'].flatMap((kind) =>
    Object.values(golden<Record<string, TensorflowGolden>>(`tensorflow-${kind}`)),
  )
  return {
    seeds: all.map(({ model, weights }) => utf8(JSON.stringify({ model, weights }))),
    changes: [changeJson],
    read: async (bytes) => {
      let file: Partial<TensorflowGolden> | null = null
      try {
        file = JSON.parse(textOf(bytes))
      } catch {}
      const { model, weights } = file ?? {}
      if (typeof model !== 'object' || model === null || typeof weights !== 'string') return undefined
      return loadTensorflow(model, () => bytesFrom(weights), { backend })
    },
  }
}

const kerasFiles = (): Uint8Array[] =>
  Object.values(golden<{ files: Record<string, { file: string }> }>('keras').files).map(({ file }) => bytesFrom(file))

export const keras = (): FuzzedReader => ({
  seeds: kerasFiles().filter((bytes) => bytes[0] === 0x50),
  changes: [changeInZip([changeBytes, changeJson])],
  read: (bytes) => loadKeras(bytes, { backend }),
})

/** Keras' older files, which the HDF5 library opens. */
export const hdf5 = (): FuzzedReader => ({
  seeds: kerasFiles().filter((bytes) => bytes[0] !== 0x50),
  read: (bytes) => loadKeras(bytes, { backend }),
})

/** By a checksum nearly every change is refused; behind it stands all that is read. */
function unsealed(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes)
  return writeSafetensors(tensors, metadata)
}

/** Changes what is JSON within the metadata of a safetensors file, as the description of a network is. */
const changeDescription: Change = (bytes, random) => {
  try {
    const { tensors, metadata } = readSafetensors(bytes)
    const [key] = Object.keys(metadata).filter((each) => /^gentle\.(model|training)$/.test(each))
    const changed = changedValue(JSON.parse(metadata[key]), random)
    return writeSafetensors(tensors, { ...metadata, [key]: JSON.stringify(changed) ?? '' })
  } catch {
    return bytes
  }
}

const layers: readonly [nn.Layer, number[]][] = [
  [
    nn.Sequential(
      nn.Conv2d(2, 3, { padding: 1 }),
      nn.BatchNorm(),
      nn.ReLU(),
      nn.MaxPool2d(2),
      nn.Flatten(),
      nn.Linear(3),
    ),
    [1, 6, 6],
  ],
  [
    nn.Sequential(
      nn.Residual(nn.Conv2d(2, 3, { padding: 1, stride: 1 })),
      nn.Upsample2d(2),
      nn.AdaptiveAvgPool2d(1),
      nn.Flatten(),
    ),
    [2, 4, 4],
  ],
  [nn.Sequential(nn.Linear(4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(2)), [2]],
]

export const models = async (): Promise<FuzzedReader> => ({
  seeds: (
    await Promise.all(
      layers.map(async ([layer, inputShape]) => saveModel(await nn.createModel(layer, inputShape, { backend }))),
    )
  ).flatMap((sealed) => [sealed, unsealed(sealed)]),
  changes: [changeDescription, changeDescription, changeSafetensorsHeader],
  read: (bytes) => loadModel(bytes, { backend }),
})

/** What a run folder keeps to go on from. */
export const trainings = async (): Promise<FuzzedReader> => {
  const trainer = await createTrainer(nn.Linear(2), moons({ examples: 16 }), {
    backend,
    optimizer: adam({ learningRate: 0.1 }),
    epochs: 2,
    batchSize: 8,
  })
  await trainer.step()
  const sealed = saveTrainingState(await trainer.state())
  return {
    seeds: [sealed, unsealed(sealed)],
    changes: [changeDescription, changeSafetensorsHeader],
    read: (bytes) => loadTrainingState(bytes),
  }
}
