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
}

export const imagesPerSecond: Quantity = {
  name: 'images/s',
  better: 'more',
  of: ({ work, seconds }) => work / seconds,
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

export const compileMilliseconds: Quantity = {
  name: 'ms to compile',
  better: 'less',
  of: (_, { compileMilliseconds: milliseconds = Number.NaN }) => milliseconds,
  oncePerProcess: true,
}

export const peakMebibytes: Quantity = {
  name: 'MiB at most',
  better: 'less',
  of: ({ peakBytes }) => peakBytes / 2 ** 20,
  oncePerProcess: true,
}
