import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A network that all contenders train: see README.md for its layers. */
export interface Trained {
  readonly parameters: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly classes: number
  readonly learningRate: number
  readonly momentum: number
}

const recipe = { classes: 10, learningRate: 0.01, momentum: 0.9 }

export const lenet5: Trained = { parameters: 61706, channels: 1, height: 28, width: 28, ...recipe }

/** By name. Their PyTorch twins are in rivals/workload.py. */
export const trained = {
  lenet5,
  resnet20: { parameters: 269_722, channels: 3, height: 32, width: 32, ...recipe },
  resnet18: { parameters: 11_173_962, channels: 3, height: 32, width: 32, ...recipe },
} as const satisfies Record<string, Trained>

/** Networks that predict, by torchvision's names. */
export const predicting = {
  alexnet: 'AlexNet',
  vgg16: 'VGG16',
  googlenet: 'GoogLeNet',
  resnet18: 'ResNet-18',
  resnet50: 'ResNet-50',
} as const

export type Predicting = keyof typeof predicting

/** Shape of an image that they look at. */
export const imageShape: readonly number[] = [3, 224, 224]

/** Pseudo-random numbers from 0 to 1, the same in every language: the generator is in rivals/workload.py, too. */
function randomNumbers(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** One batch that all contenders train on. */
export function randomBatch(
  batch: number,
  { channels, height, width, classes }: Trained = lenet5,
): { images: Float32Array<ArrayBuffer>; labels: Int32Array } {
  const next = randomNumbers()
  const images = Float32Array.from({ length: batch * channels * height * width }, next)
  const labels = Int32Array.from({ length: batch }, () => Math.floor(next() * classes))
  return { images, labels }
}

/** The images that all contenders predict; the first one is always the same. */
export const randomImages = (batch: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: batch * imageShape.reduce((size, axis) => size * axis) }, randomNumbers())

/** Weights between plus and minus 1 / sqrt(fan in), PyTorch's own initialisation of these layers. */
export function randomWeights(size: number, fanIn: number): Float32Array<ArrayBuffer> {
  const bound = 1 / Math.sqrt(fanIn)
  return Float32Array.from({ length: size }, () => (2 * Math.random() - 1) * bound)
}

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

/** The largest difference by the largest expected value. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let [difference, largest] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]))
    largest = Math.max(largest, Math.abs(expected[i]))
  }
  return difference / largest
}
