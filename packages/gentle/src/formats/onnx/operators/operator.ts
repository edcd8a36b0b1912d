/** How the operators of ONNX are declared: by the version of the operators' set from which on they are so. */
import type { OnnxCall } from '../call.ts'
import type { Value } from '../values.ts'

/** What an operator computes: a value for each output, undefined for one that it leaves out. */
export type Compute = (call: OnnxCall) => readonly (Value | undefined)[]

export interface OperatorVersion {
  /** The version of the operators' set from which on it is so. */
  readonly since: number
  /** The attributes that it has; a node with another is refused. */
  readonly attributes: readonly string[]
  /** Undefined where this version cannot be read. */
  readonly compute?: Compute
}

/** An operator's versions, the newest last. */
export type Operator = readonly OperatorVersion[]

/** `[1, 'axis']`, `[13, 'axis']`: versions that differ in nothing but what is listed. */
type Declared = readonly [since: number, attributes: string, compute?: Compute]

/** Declares an operator: of each version its number, the names of its attributes with spaces between, and what it computes, that of the version before unless given. */
export function operator(compute: Compute, ...versions: readonly Declared[]): Operator {
  let present = compute
  return versions.map(([since, attributes, own]) => {
    present = own ?? present
    return { since, attributes: attributes === '' ? [] : attributes.split(' '), compute: present }
  })
}

/** The version of an operator that holds in an operators' set; undefined where the set is older than the operator. */
export const versionIn = (versions: Operator, opset: number): OperatorVersion | undefined =>
  versions.findLast(({ since }) => since <= opset)

/** Attributes that say nothing of what is computed, in files of the first versions. */
export const withoutEffect: ReadonlySet<string> = new Set(['consumed_inputs'])
