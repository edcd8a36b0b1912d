import { gzipSync } from 'node:zlib'

/** An IDX file of bytes: its axes, then its values. */
export function idxBytes(axes: readonly number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * axes.length + values.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x0800 + axes.length)
  axes.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size)
  })
  bytes.set(values, 4 + 4 * axes.length)
  return bytes
}

export const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes)

/** The four files of a small set: images of 2 x 3 whose pixels are all 10 times their number, with labels 0, 1, 2, 0, ... */
export function smallSet(train = 12, test = 4): Map<string, Uint8Array> {
  const images = (count: number) =>
    idxBytes(
      [count, 2, 3],
      Array.from({ length: 6 * count }, (_, i) => 10 * Math.floor(i / 6)),
    )
  const labels = (count: number) =>
    idxBytes(
      [count],
      Array.from({ length: count }, (_, i) => i % 3),
    )
  return new Map([
    ['train-images-idx3-ubyte', images(train)],
    ['train-labels-idx1-ubyte', labels(train)],
    ['t10k-images-idx3-ubyte', images(test)],
    ['t10k-labels-idx1-ubyte', labels(test)],
  ])
}
