/**
 * What it costs to train on several machines: a model of latency, bandwidth, processor time, overlap and stragglers, in the manner of LogGP (Alexandrov et al., "LogGP: Incorporating Long
 * Messages into the LogP Model", 1995), whose coefficients are fitted to measurements.
 */

/** What carries messages: memory that ranks share, or links of so many bits a second that delay by so many seconds. */
export type Carrier = 'memory' | { readonly rate: number; readonly delay: number }

/** A measurement of `exchange-rank.ts`. */
export interface Point {
  readonly ranks: number
  /** Of each rank's vector. */
  readonly bytes: number
  readonly seconds: number
}

export interface Measurement extends Point {
  readonly carrier: Carrier
  /** Machines that the ranks are on, and cores of each. */
  readonly machines: number
  readonly cores: number
}

/** Above this Open MPI asks the receiver before it sends a stretch, and TCP waits for its window to grow. */
const asked = 32 * 1024

/** Above this stretches go around a ring, in as many rounds as there are other ranks, rather than in rounds of doubled distance. */
const ring = 256 * 1024

/** What all ranks on a machine have together in its caches; more comes from memory. */
const cached = 12e6

const coefficientNames = [
  /** Delays that a round takes, that asking takes, and a round of a ring. */
  'round',
  'asking',
  'ringRound',
  /** Time on the wire over that of the bytes alone. */
  'wire',
  /** Processor time: seconds a message, more where ranks outnumber cores and wait for their turns, seconds a byte, and more where bytes come from memory. */
  'message',
  'turn',
  'byte',
  'farByte',
] as const

export type CoefficientName = (typeof coefficientNames)[number]
export type Coefficients = Readonly<Record<CoefficientName, number>>

/** What each coefficient is multiplied by. */
function factorsOf({ ranks, bytes, carrier, machines, cores }: Omit<Measurement, 'seconds'>): number[] {
  const together = ranks / machines
  const crowding = Math.max(1, together / cores)
  const { delay, rate } = carrier === 'memory' ? { delay: 0, rate: Number.POSITIVE_INFINITY } : carrier
  const rounds = Math.ceil(Math.log2(ranks))
  const moved = (2 * bytes * (ranks - 1)) / ranks
  const stretch = bytes / ranks
  return [
    // All to all, then gathering, then the barrier that ends the measurement.
    delay * (1 + 2 * rounds),
    stretch > asked ? delay : 0,
    stretch > ring ? delay * 2 * (ranks - 2) : 0,
    (8 * moved) / rate,
    2 * (ranks - 1),
    crowding > 1 ? crowding * 2 * (ranks - 1) : 0,
    crowding * moved,
    bytes * together > cached ? crowding * moved : 0,
  ]
}

/** Seconds of an exchange of this many bytes among so many ranks. */
export function exchangeSeconds(what: Omit<Measurement, 'seconds'>, coefficients: Coefficients): number {
  const factors = factorsOf(what)
  return coefficientNames.reduce((sum, name, i) => sum + coefficients[name] * factors[i], 0)
}

/**
 * Coefficients, none below 0, with which the model is off by the smallest factors either way: squares of differences over what was measured and what the model says, coordinate by coordinate,
 * until nothing moves.
 */
export function fitCoefficients(measurements: readonly Measurement[]): Coefficients {
  const rows = measurements.map((point) => factorsOf(point).map((factor) => factor / point.seconds))
  const fitted = coefficientNames.map(() => 0)
  const saysOf = (row: readonly number[]): number => row.reduce((sum, factor, i) => sum + fitted[i] * factor, 0)
  let weights = rows.map(() => 1)
  for (let sweep = 0; sweep < 3000; sweep++) {
    for (let i = 0; i < fitted.length; i++) {
      let [above, below] = [0, 0]
      for (const [at, row] of rows.entries()) {
        above += weights[at] * row[i] * (1 - (saysOf(row) - fitted[i] * row[i]))
        below += weights[at] * row[i] * row[i]
      }
      fitted[i] = below === 0 ? 0 : Math.max(0, above / below)
    }
    if (sweep % 50 === 49) weights = rows.map((row) => 1 / Math.max(0.05, saysOf(row)))
  }
  return Object.fromEntries(coefficientNames.map((name, i) => [name, fitted[i]])) as Record<CoefficientName, number>
}

/** How far the model is off, as shares of what was measured: in the middle, and at most. */
export function errorsOf(measurements: readonly Measurement[], coefficients: Coefficients) {
  const errors = measurements
    .map((point) => Math.abs(exchangeSeconds(point, coefficients) / point.seconds - 1))
    .sort((a, b) => a - b)
  return { median: errors[errors.length >> 1], most: errors[errors.length - 1] }
}

/** A training on equal machines, one rank each. */
export interface Cluster {
  readonly carrier: Carrier
  readonly coefficients: Coefficients
  /** Seconds of a step's computing for so many examples. */
  readonly compute: (examples: number) => number
  /** Standard deviation of a step's computing as a share of it. */
  readonly spread: number
  /** Bytes of the gradient. */
  readonly bytes: number
  /** Most buckets in which it travels while the backward pass goes on. */
  readonly buckets: number
}

/** Of a step's computing, the share that is the backward pass: two products for each of the forward pass. */
const backward = 2 / 3

/**
 * Seconds of a step. Of each step the slowest of all ranks is waited for: of so many normal numbers the largest is about σ √(2 ln n) above the mean. Buckets travel while the backward pass goes on,
 * but for the last, which is complete when that ends.
 */
export function stepSeconds(ranks: number, examples: number, cluster: Cluster): number {
  const { carrier, coefficients, compute, spread, bytes, buckets } = cluster
  const mean = compute(examples)
  const slowest = mean * (1 + spread * Math.sqrt(2 * Math.log(Math.max(1, ranks))))
  if (ranks === 1) return slowest
  const exposed = (count: number): number => {
    const bucket = exchangeSeconds({ ranks, bytes: bytes / count, carrier, machines: ranks, cores: 1 }, coefficients)
    return Math.max(bucket, count * bucket - backward * slowest)
  }
  // Many small messages may cost more than they hide.
  return slowest + Math.min(...Array.from({ length: buckets }, (_, i) => exposed(i + 1)))
}
