/** How parameters begin: functions of a shape and a stream of random numbers. */
import { ArgumentError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'

/** First values of a parameter of this shape, row-major: a function of both alone, since it is called when a backend first needs the values, again by another. */
export type Initializer = (shape: Shape, random: Random) => Float32Array

/** Inputs and outputs of one neuron, from weights [out, in, ...taps] as layers store them. */
function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2)
    throw new ArgumentError(
      `initializer: a parameter of shape ${formatShape(shape)} has no inputs and outputs; use zeros or constants`,
    )
  const taps = sizeOf(shape.slice(2))
  return { fanIn: shape[1] * taps, fanOut: shape[0] * taps }
}

/** A loop, where `Float32Array.from` would take twice as long: VGG16 begins with 138 million numbers. */
function fill(shape: Shape, next: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = next()
  return values
}

const symmetric = (shape: Shape, random: Random, limit: number): Float32Array =>
  fill(shape, () => (2 * random.uniform() - 1) * limit)

/** All 0. */
export const zeros: Initializer = (shape) => new Float32Array(sizeOf(shape))

/** All one value. */
export const constants =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(sizeOf(shape)).fill(value)

/** Uniform in [-limit, limit]. */
export const uniformWithin =
  (limit: number): Initializer =>
  (shape, random) =>
    symmetric(shape, random, limit)

/** Uniform with variance 2 / (in + out): for tanh and sigmoid (Glorot and Bengio, 2010, eq. 16). */
export const glorotUniform: Initializer = (shape, random) => {
  const { fanIn, fanOut } = fans(shape)
  return symmetric(shape, random, Math.sqrt(6 / (fanIn + fanOut)))
}

/** Normal with mean 0 and this standard deviation (0.01 in Krizhevsky et al., 2012, section 5). */
export const normalWith =
  (std: number): Initializer =>
  (shape, random) =>
    fill(shape, () => random.normal() * std)

/** Normal with variance 2 / (in + out) (Glorot and Bengio, 2010, eq. 12). */
export const glorotNormal: Initializer = (shape, random) => {
  const { fanIn, fanOut } = fans(shape)
  return normalWith(Math.sqrt(2 / (fanIn + fanOut)))(shape, random)
}

/** Uniform with variance 2 / in: for ReLU (He et al., 2015, eq. 10). */
export const heUniform: Initializer = (shape, random) => symmetric(shape, random, Math.sqrt(6 / fans(shape).fanIn))

/** Normal with variance 2 / in: for ReLU (He et al., 2015, eq. 10). */
export const heNormal: Initializer = (shape, random) => normalWith(Math.sqrt(2 / fans(shape).fanIn))(shape, random)

/** Normal with variance 2 / out, which keeps the gradients' variance instead (He et al., 2015, eq. 14): what ResNets begin with. */
export const heNormalOut: Initializer = (shape, random) => normalWith(Math.sqrt(2 / fans(shape).fanOut))(shape, random)

/**
 * Orthogonal rows of length 1, or columns where there are more rows than columns, drawn evenly among all: a state that is multiplied by such weights again and
 * again neither vanishes nor explodes (Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
 * 2013, section 3).
 */
export const orthogonal: Initializer = (shape, random) => {
  const rows = shape.length < 2 ? fans(shape).fanOut : shape[0]
  const columns = sizeOf(shape.slice(1))
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows]
  const vectors: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.normal())
    // Modified Gram and Schmidt, twice: once is not enough where little is left of a vector.
    for (const before of [...vectors, ...vectors]) {
      let along = 0
      for (let k = 0; k < length; k++) along += before[k] * vector[k]
      for (let k = 0; k < length; k++) vector[k] -= along * before[k]
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    vectors.push(vector.map((value) => value / norm))
  }
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      values[row * columns + column] = rows <= columns ? vectors[row][column] : vectors[column][row]
  return values
}

/** Initialisers by the name under which a model's description stores them. */
export const initializers = {
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  heNormalOut,
  orthogonal,
  zeros,
} as const

export type InitializerName = keyof typeof initializers

/** An initialiser as a model's description stores it: its name, or the standard deviation of a normal distribution around 0. */
export type Initialization = InitializerName | { readonly normal: number }

/**
 * @throws ArgumentError for a name that is not an initialiser's, and a standard deviation that is not above 0.
 */
export function initializerFrom(stored: Initialization): Initializer {
  const std = (stored as { normal?: unknown } | null)?.normal
  if (typeof std === 'number' && std > 0 && std < Number.POSITIVE_INFINITY) return normalWith(std)
  if (typeof stored !== 'string' || !Object.hasOwn(initializers, stored))
    throw new ArgumentError(
      `initializer ${JSON.stringify(stored)} is unknown; expected one of ${Object.keys(initializers).join(', ')}, or {"normal": std}`,
    )
  return initializers[stored]
}
