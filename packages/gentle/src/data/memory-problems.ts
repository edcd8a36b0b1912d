/**
 * Two problems that only a memory solves, where what has to be kept, and over how many steps, is known exactly: adding (Hochreiter and Schmidhuber,
 * "Long Short-Term Memory", 1997, section 5.4) and copying, both with the sizes of Arjovsky, Shah, Bengio, "Unitary Evolution Recurrent Neural Networks",
 * 2016, section 5.
 */
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'
import { checkIndex, checkRoom } from './memory.ts'

export interface MemoryProblemOptions {
  /** Number of examples, drawn again in every pass; 1,000 unless given. */
  readonly examples?: number
  /** 0 unless given. */
  readonly seed?: number
}

export interface CopyingOptions extends MemoryProblemOptions {
  /** How many symbols have to be kept in mind; 10 unless given. */
  readonly symbols?: number
}

/** The alphabet from 0 on, and what stands around its symbols. */
const [alphabet, blank, question] = [8, 8, 9]

/** A set whose examples are drawn as they are read. */
function drawn(
  name: string,
  { examples = 1000, seed = 0 }: MemoryProblemOptions,
  { inputShape, target }: { inputShape: Shape; target: Dataset['target'] },
  draw: (random: Random, input: Float32Array, target: Float32Array | Int32Array) => void,
): Dataset {
  if (!Number.isInteger(examples) || examples < 1)
    throw new ArgumentError(`${name}: examples is ${examples}; expected a whole number of at least 1`)
  const stream = new Random(seed, name)
  const random = new Random(0)
  const [size, targetSize] = [sizeOf(inputShape), sizeOf(target.shape)]
  return {
    name,
    length: examples,
    inputShape,
    target,
    description: { seed },
    read(indices, inputs, targets, pass = 0) {
      checkRoom(name, indices.length, size, inputs.length, 'inputs')
      checkRoom(name, indices.length, targetSize, targets.length, 'targets')
      for (let i = 0; i < indices.length; i++) {
        checkIndex(name, indices[i], examples)
        draw(
          stream.fork(pass, indices[i], random),
          inputs.subarray(i * size, (i + 1) * size).fill(0),
          targets.subarray(i * targetSize, (i + 1) * targetSize),
        )
      }
    },
  }
}

const checkSteps = (steps: number, min: number, where: string): void => {
  if (!Number.isInteger(steps) || steps < min)
    throw new ArgumentError(`${where}: steps is ${steps}; expected a whole number of at least ${min}`)
}

/**
 * The adding problem: sequences [steps, 2] of a number in [0, 1) and a mark, which is 1 at one place of the first half and one of the second, else 0. The target
 * [1] is the sum of the two marked numbers. Who says 1 whatever comes has a mean squared error of 1/6.
 * @throws ArgumentError for less than 2 steps, or other options out of range.
 */
export function addingProblem(steps: number, options: MemoryProblemOptions = {}): Dataset {
  checkSteps(steps, 2, 'addingProblem')
  const half = Math.floor(steps / 2)
  return drawn(
    'adding-problem',
    options,
    { inputShape: [steps, 2], target: { dtype: 'float32', shape: [1] } },
    (random, input, target) => {
      for (let t = 0; t < steps; t++) input[2 * t] = random.uniform()
      const [first, second] = [random.integer(half), half + random.integer(steps - half)]
      for (const t of [first, second]) input[2 * t + 1] = 1
      target[0] = input[2 * first] + input[2 * second]
    },
  )
}

/**
 * The copying problem: symbols of an alphabet of eight, then nothing for `steps` steps, the last of which asks for them, then as many steps to say them. Each step of
 * the input [steps + 2 symbols, 10] is a one-hot vector of the eight, blank and the question. The target int32 [steps + 2 symbols] is blank, which is 8, but for
 * the last steps. Who knows when to speak, but remembers nothing, has one symbol of eight right.
 * @throws ArgumentError for less than 1 step or symbol, or other options out of range.
 */
export function copyingProblem(steps: number, options: CopyingOptions = {}): Dataset {
  checkSteps(steps, 1, 'copyingProblem')
  const { symbols = 10 } = options
  if (!Number.isInteger(symbols) || symbols < 1)
    throw new ArgumentError(`copyingProblem: symbols is ${symbols}; expected a whole number of at least 1`)
  const length = steps + 2 * symbols
  return drawn(
    'copying-problem',
    options,
    { inputShape: [length, alphabet + 2], target: { dtype: 'int32', shape: [length] } },
    (random, input, target) => {
      const show = (t: number, symbol: number): void => {
        input[t * (alphabet + 2) + symbol] = 1
      }
      target.fill(blank)
      for (let t = symbols; t < length; t++) show(t, t === symbols + steps - 1 ? question : blank)
      for (let i = 0; i < symbols; i++) {
        const symbol = random.integer(alphabet)
        show(i, symbol)
        target[length - symbols + i] = symbol
      }
    },
  )
}
