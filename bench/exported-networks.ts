/** The networks that PyTorch has written into bench/cache, for those that read files. */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { relativeDifference } from './workload.ts'

/** Where rivals/export-onnx.py writes networks. */
export const cache = fileURLToPath(new URL('cache/', import.meta.url))

export type NetworkFile = 'onnx' | 'safetensors' | 'json'

const pathOf = (network: string, ending: NetworkFile): string => `${cache}${network}.${ending}`

/** Whether PyTorch has written a network. */
export const isExported = (network: string): boolean => existsSync(pathOf(network, 'json'))

/**
 * Where a network is that PyTorch has written.
 * @throws Error when it has not.
 */
export function networkFile(network: string, ending: NetworkFile): string {
  const path = pathOf(network, ending)
  if (!existsSync(path))
    throw new Error(`there is no bench/cache/${basename(path)}; PyTorch writes it: apt-get install python3-torchvision`)
  return path
}

/**
 * Refuses a network that is not the one that the others run.
 * @param output what it makes of the first of `randomImages`.
 * @throws Error when that differs from what PyTorch makes of it.
 */
export function checkOutput(network: string, output: ArrayLike<number>): void {
  const { output: expected } = JSON.parse(readFileSync(networkFile(network, 'json'), 'utf8')) as { output: number[] }
  const difference = relativeDifference(output, expected)
  if (!(difference < 1e-3))
    throw new Error(`its output differs by ${difference.toPrecision(2)} from PyTorch's for the same weights and image`)
}
