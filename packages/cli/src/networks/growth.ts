/** The lecture's own figures of how networks grew. */

/** What training a network once took. */
export interface Growth {
  readonly name: string
  readonly year: number
  /** Operations of the whole training, in 10^18. */
  readonly exaflops: number
  readonly parameters: number
  readonly source: string
}

const source = 'A gentle introduction to Deep Learning, on growing complexity'

export const growth: readonly Growth[] = [
  { name: 'ResNet', year: 2015, exaflops: 7, parameters: 60e6, source },
  { name: 'Deep Speech 2', year: 2016, exaflops: 20, parameters: 300e6, source },
  { name: "Google's neural machine translation", year: 2017, exaflops: 100, parameters: 8_700e6, source },
]
