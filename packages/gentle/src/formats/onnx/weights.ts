/** The weights of an ONNX file without its graph. */
import type { StoredTensor } from '../safetensors.ts'
import { networkOf } from './network.ts'
import { readOnnx } from './read-onnx.ts'

/**
 * The learned tensors and statistics of an ONNX file, by their names, as float32.
 * @throws FormatError for a broken file.
 */
export function readOnnxWeights(bytes: Uint8Array, name: string): Map<string, StoredTensor> {
  const { network, values } = networkOf(readOnnx(bytes, name), name)
  return new Map(
    Object.entries(network.weights).map(([path, { shape }]) => [
      path,
      { shape, dtype: 'float32', data: values.get(path)! },
    ]),
  )
}
