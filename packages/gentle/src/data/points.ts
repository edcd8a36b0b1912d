/** Toy sets of points in the plane: small enough to see what a network can and cannot tell apart. */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { Random } from '../core/random.ts'
import type { Dataset } from './dataset.ts'
import type { Splits } from './idx-folder.ts'
import { inMemory } from './memory.ts'

const points = (name: string, places: readonly (readonly [number, number])[], labels: readonly number[]): Dataset =>
  inMemory({
    name,
    inputs: Float32Array.from(places.flat()),
    inputShape: [2],
    targets: Int32Array.from(labels),
    classes: Array.from({ length: labels.reduce((largest, label) => Math.max(largest, label), 0) + 1 }, (_, i) =>
      String(i),
    ),
  })

const truth = {
  and: [0, 0, 0, 1],
  or: [0, 1, 1, 1],
  xor: [0, 1, 1, 0],
} as const

/**
 * The four points of {0, 1}² with the value of a logic function: AND and OR can be parted by a line, XOR cannot (Minsky and Papert,
 * "Perceptrons", 1969).
 */
export const logic = (name: keyof typeof truth): Dataset =>
  points(
    name,
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    truth[name],
  )

export interface PointOptions {
  /** Number of points; 1,000 unless given. */
  readonly examples?: number
  /** Standard deviation of what is added to each coordinate; 0.1 unless given. */
  readonly noise?: number
  /** 0 unless given. */
  readonly seed?: number
}

function checked({ examples = 1000, noise = 0.1, seed = 0 }: PointOptions, where: string) {
  if (!Number.isInteger(examples) || examples < 2)
    throw new ArgumentError(`${where}: examples is ${examples}; expected a whole number of at least 2`)
  if (!(noise >= 0 && noise < Infinity))
    throw new ArgumentError(`${where}: noise is ${noise}; expected a number of at least 0`)
  return { examples, noise, random: new Random(seed, where) }
}

/** Two half circles that reach into each other. @throws ArgumentError for options out of range. */
export function moons(options: PointOptions = {}): Dataset {
  const { examples, noise, random } = checked(options, 'moons')
  const labels = Array.from({ length: examples }, (_, i) => i % 2)
  const places = labels.map((label): [number, number] => {
    const angle = Math.PI * random.uniform()
    const [x, y] =
      label === 0
        ? [portableMath.cos(angle), portableMath.sin(angle)]
        : [1 - portableMath.cos(angle), 0.5 - portableMath.sin(angle)]
    return [x + noise * random.normal(), y + noise * random.normal()]
  })
  return points('moons', places, labels)
}

/** XOR with noise: four clouds around (±1/2, ±1/2), those across from each other of one class. @throws ArgumentError for options out of range. */
export function noisyXor(options: PointOptions = {}): Dataset {
  const { examples, noise, random } = checked(options, 'noisyXor')
  const corners = Array.from({ length: examples }, (_, i) => i % 4)
  const places = corners.map((corner): [number, number] => [
    (corner < 2 ? -0.5 : 0.5) + noise * random.normal(),
    (corner % 2 === 0 ? -0.5 : 0.5) + noise * random.normal(),
  ])
  return points(
    'noisy-xor',
    places,
    corners.map((corner) => (corner === 1 || corner === 2 ? 1 : 0)),
  )
}

export interface SpiralOptions extends PointOptions {
  /** Arms; 2 unless given. */
  readonly classes?: number
  /** How often an arm goes round; 1.5 unless given. */
  readonly turns?: number
}

/** Arms that wind about each other, within the unit circle. @throws ArgumentError for options out of range. */
export function spirals({ classes = 2, turns = 1.5, noise = 0.02, ...options }: SpiralOptions = {}): Dataset {
  const { random, labels } = checkedClasses({ classes, noise, ...options }, 'spirals')
  if (!Number.isFinite(turns)) throw new ArgumentError(`spirals: turns is ${turns}; expected a number`)
  const places = labels.map((label): [number, number] => {
    const radius = 0.1 + 0.9 * Math.sqrt(random.uniform())
    const angle = 2 * Math.PI * (turns * radius + label / classes)
    return [
      radius * portableMath.cos(angle) + noise * random.normal(),
      radius * portableMath.sin(angle) + noise * random.normal(),
    ]
  })
  return points('spirals', places, labels)
}

export interface ClassedPointOptions extends PointOptions {
  /** 2 unless given. */
  readonly classes?: number
}

function checkedClasses({ classes = 2, ...options }: ClassedPointOptions, where: string) {
  if (!Number.isInteger(classes) || classes < 2)
    throw new ArgumentError(`${where}: classes is ${classes}; expected a whole number of at least 2`)
  const { examples, noise, random } = checked(options, where)
  if (examples < classes)
    throw new ArgumentError(`${where}: ${examples} examples are fewer than the ${classes} classes`)
  return { classes, noise, random, labels: Array.from({ length: examples }, (_, i) => i % classes) }
}

/** Rings about one another, the outermost of radius 1. @throws ArgumentError for options out of range. */
export function rings(options: ClassedPointOptions = {}): Dataset {
  const { classes, noise, random, labels } = checkedClasses(options, 'rings')
  const places = labels.map((label): [number, number] => {
    const angle = 2 * Math.PI * random.uniform()
    const radius = (label + 0.5) / (classes - 0.5)
    return [
      radius * portableMath.cos(angle) + noise * random.normal(),
      radius * portableMath.sin(angle) + noise * random.normal(),
    ]
  })
  return points('rings', places, labels)
}

/** A round cloud for each class, their middles on the unit circle. @throws ArgumentError for options out of range. */
export function gaussians(options: ClassedPointOptions = {}): Dataset {
  const { classes, noise, random, labels } = checkedClasses(options, 'gaussians')
  const places = labels.map((label): [number, number] => {
    const angle = 2 * Math.PI * (label / classes + 1 / 8)
    return [portableMath.cos(angle) + noise * random.normal(), portableMath.sin(angle) + noise * random.normal()]
  })
  return points('gaussians', places, labels)
}

/** The toy sets by name. */
export const toyNames = ['and', 'or', 'xor', 'noisy-xor', 'moons', 'spirals'] as const

export type ToyName = (typeof toyNames)[number]

const generators = { 'noisy-xor': noisyXor, moons, spirals } as const

/** A toy set in three: of the logic functions, whose four points are all there is, all three are the same. */
export function toySplits(name: ToyName, seed = 0): Splits {
  if (name === 'and' || name === 'or' || name === 'xor') {
    const all = logic(name)
    return { train: all, validation: all, test: all }
  }
  const draw = (part: number, examples: number): Dataset => generators[name]({ examples, seed: 3 * seed + part })
  return { train: draw(0, 1000), validation: draw(1, 500), test: draw(2, 500) }
}
