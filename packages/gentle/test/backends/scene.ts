import fc from 'fast-check'
import { Random } from '../../src/core/random.ts'
import { type Shape, sizeOf } from '../../src/core/shape.ts'
import { constant, type Input, input, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'

/** One value of a tensor, drawn at random. */
export type Sampler = (random: Random) => number

export const normal: Sampler = (random) => random.normal()
export const positive: Sampler = (random) => 0.1 + 3 * random.uniform()
/** Whole numbers from -2 to 2, so that values tie. */
export const tied: Sampler = (random) => random.integer(5) - 2
export const coin: Sampler = (random) => random.integer(2)
/** Mostly normal, at times a value where approximations go wrong. */
export const edgy: Sampler = (random) => {
  if (random.integer(3) > 0) return random.normal()
  return edges[random.integer(edges.length)]
}
const edges = [0, -0, 1, -1, 0.5, -0.5, 1e-8, -1e-8, 1e-4, 3, -3, 8, -8, 20, -20, 88, -88, 120, -120, 1e30, -1e30]

/** Kinds of numbers with rules of their own, of which a scene may have one kind, or all. */
const specialKinds = [
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY],
  [0, -0],
  [1e-40, -1e-40],
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-40, -1e-40],
]

/**
 * Draws the pieces of a random graph and keeps what is needed to run it: its inputs with their values, its variables.
 * Sizes come from fast-check, which shrinks them; values come from a seed.
 */
export class Scene {
  readonly inputs: Record<string, Input> = {}
  readonly variables: Variable[] = []
  readonly #samplers: Record<string, Sampler> = {}
  readonly #generate: fc.GeneratorValue
  readonly #random: Random
  readonly #special: readonly number[]
  /** Of how many numbers one is special. */
  readonly #rarity: number
  #takesInputs = true

  /** @param special how probable it is that some of the floats are NaN, infinite, zeros of either sign, or subnormal */
  constructor(generate: fc.GeneratorValue, special = 0) {
    this.#generate = generate
    this.#random = new Random(this.between(0, 2 ** 30), 'conformance')
    const isSpecial = special > 0 && this.flag(special)
    this.#special = isSpecial ? this.pick(specialKinds) : []
    this.#rarity = isSpecial ? this.pick([2, 5, 30]) : 0
  }

  between(min: number, max: number): number {
    return this.#generate(fc.integer, { min, max })
  }

  /** A size from 1 to `max`; 1 more often than others. */
  size(max: number): number {
    return this.flag(0.2) ? 1 : this.between(1, max)
  }

  flag(probability = 0.5): boolean {
    return this.between(1, 100) <= 100 * probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]
  }

  order(length: number): number[] {
    const rest = Array.from({ length }, (_, i) => i)
    return Array.from({ length }, () => rest.splice(this.between(0, rest.length - 1), 1)[0])
  }

  pair(min: number, max: number): [number, number] {
    return [this.between(min, max), this.between(min, max)]
  }

  /** A number of images: rarely a multiple of the lanes of a vector. */
  batch(): number {
    return this.between(1, 20)
  }

  /** A shape as networks have them: a batch first, then channels, then an image. */
  shape(minRank = 0, maxRank = 4): number[] {
    const rank = this.between(minRank, maxRank)
    return [20, 14, 6, 7].slice(0, rank).map((largest) => this.size(largest))
  }

  /** A shape that broadcasts to `target`: axes set to 1, leading axes left out. */
  narrower(target: Shape): number[] {
    const dropped = this.flag(0.3) ? this.between(0, target.length) : 0
    return target.slice(dropped).map((n) => (this.flag(0.3) ? 1 : n))
  }

  /** A float32 tensor: an input, a variable or a constant. */
  floats(shape: Shape, ordinary: Sampler = normal): Tensor {
    const sampler = this.#withSpecial(ordinary)
    const source = this.between(0, 9)
    if (source < 6) return this.input(shape, sampler)
    return source < 9 ? this.variable(shape, sampler) : constant(this.#values(shape, sampler), shape)
  }

  variable(shape: Shape, sampler: Sampler = normal): Variable {
    const made = variable(shape, this.#values(shape, sampler), `v${this.variables.length}`)
    this.variables.push(made)
    return made
  }

  /** What is made by a function that is traced, which cannot have inputs of its own: variables and constants stand in their place. */
  traced<T>(make: () => T): T {
    const before = this.#takesInputs
    this.#takesInputs = false
    try {
      return make()
    } finally {
      this.#takesInputs = before
    }
  }

  input(shape: Shape, sampler: Sampler = normal): Input {
    if (!this.#takesInputs) return this.variable(shape, sampler)
    return this.#register(input(shape), sampler)
  }

  /** An int32 input or constant of numbers from `smallest` to below `limit`. */
  integers(shape: Shape, limit: number, smallest = 0): Tensor {
    const sampler: Sampler = (random) => smallest + random.integer(limit - smallest)
    if (this.flag(0.2) || !this.#takesInputs) return constant(this.#values(shape, sampler), shape, 'int32')
    return this.#register(input(shape, 'int32'), sampler)
  }

  /** A weight, always of ordinary numbers, whose sums over `count` terms stay about 1. */
  weight(shape: Shape, count: number): Variable {
    return this.variable(shape, (random) => random.normal() / Math.sqrt(count))
  }

  #withSpecial(sampler: Sampler): Sampler {
    if (this.#special.length === 0) return sampler
    return (random) =>
      random.integer(this.#rarity) === 0 ? this.#special[random.integer(this.#special.length)] : sampler(random)
  }

  /** Fresh values for all inputs. */
  feed(): Record<string, Float32Array | Int32Array> {
    return Object.fromEntries(
      Object.entries(this.inputs).map(([name, { shape, dtype }]) => {
        const values = this.#values(shape, this.#samplers[name])
        return [name, dtype === 'int32' ? Int32Array.from(values) : values]
      }),
    )
  }

  #register(made: Input, sampler: Sampler): Input {
    const name = `x${Object.keys(this.inputs).length}`
    this.inputs[name] = made
    this.#samplers[name] = sampler
    return made
  }

  #values(shape: Shape, sampler: Sampler): Float32Array {
    return Float32Array.from({ length: sizeOf(shape) }, () => sampler(this.#random))
  }
}
