/** The problems to the engine: networks of two weights, and known distributions, of which as many examples can be drawn as are wanted. */
import {
  binaryCrossEntropy,
  type Layer,
  Linear,
  type Loss,
  meanSquaredError,
  Random,
  Sequential,
  Tanh,
  type Tensor,
} from 'gentle-dl'
import { type Dataset, inMemory } from 'gentle-dl/data'
import { add, mul, softplus, sub, tanh } from 'gentle-dl/ops'
import { type Columns, type ProblemName, problems } from './problems.ts'

export interface Learner {
  /** Its parameters are the two weights, in their order. */
  layer(): Layer
  readonly loss: Loss
  /** Inputs and target of one example. */
  example(random: Random): number[]
  /** The loss of each example, at many places at once: weights [places, 1], inputs and targets [1, examples]. */
  lossesAt(weights: readonly [Tensor, Tensor], inputs: readonly Tensor[], target: Tensor): Tensor
}

const squared = (prediction: Tensor, target: Tensor): Tensor => {
  const residual = sub(prediction, target)
  return mul(residual, residual)
}

export const learners: Readonly<Record<ProblemName, Learner>> = {
  line: {
    layer: () => Linear(1),
    loss: meanSquaredError,
    example: (random) => {
      const x = 1.5 + random.normal()
      return [x, 0.8 * x - 0.5 + 0.5 * random.normal()]
    },
    lossesAt: ([w, b], [x], y) => squared(add(mul(w, x), b), y),
  },
  network: {
    layer: () => Sequential(Linear(1, { bias: false }), Tanh(), Linear(1, { bias: false })),
    loss: meanSquaredError,
    example: (random) => {
      const x = 1.5 * random.normal()
      return [x, 1.2 * Math.tanh(1.5 * x) + 0.4 * random.normal()]
    },
    lossesAt: ([first, second], [x], y) => squared(mul(second, tanh(mul(first, x))), y),
  },
  classes: {
    layer: () => Linear(1, { bias: false }),
    loss: binaryCrossEntropy,
    example: (random) => {
      const right = random.integer(2)
      return [random.normal() + 2 * right - 1, random.normal(), right]
    },
    lossesAt: ([w1, w2], [x1, x2], y) => {
      const odds = add(mul(w1, x1), mul(w2, x2))
      return sub(softplus(odds), mul(y, odds))
    },
  },
}

/** Draws examples of a problem's distribution; `part` and seed tell which. */
export function draw(name: ProblemName, count: number, seed: number, part: string): Columns {
  const random = new Random(seed, part)
  const columns = Array.from({ length: problems[name].inputs + 1 }, () => new Float32Array(count))
  for (let i = 0; i < count; i++)
    for (const [c, value] of learners[name].example(random).entries()) columns[c][i] = value
  return columns
}

/** Columns as a data set. */
export function dataset(name: ProblemName, columns: Columns): Dataset {
  const { inputs: size } = problems[name]
  const targets = columns[size]
  const inputs = new Float32Array(size * targets.length)
  for (let c = 0; c < size; c++) for (let i = 0; i < targets.length; i++) inputs[i * size + c] = columns[c][i]
  return inMemory({ name, inputs, inputShape: [size], targets, targetShape: [1] })
}

/** Some of the examples. */
export const pick = (columns: Columns, indices: ArrayLike<number>): Columns =>
  columns.map((column) => Float32Array.from(indices, (i) => column[i]))
