import type { Ready, Round } from './protocol.ts'

/** What a benchmark compares. */
export interface Quantity {
  readonly name: string
  /** Whether more of it is better, as of a speed, or less, as of a time. */
  readonly better: 'more' | 'less'
  /** How much of it a contender's round shows. */
  of(round: Round, ready: Ready): number
  /** Whether a process shows it but once, so that every round needs a new one. */
  readonly oncePerProcess?: boolean
  /** Whether a round is one step. */
  readonly oneStep?: boolean
  /** Whether it is the same in every round, so that one is enough. */
  readonly constant?: boolean
}

export const imagesPerSecond: Quantity = {
  name: 'images/s',
  better: 'more',
  of: ({ work, seconds }) => work / seconds,
}

/** What else the machine does for a moment, and a step now and then that takes longer, such as one in which garbage is collected, do not count. */
export const imagesPerSecondOfMedianStep: Quantity = {
  name: 'images/s at the median step',
  better: 'more',
  of: ({ work, steps, stepSeconds = Number.NaN }) => work / steps / stepSeconds,
}

export const gigaflops: Quantity = {
  name: 'GFLOP/s',
  better: 'more',
  of: ({ work, seconds }) => work / seconds / 1e9,
}

export const millisecondsPerBatch: Quantity = {
  name: 'ms a batch',
  better: 'less',
  of: ({ steps, seconds }) => (seconds * 1000) / steps,
}

/** Of a core's multiply-adds: all parts together, each by its work. */
export const shareOfPeak: Quantity = {
  name: 'of the peak',
  better: 'more',
  of: ({ parts = [] }) => {
    const [work, possible] = parts.reduce(
      ([sum, max], { seconds, gigaflops, peakGigaflops }) => [sum + seconds * gigaflops, max + seconds * peakGigaflops],
      [0, 0],
    )
    return work / possible
  },
  oneStep: true,
}

export const shareOfWaiting: Quantity = {
  name: 'of the time waiting for examples',
  better: 'less',
  of: ({ work, seconds }) => work / seconds,
}

export const secondsToResult: Quantity = {
  name: 's to the result',
  better: 'less',
  of: ({ steps, seconds }) => seconds / steps,
  oneStep: true,
}

export const compileMilliseconds: Quantity = {
  name: 'ms to compile',
  better: 'less',
  of: (_, { compileMilliseconds: milliseconds = Number.NaN }) => milliseconds,
  oncePerProcess: true,
}

export const firstStepMilliseconds: Quantity = {
  name: 'ms to the first result',
  better: 'less',
  of: (_, { firstStepMilliseconds: milliseconds = Number.NaN }) => milliseconds,
  oncePerProcess: true,
}

export const peakMebibytes: Quantity = {
  name: 'MiB at most',
  better: 'less',
  of: ({ peakBytes }) => peakBytes / 2 ** 20,
  oncePerProcess: true,
}

export const plannedMebibytes: Quantity = {
  name: 'MiB',
  better: 'less',
  of: ({ work, steps }) => work / steps / 2 ** 20,
  oneStep: true,
  constant: true,
}

export const gzippedKilobytes: Quantity = {
  name: 'KB',
  better: 'less',
  of: ({ work, steps }) => work / steps / 1000,
  oneStep: true,
  constant: true,
}
