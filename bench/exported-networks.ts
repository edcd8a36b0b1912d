/** The networks that PyTorch has written into bench/cache, for those that read files. */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { relativeDifference } from './workload.ts'

/** Where rivals/export-onnx.py writes networks, and quantize-networks.ts the same in 8 bits. */
export const cache = fileURLToPath(new URL('cache/', import.meta.url))

export type NetworkFile = 'onnx' | 'safetensors' | 'json'

const pathOf = (network: string, ending: NetworkFile): string => `${cache}${network}.${ending}`

/** The name of a network's files in 8 bits, which Gentle writes. */
export const inEightBits = (network: string): string => `${network}-8-bit`

/** Whether a network has been written. */
export const isExported = (network: string): boolean => existsSync(pathOf(network, 'json'))

/**
 * Where a network is that has been written.
 * @throws Error when it has not.
 */
export function networkFile(network: string, ending: NetworkFile): string {
  const path = pathOf(network, ending)
  if (!existsSync(path))
    throw new Error(
      `there is no bench/cache/${basename(path)}; its weights are PyTorch's: apt-get install python3-torchvision`,
    )
  return path
}

/** What a network makes of the first of `randomImages`, and how far from that, as a share of the largest number, it may be: 0.1 % unless given. */
export interface ExpectedOutput {
  readonly output: readonly number[]
  readonly within?: number
}

/** @throws Error where a network has not been written. */
export const expectedOutput = (network: string): ExpectedOutput =>
  JSON.parse(readFileSync(networkFile(network, 'json'), 'utf8'))

/**
 * Refuses a network that is not the one that the others run.
 * @param output what it makes of the first of `randomImages`.
 * @throws Error when that differs from what PyTorch makes of it.
 */
export function checkOutput(network: string, output: ArrayLike<number>): void {
  const { output: expected, within = 1e-3 } = expectedOutput(network)
  const difference = relativeDifference(output, expected)
  if (!(difference < within))
    throw new Error(`its output differs by ${difference.toPrecision(2)} from PyTorch's for the same weights and image`)
}
