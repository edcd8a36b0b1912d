/** Stand-ins for what the library is about to export. */
import { type Model, type StoredTensor, weightsOf, writeWeights } from 'gentle-dl'

export interface Matching {
  loaded: string[]
  missing: string[]
  unexpected: string[]
  otherShape: string[]
}

export async function loadMatching(model: Model, tensors: ReadonlyMap<string, StoredTensor>): Promise<Matching> {
  const weights = weightsOf(model)
  const fits = (name: string): boolean => tensors.get(name)?.shape.join() === weights.get(name)?.shape.join()
  const names = [...weights.keys()]
  const loaded = names.filter((name) => tensors.has(name) && fits(name))
  await writeWeights(model, new Map(loaded.map((name) => [name, tensors.get(name)!.data as Float32Array])))
  return {
    loaded,
    missing: names.filter((name) => !tensors.has(name)),
    unexpected: [...tensors.keys()].filter((name) => !weights.has(name)),
    otherShape: names.filter((name) => tensors.has(name) && !fits(name)),
  }
}

export function readNpy(bytes: Uint8Array, name = 'npy'): StoredTensor {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true)
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length))
  const shape = header
    .match(/'shape': \(([^)]*)\)/)![1]
    .split(',')
    .filter((n) => n.trim() !== '')
    .map(Number)
  if (!header.includes("'<f4'")) throw new Error(`${name} is not float32`)
  return { shape, dtype: 'float32', data: new Float32Array(new Uint8Array(bytes.subarray(10 + length)).buffer) }
}

export const readPyTorch = (_: Uint8Array, name?: string): Map<string, StoredTensor> => {
  throw new Error(`${name}: not yet`)
}

export const loadOnnx = (_: Uint8Array, __?: object): Promise<Model> => {
  throw new Error('not yet')
}
export const exportOnnx = (_: Model): Promise<Uint8Array> => {
  throw new Error('not yet')
}
