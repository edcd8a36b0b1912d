import { gradients } from '../../src/autodiff/gradients.ts'
import { formatShape, sizeOf } from '../../src/core/shape.ts'
import { constant, type Tensor, type Variable } from '../../src/graph/tensor.ts'
import {
  abs,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  add,
  argmax,
  atan,
  avgPool2d,
  broadcastTo,
  cast,
  clip,
  concat,
  conv2d,
  convTranspose2d,
  cumsum,
  div,
  dropout,
  dropout2d,
  exp,
  expandDims,
  flip,
  floorDiv,
  gather,
  gelu,
  greater,
  groupNorm,
  layerNorm,
  leakyRelu,
  localResponseNorm,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  min,
  mul,
  oneHot,
  pad,
  relu,
  relu6,
  reshape,
  scan,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  stack,
  sub,
  sum,
  tanh,
  transpose,
  unstack,
  upsample2d,
  where,
} from '../../src/ops/index.ts'
import { chained } from './closeness.ts'
import type { RandomCase } from './comparison.ts'
import { descend } from './descend.ts'
import { loopOver } from './random-loop.ts'
import type { Scene } from './scene.ts'

/** A step that makes a tensor from another; undefined where it does not apply. All keep values at about 1. */
type Grow = (scene: Scene, x: Tensor, pool: readonly Tensor[]) => Tensor | undefined

const smooth = [tanh, sigmoid, gelu, softplus, softmax, logSoftmax, sin, atan]
const kinked = [relu, abs, (x: Tensor) => leakyRelu(x, 0.1), (x: Tensor) => maximum(x, 0.25)]

const isMatrix = (x: Tensor): boolean => x.shape.length >= 2
const isImages = (x: Tensor): boolean => x.shape.length === 4

const growths: readonly Grow[] = [
  (scene, x) => (x.shape.length > 0 ? scene.pick(smooth)(x) : tanh(x)),
  (scene, x) => scene.pick(kinked)(x),
  (scene, x) => mul(scene.pick([-1, 0.5, 1.5]), x),
  (_, x) => exp(tanh(x)),
  (_, x) => log(add(mul(x, x), 1)),
  (_, x) => sqrt(add(abs(x), 0.5)),
  (_, x) => div(x, add(1, mul(x, x))),
  (scene, x, pool) => scene.pick([add, sub, maximum])(x, scene.pick(pool.filter((y) => fits(y, x)))),
  (scene, x, pool) => mul(tanh(x), tanh(scene.pick(pool.filter((y) => fits(y, x))))),
  (scene, x, pool) => where(greater(x, 0), x, scene.pick(pool.filter((y) => fits(y, x)))),
  (scene, x) => add(x, scene.variable(scene.narrower(x.shape))),
  (scene, x) => (isImages(x) ? add(x, scene.variable([x.shape[1], 1, 1])) : undefined),
  (scene, x) => {
    if (x.shape.length === 0) return undefined
    const axis = scene.between(-x.shape.length, x.shape.length - 1)
    return scene.pick([mean, max])(x, axis, { keepDims: scene.flag() })
  },
  withWholeNumbers,
  slicedAnew,
  (scene, x) => {
    if (x.shape.length === 0) return undefined
    const axis = scene.between(0, x.shape.length - 1)
    return mul(cumsum(x, axis, { reverse: scene.flag(), exclusive: scene.flag() }), 1 / x.shape[axis])
  },
  (scene, x) => logSumExp(x, scene.flag() ? undefined : [], { keepDims: true }),
  (_, x) => (isImages(x) ? mean(x, [2, 3]) : undefined),
  (_, x) => (isImages(x) ? mean(x, [0, 2, 3], { keepDims: true }) : undefined),
  (_, x) => (x.shape.length > 1 ? reshape(x, [x.shape[0], -1]) : undefined),
  (scene, x) => (isMatrix(x) ? transpose(x, scene.order(x.shape.length)) : undefined),
  (scene, x) => {
    const sizes = x.shape.map((n) => (scene.flag(0.6) ? n : scene.size(n)))
    return slice(
      x,
      x.shape.map((n, axis) => scene.between(0, n - sizes[axis])),
      sizes,
    )
  },
  (scene, x) =>
    pad(
      x,
      x.shape.map(() => scene.pick([0, 0, 1])),
      x.shape.map(() => scene.pick([0, 0, 2])),
    ),
  (scene, x) => (x.shape.length > 0 ? concat([x, tanh(x)], scene.between(0, x.shape.length - 1)) : undefined),
  (scene, x) => (x.shape.length < 4 ? broadcastTo(x, [scene.size(3), ...x.shape]) : undefined),
  (scene, x) => {
    if (!isMatrix(x)) return undefined
    const inner = x.shape.at(-1)!
    const columns = scene.size(12)
    const transposeB = scene.flag()
    return matmul(x, scene.weight(transposeB ? [columns, inner] : [inner, columns], inner), { transposeB })
  },
  (_, x) => (isMatrix(x) ? matmul(x, mul(x, 1 / x.shape.at(-1)!), { transposeB: true }) : undefined),
  convolve,
  convolve,
  convolve,
  pool,
  pool,
  resize,
  (scene, x) => (isImages(x) ? scene.pick([grownByConvolution, normalized, normalizedByBatch])(scene, x) : undefined),
  (scene, x) =>
    x.shape.length > 0 ? layerNorm(x, scene.between(0, x.shape.length - 1), undefined, undefined, 0.1) : undefined,
  (scene, x) => scene.pick([relu6, (y: Tensor) => clip(y, -0.5, 0.75)])(x),
  loopOver,
  loopOver,
  (scene, x) => (x.shape.length > 0 ? gather(x, scene.integers([scene.size(5)], x.shape[0]), 0) : undefined),
]

/** x and what is counted in whole numbers beside it, some of it folded. */
function withWholeNumbers(scene: Scene, x: Tensor): Tensor | undefined {
  if (x.shape.length === 0) return undefined
  const counted = floorDiv(mul(scene.integers(x.shape, 9, -9), 5), 3)
  const axis = scene.between(0, x.shape.length - 1)
  const folded = scene.flag(0.2)
    ? expandDims(argmax(counted, axis), axis)
    : scene.pick([sum, max, min])(counted, scene.flag() ? axis : undefined, { keepDims: true })
  return add(x, mul(cast(add(folded, counted), 'float32'), 0.01))
}

/** Slices of x that are used apart: all along an axis, or such that overlap or go backwards. */
function slicedAnew(scene: Scene, x: Tensor): Tensor | undefined {
  if (x.shape.length === 0) return undefined
  const axis = scene.between(0, x.shape.length - 1)
  if (scene.flag())
    return stack(
      unstack(x, axis).map((part, i) => (i % 2 === 0 ? tanh(part) : part)),
      axis,
    )
  const half = Math.ceil(x.shape[axis] / 2)
  const at = (start: number) => x.shape.map((_, a) => (a === axis ? start : 0))
  const [first, last] = [slice(x, at(0), x.shape.with(axis, half)), slice(x, at(-half), x.shape.with(axis, half))]
  return add(first, mul(flip(last, axis), 0.5))
}

function convolve(scene: Scene, x: Tensor): Tensor | undefined {
  if (!isImages(x)) return undefined
  const kernel = x.shape.slice(2).map((n) => Math.min(n, scene.pick([1, 3, 5])))
  const groups = x.shape[1] % 2 === 0 && scene.flag(0.2) ? 2 : 1
  const groupIn = x.shape[1] / groups
  const w = scene.weight([groups * scene.size(8), groupIn, ...kernel], groupIn * kernel[0] * kernel[1])
  return conv2d(x, w, { padding: scene.between(0, 1), stride: scene.pick([1, 1, 2]), groups })
}

function pool(scene: Scene, x: Tensor): Tensor | undefined {
  if (!isImages(x)) return undefined
  const size = x.shape.slice(2).map((n) => Math.min(n, scene.between(1, 3))) as [number, number]
  const padding = size.map((n) => (scene.flag(0.3) ? Math.floor(n / 2) : 0)) as [number, number]
  const sliding = scene.flag() ? {} : { stride: scene.between(1, 2), padding, ceilMode: scene.flag() }
  return scene.flag()
    ? maxPool2d(x, size, sliding)
    : avgPool2d(x, size, { ...sliding, countIncludePad: scene.flag(0.7) })
}

function resize(scene: Scene, x: Tensor): Tensor | undefined {
  if (!isImages(x)) return undefined
  const size = scene.pair(1, 7)
  return scene.pick([
    () => upsample2d(x, scene.pair(1, 2)),
    () => upsample2d(x, { size }, { method: 'bilinear', alignCorners: scene.flag() }),
    () => adaptiveAvgPool2d(x, size),
    () => adaptiveMaxPool2d(x, size),
  ])()
}

function grownByConvolution(scene: Scene, x: Tensor): Tensor {
  const [stride, outputPadding] = scene.pick([
    [1, 0],
    [2, 0],
    [2, 1],
  ])
  const channels = scene.size(4)
  const kernel = scene.between(1, 3)
  const w = scene.weight([x.shape[1], channels, kernel, kernel], x.shape[1] * kernel * kernel)
  return convTranspose2d(x, w, { stride, outputPadding, padding: kernel > 2 ? 1 : 0 })
}

/** Each channel brought to mean 0 and variance 1 over the batch, as batch norm does. */
function normalizedByBatch(scene: Scene, x: Tensor): Tensor {
  const over = { keepDims: true }
  const centred = sub(x, mean(x, [0, 2, 3], over))
  const scale = div(scene.variable([x.shape[1], 1, 1]), sqrt(add(mean(mul(centred, centred), [0, 2, 3], over), 0.1)))
  return add(mul(centred, scale), scene.variable([x.shape[1], 1, 1]))
}

function normalized(scene: Scene, x: Tensor): Tensor {
  if (scene.flag())
    return localResponseNorm(x, { size: scene.between(1, 5), alpha: 0.5, beta: scene.pick([0.5, 0.75]) })
  const groups = x.shape[1] % 2 === 0 && scene.flag() ? 2 : 1
  return groupNorm(x, groups, scene.variable([x.shape[1]]), scene.variable([x.shape[1]]), 0.1)
}

const fits = (y: Tensor, x: Tensor): boolean =>
  y.shape.length <= x.shape.length && y.shape.every((n, i) => n === 1 || n === x.shape.at(i - y.shape.length))

const largest = 3000

/** Adds nodes to a pool, each grown from any earlier one, and gives the last. */
export function grow(scene: Scene, pool: Tensor[], steps: number): Tensor {
  for (let i = 0; i < steps; i++) {
    const from = scene.flag(0.7) ? pool[pool.length - 1] : scene.pick(pool)
    const grown = scene.pick(growths)(scene, from, pool)
    if (grown && sizeOf(grown.shape) <= largest) pool.push(grown)
  }
  return pool[pool.length - 1]
}

/**
 * A graph grown at random, the mean square of its last node as loss, an update of each variable by its gradient, and some nodes as further
 * outputs.
 */
export function randomGraph(scene: Scene): RandomCase {
  const first = scene.floats(scene.flag(0.7) ? scene.shape(4) : scene.shape())
  const pool = [first]
  const last = grow(scene, pool, scene.between(1, 10))
  const loss = mean(mul(last, last))
  return {
    outputs: { loss, last, other: scene.pick(pool), slope: gradients(loss, [first])[0] },
    updates: descend(loss, scene.variables, 0.1),
    tolerance: chained,
    steps: scene.between(1, 2),
  }
}

/** A loop whose step is grown at random from its state, its input and what is around it, with the gradients of all. */
export function randomSteps(scene: Scene): RandomCase {
  const [count, shape] = [scene.between(2, 4), scene.shape().map((n) => Math.min(n, 6))]
  const xs = scene.floats([count, ...shape])
  const first = tanh(scene.floats(scene.flag() ? shape : scene.narrower(shape)))
  const around = [scene.floats(scene.narrower(shape)), scene.floats(shape)]
  const { state, outputs } = scan(
    (h: Tensor, x: Tensor) =>
      scene.traced(() => {
        const pool = [h, x, ...around]
        const last = grow(scene, pool, scene.between(1, 7))
        const news = formatShape(last.shape) === formatShape(h.shape) ? last : mean(last)
        return { state: tanh(add(mul(h, 0.5), news)), output: { last, other: scene.pick(pool) } }
      }),
    first,
    xs,
    { reverse: scene.flag(0.3), rematerialize: scene.flag(0.2) ? scene.pick([1, count]) : undefined },
  )
  const loss = [outputs.last, outputs.other, state].reduce((total, y) => add(total, mean(mul(y, y))), constant(0))
  const [dx, dh] = gradients(loss, [xs, first])
  return {
    outputs: { loss, state, ...outputs, dx, dh },
    updates: descend(loss, scene.variables, 0.1),
    tolerance: chained,
  }
}

/** A convolutional network with its loss, trained by SGD with momentum for some steps. */
export function randomNetwork(scene: Scene): RandomCase {
  const batch = scene.batch()
  const image = [batch, scene.size(4), scene.between(6, 14), scene.between(6, 14)]
  const labels = scene.integers([batch], 10)
  const activation = scene.pick([tanh, relu, sigmoid])
  let x: Tensor = scene.input(image)
  for (let layer = scene.between(1, 2); layer > 0; layer--) {
    const [, channels, height, width] = x.shape
    const kernel = scene.pick([1, 3, Math.min(5, height, width)])
    const depth = scene.size(14)
    const w = scene.weight([depth, channels, kernel, kernel], channels * kernel * kernel)
    const convolved = conv2d(x, w, {
      padding: scene.flag() ? Math.floor((kernel - 1) / 2) : 0,
      stride: scene.pick([1, 1, [1, 2]]),
    })
    x = activation(
      scene.flag(0.3) ? normalizedByBatch(scene, convolved) : add(convolved, scene.variable([depth, 1, 1])),
    )
    const pooling = scene.pick([avgPool2d, maxPool2d])
    if (Math.min(x.shape[2], x.shape[3]) > 2)
      x = scene.flag() ? pooling(x, 2) : pooling(x, 3, { stride: 2, padding: 1 })
    if (Math.min(x.shape[2], x.shape[3]) < 3) break
  }
  if (scene.flag(0.3))
    x = scene.pick([dropout, dropout2d])(x, 0.3, scene.integers([], 1000), { seed: 7, stream: 'dropout' })
  const features = reshape(x, [batch, -1])
  const inner = features.shape[1]
  const logits = add(matmul(features, scene.weight([inner, 10], inner)), scene.variable([10]))
  const logProbabilities = logSoftmax(logits)
  const loss = mul(-1 / batch, sum(mul(oneHot(labels, 10), logProbabilities)))
  const parameters = [...scene.variables]
  const updates = gradients(loss, parameters).flatMap((slope, i): [Variable, Tensor][] => {
    const momentum = scene.variable(parameters[i].shape, () => 0)
    const next = add(mul(0.9, momentum), slope)
    return [
      [momentum, next],
      [parameters[i], sub(parameters[i], mul(0.05, next))],
    ]
  })
  return { outputs: { loss, probabilities: softmax(logits) }, updates, tolerance: chained, steps: 3 }
}
