/** The values of what `inspectFile` lists, by the same names. */
import { reference } from '../backends/reference/reference.ts'
import { failing, printable } from '../formats/failure.ts'
import { readNpy } from '../formats/npy.ts'
import { readNpz } from '../formats/npz.ts'
import { readSafetensors, type StoredTensor } from '../formats/safetensors.ts'
import { type Model, readWeights, weightsOf } from '../nn/model.ts'
import { openModel } from '../train/open-model.ts'
import { isShardIndex } from '../train/shards.ts'
import { weightsWithin } from '../train/weights.ts'
import { bytesOf, type FilePlace, nameOf, readWeightsFile, withFile } from '../train/weights-file.ts'
import type { InspectOptions } from './file-content.ts'
import { isNumpyArchive } from './numpy-content.ts'

export type TensorValues = ReadonlyMap<string, StoredTensor>

/**
 * The values of a file's tensors, by the names that `inspectFile` lists, as float32 or int32; of weights that a network in 8 bits has as bytes what they stand for.
 * @param source a path in Node, else an address; or the file's name and bytes
 * @throws as `inspectFile`; FormatError for values that are not read
 */
export function tensorValues(source: FilePlace, options: InspectOptions = {}): Promise<TensorValues> {
  const place = nameOf(source)
  return withFile(source, async (file): Promise<TensorValues> => {
    const { kind } = file
    if (kind === 'npy') return new Map([['array', readNpy(await bytesOf(file), place)]])
    if (kind === 'zip' && isNumpyArchive(await bytesOf(file), failing(place)))
      return readNpz(await bytesOf(file), place)
    if (kind === 'onnx') return onnxValues(await bytesOf(file), place)
    const opening = { backend: reference(), hdf5: options.hdf5 }
    if (kind === 'hdf5' || (kind === 'json' && isShardIndex(await bytesOf(file)) === undefined))
      return modelValues((await openModel(source, opening)).model)
    if (kind === 'zip') {
      const { openArchive } = await import('../train/open-tensorflow.ts')
      const opened = await openArchive(place, await bytesOf(file), opening)
      if (opened !== undefined) return modelValues(opened.model)
    }
    if (kind === 'safetensors') {
      const { tensors, metadata } = readSafetensors(file.access, place)
      return new Map([...tensors, ...weightsWithin(tensors, metadata, place)])
    }
    // Of files of PyTorch a part may be listed; of others all is.
    const isPyTorch = kind === 'zip' || kind === 'legacyPyTorch'
    return (await readWeightsFile(source, isPyTorch ? options : {})).tensors
  })
}

/** The weights of a model that another program wrote, as it is opened here. */
async function modelValues(model: Model): Promise<TensorValues> {
  const values = await readWeights(model)
  return new Map(
    [...weightsOf(model)].map(([name, { shape }]) => [name, { shape, dtype: 'float32', data: values.get(name)! }]),
  )
}

async function onnxValues(bytes: Uint8Array, place: string): Promise<TensorValues> {
  const { readOnnx } = await import('../formats/onnx/read-onnx.ts')
  return new Map(
    readOnnx(bytes, place).graph.initializers.map(({ name, shape, data }): [string, StoredTensor] => [
      printable(name),
      data instanceof Int32Array
        ? { shape, dtype: 'int32', data }
        : { shape, dtype: 'float32', data: data instanceof Float32Array ? data : Float32Array.from(data) },
    ]),
  )
}
