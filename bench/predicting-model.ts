/** The networks that predict, as models of Gentle. */
import { readFileSync } from 'node:fs'
import { readSafetensors } from '../packages/gentle/src/entries/formats.ts'
import {
  type Backend,
  createModel,
  type InitialValues,
  loadModel,
  type Model,
} from '../packages/gentle/src/entries/index.ts'
import { inEightBits, isExported, networkFile } from './exported-networks.ts'
import { torchvisionLayer } from './networks.ts'
import { imageShape, type Predicting } from './workload.ts'

/** Weights that go from the file to the backend without a copy in between. */
function storedValues(network: string): InitialValues {
  const { tensors } = readSafetensors(readFileSync(networkFile(network, 'safetensors')))
  return (path) => {
    const stored = tensors.get(path)
    if (stored === undefined) throw new Error(`PyTorch's ${network} has no ${path}`)
    return stored.data as Float32Array
  }
}

/** A network with PyTorch's weights where PyTorch has written them, else with weights of its own. */
export const openPredicting = (network: Predicting, backend: Backend): Promise<Model> =>
  createModel(torchvisionLayer(network, 1000), imageShape, {
    backend,
    initialValues: isExported(network) ? storedValues(network) : undefined,
  })

/** The same in 8 bits. @throws Error where it has not been written. */
export const openQuantized = (network: Predicting, backend: Backend): Promise<Model> =>
  loadModel(readFileSync(networkFile(inEightBits(network), 'safetensors')), { backend })
