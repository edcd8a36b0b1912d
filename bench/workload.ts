/** LeNet-5 as every contender trains it, by the lecture: see README.md for its layers. */
export const lenet5 = { parameters: 61706, learningRate: 0.01, momentum: 0.9, classes: 10, height: 28, width: 28 }

/** One batch that all contenders train on, whatever their language: the same generator is in rivals/pytorch.py. */
export function randomBatch(batch: number): { images: Float32Array<ArrayBuffer>; labels: Int32Array } {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const images = Float32Array.from({ length: batch * lenet5.height * lenet5.width }, next)
  const labels = Int32Array.from({ length: batch }, () => Math.floor(next() * lenet5.classes))
  return { images, labels }
}

/** Weights between plus and minus 1 / sqrt(fan in), PyTorch's own initialisation of these layers. */
export function randomWeights(size: number, fanIn: number): Float32Array<ArrayBuffer> {
  const bound = 1 / Math.sqrt(fanIn)
  return Float32Array.from({ length: size }, () => (2 * Math.random() - 1) * bound)
}
