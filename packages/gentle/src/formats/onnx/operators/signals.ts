/** Windows that signals are looked at through (Harris, "On the Use of Windows for Harmonic Analysis", 1978). */
import { knownAs } from '../on-known.ts'
import { type Compute, type Operator, operator } from './operator.ts'

/** A sum of cosines of whole periods, with these factors. */
const cosines =
  (...factors: readonly number[]): Compute =>
  (call) => {
    const size = call.numbers(0)[0]
    const type = call.typeNamed('output_datatype', 'float32')
    if (!(size >= 1)) call.fail(`makes a window of ${size} elements`)
    const period = call.flag('periodic', true) ? size : size - 1
    const value = (i: number): number =>
      factors.reduce((total, factor, k) => total + factor * Math.cos((2 * Math.PI * k * i) / period), 0)
    return [
      knownAs(
        type,
        [size],
        Array.from({ length: size }, (_, i) => value(i)),
      ),
    ]
  }

const attributes = 'output_datatype periodic'

export const signalOperators = {
  BlackmanWindow: operator(cosines(0.42, -0.5, 0.08), [17, attributes]),
  HammingWindow: operator(cosines(25 / 46, -21 / 46), [17, attributes]),
  HannWindow: operator(cosines(0.5, -0.5), [17, attributes]),
} satisfies Record<string, Operator>
