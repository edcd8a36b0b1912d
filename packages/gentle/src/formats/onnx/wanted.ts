/** What a trace throws when it cannot go on without numbers that only the program knows. */
import type { Check } from './checks.ts'
import type { Computed, Known } from './values.ts'

export class Wanted extends Error {
  /** The values whose numbers are asked for, by their keys. */
  readonly values: ReadonlyMap<string, Computed>
  /** Who asks. */
  readonly by: string
  /** What must not hold of what has been traced until then. */
  readonly checks: readonly Check[]
  /** What is computed from them outside of the program, and given to it; where undefined, the numbers themselves become known. */
  readonly compute?: (found: ReadonlyMap<string, Known>) => ReadonlyMap<string, Known>

  constructor(
    values: ReadonlyMap<string, Computed>,
    by: string,
    checks: readonly Check[],
    compute?: (found: ReadonlyMap<string, Known>) => ReadonlyMap<string, Known>,
  ) {
    super(`${by} needs numbers that depend on the input`)
    this.values = values
    this.by = by
    this.checks = checks
    this.compute = compute
  }
}
