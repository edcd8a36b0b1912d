/** What contenders compute. Nothing here needs Node: a page's contender uses it, too. */

/** A network that all contenders train: see README.md for its layers. */
export interface Trained {
  readonly title: string
  readonly parameters: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly classes: number
  readonly learningRate: number
  readonly momentum: number
}

const recipe = { classes: 10, learningRate: 0.01, momentum: 0.9 }

export const lenet5: Trained = {
  title: 'LeNet-5',
  parameters: 61706,
  channels: 1,
  height: 28,
  width: 28,
  ...recipe,
}

/** By name. The PyTorch twins of those that rivals train are in rivals/workload.py. */
export const trained = {
  lenet5,
  resnet20: { title: 'ResNet-20', parameters: 269_722, channels: 3, height: 32, width: 32, ...recipe },
  resnet18: { title: 'ResNet-18', parameters: 11_173_962, channels: 3, height: 32, width: 32, ...recipe },
  resnet50: {
    title: 'ResNet-50',
    parameters: 25_557_032,
    channels: 3,
    height: 224,
    width: 224,
    ...recipe,
    classes: 1000,
  },
  vgg16: { title: 'VGG16', parameters: 138_357_544, channels: 3, height: 224, width: 224, ...recipe, classes: 1000 },
} as const satisfies Record<string, Trained>

export type Training = keyof typeof trained

/** Networks of the vision tasks' presets, with their twins in rivals/picture_tasks.py, and how they are trained there: on grey pictures of so many pixels a side. */
export const taskNetworks = {
  unet: { title: 'U-Net', size: 128, batch: 8, parameters: 2_160_231 },
  detector: { title: 'detector', size: 96, batch: 16, parameters: 542_870 },
  localizer: { title: 'localizer', size: 64, batch: 16, parameters: 609_107 },
} as const

export type TaskNetwork = keyof typeof taskNetworks

export const isTaskNetwork = (network: string): network is TaskNetwork => Object.hasOwn(taskNetworks, network)

/** How a network trains that is one of those above, or any of torchvision's on square images of so many pixels. */
export const trainedBy = ({
  network,
  size,
}: {
  readonly network: string
  readonly size?: number
}): Omit<Trained, 'parameters'> =>
  size === undefined
    ? trained[network as Training]
    : isTaskNetwork(network)
      ? { title: network, channels: 1, height: size, width: size, ...recipe, learningRate: 0.001 }
      : { title: network, channels: 3, height: size, width: size, ...recipe, classes: 1000 }

/** Networks whose training takes minutes to compare, with the sides of their square images and the numbers that they train. */
export const trainedLong = [
  { network: 'resnet50', title: 'ResNet-50', size: 224, batch: 16, parameters: 25_557_032 },
  { network: 'vgg16', title: 'VGG16', size: 224, batch: 8, parameters: 138_357_544 },
  { network: 'alexnet', title: 'AlexNet', size: 224, batch: 32, parameters: 61_100_840 },
  { network: 'googlenet', title: 'GoogLeNet', size: 224, batch: 16, parameters: 6_624_904 },
  { network: 'mobilenet_v2', title: 'MobileNetV2', size: 224, batch: 32, parameters: 3_504_872 },
  { network: 'mobilenet_v2', title: 'MobileNetV2', size: 96, batch: 32, parameters: 3_504_872 },
  ...(Object.keys(taskNetworks) as TaskNetwork[]).map((network) => ({ network, ...taskNetworks[network] })),
] as const

/** Networks whose convolutions are measured one by one, with the batch that their layers get. */
export const convolved = {
  lenet5: { title: 'LeNet-5', batch: 64 },
  resnet20: { title: 'ResNet-20', batch: 128 },
  resnet50: { title: 'ResNet-50', batch: 8 },
  vgg16: { title: 'VGG16', batch: 8 },
} as const satisfies Partial<Record<Training, { title: string; batch: number }>>

export type Convolved = keyof typeof convolved

/** Networks that predict, by torchvision's names. */
export const predicting = {
  alexnet: 'AlexNet',
  vgg16: 'VGG16',
  googlenet: 'GoogLeNet',
  resnet18: 'ResNet-18',
  resnet50: 'ResNet-50',
  mobilenet_v2: 'MobileNetV2',
} as const

export type Predicting = keyof typeof predicting

/** Shape of an image that they look at. */
export const imageShape: readonly number[] = [3, 224, 224]

/** Pseudo-random numbers from 0 to 1, the same in every language: the generator is in rivals/workload.py, too. */
export function randomNumbers(seed = 1): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** One batch that all contenders train on. */
export function randomBatch(
  batch: number,
  { channels, height, width, classes }: Omit<Trained, 'parameters'> = lenet5,
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
