/** Loops and calls of random graphs. */
import { gradients } from '../../src/autodiff/gradients.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import {
  add,
  call,
  cast,
  conv2d,
  gather,
  matmul,
  mean,
  mul,
  relu,
  reshape,
  scan,
  sigmoid,
  softmax,
  sub,
  sum,
  tanh,
  traceFunction,
} from '../../src/ops/index.ts'
import { chained } from './closeness.ts'
import type { RandomCase } from './comparison.ts'
import { descend } from './descend.ts'
import type { Scene } from './scene.ts'

/** Loops and calls after each other, with the gradients of the mean square of the last and an update of each variable. */
export function randomLoops(scene: Scene): RandomCase {
  // A batch this large goes through products in blocks of 8.
  const inBlocks = scene.flag(0.3)
  const first = scene.floats(
    inBlocks ? [scene.between(2, 4), scene.pick([32, 33, 40]), scene.size(5)] : scene.shape(1, 3),
  )
  let last = inBlocks ? recurrent(scene, first) : first
  for (let count = scene.between(1, 2); count > 0; count--) last = loopOver(scene, last)
  const loss = mean(mul(last, last))
  return {
    outputs: { loss, last, slope: gradients(loss, [first])[0] },
    updates: descend(loss, scene.variables, 0.1),
    tolerance: chained,
    steps: scene.between(1, 2),
  }
}

/** One step of a random recurrent network: the state and the input have these shapes. */
type Cell = (state: Tensor, input: Tensor) => { state: Tensor; output: Tensor }

function randomCell(scene: Scene, width: number, inputWidth: number): Cell {
  const [w, u] = [scene.weight([inputWidth, width], inputWidth), scene.weight([width, width], width)]
  const b = scene.variable([width])
  const readout = scene.weight([width, scene.size(6)], width)
  const outputOf = scene.pick<(h: Tensor, input: Tensor) => Tensor>([
    (h) => h,
    (h) => matmul(h, readout),
    (h) => softmax(add(matmul(h, readout), 1)),
    (h) => sum(mul(h, h), 1),
    (h, input) => add(matmul(tanh(input), w), h),
    (_, input) => tanh(input),
  ])
  const gate = scene.flag() ? scene.weight([width, width], width) : undefined
  return (h, input) => {
    const candidate = tanh(add(add(matmul(input, w), matmul(h, u)), b))
    const z = gate === undefined ? undefined : sigmoid(matmul(h, gate))
    const state = z === undefined ? candidate : add(mul(z, h), mul(sub(1, z), candidate))
    return { state, output: outputOf(state, input) }
  }
}

/** A recurrent network over the first axis of [T, N, K], with what a scan can do. */
function recurrent(scene: Scene, x: Tensor): Tensor {
  const [steps, batch, inputWidth] = x.shape
  const width = scene.size(9)
  const cell = randomCell(scene, width, inputWidth)
  const lengths = scene.flag(0.3) ? scene.integers([batch], steps + 2) : undefined
  const rematerialize = scene.flag(0.3) ? scene.between(1, 3) : undefined
  const init = scene.flag() ? constant(0, [batch, width]) : tanh(scene.floats([batch, width]))
  const { state, outputs } = scan(
    ([h, count], input) => {
      const { state, output } = cell(h, input)
      return { state: [state, add(count, 1)], output: { y: output } }
    },
    [init, constant(0, [batch], 'int32')] as const,
    x,
    { reverse: scene.flag(), lengths, rematerialize },
  )
  const last = add(state[0], mul(cast(reshape(state[1], [batch, 1]), 'float32'), 0.1))
  return scene.pick([last, outputs.y, outputs.y])
}

/** The same layer applied again and again. */
function repeated(scene: Scene, x: Tensor): Tensor {
  const steps = scene.between(1, 4)
  const { shape } = x
  const isImages = shape.length === 4 && scene.flag()
  const w = isImages ? scene.weight([shape[1], shape[1], 1, 1], shape[1]) : scene.variable(scene.narrower(shape))
  const layer = (h: Tensor): Tensor => (isImages ? relu(conv2d(h, w)) : tanh(mul(h, w)))
  const { state } = scan((h: Tensor) => ({ state: layer(h) }), x, [], { steps })
  return state
}

/** Embedded tokens that a state collects: each step has one, or one per example. */
function embedded(scene: Scene, width: number): Tensor {
  const [steps, tokens] = [scene.between(2, 5), scene.between(1, 6)]
  const batch = scene.flag() ? [] : [scene.size(5)]
  const table = scene.variable([tokens, width])
  const { state, outputs } = scan(
    (h: Tensor, id: Tensor) => {
      const row = gather(table, id)
      return { state: tanh(add(h, row)), output: mul(row, 0.5) }
    },
    tanh(scene.floats([...batch, width])),
    scene.integers([steps, ...batch], tokens),
  )
  return scene.pick([state, outputs])
}

/** Products of what a step reads, with leading axes that broadcast, and a weight that each step uses again and again. */
function multiplied(scene: Scene, x: Tensor): Tensor {
  const [steps, rows, width] = x.shape
  const [batch, uses] = [scene.between(1, 3), scene.between(1, 4)]
  const w = scene.weight([width, width], width)
  const pairs = scene.pick([
    [[batch], [batch]],
    [[batch], [1]],
    [[1], [batch]],
    [[], [batch]],
    [[batch], []],
  ])
  const [a, b] = [scene.floats([steps, ...pairs[0], rows, width]), scene.floats([steps, ...pairs[1], width, width])]
  const { state, outputs } = scan(
    (h: Tensor, [x, a, b]: readonly Tensor[]) => {
      const product = tanh(matmul(a, b))
      let next = add(h, mul(x, sum(product, 0)))
      for (let use = 0; use < uses; use++) next = tanh(matmul(next, w))
      return { state: next, output: product }
    },
    scene.floats([rows, width]),
    [x, a, b],
  )
  return scene.pick([state, outputs])
}

/** Scans within a scan, over the first two axes. */
function nested(scene: Scene, x: Tensor): Tensor {
  const rest = x.shape.slice(2)
  const factor = tanh(scene.variable(scene.narrower(rest)))
  const { outputs, state } = scan(
    (h: Tensor, row: Tensor) => {
      const inner = scan(
        (s: Tensor, r: Tensor) => ({ state: tanh(add(mul(s, factor), mul(tanh(r), mul(h, 0.5)))), output: mul(s, r) }),
        h,
        row,
        {
          reverse: scene.flag(),
        },
      )
      return { state: inner.state, output: inner.outputs }
    },
    tanh(scene.floats(rest)),
    x,
  )
  return scene.flag() ? outputs : state
}

/** A function called twice. */
function called(scene: Scene, { shape, dtype }: Tensor): (x: Tensor) => Tensor {
  const v = scene.variable(scene.narrower(shape))
  const layer = traceFunction({ x: { shape, dtype } }, ({ x }) => ({ y: tanh(mul(x, v)), rest: [mul(x, 0.5)] }))
  return (x) => {
    const first = call(layer, { x })
    return add(call(layer, { x: first.y }).y, first.rest[0])
  }
}

/** A loop or a call that takes a tensor of this shape. */
export function loopOver(scene: Scene, x: Tensor): Tensor {
  const choices = [() => repeated(scene, x), () => called(scene, x)(x)]
  if (x.shape.length === 2) choices.push(() => recurrent(scene, reshape(x, [x.shape[0], 1, x.shape[1]])))
  if (x.shape.length === 3)
    choices.push(
      () => recurrent(scene, x),
      () => recurrent(scene, x),
      () => nested(scene, x),
      () => multiplied(scene, x),
      () => embedded(scene, x.shape[2]),
    )
  if (x.shape.length === 4)
    choices.push(
      () => recurrent(scene, reshape(x, [x.shape[1], x.shape[0], -1])),
      () => nested(scene, x),
    )
  return scene.pick(choices)()
}
