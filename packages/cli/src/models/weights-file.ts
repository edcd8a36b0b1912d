/** Files of weights, whoever wrote them. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'

import { type Backend, type Model, readWeights, weightsOf } from 'gentle-dl'
import { readPyTorch, readSafetensors, type StoredTensor } from 'gentle-dl/formats'
import { UsageError } from '../terminal/usage.ts'

export type Tensors = ReadonlyMap<string, StoredTensor>

export interface WeightsFile {
  readonly tensors: Tensors
  /** What a safetensors file says beside. */
  readonly metadata: Readonly<Record<string, string>>
}

export const weightsEndings = ['.safetensors', '.pth', '.pt', '.onnx'] as const

/** Whether a name is a weights file's by its ending. */
export const isWeightsFile = (file: string): boolean => (weightsEndings as readonly string[]).includes(extname(file))

/**
 * The bytes of a file.
 * @throws UsageError for one that is missing or no file; `what` is what it was given as.
 */
export async function bytesOf(file: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason = existsSync(file) ? (error as Error).message.split('\n')[0] : 'there is no such file'
    throw new UsageError(`${what} ${file} cannot be read: ${reason}`)
  }
}

/** The model of an ONNX file. Its protobuf reader is loaded only here. */
export async function readOnnxModel(file: string, what: string, backend?: Backend): Promise<Model> {
  const bytes = await bytesOf(file, what)
  const { loadOnnx } = await import('gentle-dl/onnx')
  return loadOnnx(bytes, { name: file, backend })
}

/**
 * The tensors of a .safetensors, .pth, .pt or .onnx file.
 * @throws UsageError for a file that is missing or of another kind; FormatError for one that is broken.
 */
export async function readWeightsFile(file: string, what: string): Promise<WeightsFile> {
  switch (extname(file)) {
    case '.safetensors':
      return readSafetensors(await bytesOf(file, what), file)
    case '.pth':
    case '.pt':
      return { tensors: readPyTorch(await bytesOf(file, what), file), metadata: {} }
    case '.onnx': {
      const model = await readOnnxModel(file, what)
      const values = await readWeights(model)
      const tensors = [...weightsOf(model)].map(([name, { shape }]): [string, StoredTensor] => [
        name,
        { shape, dtype: 'float32', data: values.get(name)! },
      ])
      return { tensors: new Map(tensors), metadata: {} }
    }
    default:
      throw new UsageError(`${what} is ${file}; expected a file that ends in ${weightsEndings.join(', ')}`)
  }
}
