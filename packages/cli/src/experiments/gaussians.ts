/**
 * A distribution that is known: two classes, as likely, each a normal distribution around a point of the plane, with standard deviation 1 in every
 * direction. What is a guess elsewhere can be computed here: the expected loss of any linear classifier.
 */
import { Random } from 'gentle-dl'
import { type Dataset, inMemory } from 'gentle-dl/data'

/** Distance of the two classes' middles, which lie at (-1, 0) and (1, 0). */
export const separation = 2

/** So many examples of the distribution. */
export function draw(examples: number, seed: number, part: string): Dataset {
  const random = new Random(seed, `gaussians, ${part}`)
  const inputs = new Float32Array(2 * examples)
  const targets = new Int32Array(examples)
  for (let i = 0; i < examples; i++) {
    targets[i] = random.integer(2)
    inputs[2 * i] = random.normal() + (targets[i] - 0.5) * separation
    inputs[2 * i + 1] = random.normal()
  }
  return inMemory({ name: 'gaussians', inputs, inputShape: [2], targets, classes: ['left', 'right'] })
}

/** log(1 + exp(z)), without overflow. */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))

/**
 * The mean of a function of a standard normal number, by the trapezium rule, which for smooth functions that vanish at both ends is
 * exact to rounding.
 */
export function normalMean(of: (t: number) => number): number {
  const [reach, step] = [10, 1 / 256]
  let sum = 0
  for (let t = -reach; t <= reach; t += step) sum += Math.exp(-0.5 * t * t) * of(t)
  return (sum * step) / Math.sqrt(2 * Math.PI)
}

/**
 * The expected cross-entropy of a classifier whose logit for the class on the right, less that for the left, is a x + b y + c. Within a class that
 * number is normal, so that the mean over the plane is one over a line.
 */
export function expectedLoss(a: number, b: number, c: number): number {
  const std = Math.hypot(a, b)
  const middle = (a * separation) / 2
  const right = normalMean((t) => softplus(-(middle + c + std * t)))
  const left = normalMean((t) => softplus(-middle + c + std * t))
  return (left + right) / 2
}

/** The least expected loss of all classifiers: by Bayes' rule the log-odds of the classes are `separation` x. */
export const bestLoss = expectedLoss(separation, 0, 0)

/** By how much that classifier's loss differs from example to example: its standard deviation. */
export const lossStd = Math.sqrt(normalMean((t) => softplus(-separation * (separation / 2 + t)) ** 2) - bestLoss ** 2)

/** Numbers that a line is made of: its direction, how steep the odds are across it, and where it lies. */
const learnedNumbers = 3

/**
 * What learning a line from this many examples is expected to gain on these, and to lose on all others, beside the best one. In the limit of many
 * examples both are the number of learned numbers / 2n (Akaike, "A New Look at the Statistical Model Identification", 1974).
 */
export const expectedOptimism = (examples: number): number => learnedNumbers / (2 * examples)

/** The best classifier's loss on examples. */
export function empiricalLossOfBest(dataset: Dataset): number {
  const place = new Float32Array(2)
  const label = new Int32Array(1)
  let sum = 0
  for (let i = 0; i < dataset.length; i++) {
    dataset.read([i], place, label)
    sum += softplus((label[0] === 1 ? -1 : 1) * separation * place[0])
  }
  return sum / dataset.length
}
