/** The values of what `inspectFile` lists, by the same names. */
import { failing, printable } from '../formats/failure.ts'
import { readNpy } from '../formats/npy.ts'
import { readNpz } from '../formats/npz.ts'
import type { StoredTensor } from '../formats/safetensors.ts'
import { bytesOf, readWeightsFile, type WeightsFileOptions, withFile } from '../train/weights-file.ts'
import { isNumpyArchive } from './numpy-content.ts'

export type TensorValues = ReadonlyMap<string, StoredTensor>

export function tensorValues(place: string, options: WeightsFileOptions): Promise<TensorValues> {
  return withFile(place, async (file): Promise<TensorValues> => {
    if (file.kind === 'npy') return new Map([['array', readNpy(bytesOf(file), place)]])
    if (file.kind === 'zip' && isNumpyArchive(bytesOf(file), failing(place))) return readNpz(bytesOf(file), place)
    if (file.kind === 'onnx') return onnxValues(bytesOf(file), place)
    return (await readWeightsFile(place, options)).tensors
  })
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
