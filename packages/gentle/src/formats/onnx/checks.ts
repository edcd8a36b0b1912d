/** What must not hold when a program runs, such as an index outside of its tensor. */
import { FormatError } from '../../core/errors.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { fitsEngine, isInteger } from './element-types.ts'
import { foldedOf } from './folded.ts'
import type { Trace } from './frame.ts'
import { isKnown, type Value } from './values.ts'

export interface Check {
  /** float32, 0 or 1: must be 0 everywhere. */
  readonly condition: Tensor
  readonly problem: string
}

/** The checks that only a program can make. @throws FormatError where one is broken whatever the program is fed. */
export const openChecks = (checks: readonly Check[]): Check[] =>
  checks.filter(({ condition, problem }) => {
    const known = foldedOf({ type: 'bool', tensor: condition })
    if (known === undefined) return true
    if (Array.from(known.data).some((x) => x !== 0)) throw new FormatError(`ONNX ${problem}`)
    return false
  })

/** A value that is read as it is: what was in doubt about it has to be checked. */
export function trusted(value: Value, { checks, doubts }: Trace): Value {
  // One tensor may stand for the integer and for its lowest bits.
  const doubt =
    isKnown(value) || !isInteger(value.type) || fitsEngine(value.type) ? undefined : doubts.get(value.tensor)
  if (doubt !== undefined && !checks.includes(doubt)) checks.push(doubt)
  return value
}
