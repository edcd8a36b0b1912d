/** Files of weights, whoever wrote them: a path in Node, else an address. */

import type { Backend } from '../backends/backend.ts'
import { ArgumentError, DataError } from '../core/errors.ts'
import { filesAt } from '../data/files.ts'
import { inNode, readIn } from '../data/node.ts'
import { readPyTorch } from '../formats/pytorch/pytorch.ts'
import { readSafetensors, type StoredTensor } from '../formats/safetensors.ts'
import { type Model, readWeights, weightsOf } from '../nn/model.ts'

export interface WeightsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** What a safetensors file says beside. */
  readonly metadata: Readonly<Record<string, string>>
}

const endings = ['.safetensors', '.pth', '.pt', '.onnx'] as const

/** The kind of a weights file, by its ending; undefined for another file. */
export const weightsEnding = (place: string): (typeof endings)[number] | undefined =>
  endings.find((ending) => place.toLowerCase().endsWith(ending))

/** The bytes of a file: of a path in Node, else of an address. @throws DataError for one that is missing or cannot be read. */
export async function bytesAt(place: string): Promise<Uint8Array> {
  const isPath = inNode() && !/^https?:/.test(place)
  const name = place.slice(place.lastIndexOf('/') + 1)
  const bytes = isPath
    ? await readIn('', place)
    : await filesAt(place.slice(0, place.length - name.length) || './', 'weights file').read(name)
  if (bytes === undefined) throw new DataError(`${place} cannot be read: there is no such file`)
  return bytes
}

/** The model of an ONNX file. Its protobuf reader is loaded only here. */
export async function openOnnx(place: string, backend?: Backend): Promise<Model> {
  const bytes = await bytesAt(place)
  await import('../formats/onnx/layer.ts')
  const { loadOnnx } = await import('../formats/onnx/index.ts')
  return (await loadOnnx(bytes, { name: place, backend })).asModel()
}

/**
 * The tensors of a .safetensors, .pth, .pt or .onnx file, by name.
 * @param place a path in Node, else an address
 * @throws ArgumentError for a file of another kind; DataError for one that is missing; FormatError for one that is broken.
 */
export async function readWeightsFile(place: string): Promise<WeightsFile> {
  switch (weightsEnding(place)) {
    case '.safetensors':
      return readSafetensors(await bytesAt(place), place)
    case '.pth':
    case '.pt':
      return { tensors: readPyTorch(await bytesAt(place), place), metadata: {} }
    case '.onnx': {
      const model = await openOnnx(place)
      const values = await readWeights(model)
      const tensors = [...weightsOf(model)].map(([name, { shape }]): [string, StoredTensor] => [
        name,
        { shape, dtype: 'float32', data: values.get(name)! },
      ])
      return { tensors: new Map(tensors), metadata: {} }
    }
    default:
      throw new ArgumentError(`${place} is no file of weights; expected a name that ends in ${endings.join(', ')}`)
  }
}
