import type { Tensor, Variable } from '../../src/graph/tensor.ts'
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  add,
  avgPool2d,
  concat,
  conv2d,
  div,
  leakyRelu,
  matmul,
  maxPool2d,
  mean,
  mul,
  relu,
  reshape,
  softmax,
  sqrt,
  sub,
  tanh,
  upsample2d,
} from '../../src/ops/index.ts'
import { chained } from './closeness.ts'
import type { RandomCase } from './comparison.ts'
import { positive, type Scene } from './scene.ts'

type Block = (scene: Scene, x: Tensor) => Tensor

/** Channels that fill blocks of 8, and that do not. */
const someChannels = (scene: Scene): number => scene.pick([8, 16, 24, scene.between(1, 20)])

function convolution(scene: Scene, x: Tensor, channels: number, keepsSize = false): Tensor {
  const [, inChannels, height, width] = x.shape
  const kernel = scene.pick([1, 3, 3, 5])
  const size = keepsSize || (kernel <= height && kernel <= width) ? kernel : 1
  const bothInBlocks = inChannels % 16 === 0 && channels % 16 === 0
  const groups = bothInBlocks && scene.flag(0.3) ? 2 : 1
  const inGroup = inChannels / groups
  const w = scene.weight([channels, inGroup, size, size], inGroup * size * size)
  const dilation = keepsSize || height < 9 || width < 9 ? 1 : scene.pick([1, 1, 2])
  const padding = keepsSize || scene.flag() ? (dilation * (size - 1)) / 2 : 0
  return conv2d(x, w, { padding, groups, dilation, stride: keepsSize ? 1 : scene.pick([1, 1, 2, [1, 2]]) })
}

/** Batch normalisation as prediction has it: everything but x depends on weights alone. */
function normalize(scene: Scene, x: Tensor): Tensor {
  const channels = x.shape[1]
  const scale = div(scene.variable([channels]), sqrt(add(scene.variable([channels], positive), 0.01)))
  const offset = sub(scene.variable([channels]), mul(scene.variable([channels]), scale))
  return add(mul(x, reshape(scale, [channels, 1, 1])), reshape(offset, [channels, 1, 1]))
}

const biased = (scene: Scene, x: Tensor): Tensor => add(x, scene.variable([x.shape[1], 1, 1]))
const activated = (scene: Scene, x: Tensor): Tensor => scene.pick([relu, tanh, (y: Tensor) => leakyRelu(y, 0.2)])(x)
const finished = (scene: Scene, x: Tensor): Tensor =>
  activated(scene, scene.pick([normalize, biased, (_: Scene, y: Tensor) => y])(scene, x))

const blocks: readonly Block[] = [
  (scene, x) => finished(scene, convolution(scene, x, someChannels(scene))),
  (scene, x) => finished(scene, convolution(scene, x, someChannels(scene))),
  (scene, x) => {
    const body = finished(scene, convolution(scene, x, someChannels(scene), true))
    return relu(add(normalize(scene, convolution(scene, body, x.shape[1], true)), x))
  },
  (scene, x) =>
    concat(
      Array.from({ length: scene.between(2, 3) }, () =>
        finished(scene, convolution(scene, x, someChannels(scene), true)),
      ),
      1,
    ),
  (scene, x) => {
    const channels = x.shape[1]
    const w = scene.weight([channels, 1, 3, 3], 9)
    return finished(scene, conv2d(x, w, { padding: 1, groups: channels, stride: scene.pick([1, 2]) }))
  },
  (scene, x) => {
    if (Math.min(x.shape[2], x.shape[3]) < 3) return x
    const sliding = { stride: scene.pick([1, 2]), padding: scene.pick([0, 1]), ceilMode: scene.flag() }
    return scene.flag() ? maxPool2d(x, 3, sliding) : avgPool2d(x, 3, { ...sliding, countIncludePad: scene.flag() })
  },
  (scene, x) =>
    x.shape[2] * x.shape[3] > 64
      ? x
      : upsample2d(x, 2, scene.pick([{}, { method: 'bilinear' }, { method: 'bilinear', alignCorners: true }])),
  (scene, x) => scene.pick([adaptiveAvgPool2d, adaptiveMaxPool2d])(x, scene.pair(1, 7)),
  (_, x) => mul(x, reshape(tanh(mean(x, [2, 3])), [x.shape[0], x.shape[1], 1, 1])),
]

/**
 * A network that predicts for a few images, with the blocks that networks are built of: what depends on weights alone can be prepared. At
 * times one variable is updated, so that what depends on it cannot.
 */
export function randomInference(scene: Scene): RandomCase {
  const batch = scene.pick([1, 1, 2, 3, 8, 9])
  let x: Tensor = scene.input([batch, scene.pick([1, 3, 4]), scene.between(5, 18), scene.between(5, 18)])
  for (let count = scene.between(1, 4); count > 0; count--) x = scene.pick(blocks)(scene, x)
  const features = scene.flag() ? mean(x, [2, 3]) : reshape(x, [batch, -1])
  const inner = features.shape[1]
  const logits = add(matmul(features, scene.weight([10, inner], inner), { transposeB: true }), scene.variable([10]))
  const changing = scene.pick(scene.variables)
  const updates: [Variable, Tensor][] = scene.flag(0.3) ? [[changing, mul(changing, 0.5)]] : []
  return { outputs: { logits, probabilities: softmax(logits), x }, updates, tolerance: chained, steps: 2 }
}
