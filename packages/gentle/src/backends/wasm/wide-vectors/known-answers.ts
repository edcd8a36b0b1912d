/**
 * Small graphs whose layers take each family of kernels: whether an engine that joins vectors computes what it computes otherwise, and is faster
 * by it.
 */
import { gradients } from '../../../autodiff/gradients.ts'
import { Random } from '../../../core/random.ts'
import { type Shape, sizeOf } from '../../../core/shape.ts'
import type { Graph } from '../../../graph/graph.ts'
import { constant, type Input, input, type Tensor, type Variable, variable } from '../../../graph/tensor.ts'
import { relu, sigmoid, softmax, tanh } from '../../../ops/activations.ts'
import { conv2d } from '../../../ops/conv2d.ts'
import { add, div, exp, log, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { maxPool2d } from '../../../ops/pool2d.ts'
import { logSumExp, mean, sum } from '../../../ops/reduce.ts'
import { scan } from '../../../ops/scan.ts'
import { reshape } from '../../../ops/structure.ts'
import { sin } from '../../../ops/trigonometry.ts'
import type { Backend, Program } from '../../backend.ts'
import { optimizedAtOnce, whileJoined } from './engine.ts'

/** What Winograd's method and sums in another order may differ by, as a share of a tensor's largest number. */
const tolerance = 1e-4

/** The fastest of so many runs counts. */
const rounds = 8

/** How vectors of 256 bits compare with those of 128. */
export interface Comparison {
  /** The first family of kernels whose answers differ; undefined where none does. */
  readonly wrong: string | undefined
  /** How many times as fast they are. */
  readonly speedup: number
}

/** Runs each graph on both backends, in turns, optimized as it would be after many runs. */
export const compare = (narrow: Backend, wide: Backend): Promise<Comparison> =>
  optimizedAtOnce(() => compareFamilies(narrow, wide))

async function compareFamilies(narrow: Backend, wide: Backend): Promise<Comparison> {
  let [narrowTime, wideTime] = [0, 0]
  for (const [family, build] of Object.entries(families)) {
    const made = new Materials(family)
    const graph = withDescent(made, build(made))
    const known = await Trial.start(narrow, made, graph)
    const trial = await whileJoined(() => Trial.start(wide, made, graph))
    if (!known.answers.every((values, i) => areClose(trial.answers[i], values))) return { wrong: family, speedup: 0 }
    for (let round = 0; round < rounds; round++) {
      await known.run()
      await trial.run()
    }
    narrowTime += known.end()
    wideTime += trial.end()
  }
  return { wrong: undefined, speedup: narrowTime / wideTime }
}

/** A graph that computes a result, and a step of gradient descent on it where it is a scalar. */
function withDescent({ inputs, weights }: Materials, result: Tensor): Graph {
  const slopes = result.shape.length === 0 ? gradients(result, weights) : []
  return { inputs, outputs: { result }, updates: slopes.map((slope, i) => [weights[i], sub(weights[i], slope)]) }
}

/** A graph on a backend. */
class Trial {
  /** The result of the first run, and the weights after it. */
  readonly answers: readonly ArrayLike<number>[]
  #fastest = Number.POSITIVE_INFINITY
  readonly #backend: Backend
  readonly #made: Materials
  readonly #program: Program

  static async start(backend: Backend, made: Materials, graph: Graph): Promise<Trial> {
    const program = await backend.compile(graph)
    const { result } = await program.run(made.feed)
    const after = await Promise.all(made.weights.map((weight) => backend.read(weight)))
    return new Trial(backend, made, program, [result.data, ...after])
  }

  private constructor(backend: Backend, made: Materials, program: Program, answers: readonly ArrayLike<number>[]) {
    this.#backend = backend
    this.#made = made
    this.#program = program
    this.answers = answers
  }

  async run(): Promise<void> {
    const start = performance.now()
    await this.#program.run(this.#made.feed)
    this.#fastest = Math.min(this.#fastest, performance.now() - start)
  }

  /** Gives back its memory, and tells the milliseconds of the fastest run. */
  end(): number {
    this.#program.dispose()
    this.#backend.release(this.#made.weights)
    return this.#fastest
  }
}

function areClose(actual: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  let largest = 0
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]))
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance * largest)) return false
  return true
}

/** Numbers of about 1 that a graph computes with. */
class Materials {
  readonly weights: Variable[] = []
  readonly inputs: Record<string, Input> = {}
  readonly feed: Record<string, Float32Array> = {}
  readonly #random: Random

  constructor(family: string) {
    this.#random = new Random(1, family)
  }

  data(...shape: number[]): Tensor {
    const name = `data${Object.keys(this.inputs).length}`
    this.feed[name] = this.#values(shape, 1)
    this.inputs[name] = input(shape)
    return this.inputs[name]
  }

  /** Weights of a layer: outputs first, or a bias. */
  weight(...shape: number[]): Variable {
    const terms = shape.length > 1 ? sizeOf(shape) / shape[0] : 1
    const made = variable(shape, this.#values(shape, 1 / Math.sqrt(terms)))
    this.weights.push(made)
    return made
  }

  #values(shape: Shape, scale: number): Float32Array {
    return Float32Array.from({ length: sizeOf(shape) }, () => scale * this.#random.normal())
  }
}

const meanSquare = (x: Tensor): Tensor => mean(mul(x, x))

const dense = (made: Materials, x: Tensor, units: number): Tensor =>
  add(matmul(x, made.weight(units, x.shape[1]), { transposeB: true }), made.weight(units))

const families: Readonly<Record<string, (made: Materials) => Tensor>> = {
  /** Nine images are a full block of eight and one that is hardly filled. */
  'training of a convolutional network': (made) => {
    let x = conv2d(made.data(9, 3, 12, 12), made.weight(8, 3, 5, 5), { padding: 2 })
    const centred = sub(x, mean(x, [0, 2, 3], { keepDims: true }))
    x = relu(div(centred, sqrt(add(mean(mul(centred, centred), [0, 2, 3], { keepDims: true }), 1e-5))))
    x = maxPool2d(tanh(conv2d(x, made.weight(16, 8, 3, 3), { padding: 1 })), 2)
    x = relu(add(conv2d(x, made.weight(16, 16, 3, 3), { padding: 1, stride: 2 }), made.weight(16, 1, 1)))
    const logits = dense(made, mean(conv2d(x, made.weight(24, 16, 1, 1)), [2, 3]), 10)
    return mean(sub(logSumExp(logits, 1), sum(mul(logits, softmax(made.data(9, 10))), 1)))
  },
  'convolutions of many channels': (made) => {
    let x = tanh(conv2d(made.data(8, 32, 24, 24), made.weight(32, 32, 1, 1)))
    x = conv2d(x, made.weight(32, 1, 3, 3), { padding: 1, groups: 32 })
    return meanSquare(conv2d(x, made.weight(16, 32, 3, 3), { stride: 2, padding: 1 }))
  },
  'prediction for one image': (made) => {
    let x = relu(conv2d(made.data(1, 3, 24, 24), made.weight(16, 3, 7, 7), { stride: 2, padding: 3 }))
    x = relu(conv2d(x, made.weight(16, 16, 3, 3), { padding: 1 }))
    x = relu(conv2d(x, made.weight(16, 1, 3, 3), { padding: 1, groups: 16 }))
    x = conv2d(x, made.weight(8, 16, 1, 1))
    return softmax(dense(made, reshape(x, [1, -1]), 10))
  },
  'matrix products and functions': (made) => {
    const x = matmul(made.data(70, 48), made.weight(48, 40))
    return add(meanSquare(log(add(1, exp(x)))), mean(sin(x)))
  },
  'loops over time': (made) => {
    const [before, now] = [made.weight(16, 16), made.weight(16, 8)]
    const { state } = scan(
      (h: Tensor, x: Tensor) => {
        const sums = add(matmul(x, now, { transposeB: true }), matmul(h, before, { transposeB: true }))
        return { state: add(mul(sigmoid(sums), h), tanh(sums)) }
      },
      constant(0, [9, 16]) as Tensor,
      made.data(5, 9, 8),
    )
    return meanSquare(state)
  },
}
